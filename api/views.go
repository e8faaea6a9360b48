package api

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
	"causeway/kommunicate"
)

// message is a message as the interface shows it.
type message struct {
	core.Message
	Content content     `json:"content"`
	Notes   []core.Note `json:"notes" doc:"What the channel could not show as it was meant."`
	// Notices say what of a message that was just posted was not understood.
	Notices []string `json:"notices,omitempty" doc:"What of a posted message was not understood. Only in the answer to its POST."`
	Done    []string `json:"done,omitempty" enum:"hand_off,resolve,ask_rating,add_tags,update_contact" doc:"What a bot asked for besides. Only in the answer to its POST."`
}

func messageOf(m core.Message) message {
	return message{Message: m, Content: content{m.Content}, Notes: orEmpty(m.Notes)}
}

// TransformSchema implements huma.SchemaTransformer: a message that went well
// has no fault.
func (message) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["fault"] = &huma.Schema{OneOf: []*huma.Schema{s.Properties["fault"], {Type: "null"}}}
	return s
}

// conversation is a conversation as the interface shows it.
type conversation struct {
	core.Conversation
	StatusCode int `json:"status_code" doc:"The status as Kommunicate numbers it: open 0, waiting 7, resolved 2, spam 3."`
}

// conversationOf fills in what may be nil in the core and is never null here.
func conversationOf(c core.Conversation) conversation {
	c.Tags = orEmpty(c.Tags)
	if c.Metadata == nil {
		c.Metadata = core.Metadata{}
	}
	if c.Contact.Metadata == nil {
		c.Contact.Metadata = core.Metadata{}
	}
	return conversation{c, kommunicate.StatusNumber(c.Status)}
}

// ownerOf names the owner nobody where the rules found none; the store does so itself.
func ownerOf(o core.Owner) core.Owner {
	if o.Type == "" {
		o.Type = core.Nobody
	}
	return o
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// content is core's content, written with its type.
type content struct{ core.Content }

// MarshalJSON implements json.Marshaler.
func (c content) MarshalJSON() ([]byte, error) { return core.MarshalContent(c.Content) }

// Schema implements huma.SchemaProvider: one schema for each type of content.
func (content) Schema(r huma.Registry) *huma.Schema {
	return unionOf(r, "Content", slices.Concat(core.Sendable(), []core.Content{
		core.Selection{}, core.Reaction{}, core.Order{}, core.Edited{}, core.Deleted{}, core.Unsupported{},
	}))
}

// sendable is content that may be posted. It is only a schema.
type sendable struct{}

// Schema implements huma.SchemaProvider.
func (sendable) Schema(r huma.Registry) *huma.Schema {
	return unionOf(r, "SendableContent", core.Sendable())
}

// unionOf adds the schema name to the registry: any of all, told apart by type.
func unionOf(r huma.Registry, name string, all []core.Content) *huma.Schema {
	ref := &huma.Schema{Ref: "#/components/schemas/" + name}
	if r.Map()[name] != nil {
		return ref
	}
	union := &huma.Schema{Discriminator: &huma.Discriminator{PropertyName: "type", Mapping: map[string]string{}}}
	r.Map()[name] = union
	for _, c := range all {
		one := typedSchema(r, c)
		union.OneOf = append(union.OneOf, &huma.Schema{Ref: one})
		union.Discriminator.Mapping[string(c.Type())] = one
	}
	return ref
}

// typedSchema adds c's schema with its type field, and returns the reference.
func typedSchema(r huma.Registry, c core.Content) string {
	t := reflect.TypeOf(c)
	name := t.Name() + "Content"
	if r.Map()[name] == nil {
		typed := *r.Schema(t, false, "")
		typed.Properties = maps.Clone(typed.Properties)
		typed.Properties["type"] = &huma.Schema{Type: huma.TypeString, Enum: []any{string(c.Type())}}
		typed.Required = append([]string{"type"}, typed.Required...)
		r.Map()[name] = &typed
	}
	return "#/components/schemas/" + name
}

// page is one page of a list.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next" doc:"The cursor of the next page; empty at the end."`
}

// answer is a body as huma wants it.
type answer[T any] struct{ Body T }

var _ json.Marshaler = content{}
