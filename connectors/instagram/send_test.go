package instagram

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"causeway/connectors/kit"
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

// at is an account whose calls go to api.
func at(t *testing.T, api string, kind func(kit.Env) core.Kind, settings string) *account {
	t.Helper()
	return openedAt(t, kit.Default(), kind, strings.Replace(settings, `{`, `{"api_url":"`+api+`",`, 1))
}

func hello(t *testing.T, f form) core.Payload {
	t.Helper()
	calls, err := f.render(core.Outgoing{To: "61", Content: core.Text{Body: "hello"}, Ref: "r.0"})
	if err != nil {
		t.Fatal(err)
	}
	return calls[0]
}

func TestSend(t *testing.T) {
	api, got, body := answering(t, 200, `{"recipient_id":"61","message_id":"m_X"}`)
	for _, c := range []struct {
		account *account
		form    form
		path    string
		body    string
	}{
		{at(t, api, Instagram, igSettings), instagramForm(), "/v25.0/17841400000000042/messages", `{"recipient":{"id":"61"},"message":{"text":"hello"}}`},
		{at(t, api+"/", Messenger, fbSettings), messengerForm(), "/v25.0/102030405060708/messages", `{"recipient":{"id":"61"},"messaging_type":"RESPONSE","message":{"text":"hello","metadata":"r.0"}}`},
	} {
		id, err := c.account.Send(context.Background(), hello(t, c.form))
		if err != nil || id != "m_X" {
			t.Fatalf("id %q (%v)", id, err)
		}
		if got.Method != "POST" || got.URL.String() != c.path || got.Header.Get("Authorization") != "Bearer SECRETTOKEN" {
			t.Errorf("the call was %s %s with %q", got.Method, got.URL, got.Header.Get("Authorization"))
		}
		if *body != c.body {
			t.Errorf("the body was %s", *body)
		}
	}
}

// What a person writes after the window is tagged where the app may, and sent
// as an answer where it may not; what a bot writes is never tagged.
func TestSendAfterTheWindow(t *testing.T) {
	api, _, body := answering(t, 200, `{"message_id":"m_X"}`)
	for _, c := range []struct {
		kind     func(kit.Env) core.Kind
		form     form
		settings string
		late     bool
		human    bool
		want     string
	}{
		{Messenger, messengerForm(), `"human_agent":true,`, true, true, `"messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT","message"`},
		{Messenger, messengerForm(), ``, true, true, `"messaging_type":"RESPONSE","message"`},
		{Messenger, messengerForm(), `"human_agent":true,`, true, false, `"messaging_type":"RESPONSE","message"`},
		{Messenger, messengerForm(), `"human_agent":true,`, false, true, `"messaging_type":"RESPONSE","message"`},
		{Instagram, instagramForm(), `"human_agent":true,`, true, true, `"messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT","message"`},
		{Instagram, instagramForm(), ``, true, true, `{"recipient":{"id":"61"},"message"`},
	} {
		settings := fbSettings
		if c.form.sort == "" {
			settings = igSettings
		}
		calls, err := c.form.render(core.Outgoing{To: "61", Content: core.Text{Body: "x"}, Late: c.late, Human: c.human})
		if err != nil {
			t.Fatal(err)
		}
		a := at(t, api, c.kind, strings.Replace(settings, `{`, `{`+c.settings, 1))
		if _, err := a.Send(context.Background(), calls[0]); err != nil || !strings.Contains(*body, c.want) {
			t.Errorf("%+v: the body was %s (%v)", c, *body, err)
		}
	}
}

func TestSendAction(t *testing.T) {
	api, _, body := answering(t, 200, `{"recipient_id":"61"}`)
	p := core.Payload{Op: opAction, Body: senderAction{Recipient: recipient{"61"}, Action: markSeen}}
	id, err := at(t, api, Messenger, fbSettings).Send(context.Background(), p)
	if err != nil || id != "" || *body != `{"recipient":{"id":"61"},"sender_action":"mark_seen"}` {
		t.Errorf("id %q of %s (%v)", id, *body, err)
	}
}

func TestSendRefusesAnotherOp(t *testing.T) {
	_, err := opened(t, Messenger, fbSettings).Send(context.Background(), core.Payload{Op: "delete"})
	if f := core.FaultOf(err); f.Kind != core.Permanent {
		t.Errorf("the fault is %v", err)
	}
}

