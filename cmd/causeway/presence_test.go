package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// colleague is an agent as the list of agents shows them.
type colleague struct {
	ID           string
	Availability string
	Effective    string
	Connected    bool
	Open         int
	Capacity     int
}

func (w *world) colleague(id string) colleague {
	w.t.Helper()
	var page struct{ Items []colleague }
	w.must(adminKey, "GET", "agents", nil, &page)
	for _, c := range page.Items {
		if c.ID == id {
			return c
		}
	}
	w.t.Fatalf("there is no agent %s", id)
	return colleague{}
}

// is waits until an agent stands so, as it was set and as it comes to.
func (w *world) is(id, availability, effective string) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("%s is %s, which is %s", id, availability, effective), func() error {
		if c := w.colleague(id); c.Availability != availability || c.Effective != effective {
			return fmt.Errorf("%+v", c)
		}
		return nil
	})
}

func (w *world) available(id, status string) {
	w.t.Helper()
	w.must(adminKey, "PUT", "agents/"+id+"/availability", map[string]string{"status": status}, nil)
}

// attend opens an event stream with an agent's key, and reads it until it is
// closed or the bridge ends.
func (w *world) attend(key string) (leave func()) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	w.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/api/v1/events", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Api-Key", key)
	resp, err := http.DefaultClient.Do(r)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(resp.Status)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = io.Copy(io.Discard, resp.Body) // until either side ends it
		_ = resp.Body.Close()
	}()
	return func() { cancel(); <-gone }
}

// comings are what the event log says of an agent, in order.
func (w *world) comings(id string) (all []string) {
	w.t.Helper()
	for _, e := range w.events() {
		var data struct{ Agent, Effective string }
		if e.Type == "agent.changed" && json.Unmarshal(e.Data, &data) == nil && data.Agent == id {
			all = append(all, data.Effective)
		}
	}
	return all
}

// firstWord has somebody write for the first time, and returns the conversation.
func (w *world) firstWord() (phone, conversation) {
	w.t.Helper()
	z := stranger(w.tg)
	z.Say("hello")
	return z, w.conversation("tg", z.User().FirstName, nil)
}

func (w *world) firstGoesTo(id string) {
	w.t.Helper()
	if _, c := w.firstWord(); c.Owner.ID != id {
		w.t.Errorf("the owner of a new conversation is %+v, want %s", c.Owner, id)
	}
}

// TestPresence: an agent at auto is online while a program of theirs reads the
// event stream, and for a while after it, also if the bridge dies meanwhile; a
// status that is set stands.
func TestPresence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config["routing"] = fmt.Sprintf("{default_agent: %s, offline_after: 60s}", ben)
	w.start()
	w.is(ann, "offline", "offline")
	leave := w.attend(annKey)
	eventually(t, "Ann is seen", func() error {
		if c := w.colleague(ann); !c.Connected || c.Effective != "offline" { // she never said auto
			return fmt.Errorf("%+v", c)
		}
		return nil
	})
	w.firstGoesTo(ben)
	w.available(ann, "auto")
	w.is(ann, "auto", "online")
	w.firstGoesTo(ann)

	w.bridge.kill()
	w.bridge = startBridge(w)
	w.firstGoesTo(ann) // her program is about to come back
	leave()
	w.attend(annKey)()
	w.firstGoesTo(ann) // gone, for a moment as it seems

	w.bridge.stop()
	w.config["routing"] = fmt.Sprintf("{default_agent: %s, offline_after: 4s}", ben)
	w.start()
	w.is(ann, "auto", "offline")
	w.firstGoesTo(ben)
	w.attend(annKey)
	w.is(ann, "auto", "online")
	w.firstGoesTo(ann)
	w.available(ann, "away")
	w.is(ann, "away", "away")
	w.available(ben, "online") // without any connection
	w.is(ben, "online", "online")
	sameTexts(t, "what was told of Ann", w.comings(ann), []string{"online", "offline", "online", "away"})
}
