package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/core"
)

func TestShapeOfAConversation(t *testing.T) {
	r := newRig(t)
	w := r.call("GET", at(r.bots, ""), annKey, "")
	expect(t, w, 200, "")
	contact := r.conversation(r.bots).Contact.ID
	want := fmt.Sprintf(`{"id":%d,"channel":"one","kind":"kind","contact":{"id":%d,"user_id":"kind:+1","name":"Zoë","address":"+1","metadata":{},"created_at":"2026-03-01T12:00:00Z"},`+
		`"status":"open","owner":{"type":"bot","id":"helper","name":"Helper"},"owner_epoch":2,"team":"","tags":[],"metadata":{},"title":"Helper","unread":1,`+
		`"window_closes_at":"2026-03-01T13:00:00Z","created_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-01T12:00:00Z","status_code":0}`, r.bots, contact)
	if got := strings.TrimSpace(w.Body.String()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r.available("ann", core.Offline)
	r.give(r.anns, "")
	if got := r.call("GET", at(r.anns, ""), annKey, "").Body.String(); !strings.Contains(got, `"owner":{"type":"nobody","id":""}`) {
		t.Errorf("nobody owns: %s", got)
	}
}

func TestShapeOfAMessage(t *testing.T) {
	r := newRig(t)
	w := r.call("GET", at(r.bots, "/messages"), annKey, "")
	expect(t, w, 200, "")
	m := r.messages(r.bots)[0]
	want := fmt.Sprintf(`{"items":[{"id":%d,"key":"%s","conversation_id":%d,"seq":1,"direction":"in","sender":{"type":"contact","id":"%d","name":"Zoë"},"text":"hi","status":"received",`+
		`"fault":null,"provider_id":"+1:hi","created_at":"2026-03-01T12:00:00Z","content":{"type":"text","body":"hi"},"notes":[]}],"next":""}`, r.hi, m.Key, r.bots, r.conversation(r.bots).Contact.ID)
	if got := strings.TrimSpace(w.Body.String()); got != want || m.Key == "" {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	failed, err := json.Marshal(messageOf(core.Message{Fault: &core.Fault{Kind: core.Permanent, Code: "131026", Message: "no"}, Content: core.Edited{New: core.Text{Body: "x"}}}))
	if err != nil || !strings.Contains(string(failed), `"fault":{"kind":"permanent","code":"131026","message":"no"}`) || !strings.Contains(string(failed), `"content":{"type":"edited","of":"","new":{"type":"text","body":"x"}}`) {
		t.Errorf("%s %v", failed, err)
	}
}

// listed is a page of a list, with the ids of its items.
type listed struct {
	Items []struct{ ID core.ConversationID }
	Next  string
}

func (l listed) ids() []core.ConversationID {
	ids := []core.ConversationID{}
	for _, item := range l.Items {
		ids = append(ids, item.ID)
	}
	return ids
}

// list reads a page by the agent's key.
func (r *rig) list(path string) (l listed) {
	r.t.Helper()
	w := r.call("GET", path, annKey, "")
	expect(r.t, w, 200, "")
	if err := json.Unmarshal(w.Body.Bytes(), &l); err != nil {
		r.t.Fatal(err)
	}
	return l
}

func TestPages(t *testing.T) {
	r := newRig(t)
	first := r.list("/api/v1/conversations?limit=1")
	if !slices.Equal(first.ids(), []core.ConversationID{r.anns}) || first.Next != fmt.Sprint(r.anns) {
		t.Fatalf("first page %+v", first)
	}
	second := r.list("/api/v1/conversations?limit=1&cursor=" + first.Next)
	if !slices.Equal(second.ids(), []core.ConversationID{r.bots}) {
		t.Fatalf("second page %+v", second)
	}
	if last := r.list("/api/v1/conversations?limit=1&cursor=" + second.Next); len(last.Items) != 0 || last.Next != "" {
		t.Fatalf("last page %+v", last)
	}
	if got := r.call("GET", at(r.bots, "/messages?after=1"), annKey, "").Body.String(); got != "{\"items\":[],\"next\":\"\"}\n" {
		t.Errorf("after the last: %s", got)
	}
	var crowd []core.Item
	for i := range 60 {
		crowd = append(crowd, heard(core.Address(fmt.Sprintf("+3%d", i)), "hey"))
	}
	r.hear(crowd...)
	if page := r.list("/api/v1/conversations"); len(page.Items) != 50 || page.Next == "" {
		t.Errorf("a page without a limit has %d, next %q", len(page.Items), page.Next)
	}
}

// Each filter narrows the list, and all of them together.
func TestFilters(t *testing.T) {
	r := newRig(t)
	ann, sales := "ann", "sales"
	if _, err := r.store.Change(t.Context(), r.anns, core.Change{Owner: &ann, Team: &sales}); err != nil {
		t.Fatal(err)
	}
	contact := r.conversation(r.anns).Contact.ID
	both, anns, none := []core.ConversationID{r.anns, r.bots}, []core.ConversationID{r.anns}, []core.ConversationID{}
	for query, want := range map[string][]core.ConversationID{
		"channel=one": both, "channel=two": none, "status=open": both, "status=0": both, "status=resolved": none, "status=2": none,
		"owner=ann": anns, "owner=bob": none, "team=sales": anns, "team=night": none, "address=%2B2": anns, "address=%2B9": none,
		fmt.Sprintf("contact=%d", contact): anns, "contact=1": none,
		fmt.Sprintf("channel=one&status=open&owner=ann&team=sales&contact=%d&address=%%2B2", contact): anns,
	} {
		if got := r.list("/api/v1/conversations?" + query).ids(); !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", query, got, want)
		}
	}
}

func TestChangeAtAnEpoch(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		match  string
		status int
	}{{"2", 200}, {`"2"`, 200}, {"*", 200}, {"1", 409}, {`"1"`, 409}, {`"2`, 422}, {"x", 422}, {"-1", 422}, {`"2", "3"`, 422}, {`W/"2"`, 422}} {
		before := r.conversation(r.bots).Title
		w := r.call("PATCH", at(r.bots, ""), annKey, fmt.Sprintf(`{"title":%q}`, "for "+c.match), "If-Match", c.match)
		if w.Code != c.status {
			t.Errorf("If-Match %s: %d, want %d", c.match, w.Code, c.status)
		}
		if got := r.conversation(r.bots).Title; (got != before) != (c.status == 200) {
			t.Errorf("If-Match %s: the title is %q, and was %q", c.match, got, before)
		}
	}
	expect(t, r.call("PATCH", at(r.bots, ""), annKey, `{"title":"a"}`, "If-Match", "1"), 409, CodeStaleOwner)
}

