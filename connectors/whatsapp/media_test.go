package whatsapp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"causeway/core"
)

// library is a provider that keeps one file. tell is the answer to where it is,
// with its own address for %s; give answers who asks for it.
func library(t *testing.T, tell string, give http.HandlerFunc) *cloud {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("GET /v25.0/1204", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer SECRETTOKEN" || r.URL.Query().Get("phone_number_id") != "400555666777888" {
			t.Errorf("asked with %q for %s", r.Header.Get("Authorization"), r.URL)
		}
		if strings.Contains(tell, "%s") {
			tell = fmt.Sprintf(tell, server.URL)
		}
		if strings.Contains(tell, `"error"`) {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, tell)
	})
	mux.HandleFunc("GET /file", give)
	return opened(t, server.URL, nil)
}

const here = `{"url":"%s/file?mid=1204","mime_type":"image/jpeg","file_size":"5","id":"1204"}`

func TestOpenMedia(t *testing.T) {
	n := library(t, here, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer SECRETTOKEN" || r.URL.Query().Get("mid") != "1204" {
			t.Errorf("fetched with %q from %s", r.Header.Get("Authorization"), r.URL)
		}
		_, _ = io.WriteString(w, "bytes")
	})
	f, err := n.OpenMedia(context.Background(), "1204")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Body.Close() //nolint:errcheck // read only
	data, err := io.ReadAll(f.Body)
	if string(data) != "bytes" || err != nil || f.MIME != "image/jpeg" || f.Size != 5 {
		t.Errorf("read %q of %+v (%v)", data, f, err)
	}
}

func TestOpenMediaThatIsNotToBeHad(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a host that is not the provider's was called")
	}))
	defer elsewhere.Close()
	for name, c := range map[string]struct {
		tell string
		give http.HandlerFunc
		kind core.FaultKind
		code string
	}{
		"the id has died":      {`{"error":{"code":100,"message":"Unsupported get request. Object with ID '1204' does not exist"}}`, nil, core.Permanent, "media_gone"},
		"the token is bad":     {`{"error":{"code":190,"message":"x"}}`, nil, core.ChannelBroken, "190"},
		"too many calls":       {`{"error":{"code":80007,"message":"x"}}`, nil, core.RateLimited, "80007"},
		"no JSON":              {`<html>`, nil, core.Temporary, "unreadable_answer"},
		"another host":         {`{"url":"` + elsewhere.URL + `/file"}`, nil, core.Permanent, "media_host"},
		"no address":           {`{}`, nil, core.Permanent, "media_host"},
		"the address has died": {here, status(404), core.Temporary, "http_404"},
		"refused":              {here, status(403), core.Permanent, "http_403"},
		"out of order":         {here, status(500), core.Temporary, "http_500"},
		"a redirect": {here, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(http.StatusFound)
		}, core.Permanent, "http_302"},
		"a broken connection": {here, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, core.Temporary, "no_answer"},
	} {
		t.Run(name, func(t *testing.T) {
			give := c.give
			if give == nil {
				give = func(http.ResponseWriter, *http.Request) { t.Error("the file was asked for") }
			}
			f, err := library(t, c.tell, give).OpenMedia(context.Background(), "1204")
			if err == nil {
				f.Body.Close() //nolint:errcheck // not read
				t.Fatal("it was opened")
			}
			if got := core.FaultOf(err); got.Kind != c.kind || got.Code != c.code || got.Message == "" || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("the fault is %v, want %s %s", err, c.kind, c.code)
			}
		})
	}
}

func TestWhoMayBeShownTheKey(t *testing.T) {
	n := opened(t, "https://proxy.example.com:8443/meta", nil)
	for address, want := range map[string]bool{
		"https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1": true,
		"https://LOOKASIDE.FBSBX.COM/x":                                    true,
		"https://mmg.whatsapp.net/x":                                       true,
		"https://graph.facebook.com:443/x":                                 true,
		"https://proxy.example.com:8443/file":                              true,
		"http://lookaside.fbsbx.com/x":                                     false,
		"https://lookaside.fbsbx.com:8080/x":                               false,
		"https://fbsbx.com.evil.example/x":                                 false,
		"https://evilfbsbx.com/x":                                          false,
		"https://evil.example/.fbsbx.com":                                  false,
		"https://lookaside.fbsbx.com@evil.example/x":                       false,
		"https://user:pw@lookaside.fbsbx.com/x":                            false,
		"https://proxy.example.com/file":                                   false,
		"http://proxy.example.com:8443/file":                               false,
		"//lookaside.fbsbx.com/x":                                          false,
		"":                                                                 false,
		"%":                                                                false,
	} {
		if at, got := n.place(address); got != want || at != address {
			t.Errorf("%s: %s %v, want %v", address, at, got, want)
		}
	}
}

// A media id comes from outside, and must not lead to another call.
func TestMediaIDStaysInItsPlace(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s was called", r.URL)
	}))
	defer server.Close()
	for _, id := range []string{"", "..", "../1/messages", "1?access_token=x", "a/b", "#", "1\n"} {
		_, err := opened(t, server.URL, nil).OpenMedia(context.Background(), id)
		if f := core.FaultOf(err); f == nil || f.Kind != core.Permanent {
			t.Errorf("%q: %v", id, err)
		}
	}
}
