package api

import (
	"strings"
	"testing"

	"causeway/core"
	"causeway/routing"
)

var _ core.Router = (*routing.Table)(nil) // what a Directory is given

func TestDryRun(t *testing.T) {
	r := newRig(t)
	before := len(r.entries())
	ask := func(body string) string {
		t.Helper()
		w := r.call("POST", "/api/v1/routing/dry-run", annKey, body)
		expect(t, w, 200, "")
		return strings.TrimSpace(w.Body.String())
	}
	const decided = `{"owner":{"type":"agent","id":"ann","name":"Ann"},"team":"","offer":false,"waits":false,"notice":"","say":"","why":[{"rule":"channel","chosen":false,`
	if got := ask(`{"channel":"one"}`); !strings.HasPrefix(got, decided) {
		t.Errorf("got %s", got)
	}
	for body, want := range map[string]string{
		// Agents are as they are in the store, but for what is asked.
		`{"channel":"one"}`: `[{"id":"ann","name":"Ann","open":1},{"id":"bob","name":"Bob","open":0,"skipped":"`,
		`{"channel":"one","cause":"hand_off","agents":[{"id":"bob","availability":"online"}],"at":"2026-03-01T12:00:00Z"}`: `"rule":"hand_off","chosen":false`,
		`{"channel":"one","agents":[{"id":"bob","availability":"online","open":7}]}`:                                       `{"id":"bob","name":"Bob","open":7}`,
		`{"channel":"one","agents":[{"id":"ann","availability":"away"},{"id":"bob","availability":"online"}]}`:             `{"owner":{"type":"agent","id":"bob","name":"Bob"}`,
		`{"channel":"one","agents":[{"id":"ann","availability":"away"}]}`:                                                  `{"owner":{"type":"nobody","id":""}`,
	} {
		if got := ask(body); !strings.Contains(got, want) {
			t.Errorf("%s: %s", body, got)
		}
	}
	if c := r.conversation(r.anns); c.Owner.ID != "ann" || len(r.entries()) != before {
		t.Errorf("something was changed: %+v", c)
	}
	expect(t, r.call("POST", "/api/v1/routing/dry-run", annKey, `{"channel":"two"}`), 422, CodeUnknownChannel)
	expect(t, r.call("POST", "/api/v1/routing/dry-run", annKey, `{"channel":"one","agents":[{"id":"x","availability":"away"}]}`), 422, CodeUnknownAgent)
}

// Proposed rules take the place of the configured ones, and change nothing.
func TestDryRunOfProposedRules(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct{ body, want string }{
		{`"rules":{"new_conversations_to_bot":"helper"}`, `"owner":{"type":"bot","id":"helper"`},
		{`"rules":{"assignment":"notify_everybody","default_agent":"bob"}`, `"owner":{"type":"agent","id":"bob","name":"Bob"},"team":"","offer":true`},
		{`"rules":{"channels":[{"channel":"one","agent":"bob"}]}`, `"rule":"channel","chosen":true`},
		{`"rules":{"default_team":"night","teams":[{"id":"night","members":["bob"],"hours":{"sun":"0000-0100"}}]},"at":"2026-03-01T12:00:00Z"`, `outside the hours of team night`},
		{`"rules":{"queue":true},"agents":[{"id":"ann","availability":"online","open":3,"capacity":3}]`, `"waits":true`},
	} {
		w := r.call("POST", "/api/v1/routing/dry-run", annKey, `{"channel":"one",`+c.body+`}`)
		if expect(t, w, 200, ""); !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %s", c.body, w.Body)
		}
	}
	for _, body := range []string{`"rules":{"default_agent":"zed"}`, `"rules":{"teams":[{"id":"x","hours":{"mon":"9-5"}}]}`, `"rules":{"channels":[{"channel":"one"}]}`, `"rules":{"assignment":"fair"}`, `"rules":{"agents":[]}`} {
		expect(t, r.call("POST", "/api/v1/routing/dry-run", annKey, `{"channel":"one",`+body+`}`), 422, CodeInvalid)
	}
	if r.dir.Rules.Queue || r.dir.Rules.NewConversationsToBot != "" {
		t.Error("the rules in force are changed")
	}
}
