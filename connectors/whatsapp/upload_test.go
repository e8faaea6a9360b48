package whatsapp

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"causeway/connectors/connectortest"
	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

// store is a provider that takes files and messages, beside a host of files that
// is not public. What came is kept.
type store struct {
	server *httptest.Server
	calls  []string
	form   map[string]string // the fields of the last upload; "file" is its bytes
	kind   string            // the file's type
	length int64
	body   string // of the last message
	answer string // of an upload
	status int
}

func newStore(t *testing.T, files http.HandlerFunc) *store {
	s := &store{answer: `{"id":"777"}`, status: http.StatusOK}
	mux := http.NewServeMux()
	mux.HandleFunc("/files/", files)
	mux.HandleFunc("POST /v25.0/400555666777888/media", func(w http.ResponseWriter, r *http.Request) {
		s.calls, s.length = append(s.calls, "media "+r.Header.Get("Authorization")), r.ContentLength
		s.read(t, r)
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, s.answer)
	})
	mux.HandleFunc("POST /v25.0/400555666777888/messages", func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		s.calls, s.body = append(s.calls, "messages"), string(data)
		_, _ = io.WriteString(w, `{"messages":[{"id":"wamid.X"}]}`)
	})
	s.server = httptest.NewServer(mux)
	t.Cleanup(s.server.Close)
	return s
}

func (s *store) read(t *testing.T, r *http.Request) {
	s.form = map[string]string{}
	parts, err := r.MultipartReader()
	for err == nil {
		part, next := parts.NextPart()
		if next != nil {
			return
		}
		data, _ := io.ReadAll(part)
		s.form[part.FormName()] = string(data)
		if part.FormName() == "file" {
			s.kind, s.form["filename"] = part.Header.Get("Content-Type"), part.FileName()
		}
	}
	t.Errorf("the form: %v", err)
}

// send says c by a number whose operator lets loopback through, or not.
func (s *store) send(t *testing.T, allow bool, c core.Content) (core.ProviderID, error) {
	t.Helper()
	var o egress.Options
	if allow {
		o.AllowPrivate = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}
	set := &CloudSettings{PhoneNumberID: "400555666777888", AccessToken: "SECRETTOKEN", AppSecret: "a", VerifyToken: "v", APIURL: s.server.URL}
	n, err := Cloud(kit.Env{HTTP: egress.New(o)}).Open("wa", set)
	if err != nil {
		t.Fatal(err)
	}
	calls, err := render(core.Outgoing{To: phone, Content: c})
	if err != nil {
		t.Fatal(err)
	}
	if calls[0].Op != opUpload {
		t.Fatalf("the call is %s", calls[0].Op)
	}
	before, _ := json.Marshal(calls[0].Body)
	id, err := n.Send(context.Background(), calls[0])
	if after, _ := json.Marshal(calls[0].Body); string(after) != string(before) {
		t.Errorf("Send changed its payload to %s", after)
	}
	return id, err
}

func serve(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = io.WriteString(w, body)
	}
}

func TestUpload(t *testing.T) {
	s := newStore(t, serve("image/png; x=y", "PNG"))
	id, err := s.send(t, true, core.Media{Media: core.Image, URL: s.server.URL + "/files/7.png", Caption: "c"})
	if err != nil || id != "wamid.X" || strings.Join(s.calls, ", ") != "media Bearer SECRETTOKEN, messages" {
		t.Fatalf("id %q, calls %q (%v)", id, s.calls, err)
	}
	if s.form["messaging_product"] != "whatsapp" || s.form["type"] != "image/png" || s.form["file"] != "PNG" || s.kind != "image/png" || s.form["filename"] != "file.png" || s.length <= 0 {
		t.Errorf("the form is %+v of type %s and %d bytes", s.form, s.kind, s.length)
	}
	if !strings.Contains(s.body, `"image":{"id":"777","caption":"c"}`) {
		t.Errorf("the message is %s", s.body)
	}
}

func TestUploadOfAHeader(t *testing.T) {
	s := newStore(t, serve("video/mp4", "MP4"))
	_, err := s.send(t, true, core.Choices{
		Body: "b", Media: &core.Media{Media: core.Video, URL: s.server.URL + "/files/7"},
		Buttons: []core.Button{{Type: core.Reply, Title: "Yes", Token: "t"}},
	})
	if err != nil || !strings.Contains(s.body, `"header":{"type":"video","video":{"id":"777"}}`) {
		t.Errorf("the message is %s (%v)", s.body, err)
	}
}