func TestSendHidesTheTokenThatAnErrorRepeats(t *testing.T) {
	for _, code := range []string{"190", "987654", "100", "613", `""`, `"x"`} {
		api, _, _ := answering(t, 400, `{"error":{"message":"Malformed token SECRETTOKEN","code":`+code+`,"error_user_msg":"SECRETAPP","error_user_title":"SECRETWORD"}}`)
		_, err := at(t, api, Instagram, igSettings).Send(context.Background(), hello(t, instagramForm()))
		f := core.FaultOf(err)
		shown, _ := json.Marshal(f)
		if f == nil || strings.Contains(err.Error()+string(shown)+f.Message, "SECRET") {
			t.Errorf("code %s: %v", code, err)
		}
	}
}

func TestSendEndsWithItsContext(t *testing.T) {
	release := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel() // once all of it has come
		<-release
	}))
	defer server.Close()
	defer close(release)
	_, err := at(t, server.URL, Messenger, fbSettings).Send(ctx, hello(t, messengerForm()))
	if f := core.FaultOf(err); f == nil || f.Kind != core.Ambiguous {
		t.Errorf("the fault is %v", err)
	}
}

// A refusal is one whatever its status says; what may pass leaves open whether
// the message was sent.
func TestSendReadsErrorsInASuccess(t *testing.T) {
	for body, want := range map[string]core.FaultKind{
		`{"error":{"code":551,"message":"SECRETTOKEN"}}`: core.Permanent, `{"error":{"code":190}}`: core.ChannelBroken, `{"error":{"code":4}}`: core.RateLimited,
		`{"error":{"code":2}}`: core.Ambiguous, `{"error":{"code":987654}}`: core.Ambiguous, `{"error":"x"}`: core.Ambiguous, `{"error":null}`: core.Ambiguous, `null`: core.Ambiguous,
	} {
		api, _, _ := answering(t, 200, body)
		id, err := at(t, api, Instagram, igSettings).Send(context.Background(), hello(t, instagramForm()))
		if f := core.FaultOf(err); id != "" || f == nil || f.Kind != want || strings.Contains(err.Error()+f.Message, "SECRET") {
			t.Errorf("%s: id %q, %v, want %s", body, id, err, want)
		}
	}
}

// Every code of Meta's pages is as it should be, alone and with its subcode.
func TestCodes(t *testing.T) {
	for kind, codes := range map[core.FaultKind][][2]string{
		core.WindowClosed: {{"10", "2534022"}, {"10", "2018278"}, {"10", "2018065"}},
		core.RateLimited:  {{"613", ""}, {"613", "2534040"}, {"613", "2018338"}, {"4", ""}, {"17", ""}, {"32", ""}, {"80002", ""}, {"80006", ""}},
		core.Temporary:    {{"1", ""}, {"1", "99"}, {"2", ""}, {"1200", ""}, {"100", "2018008"}, {"100", "2018294"}},
		core.Ambiguous:    {{"1", "1357046"}},
		core.ChannelBroken: {
			{"190", ""}, {"190", "463"}, {"102", ""}, {"10", "2534077"}, {"100", "2534013"}, {"200", "2534041"}, {"200", "2018028"}, {"200", ""}, {"230", ""},
			{"10", ""}, {"3", ""}, {"100", "2534029"}, {"10", "1893063"}, {"368", ""}, {"2022", ""}, {"36103", ""},
		},
		core.Permanent: {
			{"551", ""}, {"551", "1545041"}, {"200", "1545041"}, {"10", "2018108"}, {"100", "2018001"}, {"100", "2534014"}, {"100", "33"}, {"100", "2534015"},
			{"100", "2018014"}, {"100", ""}, {"100", "2018047"}, {"100", "2018109"}, {"100", "2018074"}, {"100", "2534025"}, {"100", "2534037"}, {"10", "2018300"},
			{"100", "2018321"}, {"2534122", ""}, {"2534001", ""}, {"100", "2534001"}, {"9000001", ""},
		},
	} {
		for _, c := range codes {
			f := failure{Code: loose(c[0]), Subcode: loose(c[1]), Message: "words"}
			fault := f.sorted()
			if fault == nil || fault.Kind != kind || fault.Message == "" || fault.Code != f.name() {
				t.Errorf("code %s is %v, want %s", f.name(), fault, kind)
			}
		}
	}
	for _, unknown := range []failure{{Code: "987654"}, {Code: "11", Subcode: "2"}, {Code: "x"}} {
		if f := unknown.sorted(); f != nil {
			t.Errorf("an unknown code is %v", f)
		}
	}
}
