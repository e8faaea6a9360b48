package connectortest

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"causeway/core"
)

// spoils are what stands in a place where a provider has something else.
var spoils = []json.RawMessage{
	json.RawMessage(`null`), json.RawMessage(`{}`), json.RawMessage(`[null]`), json.RawMessage(`1e999`), json.RawMessage(`"\u0000\ud800"`),
	json.RawMessage(strings.Repeat(`[`, 60) + strings.Repeat(`]`, 60)),
}

// spoiled spoils each fixture in each of its places, one at a time: the call is
// kept with a fate, and what it reports is sound.
func spoiled(t *testing.T, s Subject) {
	for _, path := range fixtures(t, "receive") {
		t.Run(nameOf(path), func(t *testing.T) {
			in := fixture[call](t, path)
			set, bare := s.with(t, in.Settings), in.Request.plain(t)
			c := s.open(t, pure(t), set)
			for _, body := range bodies(bare.Body) {
				r := bare
				r.Body = body
				d, err := c.Receive(s.proven(r, set))
				if err != nil && !errors.Is(err, core.ErrUnreadable) || err == nil && len(d.Items) == 0 && len(d.Reply.Body) == 0 {
					t.Errorf("%.300s: %d items (%v)", body, len(d.Items), err)
				}
				sound(t, d)
			}
		})
	}
}

// bodies are a body with something wrong in each of its places.
func bodies(body []byte) [][]byte {
	var all [][]byte
	if json.Valid(body) {
		for _, b := range spoiledJSON(body) {
			all = append(all, b)
		}
		return all
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil
	}
	for name, was := range form {
		for _, value := range []string{"", "\x00\xff", "-1", "{}", "999999999999999999999"} {
			form.Set(name, value)
			all = append(all, []byte(form.Encode()))
		}
		form[name] = was
		all = append(all, []byte(form.Encode()+"&"+url.QueryEscape(name)+"=twice"))
	}
	return all
}

// spoiledJSON is a value with each of spoils in each place of it.
func spoiledJSON(raw json.RawMessage) []json.RawMessage {
	all := append([]json.RawMessage{}, spoils...)
	var members map[string]json.RawMessage
	var elements []json.RawMessage
	switch {
	case json.Unmarshal(raw, &members) == nil:
		for name, was := range members {
			for _, b := range spoiledJSON(was) {
				members[name] = b
				all = append(all, encoded(members))
			}
			delete(members, name)
			all = append(all, encoded(members))
			members[name] = was
		}
	case json.Unmarshal(raw, &elements) == nil:
		for i, was := range elements {
			for _, b := range spoiledJSON(was) {
				elements[i] = b
				all = append(all, encoded(elements))
			}
			elements[i] = was
		}
	}
	return all
}

// encoded is JSON of parts that are JSON.
func encoded(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage(`null`)
	}
	return b
}