func TestChange(t *testing.T) {
	r := newRig(t)
	expect(t, r.call("PATCH", at(r.bots, ""), annKey, `{"metadata":{"a":1,"b":2},"tags":["old"],"owner":"bob"}`), 200, "")
	if c := r.conversation(r.bots); c.Owner.ID != "bob" || c.OwnerEpoch != 3 {
		t.Fatalf("owner %+v at %d", c.Owner, c.OwnerEpoch)
	}
	before := len(r.entries())
	w := r.call("PATCH", at(r.bots, ""), annKey, `{"status":"resolved","owner":"","team":"sales","tags":["a"],"metadata":{"a":null},"title":"b"}`)
	expect(t, w, 200, "")
	c := r.conversation(r.bots)
	if c.Status != core.Resolved || c.Owner != (core.Owner{Type: core.TeamOwner, ID: "sales", Name: "Sales"}) || c.Team != "sales" || !slices.Equal(c.Tags, []string{"a"}) || c.Title != "b" {
		t.Errorf("conversation %+v", c)
	}
	if _, there := c.Metadata["a"]; there || c.Metadata["b"] != 2.0 {
		t.Errorf("null does not delete: %v", c.Metadata)
	}
	changes := r.entries()[before:]
	if len(changes) != 3 { // resolved, another owner, updated
		t.Errorf("logged %+v", changes)
	}
	for _, e := range changes {
		var data struct{ By core.Sender }
		if err := json.Unmarshal(e.Data, &data); err != nil || data.By != (core.Sender{Type: core.FromAgent, ID: "ann", Name: "Ann"}) {
			t.Errorf("%s does not say who did it: %s", e.Type, e.Data)
		}
	}
	if got := w.Body.String(); !strings.Contains(got, `"status":"resolved"`) || !strings.Contains(got, `"title":"b"`) {
		t.Errorf("the answer is not what is stored: %s", got)
	}
}

