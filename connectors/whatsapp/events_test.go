package whatsapp

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"causeway/connectors/connectortest"
	"causeway/connectors/kit"
	"causeway/core"
)

// eventCall is a file of testdata/events: a webhook call, and the events in it
// that are no message and no status.
type eventCall struct {
	Of      string `json:"of"`
	Request struct {
		Body json.RawMessage `json:"body"`
	} `json:"request"`
	Settings map[string]any `json:"settings,omitempty"`
	Items    []any          `json:"items"`
}

func TestEvents(t *testing.T) { events(t, subject(), "testdata/events") }

func events(t *testing.T, s connectortest.Subject, folder string) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no fixtures (%v)", folder, err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			var in eventCall
			was, err := os.ReadFile(path)
			if err == nil {
				err = json.Unmarshal(was, &in)
			}
			if err != nil {
				t.Fatal(err)
			}
			set := settingsOf(t, s, in.Settings)
			c := connectorOf(t, s, set)
			var body bytes.Buffer
			if err := json.Compact(&body, in.Request.Body); err != nil {
				t.Fatal(err)
			}
			r := core.Request{Method: "POST", Header: map[string]string{}, Query: map[string]string{}, Body: body.Bytes()}
			if _, err := c.Receive(r); !errors.Is(err, core.ErrUnverified) {
				t.Errorf("a call without its proof: %v", err)
			}
			s.Prove(&r, set)
			d, err := c.Receive(r)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := c.Receive(r); err != nil || !reflect.DeepEqual(d, again) {
				t.Errorf("Receive is not the same twice (%v)", err)
			}
			in.Items = nil
			for _, item := range d.Items {
				in.Items = append(in.Items, eventShown(t, item))
			}
			same(t, path, was, in)
		})
	}
}

func settingsOf(t *testing.T, s connectortest.Subject, changed map[string]any) map[string]any {
	t.Helper()
	all := map[string]any{}
	if err := json.Unmarshal([]byte(s.Settings), &all); err != nil {
		t.Fatal(err)
	}
	for k, v := range changed {
		all[k] = v
	}
	return all
}

func connectorOf(t *testing.T, s connectortest.Subject, set map[string]any) core.Connector {
	t.Helper()
	k := s.Kind(kit.Offline(func(address string) { t.Errorf("a pure method called %s", address) }))
	data, err := json.Marshal(set)
	into := k.Settings()
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := k.Open("test", into)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// same compares what is at path with v as JSON, or writes it.
func same(t *testing.T, path string, was []byte, v any) {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(was, b.Bytes()) {
		return
	}
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s differs (-update writes it anew), got\n%s", path, b.String())
}

func eventShown(t *testing.T, i core.Item) any {
	t.Helper()
	shown := map[string]any{"key": i.Key, "account": i.Account}
	switch e := i.Event.(type) {
	case nil:
		shown["fate"], shown["why"] = i.Fate, i.Why
	case core.Echo:
		content, err := core.MarshalContent(e.Content)
		if err != nil {
			t.Fatal(err)
		}
		shown["echo"] = map[string]any{
			"to": e.To, "provider": e.Provider, "ref": e.Ref, "content": json.RawMessage(content), "reply_to": e.ReplyTo, "by": e.By, "at": e.At,
		}
	case core.Moved:
		shown["moved"] = e
	case core.Opened:
		shown["opened"] = e
	default:
		t.Errorf("a %T belongs into testdata/receive", e)
	}
	return shown
}
