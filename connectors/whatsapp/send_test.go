package whatsapp

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"causeway/core"
)

// answering is a provider that answers every call alike and keeps the last.
func answering(t *testing.T, status int, body string) (address string, last *http.Request, sent *string) {
	t.Helper()
	last, sent = &http.Request{}, new(string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		*last, *sent = *r, string(data)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL, last, sent
}

func hello(t *testing.T, to core.Address) core.Payload {
	t.Helper()
	calls, err := render(core.Outgoing{To: to, Content: core.Text{Body: "hello"}, Ref: "r.0"})
	if err != nil {
		t.Fatal(err)
	}
	return calls[0]
}

func TestSend(t *testing.T) {
	api, got, body := answering(t, 200, `{"messages":[{"id":"wamid.X"}]}`)
	n := opened(t, api+"/", func(s *CloudSettings) { s.APIVersion = "v26.0" })
	id, err := n.Send(context.Background(), hello(t, "+4915112345678"))
	if err != nil || id != "wamid.X" {
		t.Fatalf("id %q (%v)", id, err)
	}
	if got.Method != "POST" || got.URL.Path != "/v26.0/400555666777888/messages" || got.Header.Get("Authorization") != "Bearer SECRETTOKEN" {
		t.Errorf("the call was %s %s with %q", got.Method, got.URL, got.Header.Get("Authorization"))
	}
	want := `{"messaging_product":"whatsapp","recipient_type":"individual","to":"+4915112345678","biz_opaque_callback_data":"r.0","type":"text","text":{"body":"hello"}}`
	if *body != want {
		t.Errorf("the body was\n%s, want\n%s", *body, want)
	}
}

func TestSendHidesTheTokenThatAnErrorRepeats(t *testing.T) {
	for _, code := range []string{"190", "987654", "100", "131208", `""`} {
		api, _, _ := answering(t, 400, `{"error":{"message":"Malformed access token SECRETTOKEN","code":`+code+`,"error_data":{"details":"SECRETTOKEN"}}}`)
		_, err := opened(t, api, nil).Send(context.Background(), hello(t, "+4915112345678"))
		f := core.FaultOf(err)
		shown, _ := json.Marshal(f)
		if f == nil || strings.Contains(err.Error()+string(shown)+f.Message, "SECRET") {
			t.Errorf("code %s: %v", code, err)
		}
	}
}

func TestSendMarksThePairLimit(t *testing.T) {
	for code, pair := range map[string]bool{"131056": true, "130429": false} {
		api, _, _ := answering(t, 400, `{"error":{"code":`+code+`}}`)
		_, err := opened(t, api, nil).Send(context.Background(), hello(t, "+4915112345678"))
		if f := core.FaultOf(err); f == nil || f.Kind != core.RateLimited || (f.Scope == core.OneContact) != pair || f.After <= 0 {
			t.Errorf("code %s: %+v", code, f)
		}
	}
}

func TestSendEndsWithItsContext(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-release
	}))
	defer server.Close()
	defer close(release)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := opened(t, server.URL, nil).Send(ctx, hello(t, "+4915112345678"))
	if f := core.FaultOf(err); f == nil || f.Kind != core.Ambiguous {
		t.Errorf("the fault is %v", err)
	}
}

func TestSendRefusesAnotherOp(t *testing.T) {
	_, err := opened(t, "http://127.0.0.1:1", nil).Send(context.Background(), core.Payload{Op: "delete"})
	if f := core.FaultOf(err); f.Kind != core.Permanent {
		t.Errorf("the fault is %v", err)
	}
}

// A read mark sends no message, whatever the provider answers to it.
func TestSendMark(t *testing.T) {
	for _, answer := range []string{`{"success":true}`, `null`, ``} {
		api, got, body := answering(t, 200, answer)
		id, err := opened(t, api, nil).Send(context.Background(), core.Payload{Op: opMark, Body: mark{Product: "whatsapp", Status: "read", MessageID: "wamid.X", Typing: &typing{Type: "text"}}})
		if err != nil || id != "" || !strings.HasSuffix(got.URL.Path, "/messages") {
			t.Errorf("%q: id %q (%v) by %s", answer, id, err, got.URL)
		}
		if want := `{"messaging_product":"whatsapp","status":"read","message_id":"wamid.X","typing_indicator":{"type":"text"}}`; *body != want {
			t.Errorf("the body was %s, want %s", *body, want)
		}
	}
	api, _, _ := answering(t, 400, `{"error":{"code":100}}`)
	if _, err := opened(t, api, nil).Send(context.Background(), core.Payload{Op: opMark}); core.FaultOf(err) == nil {
		t.Error("a refusal was not noticed")
	}
}

// A refusal is one whatever its status says; what may pass leaves open whether
// the message was sent.
func TestSendReadsErrorsInASuccess(t *testing.T) {
	for body, want := range map[string]core.FaultKind{
		`{"error":{"code":131026,"message":"SECRETTOKEN"}}`: core.Permanent, `{"error":{"code":190}}`: core.ChannelBroken, `{"error":{"code":4}}`: core.RateLimited,
		`{"error":{"code":2}}`: core.Ambiguous, `{"error":{"code":987654}}`: core.Ambiguous, `{"error":"x"}`: core.Ambiguous, `{"error":null}`: core.Ambiguous, `null`: core.Ambiguous,
	} {
		api, _, _ := answering(t, 200, body)
		id, err := opened(t, api, nil).Send(context.Background(), hello(t, "+4915112345678"))
		if f := core.FaultOf(err); id != "" || f == nil || f.Kind != want || strings.Contains(err.Error()+f.Message, "SECRET") {
			t.Errorf("%s: id %q, %v, want %s", body, id, err, want)
		}
	}
}

// Every code of Meta's page "Error codes" is in the table, and as it should be.
func TestCodes(t *testing.T) {
	for kind, codes := range map[core.FaultKind][]int{
		core.Temporary:    {1, 2, 131000, 131016, 131057, 2494100, 133004, 132069, 134101},
		core.RateLimited:  {4, 80007, 130429, 131056, 131208},
		core.WindowClosed: {131047, 470},
		core.ChannelBroken: {
			0, 190, 3, 10, 131005, 200, 210, 299, 33, 368, 131031, 131037, 131042, 131045, 133000, 133010, 133015, 133016,
		},
		core.Permanent: {
			100, 131008, 131009, 131021, 131026, 131048, 131049, 131050, 131051, 131052, 131053, 131055, 131062, 131063, 131064,
			130403, 130472, 130497, 131202, 131215, 132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018, 132068,
			134011, 134100, 134102, 135000,
		},
	} {
		for _, code := range codes {
			f := faults.Fault(code, "the provider's words")
			if f == nil || f.Kind != kind || f.Message == "" {
				t.Fatalf("code %d is %v, want %s", code, f, kind)
			}
			if (f.Scope == core.OneContact) != (code == 131056) || (kind == core.RateLimited) != (f.After > 0 && kind != core.Temporary) {
				t.Errorf("code %d binds the contact alone: %v, and has us wait %s", code, f.Scope, f.After)
			}
		}
	}
	if f := faults.Fault(987654, "x"); f != nil {
		t.Errorf("an unknown code is %v", f)
	}
}

func TestFaultsAreFaults(t *testing.T) {
	api, _, _ := answering(t, 400, `{"error":{"code":131026,"error_data":"words"}}`)
	_, err := opened(t, api, nil).Send(context.Background(), hello(t, "+4915112345678"))
	var f *core.Fault
	if !errors.As(err, &f) || f.Code != "131026" {
		t.Errorf("an error with data of another shape is %v", err)
	}
}
