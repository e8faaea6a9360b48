package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"causeway/core"
	"causeway/routing"
)

var _ core.Router = (*routing.Table)(nil) // what a Directory is given

func TestShapeOfAConversation(t *testing.T) {
	r := newRig(t)
	w := r.call("GET", "/api/v1/conversations/7", annKey, "")
	expect(t, w, 200, "")
	const want = `{"id":7,"channel":"one","kind":"kind","contact":{"id":0,"user_id":"","name":"","address":"","metadata":{},"created_at":"0001-01-01T00:00:00Z"},` +
		`"status":"open","owner":{"type":"bot","id":"helper","name":"Helper"},"owner_epoch":3,"team":"","tags":[],"metadata":{},"title":"","unread":0,` +
		`"window_closes_at":null,"created_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-01T12:00:00Z","status_code":0}`
	if got := strings.TrimSpace(w.Body.String()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	c := r.store.convs[8]
	c.Owner = core.Owner{}
	r.store.convs[8] = c
	if got := r.call("GET", "/api/v1/conversations/8", annKey, "").Body.String(); !strings.Contains(got, `"owner":{"type":"nobody","id":""}`) {
		t.Errorf("nobody owns: %s", got)
	}
}

func TestShapeOfAMessage(t *testing.T) {
	r := newRig(t)
	w := r.call("GET", "/api/v1/conversations/7/messages", annKey, "")
	expect(t, w, 200, "")
	const want = `{"items":[{"id":70,"key":"k70","conversation_id":7,"seq":1,"direction":"in","sender":{"type":"contact","id":"u"},"text":"hi","status":"received",` +
		`"fault":null,"provider_id":"","created_at":"2026-03-01T12:00:00Z","content":{"type":"text","body":"hi"},"notes":[]}],"next":""}`
	if got := strings.TrimSpace(w.Body.String()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	failed, err := json.Marshal(messageOf(core.Message{Fault: &core.Fault{Kind: core.Permanent, Code: "131026", Message: "no"}, Content: core.Edited{New: core.Text{Body: "x"}}}))
	if err != nil || !strings.Contains(string(failed), `"fault":{"kind":"permanent","code":"131026","message":"no"}`) || !strings.Contains(string(failed), `"content":{"type":"edited","of":"","new":{"type":"text","body":"x"}}`) {
		t.Errorf("%s %v", failed, err)
	}
}

func TestPages(t *testing.T) {
	r := newRig(t)
	type list struct {
		Items []struct{ ID int64 }
		Next  string
	}
	read := func(path string) (l list) {
		t.Helper()
		w := r.call("GET", path, annKey, "")
		expect(t, w, 200, "")
		if err := json.Unmarshal(w.Body.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		return l
	}
	first := read("/api/v1/conversations?limit=1")
	if len(first.Items) != 1 || first.Items[0].ID != 8 || first.Next != "8" {
		t.Fatalf("first page %+v", first)
	}
	second := read("/api/v1/conversations?limit=1&cursor=" + first.Next)
	if len(second.Items) != 1 || second.Items[0].ID != 7 {
		t.Fatalf("second page %+v", second)
	}
	if last := read("/api/v1/conversations?limit=1&cursor=" + second.Next); len(last.Items) != 0 || last.Next != "" {
		t.Fatalf("last page %+v", last)
	}
	if got := r.store.asked.Limit; got != 1 {
		t.Errorf("asked for %d", got)
	}
	read("/api/v1/conversations?channel=one&status=open&owner=ann&team=sales&contact=3&address=%2B1")
	want := core.ConversationQuery{Channel: "one", Status: core.Open, Owner: "ann", Team: "sales", Contact: 3, Address: "+1", Limit: 50}
	if r.store.asked != want {
		t.Errorf("asked %+v", r.store.asked)
	}
	if got := r.call("GET", "/api/v1/conversations/7/messages?after=1", annKey, "").Body.String(); got != "{\"items\":[],\"next\":\"\"}\n" {
		t.Errorf("after the last: %s", got)
	}
}

func TestChange(t *testing.T) {
	r := newRig(t)
	patch := func(body string, headers ...string) int {
		t.Helper()
		return r.call("PATCH", "/api/v1/conversations/7", annKey, body, headers...).Code
	}
	for _, c := range []struct {
		match  string
		status int
	}{{"3", 200}, {`"3"`, 200}, {"*", 200}, {"2", 409}, {`"2"`, 409}, {`"3`, 422}, {"x", 422}, {"-1", 422}, {`"3", "4"`, 422}, {`W/"3"`, 422}} {
		if got := patch(`{"title":"a"}`, "If-Match", c.match); got != c.status {
			t.Errorf("If-Match %s: %d, want %d", c.match, got, c.status)
		}
	}
	if got := patch(`{"status":"resolved","owner":"","team":"sales","tags":["a"],"metadata":{"a":null},"title":"b"}`); got != 200 {
		t.Fatalf("status %d", got)
	}
	c := r.store.change
	if c.IfEpoch != nil || *c.Status != core.Resolved || *c.Owner != "" || *c.Team != "sales" || len(*c.Tags) != 1 || *c.Title != "b" {
		t.Errorf("change %+v", c)
	}
	if v, there := c.Metadata["a"]; !there || v != nil {
		t.Errorf("null is lost: %v", c.Metadata)
	}
	if c.By != (core.Sender{Type: core.FromAgent, ID: "ann", Name: "Ann"}) {
		t.Errorf("by %+v", c.By)
	}
	for body, code := range map[string]Code{
		`{}`: CodeInvalid, `{"owner":"nobody"}`: CodeUnknownOwner, `{"team":"x"}`: CodeUnknownTeam, `{"status":"closed"}`: CodeInvalid,
	} {
		expect(t, r.call("PATCH", "/api/v1/conversations/7", opsKey, body), 422, code)
	}
	expect(t, r.call("PATCH", "/api/v1/conversations/7", annKey, `{"title":"a"}`, "If-Match", "1"), 409, CodeStaleOwner)
	expect(t, r.call("PATCH", "/api/v1/conversations/99", annKey, `{"title":"a"}`), 404, CodeNotFound)
	expect(t, r.call("PATCH", "/api/v1/conversations/7", botKey, `{"title":"a"}`), 403, CodeForbidden)
}

func TestPost(t *testing.T) {
	r := newRig(t)
	r.line.stored = []core.Message{{ID: 71, Conversation: 7, Content: core.Text{Body: "hi"}, Status: core.Queued}}
	const path = "/api/v1/conversations/7/messages"
	ann := core.Sender{Type: core.FromAgent, ID: "ann", Name: "Ann"}
	for _, c := range []struct {
		name, key, body string
		sender          core.Sender
		status          int
		code            Code
	}{
		{"an agent", annKey, `{"text":"hi"}`, ann, 201, ""},
		{"an agent, named", annKey, `{"text":"hi","as":"ann"}`, ann, 201, ""},
		{"an agent as another", annKey, `{"text":"hi","as":"bob"}`, core.Sender{}, 403, CodeForbidden},
		{"a bot", botKey, `{"text":"hi"}`, core.Sender{Type: core.FromBot, ID: "helper", Name: "Helper"}, 201, ""},
		{"a bot as an agent", botKey, `{"text":"hi","as":"ann"}`, core.Sender{}, 403, CodeForbidden},
		{"an admin as an agent", opsKey, `{"text":"hi","as":"ann"}`, ann, 201, ""},
		{"an admin as nobody", opsKey, `{"text":"hi"}`, core.Sender{}, 422, CodeAsRequired},
		{"an admin as a stranger", opsKey, `{"text":"hi","as":"x"}`, core.Sender{}, 422, CodeUnknownAgent},
		{"an admin as a bot", opsKey, `{"text":"hi","as":"helper"}`, core.Sender{}, 422, CodeUnknownAgent},
		{"an answer", annKey, `{"text":"hi","reply_to":70}`, ann, 201, ""},
		{"an answer to another conversation", annKey, `{"text":"hi","reply_to":80}`, core.Sender{}, 422, CodeInvalid},
		{"an answer to nothing", annKey, `{"text":"hi","reply_to":99}`, core.Sender{}, 422, CodeInvalid},
		{"a broken body", annKey, `{"text":`, core.Sender{}, 400, CodeUnreadable},
		{"an unknown field", annKey, `{"text":"hi","x":1}`, core.Sender{}, 422, CodeInvalid},
	} {
		r.line.said = core.Speech{}
		w := r.call("POST", path, c.key, c.body)
		if w.Code != c.status || r.line.said.Sender != c.sender {
			t.Errorf("%s: %d %+v: %s", c.name, w.Code, r.line.said, w.Body)
		}
		if c.code != "" {
			expect(t, w, c.status, c.code)
		}
	}
}

func TestPostGivesTheMessageBack(t *testing.T) {
	r := newRig(t)
	r.line.stored = []core.Message{{ID: 71, Conversation: 7, Content: core.Text{Body: "hi"}, Status: core.Queued}}
	const path = "/api/v1/conversations/7/messages"
	w := r.call("POST", path, annKey, `{"text":"hi","keep_owner":true,"private":true}`, "Idempotency-Key", "k1")
	expect(t, w, 201, "")
	if got := w.Body.String(); !strings.Contains(got, `"id":71`) || !strings.Contains(got, `"content":{"type":"text","body":"hi"}`) || strings.Contains(got, "notices") {
		t.Errorf("answer %s", got)
	}
	said := r.line.said
	if said.Conversation != 7 || !said.KeepOwner || len(said.Say) != 1 || !said.Say[0].Private || said.Once != `"anns"/7/k1` {
		t.Errorf("said %+v", said)
	}
	w = r.call("POST", path, annKey, `{"message":"hi","metadata":{"KM_ASSIGN_TO":"bob"}}`)
	expect(t, w, 201, "")
	if !strings.Contains(w.Body.String(), `"notices":["`) {
		t.Errorf("what was not heeded is not told: %s", w.Body)
	}
	expect(t, r.call("POST", path, annKey, `text=hi`, "Content-Type", "application/x-www-form-urlencoded"), 415, CodeUnsupported)
	expect(t, r.call("POST", path, annKey, ""), 400, CodeUnreadable)
	expect(t, r.call("POST", path, annKey, strings.Repeat(" ", 1<<20)), 413, CodeTooLarge)
	r.line.err = core.ErrNotOwner
	expect(t, r.call("POST", path, botKey, `{"text":"hi"}`), 409, CodeNotOwner)
	r.line.err = nil
	one := *r.dir
	one.Agents = one.Agents[:1]
	r.dir = &one
	expect(t, r.call("POST", path, opsKey, `{"text":"hi"}`), 201, "")
	if r.line.said.Sender.ID != "ann" {
		t.Errorf("with one agent %+v speaks", r.line.said.Sender)
	}
}

// A bot sees what it owns; the rest is not there for it.
func TestBotSeesItsOwnOnly(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		path   string
		status int
	}{
		{"/api/v1/conversations/7", 200}, {"/api/v1/conversations/7/messages", 200}, {"/api/v1/conversations/7/why", 200}, {"/api/v1/media/1", 200},
		{"/api/v1/conversations/8", 404}, {"/api/v1/conversations/8/messages", 404}, {"/api/v1/conversations/8/why", 404}, {"/api/v1/media/2", 404},
		{"/api/v1/conversations/9", 404},
	} {
		if w := r.call("GET", c.path, botKey, ""); w.Code != c.status {
			t.Errorf("%s: %d, want %d", c.path, w.Code, c.status)
		}
	}
	r.call("GET", "/api/v1/conversations", botKey, "")
	if r.store.asked.Owner != "helper" {
		t.Errorf("asked %+v", r.store.asked)
	}
	r.store.asked = core.ConversationQuery{}
	w := r.call("GET", "/api/v1/conversations?owner=ann", botKey, "")
	if w.Body.String() != "{\"items\":[],\"next\":\"\"}\n" || r.store.asked != (core.ConversationQuery{}) {
		t.Errorf("another's: %s", w.Body)
	}
	// An agent whose id is the bot's does not open it to the bot.
	c := r.store.convs[8]
	c.Owner = core.Owner{Type: core.AgentType, ID: "helper"}
	r.store.convs[8] = c
	expect(t, r.call("GET", "/api/v1/conversations/8", botKey, ""), 404, CodeNotFound)
}

func TestTrigger(t *testing.T) {
	r := newRig(t)
	expect(t, r.call("POST", "/api/v1/conversations/7/trigger", annKey, `{"event":"PAID","data":{"a":1}}`), 202, "")
	expect(t, r.call("POST", "/api/v1/conversations/8/trigger", annKey, `{"event":"PAID"}`), 409, CodeNotOwner)
	expect(t, r.call("POST", "/api/v1/conversations/7/trigger", annKey, `{"event":""}`), 422, CodeInvalid)
	expect(t, r.call("POST", "/api/v1/conversations/7/trigger", annKey, `{}`), 422, CodeInvalid)
}

func TestAvailability(t *testing.T) {
	r := newRig(t)
	w := r.call("GET", "/api/v1/agents", annKey, "")
	const want = `{"items":[{"id":"ann","name":"Ann","role":"admin","capacity":0,"availability":"online","effective":"online","connected":false,"open":0},{"id":"bob","name":"Bob","role":"","capacity":0,"availability":"offline","effective":"offline","connected":false,"open":0}],"next":""}`
	if got := strings.TrimSpace(w.Body.String()); got != want {
		t.Errorf("agents %s", got)
	}
	expect(t, r.call("PUT", "/api/v1/agents/ann/availability", annKey, `{"status":"away"}`), 200, "")
	if r.store.state["ann"] != core.Away {
		t.Error("nothing was set")
	}
	expect(t, r.call("PUT", "/api/v1/agents/ann/availability", bobKey, `{"status":"online"}`), 403, CodeForbidden)
	w = r.call("PUT", "/api/v1/agents/ann/availability", opsKey, `{"status":"auto"}`)
	if expect(t, w, 200, ""); !strings.Contains(w.Body.String(), `"availability":"auto","effective":"offline"`) {
		t.Errorf("auto is %s", w.Body)
	}
	expect(t, r.call("PUT", "/api/v1/agents/ann/availability", opsKey, `{"status":"busy"}`), 422, CodeInvalid)
	expect(t, r.call("PUT", "/api/v1/agents/zed/availability", opsKey, `{"status":"away"}`), 404, CodeNotFound)
	r.dir.Agents = append(r.dir.Agents, Agent{ID: "a/b@c"})
	expect(t, r.call("PUT", "/api/v1/agents/a%2Fb@c/availability", opsKey, `{"status":"away"}`), 200, "")
}

func TestDryRun(t *testing.T) {
	r := newRig(t)
	ask := func(body string) string {
		t.Helper()
		w := r.call("POST", "/api/v1/routing/dry-run", annKey, body)
		expect(t, w, 200, "")
		return strings.TrimSpace(w.Body.String())
	}
	const want = `{"owner":{"type":"agent","id":"ann"},"team":"","offer":false,"waits":false,"notice":"","say":"","why":[{"rule":"new","chosen":true,"text":"ann=online "}]}`
	if got := ask(`{"channel":"one"}`); got != want {
		t.Errorf("got %s", got)
	}
	if got := ask(`{"channel":"one","cause":"hand_off","agents":[{"id":"bob","availability":"away"}],"at":"2026-03-01T12:00:00Z"}`); !strings.Contains(got, `"hand_off","chosen":true,"text":"ann=online bob=away "`) {
		t.Errorf("got %s", got)
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

// What is configured is listed by pages too.
func TestPagesOfWhatIsConfigured(t *testing.T) {
	r := newRig(t)
	for path, ids := range map[string][]string{"agents": {"ann", "bob"}, "teams": {"sales"}, "bots": {"helper"}, "channels": {"one"}} {
		cursor := ""
		for i, id := range ids {
			w := r.call("GET", "/api/v1/"+path+"?limit=1"+cursor, annKey, "")
			var got struct {
				Items []struct{ ID string }
				Next  string
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Items) != 1 || got.Items[0].ID != id || (got.Next == "") != (i == len(ids)-1) {
				t.Errorf("%s: page %d is %s", path, i, w.Body)
			}
			cursor = "&cursor=" + got.Next
		}
		if got := r.call("GET", "/api/v1/"+path+"?cursor=99", annKey, ""); !strings.Contains(got.Body.String(), `{"items":[],"next":""}`) {
			t.Errorf("%s: beyond the end: %s", path, got.Body)
		}
		expect(t, r.call("GET", "/api/v1/"+path+"?cursor=x", annKey, ""), 422, CodeInvalid)
	}
}

func TestLists(t *testing.T) {
	r := newRig(t)
	for path, want := range map[string]string{
		"/api/v1/teams":      `{"items":[{"id":"sales","name":"Sales","members":[],"waiting":0}],"next":""}`,
		"/api/v1/bots":       `{"items":[{"id":"helper","name":"Helper"}],"next":""}`,
		"/api/v1/deliveries": `{"items":[{"id":5,"channel":"one","at":"0001-01-01T00:00:00Z","items":[]}],"next":""}`,
	} {
		if got := strings.TrimSpace(r.call("GET", path, opsKey, "").Body.String()); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
	got := r.call("GET", "/api/v1/channels", opsKey, "").Body.String()
	for _, part := range []string{`"id":"one","kind":"kind","title":"Kind","webhook":"https://chat.example.com/webhooks/one"`, `"window":3600`, `"evidence":0`, `"media":{}`} {
		if !strings.Contains(got, part) {
			t.Errorf("channels lack %s: %s", part, got)
		}
	}
}

func TestMedia(t *testing.T) {
	r := newRig(t)
	w := r.call("GET", "/api/v1/media/1?expires=9&sig=good", "", "")
	expect(t, w, 200, "")
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "Content-Disposition": "attachment", "Content-Security-Policy": "default-src 'none'; sandbox",
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if w.Body.String() != "picture" {
		t.Errorf("file %q", w.Body)
	}
	expect(t, r.call("GET", "/api/v1/media/1?expires=9&sig=bad", "", ""), 403, CodeForbidden)
	expect(t, r.call("GET", "/api/v1/media/1?expires=9&sig=bad", opsKey, ""), 403, CodeForbidden)
	expect(t, r.call("GET", "/api/v1/media/1?sig=", "", ""), 401, CodeUnauthorized)
	expect(t, r.call("GET", "/api/v1/media/1", annKey, ""), 200, "")
	expect(t, r.call("GET", "/api/v1/media/9", annKey, ""), 404, CodeNotFound)
	if w := r.call("GET", "/api/v1/media/3", annKey, ""); w.Header().Get("Retry-After") != "5" {
		t.Errorf("pending: %d %v", w.Code, w.Header())
	}
	part := r.call("GET", "/api/v1/media/1", annKey, "", "Range", "bytes=0-2")
	if part.Code != 206 || part.Body.String() != "pic" {
		t.Errorf("range: %d %q", part.Code, part.Body)
	}
	r.Now = func() time.Time { return noon.Add(time.Hour) }
	expect(t, r.call("GET", "/api/v1/media/1?expires=9&sig=good", "", ""), 403, CodeForbidden)
}
