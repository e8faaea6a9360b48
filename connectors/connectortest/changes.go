package connectortest

import (
	"testing"

	"causeway/core"
)

// changes holds what alters an earlier message to the provider's schema: edits,
// deletions and reactions, where the kind has them.
func changes(t *testing.T, s Subject) {
	k, valid := s.Kind(pure(t)), s.schema(t)
	for _, c := range []core.Content{
		core.Edited{Of: s.Quote, New: core.Text{Body: "*new* words"}}, core.Edited{Of: s.Quote, New: core.Text{Body: "<b>new</b> words", Format: core.HTML}},
		core.Deleted{Of: s.Quote}, core.Reaction{To: s.Quote, Emoji: "👍"}, core.Reaction{To: s.Quote},
	} {
		made := 0
		for _, fitted := range fit([]core.Saying{{Content: c}}, k) {
			for _, part := range fitted.Parts {
				calls, err := k.Render(core.Outgoing{To: s.To, Content: part, Ref: "r.0"})
				if err != nil {
					t.Errorf("%+v: %v", part, err)
				}
				for _, p := range calls {
					made++
					if err := valid(p); err != nil {
						t.Errorf("%s is not what the provider's schema asks for: %v", p.Op, err)
					}
				}
			}
		}
		_, react := c.(core.Reaction)
		if can := react && k.Capabilities.Reactions || !react && k.Capabilities.Edits; (made > 0) != can {
			t.Errorf("%+v is %d calls, and whether the kind can is %v", c, made, can)
		}
	}
}
