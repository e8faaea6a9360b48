package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// What is read of the REST interface.
type (
	conversation struct {
		ID      int64
		Channel string
		Status  string
		Contact struct {
			ID      int64
			UserID  string `json:"user_id"`
			Name    string
			Address string
		}
		Owner      owner
		OwnerEpoch int64 `json:"owner_epoch"`
		Unread     int
	}
	owner struct{ Type, ID string }
	entry struct {
		ID        int64
		Key       string
		Seq       int64
		Direction string
		Sender    struct{ Type, ID, Name string }
		Content   struct {
			Type, Media, URL, MIME, Title, Message, What string
			Size                                         int
			Missing                                      string
		}
		Text       string
		Status     string
		Fault      *struct{ Kind, Code, Message, Link string }
		Notes      []struct{ Path, Rule, From, To, Severity string }
		ProviderID string `json:"provider_id"`
		Metadata   map[string]any
		Private    bool
		CreatedAt  time.Time `json:"created_at"`
	}
	decision struct {
		Owner owner
		Epoch int64 `json:"owner_epoch"`
		Cause string
		Why   []struct {
			Rule   string
			Chosen bool
			Text   string
		}
	}
	delivery struct {
		ID      int64
		Channel string
		Items   []item
	}
	item  struct{ Key, Fate, Why string }
	event struct {
		Seq          int64           `json:"seq"`
		Type         string          `json:"type"`
		Conversation int64           `json:"conversation_id"`
		Data         json.RawMessage `json:"data"`
	}
)

// rules are those that were looked at, the chosen one with a star.
func (d decision) rules() string {
	var all []string
	for _, r := range d.Why {
		if r.Chosen {
			r.Rule += "*"
		}
		all = append(all, r.Rule)
	}
	return strings.Join(all, " ")
}

// answer is what came back of a call.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// code is the problem's code, and nothing if it went well.
func (a answer) code() string {
	var p struct{ Code string }
	_ = json.Unmarshal(a.body, &p) // then there is no code
	return p.Code
}

// do makes one call of the bridge; header are names and values in turn.
func (w *world) do(method, path string, body []byte, header ...string) (answer, error) {
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if len(body) > 1<<20 {
		r.Header.Set("Expect", "100-continue") // a refusal is read before all is sent
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, got}, err
}

// ask makes a call of the REST interface with a key.
func (w *world) ask(key, method, path string, body any, header ...string) answer {
	w.t.Helper()
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			w.t.Fatal(err)
		}
	}
	a, err := w.do(method, "/api/v1/"+path, data, append(header, "Authorization", "Bearer "+key, "Content-Type", "application/json")...)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// must is ask for calls that have to go well.
func (w *world) must(key, method, path string, body, into any) {
	w.t.Helper()
	a := w.ask(key, method, path, body)
	if a.status/100 != 2 {
		w.t.Fatalf("%s %s: %d: %s", method, path, a.status, a.body)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		w.t.Fatalf("%s %s: %v: %s", method, path, err, a.body)
	}
}

// list reads all pages of a list.
func list[T any](w *world, path string, query url.Values) []T {
	w.t.Helper()
	query.Set("limit", "200")
	var all []T
	for {
		var page struct {
			Items []T
			Next  string
		}
		w.must(adminKey, "GET", path+"?"+query.Encode(), nil, &page)
		all = append(all, page.Items...)
		if page.Next == "" || len(page.Items) == 0 {
			return all
		}
		query.Set("cursor", page.Next)
	}
}

func (w *world) conversations(channel string) []conversation {
	w.t.Helper()
	return list[conversation](w, "conversations", url.Values{"channel": {channel}})
}

func (w *world) messages(id int64) []entry {
	w.t.Helper()
	return list[entry](w, fmt.Sprintf("conversations/%d/messages", id), url.Values{})
}

func (w *world) deliveries(channel string) []delivery {
	w.t.Helper()
	return list[delivery](w, "deliveries", url.Values{"channel": {channel}})
}

func (w *world) why(id int64) []decision {
	w.t.Helper()
	var page struct{ Items []decision }
	w.must(adminKey, "GET", fmt.Sprintf("conversations/%d/why", id), nil, &page)
	return page.Items
}

// events reads the whole log, which must be dense.
func (w *world) events() []event {
	w.t.Helper()
	var all []event
	for {
		var page struct{ Items []event }
		w.must(adminKey, "GET", fmt.Sprintf("events?limit=200&after=%d", len(all)), nil, &page)
		for _, e := range page.Items {
			if e.Seq != int64(len(all)+1) {
				w.t.Fatalf("the log has %d after %d", e.Seq, len(all))
			}
			all = append(all, e)
		}
		if len(page.Items) == 0 {
			return all
		}
	}
}

// conversation waits for the person's conversation on a channel to be as it
// should be. There must never be a second one. A person is found by name, or by
// address where the name changes.
func (w *world) conversation(channel, name string, is func(conversation) error) conversation {
	w.t.Helper()
	var found conversation
	eventually(w.t, fmt.Sprintf("the conversation of %s on %s", name, channel), func() error {
		n := 0
		for _, c := range w.conversations(channel) {
			if c.Contact.Name == name || c.Contact.Address == name {
				found = c
				n++
			}
		}
		switch {
		case n == 0:
			return errors.New("there is none")
		case n > 1:
			w.t.Fatalf("%s has %d conversations on %s", name, n, channel)
		case is == nil:
			return nil
		}
		return is(found)
	})
	return found
}

// ownedBy is for conversation.
func ownedBy(id string) func(conversation) error {
	return func(c conversation) error {
		if c.Owner.ID != id {
			return fmt.Errorf("its owner is %+v", c.Owner)
		}
		return nil
	}
}

// message waits for a message of a conversation that is as it should be.
func (w *world) message(id int64, what string, is func(entry) bool) entry {
	w.t.Helper()
	var found entry
	eventually(w.t, what, func() error {
		all := w.messages(id)
		for _, m := range all {
			if is(m) {
				found = m
				return nil
			}
		}
		return fmt.Errorf("not in %s", brief(all))
	})
	return found
}

// brief shows messages for an error.
func brief(all []entry) string {
	var out bytes.Buffer
	for _, m := range all {
		fmt.Fprintf(&out, "\n  %d %s %s %s %q %v", m.Seq, m.Direction, m.Sender.Type, m.Status, m.Text, m.Fault)
	}
	return out.String()
}

// says posts a message as the holder of a key.
func (w *world) says(key string, id int64, text string, header ...string) answer {
	w.t.Helper()
	return w.ask(key, "POST", fmt.Sprintf("conversations/%d/messages", id), map[string]any{"text": text}, header...)
}

func sameTexts(t *testing.T, what string, got, want []string) {
	t.Helper()
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("%s:\ngot  %q\nwant %q", what, got, want)
	}
}
