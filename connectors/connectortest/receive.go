package connectortest

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"testing"

	"causeway/core"
)

// call is a file of testdata/receive. Its proof is not in it: Prove makes it
// anew for each test.
type call struct {
	// Of says what it is an example of.
	Of      string  `json:"of,omitempty"`
	Request request `json:"request"`
	// Settings are changed for this call.
	Settings map[string]any `json:"settings,omitempty"`
	Items    []any          `json:"items"`
	Reply    string         `json:"reply,omitempty"`
}

type request struct {
	Method string            `json:"method,omitempty"` // POST if empty
	URL    string            `json:"url,omitempty"`
	Query  map[string]string `json:"query,omitempty"`
	Header map[string]string `json:"header,omitempty"`
	// Body is JSON, sent without spaces, or a string, sent as it is.
	Body json.RawMessage `json:"body,omitempty"`
}

func (r request) plain(t testing.TB) core.Request {
	t.Helper()
	p := core.Request{Method: r.Method, URL: r.URL, Query: maps.Clone(r.Query), Header: maps.Clone(r.Header), Body: bytesOf(t, r.Body)}
	if p.Method == "" {
		p.Method = "POST"
	}
	if p.URL == "" {
		p.URL = "https://chat.example.com/webhooks/test"
	}
	if p.Query == nil {
		p.Query = map[string]string{}
	}
	if p.Header == nil {
		p.Header = map[string]string{}
	}
	return p
}

