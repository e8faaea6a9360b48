package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
	"causeway/kommunicate"
)

func (b *border) renderRoutes() {
	register(b, huma.Operation{
		OperationID: "render", Method: http.MethodPost, Path: "/render", Tags: []string{"rendering"},
		Summary: "Show what a message would become on each kind of channel; nothing is sent",
		Description: "Give one of `message` (Kommunicate's, whole, or its text with `metadata` beside), `content` (ours), `text`, or `answer` (an array of these), " +
			"and `kinds` if not every kind is wanted. The answer has the native calls, what they do not show as it was meant, and a score, by kind. " +
			"Addresses and tokens in it are made up.",
		SkipValidateBody: true, // readRender says better what is wrong
	}, byAnyKey, b.render)
	documented := b.rest.OpenAPI()
	documented.Paths[base+"/render"].Post.RequestBody.Content["application/json"].Schema = renderSchema(documented.Components.Schemas)
}

// renderSchema is the schema of what render takes.
func renderSchema(r huma.Registry) *huma.Schema {
	free := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
	text := &huma.Schema{Type: huma.TypeString}
	r.Map()["RenderPost"] = &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: true,
		Properties: map[string]*huma.Schema{
			"kinds":    {Type: huma.TypeArray, Items: text, Description: "The kinds of channel; every kind without it."},
			"message":  {OneOf: []*huma.Schema{text, free}, Description: "A message in Kommunicate's form, or its text."},
			"metadata": free,
			"content":  sendable{}.Schema(r),
			"text":     text,
			"answer":   {Type: huma.TypeArray, Items: free, Description: "Several messages as one answer."},
		},
	}
	return &huma.Schema{Ref: "#/components/schemas/RenderPost"}
}

type renderInput struct {
	RawBody []byte `contentType:"application/json"`
}

func (b *border) render(_ context.Context, in *renderInput) (*answer[map[string]core.Rendering], error) {
	wanted, message, err := readRender(in.RawBody)
	if err != nil {
		return nil, err
	}
	d := b.Directory()
	kinds, err := KindsNamed(d.Kinds, wanted)
	if err != nil {
		return nil, invalid("kinds: %v", err)
	}
	say, notices, err := ReadSayings(d.Kinds, message)
	if err != nil {
		return nil, sayingsProblem(err)
	}
	all, err := Render(kinds, say, notices, d.Choose)
	if err != nil {
		return nil, err
	}
	return &answer[map[string]core.Rendering]{all}, nil
}

// readRender tells the kinds from what is to be rendered.
func readRender(data []byte) (kinds []string, message []byte, err error) {
	var names map[string]json.RawMessage
	if err := decode(data, &names); err != nil {
		return nil, nil, problem(CodeUnreadable, err.Error())
	}
	if raw, ok := names["kinds"]; ok {
		if err := decode(raw, &kinds); err != nil {
			return nil, nil, invalid("kinds: %v", err)
		}
		delete(names, "kinds")
	}
	for _, name := range []string{"answer", "message"} {
		whole := names[name]
		if len(whole) == 0 || name == "message" && whole[0] != '{' {
			continue
		}
		if len(names) > 1 {
			return nil, nil, invalid("beside %s nothing but kinds may stand", name)
		}
		return kinds, whole, nil
	}
	if len(names) == 0 {
		return nil, nil, invalid("give message, content, text or answer")
	}
	message, err = json.Marshal(names)
	return kinds, message, err
}

// sayingsProblem sorts an error of ReadSayings.
func sayingsProblem(err error) error {
	switch {
	case errors.Is(err, kommunicate.ErrTooLarge):
		return problem(CodeTooLarge, "the message is too large")
	case errors.Is(err, core.ErrInvalid), errors.Is(err, kommunicate.ErrUnreadable):
		return invalid("%s", strings.TrimSuffix(err.Error(), ": "+core.ErrInvalid.Error()))
	}
	return err
}

