package api

import (
	"encoding/json"
	"errors"
	"reflect"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
	"causeway/kommunicate"
)

// postSchema is the schema of the three forms of a message.
func postSchema(r huma.Registry) *huma.Schema {
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	flag := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeBoolean, Description: doc} }
	form := func(required string, free bool, own map[string]*huma.Schema) *huma.Schema {
		own["as"] = text("The agent who speaks; for admin keys.")
		own["private"] = flag("For agents only; never sent.")
		own["keep_owner"] = flag("An agent speaks without taking over from a bot.")
		own["reply_to"] = &huma.Schema{Type: huma.TypeInteger, Format: "int64", Description: "The id of the message that is answered."}
		own["metadata"] = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
		return &huma.Schema{Type: huma.TypeObject, Properties: own, Required: []string{required}, AdditionalProperties: free}
	}
	r.Map()["MessagePost"] = &huma.Schema{OneOf: []*huma.Schema{
		form("content", false, map[string]*huma.Schema{
			"content":  sendable{}.Schema(r),
			"fallback": text("Shown in its place on a channel that would lose something of the content."),
			"native":   nativeSchema(),
		}),
		form("text", false, map[string]*huma.Schema{"text": text("Plain text.")}),
		form("message", true, map[string]*huma.Schema{"message": text("Kommunicate's form: text, and metadata with a rich message.")}),
	}}
	return &huma.Schema{Ref: "#/components/schemas/MessagePost"}
}

// post is a message that is to be said.
type post struct {
	saying    core.Saying
	does      *core.Answer // what a bot says and does in Kommunicate's form, nil for others
	as        string
	keepOwner bool
	notices   []string
}

// around is what may stand around each form of a message.
type around struct {
	As        string         `json:"as"`
	ReplyTo   core.MessageID `json:"reply_to"`
	Private   bool           `json:"private"`
	KeepOwner bool           `json:"keep_owner"`
}

// ours is a message in our own form: a content, or a text for short.
type ours struct {
	around
	Content  json.RawMessage `json:"content"`
	Text     *string         `json:"text"`
	Metadata core.Metadata   `json:"metadata"`
	Fallback string          `json:"fallback"`
	Native   natives         `json:"native"`
}

const longestAs = 200 // runes

// readPost reads a message in any of its forms: our content, our short text, or
// Kommunicate's, in which a bot may ask for as much as in an answer. Its error is
// a Problem.
func readPost(data []byte, bot bool) (post, error) {
	var names map[string]json.RawMessage
	if err := decode(data, &names); err != nil {
		return post{}, problem(CodeUnreadable, err.Error())
	}
	var (
		_, content = names["content"]
		_, text    = names["text"]
		p          post
		err        error
	)
	if content || text {
		p, err = readOurs(data)
	} else {
		p, err = readTheirs(names, bot)
	}
	if err == nil {
		err = p.check()
	}
	if err != nil {
		return post{}, err
	}
	return p, nil
}

func readOurs(data []byte) (post, error) {
	var o ours
	if err := decode(data, &o); err != nil {
		return post{}, invalid("%v", err)
	}
	if (o.Content == nil) == (o.Text == nil) {
		return post{}, invalid("give content or text, one of them")
	}
	if err := optional("fallback", o.Fallback); err != nil {
		return post{}, invalid("%v", err)
	}
	if err := o.Native.check(); err != nil {
		return post{}, invalid("%v", err)
	}
	p := o.post(core.Saying{Metadata: o.Metadata, Fallback: o.Fallback, Native: o.Native})
	if o.Text != nil {
		p.saying.Content = core.Text{Body: *o.Text}
		if err := check(p.saying.Content); err != nil {
			return post{}, invalid("text: %v", err)
		}
		return p, nil
	}
	c, err := readContent(o.Content)
	if err != nil {
		return post{}, invalid("content: %v", err)
	}
	p.saying.Content = c
	return p, nil
}

// readTheirs reads Kommunicate's form, with what may stand around it.
func readTheirs(names map[string]json.RawMessage, bot bool) (post, error) {
	own := map[string]json.RawMessage{}
	for name := range fieldsOf(reflect.TypeFor[around]()) {
		if v, ok := names[name]; ok {
			own[name] = v
			delete(names, name)
		}
	}
	var a around
	if err := recode(own, &a); err != nil {
		return post{}, invalid("%v", err)
	}
	_, message := names["message"]
	_, metadata := names["metadata"]
	if !message && !metadata {
		return post{}, invalid("a message needs content, text, or message and metadata as Kommunicate has them")
	}
	theirs, err := json.Marshal(names)
	if err != nil {
		return post{}, invalid("%v", err)
	}
	p, err := a.theirs(theirs, bot)
	if errors.Is(err, kommunicate.ErrTooLarge) {
		return post{}, problem(CodeTooLarge, "the message is too large")
	}
	if err != nil {
		return post{}, problemOf(err)
	}
	return p, nil
}

func (a around) theirs(data []byte, bot bool) (post, error) {
	if !bot {
		saying, notices, err := kommunicate.ReadMessage(data)
		p := a.post(saying)
		p.notices = notices
		return p, err
	}
	said, err := kommunicate.ReadBotMessage(data)
	if err != nil {
		return post{}, err
	}
	p := a.post(core.Saying{})
	for i, s := range said.Say {
		one := a.post(s)
		if i == 0 {
			p = one
		}
		said.Say[i] = one.saying
	}
	p.notices, said.Notices = said.Notices, nil // who posts is told at once
	p.does = &said
	return p, nil
}

func (a around) post(s core.Saying) post {
	if a.ReplyTo != 0 {
		s.ReplyTo = a.ReplyTo
	}
	s.Private = s.Private || a.Private
	return post{saying: s, as: a.As, keepOwner: a.KeepOwner}
}

// check bounds what all forms share.
func (p post) check() error {
	switch {
	case utf8.RuneCountInString(p.as) > longestAs:
		return invalid("as is too long")
	case p.saying.ReplyTo < 0 || p.saying.ReplyTo >= idsEnd:
		return invalid("reply_to must be the id of a message")
	}
	return nil
}

// recode reads names that were read before into a struct.
func recode(names map[string]json.RawMessage, v any) error {
	data, err := json.Marshal(names)
	if err != nil {
		return err
	}
	return decode(data, v)
}
