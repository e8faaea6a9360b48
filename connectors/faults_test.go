package connectors_test

import (
	"fmt"
	"strings"
	"testing"

	"causeway/connectors"
	"causeway/connectors/kit"
	"causeway/core"
)

// what says what is done about each kind of fault.
var what = map[core.FaultKind]string{
	core.Temporary: "tried again", core.RateLimited: "waits", core.Permanent: "fails", core.WindowClosed: "window closed",
	core.ChannelBroken: "channel waits", core.Ambiguous: "unknown",
}

// faultsOf is a table for each provider: kinds with the same codes share one.
func faultsOf(kinds []core.Kind) string {
	var out strings.Builder
	done := map[int]bool{}
	for i, k := range kinds {
		if done[i] || len(k.Faults) == 0 {
			continue
		}
		names := []string{k.Title + " (`" + k.Name + "`)"}
		for j, other := range kinds[i+1:] {
			if fmt.Sprintf("%+v", k.Faults) == fmt.Sprintf("%+v", other.Faults) {
				names, done[i+1+j] = append(names, other.Title+" (`"+other.Name+"`)"), true
			}
		}
		rows := [][]string{{"code", "what is done", "what it says"}}
		for _, f := range k.Faults {
			rows = append(rows, []string{"[" + f.Code + "](" + f.Link + ")", doing(f), or(f.Message, "the provider's own words")})
		}
		fmt.Fprintf(&out, "## %s\n\n%s\n", strings.Join(names, ", "), table(rows))
	}
	return strings.TrimRight(out.String(), "\n")
}

func doing(f core.Fault) string {
	text := what[f.Kind]
	if f.After > 0 {
		text += ", " + f.After.String()
	}
	if f.Scope != core.OneChannel {
		text += " (" + string(f.Scope) + ")"
	}
	return text
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// TestEachFaultSaysWhatToDo: each code of each provider has a kind, and a page
// where the provider tells more.
func TestEachFaultSaysWhatToDo(t *testing.T) {
	for _, k := range connectors.Kinds(kit.Offline(func(address string) { t.Errorf("a kind called %s", address) })) {
		for _, f := range k.Faults {
			if what[f.Kind] == "" || !strings.HasPrefix(f.Link, "https://") || strings.Contains(f.Link, "%") {
				t.Errorf("%s: %s is %q, see %q", k.Name, f.Code, f.Kind, f.Link)
			}
			if f.Scope != core.OneChannel && f.Kind != core.RateLimited {
				t.Errorf("%s: %s binds the %s and is no limit", k.Name, f.Code, f.Scope)
			}
		}
		if len(k.Faults) == 0 && k.Name != "web" {
			t.Errorf("%s names no faults", k.Name)
		}
	}
}