// KindsNamed are the kinds of all that have one of names, in the order of all;
// every kind if there are no names. Its error lists the kinds that there are.
func KindsNamed(all []core.Kind, names []string) ([]core.Kind, error) {
	if len(names) == 0 {
		return all, nil
	}
	wanted := map[string]bool{}
	for _, name := range names {
		wanted[name] = true
	}
	var known []string
	var found []core.Kind
	for _, k := range all {
		known = append(known, k.Name)
		if wanted[k.Name] {
			found = append(found, k)
			delete(wanted, k.Name)
		}
	}
	for _, name := range names {
		if wanted[name] {
			return nil, fmt.Errorf("there is no kind %.50q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return found, nil
}

// Render is what sayings would become on each of kinds, by the kind's name. What
// could not be read of them counts as lost, on every kind. It sends nothing.
func Render(kinds []core.Kind, say []core.Saying, notices []string, choose string) (map[string]core.Rendering, error) {
	all := map[string]core.Rendering{}
	for _, k := range kinds {
		r, err := core.Preview(k, say, choose)
		if err != nil {
			return nil, fmt.Errorf("render: %w", err)
		}
		for _, text := range notices {
			r.Notes = append(r.Notes, core.Note{Rule: ruleUnread, From: text, Severity: core.Lost})
		}
		r.Score = core.Score(r.Notes)
		all[k.Name] = r
	}
	return all, nil
}

// ruleUnread is the rule of a note on what could not be read of a message.
const ruleUnread = "unread"

// ReadSayings reads what is to be rendered: one message or an array of them,
// which is one answer. Messages are in Kommunicate's form, or in ours: content
// with its type, or as it is posted, with content or text. The notices say what
// of Kommunicate's form was not understood, and which native calls are for none of
// kinds, which are all that there are. Errors wrap core.ErrInvalid,
// [kommunicate.ErrUnreadable] or [kommunicate.ErrTooLarge].
func ReadSayings(kinds []core.Kind, data []byte) ([]core.Saying, []string, error) {
	say, notices, err := readSayings(data)
	return say, append(notices, strangers(kinds, say)...), err
}

func readSayings(data []byte) ([]core.Saying, []string, error) {
	var all []json.RawMessage
	if json.Unmarshal(data, &all) != nil {
		all = []json.RawMessage{data}
	}
	if len(all) == 0 || !isOurs(all[0]) {
		return readKommunicate(data)
	}
	if len(all) > kommunicate.MaxMessages {
		return nil, nil, fmt.Errorf("an answer has at most %d messages: %w", kommunicate.MaxMessages, core.ErrInvalid)
	}
	var say []core.Saying
	for i, raw := range all {
		s, err := readOne(raw)
		if err != nil && len(all) > 1 {
			err = fmt.Errorf("message %d: %w", i+1, err)
		}
		if err != nil {
			return nil, nil, err
		}
		say = append(say, s)
	}
	return say, nil, nil
}

func readKommunicate(data []byte) ([]core.Saying, []string, error) {
	a, err := kommunicate.ReadAnswer(data)
	if err != nil {
		return nil, nil, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, nil, fmt.Errorf("%w: there is nothing to read", kommunicate.ErrUnreadable)
	}
	return a.Say, a.Notices, nil
}

// isOurs reports whether a message is in our own form. Kommunicate has a type
// too, which is a number.
func isOurs(raw json.RawMessage) bool {
	var names map[string]json.RawMessage
	if json.Unmarshal(raw, &names) != nil {
		return false
	}
	return names["content"] != nil || names["text"] != nil || isText(names["type"])
}

func isText(raw json.RawMessage) bool {
	var text string
	return raw != nil && json.Unmarshal(raw, &text) == nil
}

// readOne reads a message in our own form.
func readOne(raw json.RawMessage) (core.Saying, error) {
	var names map[string]json.RawMessage
	if err := decode(raw, &names); err != nil {
		return core.Saying{}, fmt.Errorf("%w: %w", err, core.ErrInvalid)
	}
	if isText(names["type"]) {
		c, err := readContent(raw)
		if err != nil {
			return core.Saying{}, fmt.Errorf("%w: %w", err, core.ErrInvalid)
		}
		return core.Saying{Content: c}, nil
	}
	p, err := readPost(raw, false)
	if err != nil {
		return core.Saying{}, fmt.Errorf("%w: %w", err, core.ErrInvalid)
	}
	return p.saying, nil
}
