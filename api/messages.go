package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"reflect"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
	"causeway/kommunicate"
)

func (b *border) messageRoutes() {
	register(b, huma.Operation{
		OperationID: "list-messages", Method: http.MethodGet, Path: "/conversations/{id}/messages", Tags: []string{"messages"},
		Summary: "List the messages of a conversation, in order",
	}, byAnyKey, b.listMessages)
	register(b, huma.Operation{
		OperationID: "post-message", Method: http.MethodPost, Path: "/conversations/{id}/messages", Tags: []string{"messages"},
		Summary: "Say something in a conversation",
		Description: "The key's agent or bot says it; an admin key names the agent in `as`, which it may leave out if there is one agent only. " +
			"An agent who speaks takes the conversation over from a bot, unless `keep_owner` is set or the message is private. " +
			"Kommunicate's hidden message with KM_TRIGGER_EVENT is nothing said: its event goes to the bot, and the answer is 202. " +
			"A bot's message in Kommunicate's form may hand over and ask for actions as its answer may; if it says nothing, the answer is 202 with what was done.",
		DefaultStatus: http.StatusCreated, SkipValidateBody: true, // readPost says better what is wrong
	}, byAnyKey, b.postMessage)
	documented := b.rest.OpenAPI()
	documented.Paths[base+"/conversations/{id}/messages"].Post.RequestBody.Content["application/json"].Schema = postSchema(documented.Components.Schemas)
}

type messagesInput struct {
	Single
	Paging
	After int64 `query:"after" minimum:"0" maximum:"9007199254740991" doc:"The seq after which to begin; or give a cursor."`
}

func (b *border) listMessages(ctx context.Context, in *messagesInput) (*answer[page[message]], error) {
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	if _, err := b.visible(ctx, in.ID); err != nil {
		return nil, err
	}
	found, err := b.Store.Messages(ctx, in.ID, max(after, in.After), in.Limit)
	if err != nil {
		return nil, err
	}
	views := make([]message, len(found))
	for i, m := range found {
		views[i] = messageOf(m)
	}
	return &answer[page[message]]{pageOf(views, in.Limit, func(m message) int64 { return m.Seq })}, nil
}

type postInput struct {
	Single
	Once    string `header:"Idempotency-Key" maxLength:"255" doc:"The same key again gives what the first call stored, and says and does nothing twice."`
	Type    string `header:"Content-Type" hidden:"true"`
	RawBody []byte `contentType:"application/json"`
}

// posted is what became of a post: a message, or an event for the bot.
type posted struct {
	Status int
	Body   postedBody
}

type postedBody struct {
	said  message
	event string
	done  carriedOut // where nothing is said
}

// MarshalJSON writes the one that it is.
func (p postedBody) MarshalJSON() ([]byte, error) {
	switch {
	case p.event != "":
		return json.Marshal(triggered{p.event})
	case p.said.ID == 0:
		return json.Marshal(p.done)
	}
	return json.Marshal(p.said)
}

// Schema says so in the document.
func (postedBody) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{
		r.Schema(reflect.TypeFor[message](), true, ""), r.Schema(reflect.TypeFor[triggered](), true, ""),
		r.Schema(reflect.TypeFor[carriedOut](), true, ""),
	}}
}

const longestEvent = 200 // runes of a name, as at /trigger

// triggered says which event a bot is told of.
type triggered struct {
	Event string `json:"event"`
}

// carriedOut is what became of a bot's message that only asks for something.
type carriedOut struct {
	Done    []string `json:"done" enum:"hand_off,resolve,ask_rating,add_tags,update_contact" doc:"What a bot asked for besides saying something."`
	Notices []string `json:"notices,omitempty"`
}

func (b *border) postMessage(ctx context.Context, in *postInput) (*posted, error) {
	if base, _, err := mime.ParseMediaType(in.Type); in.Type != "" && (err != nil || base != "application/json") {
		return nil, problem(CodeUnsupported, "a message is posted as application/json")
	}
	who := callerOf(ctx)
	if event, ok := kommunicate.ReadTrigger(in.RawBody); ok {
		if !byStaff.allows(who.Role) {
			return nil, problem(CodeForbidden, "a bot's key may not trigger its own events")
		}
		if utf8.RuneCountInString(event.Name) > longestEvent {
			return nil, invalid("the event's name is too long")
		}
		return &posted{http.StatusAccepted, postedBody{event: event.Name}}, b.Store.Trigger(ctx, in.ID, event, who.once(in.ID, in.Once))
	}
	p, err := readPost(in.RawBody, who.Role == BotRole)
	if err != nil {
		return nil, err
	}
	sender, err := b.Directory().speaker(who.Key, p.as)
	if err != nil {
		return nil, err
	}
	if err := b.quotable(ctx, in.ID, p.saying.ReplyTo); err != nil {
		return nil, err
	}
	said, err := b.Bridge.Say(ctx, core.Speech{
		Conversation: in.ID, Sender: sender, Say: []core.Saying{p.saying}, Does: p.does, KeepOwner: p.keepOwner, Once: who.once(in.ID, in.Once),
	})
	if err != nil {
		return nil, err
	}
	notices := append(p.notices, strangers(b.Directory().Kinds, []core.Saying{p.saying})...)
	switch {
	case len(said) > 0:
		view := messageOf(said[0])
		view.Notices, view.Done = notices, p.done()
		return &posted{http.StatusCreated, postedBody{said: view}}, nil
	case p.does != nil:
		return &posted{http.StatusAccepted, postedBody{done: carriedOut{p.done(), notices}}}, nil
	}
	return nil, errors.New("a message was said, and none was stored")
}

// done names what a bot asked for besides saying something.
func (p post) done() []string {
	if p.does == nil {
		return nil
	}
	return p.does.Does()
}

// speaker is who says what a key posts.
func (d *Directory) speaker(k Key, as string) (core.Sender, error) {
	own := d.sender(k)
	if k.Role != AdminRole {
		if as != "" && as != own.ID {
			return core.Sender{}, problem(CodeForbidden, "only an admin key may speak as somebody else")
		}
		return own, nil
	}
	if as == "" {
		if len(d.Agents) != 1 {
			return core.Sender{}, problem(CodeAsRequired, `say in "as" which agent speaks`)
		}
		as = d.Agents[0].ID
	}
	a, ok := d.agent(as)
	if !ok {
		return core.Sender{}, problem(CodeUnknownAgent, `"as" must be the id of an agent`)
	}
	return core.Sender{Type: core.FromAgent, ID: a.ID, Name: a.Name}, nil
}

// quotable reports whether a message of the conversation is answered, or none.
func (b *border) quotable(ctx context.Context, id core.ConversationID, to core.MessageID) error {
	if to == 0 {
		return nil
	}
	m, err := b.Store.Message(ctx, to)
	if errors.Is(err, core.ErrNotFound) || err == nil && m.Conversation != id {
		return invalid("reply_to must be the id of a message of this conversation")
	}
	return err
}

// once keeps the callers' idempotency keys apart, and their conversations.
func (c caller) once(id core.ConversationID, given string) string {
	if given == "" {
		return ""
	}
	return fmt.Sprintf("%q/%d/%s", c.Name, id, given)
}
