package instagram

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"causeway/connectors/connectortest"
	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

// fakeMeta is Meta, and beside it a host of files that is not public.
type fakeMeta struct {
	*httptest.Server
	calls  []string
	form   map[string]string // of the upload; "filedata" is the file
	body   string            // of the message
	status int
	answer string // to an upload
}

func newFakeMeta(t *testing.T, files http.HandlerFunc) *fakeMeta {
	m := &fakeMeta{form: map[string]string{}, status: 200, answer: `{"attachment_id":"778899"}`}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/files/") {
			files(w, r)
			return
		}
		m.calls = append(m.calls, r.URL.Path+" "+r.Header.Get("Authorization"))
		if strings.HasSuffix(r.URL.Path, "/messages") {
			data, _ := io.ReadAll(r.Body)
			m.body = string(data)
			_, _ = io.WriteString(w, `{"message_id":"mid.1"}`)
			return
		}
		if r.ContentLength <= 0 {
			t.Error("the upload tells no length")
		}
		parts, err := r.MultipartReader()
		for err == nil {
			part, end := parts.NextPart()
			if end != nil {
				break
			}
			data, _ := io.ReadAll(part)
			m.form[part.FormName()] = string(data)
			if part.FormName() == "filedata" {
				m.form["type"] = part.Header.Get("Content-Type")
			}
		}
		w.WriteHeader(m.status)
		_, _ = io.WriteString(w, m.answer)
	}))
	t.Cleanup(m.Close)
	return m
}

// sends says c by a kind whose operator lets loopback through, or not.
func (m *fakeMeta) sends(t *testing.T, kind core.Kind, set any, c core.Content) error {
	t.Helper()
	a, err := kind.Open("x", set)
	if err != nil {
		t.Fatal(err)
	}
	calls, err := kind.Render(core.Outgoing{To: "6120000000000077", Content: c})
	if err != nil || calls[0].Op != opUpload {
		t.Fatalf("%+v %v", calls, err)
	}
	_, err = a.Send(context.Background(), calls[0])
	return err
}

func private(allow bool) kit.Env {
	var o egress.Options
	if allow {
		o.AllowPrivate = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}
	return kit.Env{HTTP: egress.New(o)}
}

func png(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "image/png")
	_, _ = io.WriteString(w, "PNG")
}

// A file that Meta cannot fetch is given to Meta, at the account or Page that
// sends it.
func TestUpload(t *testing.T) {
	for name, c := range map[string]struct {
		kind     func(kit.Env) core.Kind
		set      func(api string) any
		at       string
		platform string
	}{
		"Messenger": {Messenger, func(api string) any {
			return &MessengerSettings{PageID: "1020", Common: Common{AccessToken: "SECRET", APIURL: api}}
		}, "/v25.0/1020/", ""},
		"Instagram Login": {Instagram, func(api string) any {
			return &InstagramSettings{AccountID: "1784", Login: LoginInstagram, Common: Common{AccessToken: "SECRET", APIURL: api}}
		}, "/v25.0/1784/", ""},
		"Instagram by its Page": {Instagram, func(api string) any {
			return &InstagramSettings{AccountID: "1784", Login: LoginPage, PageID: "1020", Common: Common{AccessToken: "SECRET", APIURL: api}}
		}, "/v25.0/1020/", "instagram"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newFakeMeta(t, png)
			if err := m.sends(t, c.kind(private(true)), c.set(m.URL), core.Media{Media: core.Image, URL: m.URL + "/files/7.png"}); err != nil {
				t.Fatal(err)
			}
			if want := c.at + "message_attachments Bearer SECRET, " + c.at + "messages Bearer SECRET"; strings.Join(m.calls, ", ") != want {
				t.Errorf("%q, want %q", m.calls, want)
			}
			if m.form["filedata"] != "PNG" || m.form["type"] != "image/png" || m.form["platform"] != c.platform ||
				m.form["message"] != `{"attachment":{"payload":{"is_reusable":true},"type":"image"}}` {
				t.Errorf("the form is %q", m.form)
			}
			if !strings.Contains(m.body, `"attachment":{"type":"image","payload":{"attachment_id":"778899"}}`) {
				t.Errorf("the message is %s", m.body)
			}
		})
	}
}

func TestUploadThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		files  http.HandlerFunc
		guard  bool
		status int
		answer string
		kind   core.FaultKind
		code   string
	}{
		"the guard":             {files: png, guard: true, kind: core.Permanent, code: "address_forbidden"},
		"not found":             {files: http.NotFound, kind: core.Permanent, code: "media_http_404"},
		"Meta refuses the sort": {files: png, status: 400, answer: `{"error":{"code":100,"error_subcode":2018047}}`, kind: core.Permanent, code: "100/2018047"},
		"the token is bad":      {files: png, status: 400, answer: `{"error":{"code":190,"message":"SECRET"}}`, kind: core.ChannelBroken, code: "190"},
		"Meta is down":          {files: png, status: 502, answer: `<html>`, kind: core.Temporary, code: "http_502"},
		"a lost answer":         {files: png, status: 500, answer: `{"error":{"code":1,"error_subcode":1357046}}`, kind: core.Temporary, code: "1/1357046"},
		"no id":                 {files: png, answer: `{}`, kind: core.Temporary, code: "no_file_id"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newFakeMeta(t, c.files)
			m.status, m.answer = max(c.status, 200), c.answer
			set := &MessengerSettings{PageID: "1020", Common: Common{AccessToken: "SECRET", APIURL: m.URL}}
			err := m.sends(t, Messenger(private(!c.guard)), set, core.Media{Media: core.File, URL: m.URL + "/files/7.pdf"})
			connectortest.Told(t, err, c.kind, c.code)
			if m.body != "" {
				t.Error("the message was sent without its file")
			}
		})
	}
}

// What Meta can fetch is not loaded; of an album, only what it cannot goes alone.
func TestUploadOfAnAlbum(t *testing.T) {
	image := func(at string) core.Media { return core.Media{Media: core.Image, URL: at} }
	calls, err := Instagram(private(false)).Render(core.Outgoing{To: "6120000000000077", Content: core.Album{Items: []core.Media{
		image("https://cdn.example.com/1.png"), image("https://cdn.example.com/2.png"), image("http://127.0.0.1/3.png"), image("https://cdn.example.com/4.png"),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	var ops []string
	for _, c := range calls {
		ops = append(ops, c.Op)
	}
	if want := "messages " + opUpload + " messages"; strings.Join(ops, " ") != want {
		t.Errorf("%q, want %q", ops, want)
	}
}