func TestUploadFindsTheType(t *testing.T) {
	for name, c := range map[string]struct {
		host, author, end, body, want string
	}{
		"the host tells":       {"audio/ogg; codecs=opus", "audio/mpeg", ".mp3", "x", "audio/ogg"},
		"the author tells":     {"application/octet-stream", "Audio/AAC", ".mp3", "x", "audio/aac"},
		"under another name":   {"image/jpg", "", ".png", "x", "image/jpeg"},
		"the name tells":       {"application/octet-stream", "", ".MP3", "x", "audio/mpeg"},
		"the first bytes tell": {"application/octet-stream", "", "", "%PDF-1.7 " + strings.Repeat("x", 2000), "application/pdf"},
		"nothing tells":        {"application/octet-stream", "", "", "\x00\x01", "application/octet-stream"},
		"an empty file":        {"application/octet-stream", "", "", "", "text/plain"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, serve(c.host, c.body))
			_, err := s.send(t, true, core.Media{Media: core.File, URL: s.server.URL + "/files/7" + c.end, MIME: c.author})
			if err != nil || s.form["type"] != c.want || s.form["file"] != c.body {
				t.Errorf("type %q, %d bytes (%v), want %s", s.form["type"], len(s.form["file"]), err, c.want)
			}
		})
	}
}

func TestUploadOfUnknownLengthAndAfterARedirect(t *testing.T) {
	s := newStore(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/files/old" {
			http.Redirect(w, r, "/files/new.jpg", http.StatusMovedPermanently)
			return
		}
		w.Header().Set("Content-Type", "image/jpeg")
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, "JPEG")
	})
	_, err := s.send(t, true, core.Media{Media: core.Image, URL: s.server.URL + "/files/old"})
	if err != nil || s.form["file"] != "JPEG" || s.length <= 0 {
		t.Errorf("the form is %+v of %d bytes (%v)", s.form, s.length, err)
	}
}

func TestUploadThatFails(t *testing.T) {
	answer := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	large := strings.Repeat("x", 5*megabyte+1)
	for name, c := range map[string]struct {
		files  http.HandlerFunc
		guard  bool
		status int
		answer string
		kind   core.FaultKind
		code   string
	}{
		"the guard":           {files: serve("image/png", "x"), guard: true, kind: core.Permanent, code: "address_forbidden"},
		"not found":           {files: answer(404), kind: core.Permanent, code: "media_http_404"},
		"not for us":          {files: answer(401), kind: core.Permanent, code: "media_http_401"},
		"slow down":           {files: answer(429), kind: core.Temporary, code: "media_http_429"},
		"out of order":        {files: answer(503), kind: core.Temporary, code: "media_http_503"},
		"a broken connection": {files: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, kind: core.Temporary, code: "no_answer"},
		"too large":           {files: serve("image/png", large), kind: core.Permanent, code: "media_too_large"},
		"too large, unsaid": {files: func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, large)
		}, kind: core.Permanent, code: "media_too_large"},
		"round and round": {files: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}, kind: core.Permanent, code: "media_moved"},
		"to another scheme": {files: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		}, kind: core.Permanent, code: "media_address"},
		"the provider refuses":      {files: serve("image/gif", "x"), status: 400, answer: `{"error":{"code":131053,"message":"type"}}`, kind: core.Permanent, code: "131053"},
		"the provider is down":      {files: serve("image/png", "x"), status: 503, answer: `<html>`, kind: core.Temporary, code: "http_503"},
		"the token is bad":          {files: serve("image/png", "x"), status: 401, answer: `{"error":{"code":190,"message":"SECRETTOKEN"}}`, kind: core.ChannelBroken, code: "190"},
		"an answer without an id":   {files: serve("image/png", "x"), answer: `{}`, kind: core.Temporary, code: "no_file_id"},
		"an answer that is no JSON": {files: serve("image/png", "x"), answer: `ok`, kind: core.Temporary, code: "no_file_id"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, c.files)
			if c.answer != "" {
				s.answer = c.answer
			}
			if c.status != 0 {
				s.status = c.status
			}
			_, err := s.send(t, !c.guard, core.Media{Media: core.Image, URL: s.server.URL + "/files/7"})
			connectortest.Told(t, err, c.kind, c.code)
			if s.body != "" {
				t.Error("the message was sent without its file")
			}
		})
	}
}

// A public address is Meta's to fetch: nothing is loaded beforehand.
func TestNoUploadOfWhatMetaFetches(t *testing.T) {
	for _, c := range []core.Content{
		core.Media{Media: core.Image, URL: "https://cdn.example.com/a.png"},
		core.Text{Body: "see http://127.0.0.1/"},
		core.Choices{Body: "b", Buttons: []core.Button{{Type: core.Link, Title: "x", URL: "http://127.0.0.1/"}}},
	} {
		calls, err := render(core.Outgoing{To: phone, Content: c})
		if err != nil || calls[0].Op != opMessages {
			t.Errorf("%T is %+v (%v)", c, calls, err)
		}
	}
}
