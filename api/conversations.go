package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
	"causeway/kommunicate"
)

func (b *border) conversationRoutes() {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"conversations"}}
	}
	register(b, op("list-conversations", http.MethodGet, "/conversations", "List conversations, the newest first"), byAnyKey, b.listConversations)
	register(b, op("read-conversation", http.MethodGet, "/conversations/{id}", "Read a conversation"), byAnyKey, b.readConversation)
	register(b, op("change-conversation", http.MethodPatch, "/conversations/{id}", "Change a conversation"), byStaff, b.changeConversation)
	register(b, op("list-decisions", http.MethodGet, "/conversations/{id}/why", "Read why the owner owns it, the newest decision first"), byAnyKey, b.listDecisions)
	trigger := op("trigger-event", http.MethodPost, "/conversations/{id}/trigger", "Hand an event to the bot that owns it")
	trigger.DefaultStatus = http.StatusAccepted
	register(b, trigger, byStaff, b.trigger)
}

type conversationFilter struct {
	Paging
	Channel core.ChannelID `query:"channel" maxLength:"100"`
	Status  string         `query:"status" enum:"open,waiting,resolved,spam,0,7,2,3" doc:"By name, or by Kommunicate's number."`
	Owner   string         `query:"owner" maxLength:"200" doc:"The id of an agent, a bot or a team."`
	Team    string         `query:"team" maxLength:"200" doc:"The id of the team that it is for."`
	Contact core.ContactID `query:"contact" minimum:"1"`
	Address core.Address   `query:"address" maxLength:"300" doc:"As on the wire; with channel."`
}

