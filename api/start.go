package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
)

func (b *border) startRoutes() {
	op := huma.Operation{
		OperationID: "start-conversation", Method: http.MethodPost, Path: "/conversations",
		Summary: "Start a conversation with a contact", Tags: []string{"conversations"}, DefaultStatus: http.StatusCreated,
	}
	register(b, op, byStaff, b.startConversation)
}

// startBody takes the names of Kommunicate's conversation settings beside ours.
type startBody struct {
	StartAliases
	Channel  core.ChannelID `json:"channel" minLength:"1" maxLength:"100"`
	Address  core.Address   `json:"address,omitempty" maxLength:"300" doc:"Whom to write to, as on the wire; or contact_id."`
	Contact  core.ContactID `json:"contact_id,omitempty"`
	Name     string         `json:"name,omitempty" maxLength:"200" doc:"Of a contact that is not known yet."`
	UserID   string         `json:"userId,omitempty" maxLength:"300" doc:"What bots know the contact by, if it is not known yet; without spaces and ^!$%&*()."`
	Title    string         `json:"title,omitempty" maxLength:"500" doc:"Stays; without one, the owner's name is the title."`
	AgentIDs names          `json:"agentIds,omitempty"`
	BotIDs   names          `json:"botIds,omitempty"`
	Assignee word           `json:"assignee,omitempty" doc:"An agent or a bot."`
	Skip     yes            `json:"skipRouting,omitempty" doc:"true: the rules are not asked."`
	Team     word           `json:"teamId,omitempty"`
	SkipBot  names          `json:"skipBotEvent,omitempty" doc:"Events that its bots do not hear."`
	Welcome  string         `json:"WELCOME_MESSAGE,omitempty" maxLength:"4000"`
	Event    string         `json:"customWelcomeEvent,omitempty" maxLength:"200"`
	Metadata fields         `json:"conversationMetadata,omitempty"`
	Context  fields         `json:"chat_context,omitempty" doc:"Goes with every message to a bot."`
	Defaults fields         `json:"default_message_metadata,omitempty" doc:"Goes with every message to a bot, over chat_context."`
}

// StartAliases are other names of the same things on Kommunicate's pages. It is
// exported because huma sets its fields.
type StartAliases struct {
	GroupName       string `json:"defaultGroupName,omitempty" maxLength:"500" doc:"title"`
	UntilAgent      string `json:"conversationTitle,omitempty" maxLength:"500" doc:"The title until an agent owns the conversation."`
	UserName        string `json:"userName,omitempty" maxLength:"200" doc:"name"`
	AgentID         word   `json:"agentId,omitempty" doc:"One of agentIds."`
	DefaultAgentIDs names  `json:"defaultAgentIds,omitempty" doc:"agentIds"`
	DefaultBotIDs   names  `json:"defaultBotIds,omitempty" doc:"botIds"`
	DefaultAssignee word   `json:"defaultAssignee,omitempty" doc:"assignee"`
	ClientID        word   `json:"clientGroupId,omitempty" doc:"As Idempotency-Key."`
	ChatContext     fields `json:"KM_CHAT_CONTEXT,omitempty" doc:"chat_context"`
	DefaultMetadata fields `json:"defaultMessageMetaData,omitempty" doc:"default_message_metadata"`
}

// settled is the body with what came under other names in its own place.
func (s startBody) settled() startBody {
	s.Name = cmp.Or(s.Name, s.UserName)
	s.Title = cmp.Or(s.Title, s.GroupName)
	s.Assignee = cmp.Or(s.Assignee, s.DefaultAssignee)
	if s.AgentID != "" {
		s.AgentIDs = append(s.AgentIDs, string(s.AgentID))
	}
	s.AgentIDs, s.BotIDs = append(s.AgentIDs, s.DefaultAgentIDs...), append(s.BotIDs, s.DefaultBotIDs...)
	if s.Context == nil {
		s.Context = s.ChatContext
	}
	if s.Defaults == nil {
		s.Defaults = s.DefaultMetadata
	}
	return s
}

// participants are the agents and bots that take part, each once.
func (s startBody) participants() []string {
	var all []string
	for _, id := range slices.Concat(s.AgentIDs, s.BotIDs) {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

type startInput struct {
	Once string    `header:"Idempotency-Key" maxLength:"255" doc:"The same key again gives the conversation that the first call began."`
	Body startBody `nameHint:"ConversationStart"`
}

func (b *border) startConversation(ctx context.Context, in *startInput) (*answer[conversation], error) {
	d, want := b.Directory(), in.Body.settled()
	ch, ok := d.channel(want.Channel)
	if !ok {
		return nil, problem(CodeUnknownChannel, "channel must be the id of a configured channel")
	}
	if err := d.knows(changes{Owner: (*string)(&want.Assignee), Team: &want.Team}); err != nil {
		return nil, err
	}
	for _, id := range want.participants() {
		if err := d.knows(changes{Owner: &id}); err != nil {
			return nil, err
		}
	}
	person, err := b.person(ctx, ch, want)
	if err != nil {
		return nil, err
	}
	c, err := b.Store.Start(ctx, core.Start{
		Channel: ch.Info(), Contact: person, Title: cmp.Or(want.Title, want.UntilAgent), TitleUntilAgent: want.Title == "",
		Assignee: string(want.Assignee), SkipRouting: bool(want.Skip), Team: string(want.Team),
		Once: callerOf(ctx).once(0, cmp.Or(in.Once, string(want.ClientID))), Participants: want.participants(), Metadata: core.Metadata(want.Metadata), Welcome: want.Welcome,
		Terms: core.Terms{SkipEvents: want.SkipBot, WelcomeEvent: want.Event, Context: core.Metadata(want.Context), MessageMetadata: core.Metadata(want.Defaults)},
	})
	if err != nil {
		return nil, err
	}
	return &answer[conversation]{conversationOf(c)}, nil
}

// person is whom a new conversation is with: at an address, which may be known,
// or a contact where it wrote to us.
func (b *border) person(ctx context.Context, ch Channel, want startBody) (core.Person, error) {
	if strings.TrimSpace(string(want.Address)) == "" && want.Contact == 0 {
		return core.Person{}, invalid("address or contact_id is needed")
	}
	query := core.ConversationQuery{Channel: ch.ID, Address: want.Address, Limit: 1}
	if want.Address == "" {
		query.Contact = want.Contact
	}
	known, err := b.Store.Conversations(ctx, query)
	if err != nil {
		return core.Person{}, err
	}
	p := core.Person{Address: want.Address, UserID: want.UserID, Name: want.Name}
	var c core.Contact
	switch {
	case len(known) > 0:
		c = known[0].Contact
		p.Address = c.Address
	case want.Address == "":
		return p, invalid("the contact has no address on this channel; give address")
	case want.Contact != 0: // its first address on this channel
		if c, err = b.Store.Contact(ctx, want.Contact); err != nil {
			return p, err
		}
	}
	switch {
	case want.Contact != 0 && c.ID != want.Contact, want.UserID != "" && c.ID != 0 && c.UserID != want.UserID:
		return p, invalid("the address is another contact's: that of %s", c.UserID)
	case c.ID != 0:
		p.UserID = c.UserID
		return p, nil
	case p.UserID == "":
		p.UserID = ch.Users + strings.TrimPrefix(string(p.Address), ch.Users)
	}
	return p, core.CheckUserID(p.UserID)
}