func TestChangeIsRefused(t *testing.T) {
	r := newRig(t)
	before := r.conversation(r.bots)
	for body, code := range map[string]Code{
		`{}`: CodeInvalid, `{"owner":"nobody"}`: CodeUnknownOwner, `{"team":"x"}`: CodeUnknownTeam, `{"status":"closed"}`: CodeInvalid,
		`{"status":"waiting"}`: CodeInvalid,
	} {
		expect(t, r.call("PATCH", at(r.bots, ""), opsKey, body), 422, code)
	}
	expect(t, r.call("PATCH", at(99, ""), annKey, `{"title":"a"}`), 404, CodeNotFound)
	expect(t, r.call("PATCH", at(r.bots, ""), botKey, `{"title":"a"}`), 403, CodeForbidden)
	if after := r.conversation(r.bots); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("changed all the same: %+v", after)
	}
}

// A bot sees what it owns; the rest is not there for it.
func TestBotSeesItsOwnOnly(t *testing.T) {
	r := newRig(t)
	picture, drawing, _ := r.threeFiles()
	for _, c := range []struct {
		path   string
		status int
	}{
		{at(r.bots, ""), 200}, {at(r.bots, "/messages"), 200}, {at(r.bots, "/why"), 200}, {fmt.Sprintf("/api/v1/media/%d", picture.id), 200},
		{at(r.anns, ""), 404}, {at(r.anns, "/messages"), 404}, {at(r.anns, "/why"), 404}, {fmt.Sprintf("/api/v1/media/%d", drawing.id), 404},
		{at(9, ""), 404},
	} {
		if w := r.call("GET", c.path, botKey, ""); w.Code != c.status {
			t.Errorf("%s: %d, want %d", c.path, w.Code, c.status)
		}
	}
	for query, sees := range map[string]string{"": fmt.Sprint(r.bots), "?owner=helper": fmt.Sprint(r.bots), "?owner=ann": ""} {
		w := r.call("GET", "/api/v1/conversations"+query, botKey, "")
		var l listed
		if err := json.Unmarshal(w.Body.Bytes(), &l); err != nil || strings.Trim(fmt.Sprint(l.ids()), "[]") != sees || l.Next != "" {
			t.Errorf("%q lists %s", query, w.Body)
		}
	}
	// An agent whose id is the bot's does not open it to the bot.
	if _, err := r.store.Say(t.Context(), core.Utterance{Conversation: r.bots, Sender: core.Sender{Type: core.FromAgent, ID: "helper"}, Say: []core.Spoken{
		{ID: core.MessageID(r.ids.Next()), Fitted: core.Fitted{Saying: core.Saying{Content: core.Text{Body: "a"}}}},
	}}); err != nil {
		t.Fatal(err)
	}
	expect(t, r.call("GET", at(r.bots, ""), botKey, ""), 404, CodeNotFound)
}

func TestTrigger(t *testing.T) {
	r := newRig(t)
	expect(t, r.call("POST", at(r.anns, "/trigger"), annKey, `{"event":"LATE"}`), 409, CodeNotOwner)
	expect(t, r.call("POST", at(r.bots, "/trigger"), annKey, `{"event":""}`), 422, CodeInvalid)
	expect(t, r.call("POST", at(r.bots, "/trigger"), annKey, `{}`), 422, CodeInvalid)
	expect(t, r.call("POST", at(r.bots, "/trigger"), annKey, `{"event":"PAID","data":{"a":1}}`), 202, "")
	heard := make(chan core.TurnWork, 9)
	r.works(func(_ context.Context, w core.Work) core.Outcome {
		if turn, ok := w.(core.TurnWork); ok && turn.Event != nil {
			heard <- turn
			return core.TurnDone{}
		}
		return core.Later{After: time.Hour}
	}, func() {
		turn := <-heard
		if turn.Bot != "helper" || turn.Conversation.ID != r.bots || turn.Event.Name != "PAID" || turn.Event.Data["a"] != 1.0 {
			t.Errorf("the bot hears %+v of %+v", turn.Event, turn)
		}
	})
	if n := len(heard); n != 0 {
		t.Errorf("the bot hears of %d events more", n)
	}
}

// works runs the store's lanes with act while during lasts.
func (r *rig) works(act func(context.Context, core.Work) core.Outcome, during func()) {
	r.t.Helper()
	ctx, stop := context.WithCancel(r.t.Context())
	ended := make(chan error)
	go func() { ended <- r.store.Run(ctx, act) }()
	during()
	stop()
	if err := <-ended; err != nil {
		r.t.Error(err)
	}
}