func (b *border) listConversations(ctx context.Context, in *conversationFilter) (*answer[page[conversation]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	if who := callerOf(ctx); who.Role == BotRole {
		if in.Owner != "" && in.Owner != who.Bot {
			return &answer[page[conversation]]{pageOf[conversation](nil, in.Limit, nil)}, nil
		}
		in.Owner = who.Bot
	}
	status, _ := kommunicate.ReadStatus(in.Status) // the schema lets no other through
	found, err := b.Store.Conversations(ctx, core.ConversationQuery{
		Channel: in.Channel, Status: status, Owner: in.Owner, Team: in.Team, Contact: in.Contact, Address: in.Address,
		Before: core.ConversationID(before), Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	views := make([]conversation, len(found))
	for i, c := range found {
		views[i] = conversationOf(c)
	}
	return &answer[page[conversation]]{pageOf(views, in.Limit, func(c conversation) int64 { return int64(c.ID) })}, nil
}

func (b *border) readConversation(ctx context.Context, in *Single) (*answer[conversation], error) {
	c, err := b.visible(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer[conversation]{conversationOf(c)}, nil
}

// visible reads a conversation if the caller may see it: agents see all, a bot
// sees those that it owns, and for the rest there is none.
func (b *border) visible(ctx context.Context, id core.ConversationID) (core.Conversation, error) {
	c, err := b.Store.Conversation(ctx, id)
	if err != nil {
		return core.Conversation{}, err
	}
	who := callerOf(ctx)
	switch who.Role {
	case AdminRole, AgentRole:
		return c, nil
	case BotRole:
		if c.Owner.Is(core.Owner{Type: core.BotOwner, ID: who.Bot}) {
			return c, nil
		}
	}
	return core.Conversation{}, core.ErrNotFound
}

type changeInput struct {
	Single
	IfMatch string `header:"If-Match" maxLength:"30" doc:"The owner_epoch that was read: nothing is changed if the owner changed since."`
	Body    changes
}

// changes are the fields of a conversation that may be written.
type changes struct {
	Status   *statusWord   `json:"status,omitempty"`
	Owner    *string       `json:"owner,omitempty" maxLength:"200" doc:"An agent or a bot; empty for the rules."`
	Team     *word         `json:"team,omitempty" doc:"Empty for none."`
	Tags     *[]string     `json:"tags,omitempty" maxItems:"100" minLength:"1" maxLength:"100" doc:"All of them."`
	Metadata core.Metadata `json:"metadata,omitempty" doc:"Merged (RFC 7396): null deletes."`
	Title    *string       `json:"title,omitempty" maxLength:"500"`
}

func (b *border) changeConversation(ctx context.Context, in *changeInput) (*answer[conversation], error) {
	epoch, err := epochOf(in.IfMatch)
	if err != nil {
		return nil, err
	}
	d, want := b.Directory(), in.Body
	if err := d.knows(want); err != nil {
		return nil, err
	}
	c, err := b.Store.Change(ctx, in.ID, core.Change{
		IfEpoch: epoch, Status: (*core.ConversationStatus)(want.Status), Owner: want.Owner, Team: (*string)(want.Team), Tags: want.Tags,
		Metadata: want.Metadata, Title: want.Title, By: d.sender(callerOf(ctx).Key),
	})
	if err != nil {
		return nil, err
	}
	return &answer[conversation]{conversationOf(c)}, nil
}

// knows reports what of the changes cannot be.
func (d *Directory) knows(want changes) error {
	if want.Status == nil && want.Owner == nil && want.Team == nil && want.Tags == nil && want.Metadata == nil && want.Title == nil {
		return invalid("there is nothing to change: name at least one of status, owner, team, tags, metadata and title")
	}
	if want.Owner != nil && *want.Owner != "" {
		_, agent := d.agent(*want.Owner)
		_, bot := d.bot(*want.Owner)
		if !agent && !bot {
			return problem(CodeUnknownOwner, fmt.Sprintf("there is no agent and no bot %.200q", *want.Owner))
		}
	}
	if want.Team != nil && *want.Team != "" {
		if _, ok := d.team(string(*want.Team)); !ok {
			return problem(CodeUnknownTeam, fmt.Sprintf("there is no team %.200q", string(*want.Team)))
		}
	}
	return nil
}

// epochOf reads If-Match: a number, with or without quotes. None and * match
// whatever is there.
func epochOf(ifMatch string) (*int64, error) {
	text := strings.TrimSpace(ifMatch)
	if text == "" || text == "*" {
		return nil, nil
	}
	if inner, ok := strings.CutPrefix(text, `"`); ok {
		if text, ok = strings.CutSuffix(inner, `"`); !ok {
			return nil, invalid("If-Match must be the owner_epoch, such as 7 or \"7\"")
		}
	}
	epoch, err := strconv.ParseInt(text, 10, 64)
	if err != nil || epoch < 0 {
		return nil, invalid("If-Match must be the owner_epoch, such as 7 or \"7\"")
	}
	return &epoch, nil
}

type decisionsInput struct {
	Single
	Paging
}

func (b *border) listDecisions(ctx context.Context, in *decisionsInput) (*answer[page[core.Assignment]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	if _, err := b.visible(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := b.Store.Why(ctx, in.ID, before, in.Limit)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Why = orEmpty(all[i].Why)
	}
	return &answer[page[core.Assignment]]{pageOf(all, in.Limit, func(a core.Assignment) int64 { return a.ID })}, nil
}

type triggerInput struct {
	Single
	Once string `header:"Idempotency-Key" maxLength:"255" doc:"The same key again tells the bot nothing twice."`
	Body struct {
		Event string        `json:"event" minLength:"1" maxLength:"200" doc:"The event's name, as the bot knows it."`
		Data  core.Metadata `json:"data,omitempty"`
	} `nameHint:"Trigger"`
}

func (b *border) trigger(ctx context.Context, in *triggerInput) (*struct{}, error) {
	err := b.Store.Trigger(ctx, in.ID, core.BotEvent{Name: in.Body.Event, Data: in.Body.Data}, callerOf(ctx).once(in.ID, in.Once))
	return nil, err
}
