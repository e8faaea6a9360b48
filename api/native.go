package api

import (
	"fmt"
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
)

// natives are an author's own calls by kind.
type natives map[string][]core.Native

func nativeSchema() *huma.Schema {
	call := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"op", "body"}, AdditionalProperties: false,
		Properties: map[string]*huma.Schema{
			"op":   {Type: huma.TypeString, Description: "The native call, as render shows it."},
			"body": {Type: huma.TypeObject, AdditionalProperties: true, Description: "Its parameters, without who gets it. {{tap:0}} is the token of the content's first button."},
		},
	}
	most := core.MostNative
	return &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeArray, Items: call, MaxItems: &most},
		Description: "Calls of a kind's own, by the kind's name, that stand in place of the content there.",
	}
}

// check finds what is no call at all. Whether a kind takes it is told by a note.
func (n natives) check() error {
	for kind, calls := range n {
		if len(calls) == 0 || len(calls) > core.MostNative {
			return fmt.Errorf("native.%.50s must have 1 to %d entries", kind, core.MostNative)
		}
		for i, c := range calls {
			if err := optional("op", c.Op); err != nil || c.Op == "" || len(c.Body) == 0 || c.Body[0] != '{' {
				return fmt.Errorf("native.%.50s[%d] needs op and body, an object", kind, i)
			}
		}
	}
	return nil
}

// strangers are notices on calls for kinds that there are not.
func strangers(kinds []core.Kind, say []core.Saying) []string {
	var notices []string
	for _, s := range say {
		for _, name := range slices.Sorted(maps.Keys(s.Native)) {
			if _, known := first(kinds, func(k core.Kind) bool { return k.Name == name }); !known {
				notices = append(notices, fmt.Sprintf("There are native calls for %.50q, which is no kind of channel.", name))
			}
		}
	}
	return notices
}
