package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"causeway/core"
)

func TestAvailability(t *testing.T) {
	r := newRig(t)
	w := r.call("GET", "/api/v1/agents", annKey, "")
	const want = `{"items":[{"id":"ann","name":"Ann","role":"admin","capacity":0,"availability":"online","effective":"online","connected":false,"open":1},{"id":"bob","name":"Bob","role":"","capacity":0,"availability":"offline","effective":"offline","connected":false,"open":0}],"next":""}`
	if got := strings.TrimSpace(w.Body.String()); got != want {
		t.Errorf("agents %s", got)
	}
	expect(t, r.call("PUT", "/api/v1/agents/ann/availability", annKey, `{"status":"away"}`), 200, "")
	if all, err := r.store.Agents(t.Context(), []string{"ann"}); err != nil || all[0].Availability != core.Away {
		t.Errorf("nothing was set: %+v %v", all, err)
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
	deliveries, err := r.store.Deliveries(t.Context(), "", 0, 10)
	if err != nil || len(deliveries) != 1 {
		t.Fatalf("%+v %v", deliveries, err)
	}
	delivery := deliveries[0].ID
	for path, want := range map[string]string{
		"/api/v1/teams": `{"items":[{"id":"sales","name":"Sales","members":[],"waiting":0}],"next":""}`,
		"/api/v1/bots":  `{"items":[{"id":"helper","name":"Helper"}],"next":""}`,
		"/api/v1/deliveries": fmt.Sprintf(`{"items":[{"id":%d,"channel":"one","at":"2026-03-01T12:00:00Z","items":[`+
			`{"key":"+1:hi","fate":"message","message":%d,"conversation":%d},{"key":"+2:ho","fate":"message","message":%d,"conversation":%d}]}],"next":""}`,
			delivery, r.hi, r.bots, r.ho, r.anns),
		"/api/v1/deliveries?channel=two":                      `{"items":[],"next":""}`,
		fmt.Sprintf("/api/v1/deliveries?cursor=%d", delivery): `{"items":[],"next":""}`,
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