func bytesOf(t testing.TB, raw json.RawMessage) []byte {
	t.Helper()
	var s string
	if len(raw) == 0 || json.Unmarshal(raw, &s) == nil {
		return []byte(s)
	}
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func receive(t *testing.T, s Subject) {
	valid := s.schema(t)
	for _, path := range fixtures(t, "receive") {
		t.Run(nameOf(path), func(t *testing.T) {
			in := fixture[call](t, path)
			set := s.with(t, in.Settings)
			c, bare := s.open(t, pure(t), set), in.Request.plain(t)
			r := s.proven(bare, set)
			d, err := c.Receive(r)
			if err != nil {
				t.Fatalf("receive: %v", err)
			}
			in.Items, in.Reply = shown(t, d.Items), string(d.Reply.Body)
			got, err := indented(in)
			if err != nil {
				t.Fatal(err)
			}
			clean(t, "the delivery", string(got))
			golden(t, path, got)
			sound(t, d)
			for _, i := range d.Items {
				for _, ack := range i.Acks {
					if err := valid(ack); err != nil {
						t.Errorf("%s is not what the provider's schema asks for: %v", ack.Op, err)
					}
				}
			}
			if again, err := c.Receive(s.proven(bare, set)); err != nil || !reflect.DeepEqual(d, again) {
				t.Errorf("Receive is not the same twice (%v)", err)
			}
			forgeries(t, s, c, bare, set)
		})
	}
	t.Run("shapes", func(t *testing.T) { shapes(t, s) })
	t.Run("spoiled", func(t *testing.T) { spoiled(t, s) })
}

// sound checks what holds of every delivery.
func sound(t testing.TB, d core.Delivery) {
	t.Helper()
	keys := map[string]bool{}
	for _, i := range d.Items {
		if i.Key == "" || keys[i.Key] {
			t.Errorf("the key %q is empty or there twice", i.Key)
		}
		keys[i.Key] = true
		if i.Event == nil && (i.Why == "" || (i.Fate != core.FateIgnored && i.Fate != core.FateQuarantined)) {
			t.Errorf("item %s has no event, fate %q and why %q", i.Key, i.Fate, i.Why)
		}
		if h, ok := i.Event.(core.Heard); ok && (h.From.Address == "" || h.From.UserID == "" || h.Provider == "" || h.Content == nil) {
			t.Errorf("item %s lacks an address, a user id, a provider id or content: %+v", i.Key, h)
		}
		if r, ok := i.Event.(core.Reached); ok && (r.Who.Address == "" || r.Until.IsZero() || r.Status != core.Delivered && r.Status != core.Read) {
			t.Errorf("item %s reaches nobody, nothing or no status: %+v", i.Key, r)
		}
		if r, ok := i.Event.(core.Reported); ok && (r.Status == "" || (r.Provider == "" && r.Ref == "")) {
			t.Errorf("item %s reports nothing, or of nothing: %+v", i.Key, r)
		}
	}
}

// proven is a copy of bare with the provider's proof.
func (s Subject) proven(bare core.Request, set map[string]any) core.Request {
	r := bare
	r.Header, r.Query = maps.Clone(bare.Header), maps.Clone(bare.Query)
	if s.Prove != nil {
		s.Prove(&r, set)
	}
	return r
}

// forgeries are calls without a proof, or with one that is nearly right.
func forgeries(t *testing.T, s Subject, c core.Connector, bare core.Request, set map[string]any) {
	refused := func(what string, c core.Connector, r core.Request) {
		t.Helper()
		if d, err := c.Receive(r); !errors.Is(err, core.ErrUnverified) || len(d.Items) > 0 {
			t.Errorf("%s: taken (%v)", what, err)
		} else {
			clean(t, "the error", err.Error())
		}
	}
	if s.Prove == nil {
		return
	}
	refused("a call without its proof", c, bare)
	other, blank := maps.Clone(set), maps.Clone(set)
	for _, key := range s.Secrets {
		other[key], blank[key] = "another", ""
	}
	refused("a call proven with another secret", c, s.proven(bare, other))
	k := s.Kind(pure(t))
	if empty, err := decode(k, blank); err == nil {
		if c, err := k.Open("test", empty); err == nil {
			refused("an empty secret", c, s.proven(bare, blank))
			refused("an empty secret and no proof", c, bare)
		}
	}
	good := s.proven(bare, set)
	for _, place := range []func(core.Request) map[string]string{
		func(r core.Request) map[string]string { return r.Header },
		func(r core.Request) map[string]string { return r.Query },
	} {
		for name, proof := range place(good) {
			if place(bare)[name] == proof {
				continue
			}
			for _, near := range nearly(proof) {
				forged := s.proven(bare, set)
				place(forged)[name] = near
				refused("the proof "+near, c, forged)
			}
		}
	}
	if s.Covers && len(good.Body) > 0 {
		good.Body = append(bytes.Clone(good.Body), ' ')
		refused("a body with one space more", c, good)
	}
}

func nearly(proof string) []string {
	flipped := []byte(proof)
	flipped[len(flipped)-1] ^= 1
	return []string{proof[:len(proof)-1], proof + "0", string(flipped), " " + proof, ""}
}

// shapes are bodies that no provider sends. Whatever is valid JSON is kept with
// a fate; the rest is unreadable; nothing panics.
func shapes(t *testing.T, s Subject) {
	set := s.with(t, nil)
	c := s.open(t, pure(t), set)
	for _, body := range []string{`{}`, `[]`, `null`, `1`, `"x"`, `[null]`, `{"":{}}`, `{"a":1e999}`, `{"a":"\ud800"}`} {
		d, err := c.Receive(s.proven(jsonCall(body), set))
		if err != nil && !errors.Is(err, core.ErrUnreadable) {
			t.Errorf("%s: %v", body, err)
		}
		if err == nil && len(d.Items) == 0 {
			t.Errorf("%s was dropped without a fate", body)
		}
		sound(t, d)
	}
	for _, body := range []string{``, `{`, `{"a":}`, "\x00", "\xff\xfe{}"} {
		d, err := c.Receive(s.proven(jsonCall(body), set))
		if err == nil && len(d.Items) == 0 || err != nil && !errors.Is(err, core.ErrUnreadable) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func jsonCall(body string) core.Request {
	return core.Request{
		Method: "POST", URL: "https://chat.example.com/webhooks/test", Body: []byte(body),
		Query: map[string]string{}, Header: map[string]string{"Content-Type": "application/json"},
	}
}
