package instagram

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
	Items []any `json:"items"`
}

func TestInstagramEvents(t *testing.T) { events(t, opened(t, Instagram, igSettings)) }

func TestMessengerEvents(t *testing.T) {
	t.Chdir(messengerFolder)
	events(t, opened(t, Messenger, fbSettings))
}

func events(t *testing.T, a *account) {
	files, err := filepath.Glob("testdata/events/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no fixtures (%v)", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			var in eventCall
			was, err := os.ReadFile(path)
			if err == nil {
				err = json.Unmarshal(was, &in)
			}
			var body bytes.Buffer
			if err == nil {
				err = json.Compact(&body, in.Request.Body)
			}
			if err != nil {
				t.Fatal(err)
			}
			r := signed(body.String())
			d, err := a.Receive(r)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := a.Receive(r); err != nil || !reflect.DeepEqual(d, again) {
				t.Errorf("Receive is not the same twice (%v)", err)
			}
			r.Body = append(r.Body, ' ')
			if _, err := a.Receive(r); !errors.Is(err, core.ErrUnverified) {
				t.Errorf("a forged call: %v", err)
			}
			in.Items = nil
			for _, item := range d.Items {
				in.Items = append(in.Items, eventShown(t, item))
			}
			same(t, path, was, in)
		})
	}
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
	case core.Opened:
		shown["opened"] = e
	default:
		t.Errorf("a %T belongs into testdata/receive", e)
	}
	return shown
}

// opened is an account that may call nobody.
func opened(t testing.TB, kind func(kit.Env) core.Kind, settings string) *account {
	t.Helper()
	return openedAt(t, kit.Offline(func(address string) { t.Errorf("a pure method called %s", address) }), kind, settings)
}

func openedAt(t testing.TB, env kit.Env, kind func(kit.Env) core.Kind, settings string) *account {
	t.Helper()
	k := kind(env)
	into := k.Settings()
	if err := json.Unmarshal([]byte(settings), into); err != nil {
		t.Fatal(err)
	}
	c, err := k.Open("test", into)
	if err != nil {
		t.Fatal(err)
	}
	return c.(*account)
}

func signed(body string) core.Request {
	return core.Request{
		Method: "POST", Body: []byte(body),
		Header: map[string]string{"X-Hub-Signature-256": kit.Sign("SECRETAPP", "sha256=", []byte(body))},
	}
}
