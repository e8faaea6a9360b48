package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
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

// word is a JSON string, number or boolean as words: clients of Kommunicate write
// teamId as a number and booleans as strings.
type word string

// UnmarshalJSON takes strings, numbers and booleans.
func (t *word) UnmarshalJSON(data []byte) error {
	var v any
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return err
	}
	switch v := v.(type) {
	case string:
		*t = word(v)
	case json.Number:
		*t = word(v.String())
	case bool:
		*t = word(strconv.FormatBool(v))
	case nil:
	default:
		return invalid("a string, a number or a boolean is wanted")
	}
	return nil
}

// Schema says so in the document.
func (word) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeNumber}, {Type: huma.TypeBoolean}}}
}

// names is a list of strings, or its JSON in a string.
type names []string

// UnmarshalJSON takes a list, or a string that holds one.
func (n *names) UnmarshalJSON(data []byte) error {
	var inner string
	if json.Unmarshal(data, &inner) == nil {
		if inner == "" {
			return nil
		}
		data = []byte(inner)
	}
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		return invalid("a list of names is wanted")
	}
	*n = list
	return nil
}

// Schema says so in the document.
func (names) Schema(huma.Registry) *huma.Schema {
	list := &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}}
	return &huma.Schema{OneOf: []*huma.Schema{list, {Type: huma.TypeString, Description: "The list as JSON."}}}
}

// startBody takes the names of Kommunicate's conversation settings beside ours.
type startBody struct {
	Channel  core.ChannelID `json:"channel" minLength:"1" maxLength:"100"`
	Address  core.Address   `json:"address,omitempty" maxLength:"300" doc:"Whom to write to, as on the wire; or contact_id."`
	Contact  core.ContactID `json:"contact_id,omitempty"`
	Name     string         `json:"name,omitempty" maxLength:"200" doc:"Of a contact that is not known yet."`
	Title    string         `json:"title,omitempty" maxLength:"500"`
	AgentIDs names          `json:"agentIds,omitempty"`
	BotIDs   names          `json:"botIds,omitempty"`
	Assignee word           `json:"assignee,omitempty" doc:"An agent or a bot."`
	Skip     word           `json:"skipRouting,omitempty" doc:"true: the rules are not asked."`
	Team     word           `json:"teamId,omitempty"`
	SkipBot  names          `json:"skipBotEvent,omitempty" doc:"Events that its bots do not hear."`
	Welcome  string         `json:"WELCOME_MESSAGE,omitempty" maxLength:"4000"`
	Event    string         `json:"customWelcomeEvent,omitempty" maxLength:"200"`
	Metadata core.Metadata  `json:"conversationMetadata,omitempty"`
	Context  core.Metadata  `json:"chat_context,omitempty" doc:"Goes with every message to a bot."`
	Defaults core.Metadata  `json:"default_message_metadata,omitempty" doc:"Goes with every message to a bot, over chat_context."`
}

type startInput struct {
	Body startBody `nameHint:"ConversationStart"`
}

func (b *border) startConversation(ctx context.Context, in *startInput) (*answer[core.Conversation], error) {
	d, want := b.Directory(), in.Body
	ch, ok := d.channel(want.Channel)
	if !ok {
		return nil, problem(CodeUnknownChannel, "channel must be the id of a configured channel")
	}
	if err := d.knows(changes{Owner: (*string)(&want.Assignee), Team: (*string)(&want.Team)}); err != nil {
		return nil, err
	}
	for _, id := range append(append(names{}, want.AgentIDs...), want.BotIDs...) {
		if err := d.knows(changes{Owner: &id}); err != nil {
			return nil, err
		}
	}
	person, err := b.person(ctx, ch, want)
	if err != nil {
		return nil, err
	}
	c, err := b.Store.Start(ctx, core.Start{
		Channel: ch.Info(), Contact: person, Title: want.Title, Assignee: string(want.Assignee), SkipRouting: want.Skip == "true",
		Team: string(want.Team), Participants: append(append([]string{}, want.AgentIDs...), want.BotIDs...), Metadata: want.Metadata, Welcome: want.Welcome,
		Terms: core.Terms{SkipEvents: want.SkipBot, WelcomeEvent: want.Event, Context: want.Context, MessageMetadata: want.Defaults},
	})
	if err != nil {
		return nil, err
	}
	return &answer[core.Conversation]{conversationOf(c)}, nil
}

// person is whom a new conversation is with.
func (b *border) person(ctx context.Context, ch Channel, want startBody) (core.Person, error) {
	address := want.Address
	if want.Contact != 0 {
		known, err := b.Store.Conversations(ctx, core.ConversationQuery{Channel: ch.ID, Contact: want.Contact, Limit: 1})
		if err != nil {
			return core.Person{}, err
		}
		if len(known) == 0 {
			return core.Person{}, invalid("the contact has no address on this channel; give address")
		}
		address = known[0].Contact.Address
	}
	if strings.TrimSpace(string(address)) == "" {
		return core.Person{}, invalid("address or contact_id is needed")
	}
	user := string(address)
	if !strings.HasPrefix(user, ch.Users) {
		user = ch.Users + user
	}
	return core.Person{Address: address, UserID: user, Name: want.Name}, nil
}
