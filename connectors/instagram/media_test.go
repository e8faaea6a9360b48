package instagram

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"causeway/core"
)

func TestOpenMedia(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || strings.Contains(r.URL.String(), "SECRET") {
			t.Errorf("the key was shown to %s", r.URL)
		}
		if r.URL.Path == "/there" {
			http.Redirect(w, r, "/file?a=1", http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = io.WriteString(w, "bytes")
	}))
	defer server.Close()
	a := at(t, server.URL, Instagram, igSettings)
	for _, path := range []string{"/file?a=1", "/there"} {
		f, err := a.OpenMedia(context.Background(), server.URL+path)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(f.Body)
		f.Body.Close() //nolint:errcheck // read only
		if string(data) != "bytes" || err != nil || f.MIME != "image/jpeg" || f.Size != 5 {
			t.Errorf("%s: read %q of %+v (%v)", path, data, f, err)
		}
	}
}

func TestOpenMediaThatIsNotToBeHad(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	to := func(where string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, where, http.StatusFound) }
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a host that is not Meta's was called")
	}))
	defer elsewhere.Close()
	for name, c := range map[string]struct {
		give http.HandlerFunc
		kind core.FaultKind
		code string
	}{
		"it has died":         {status(404), core.Permanent, "http_404"},
		"refused":             {status(403), core.Permanent, "http_403"},
		"out of order":        {status(500), core.Temporary, "http_500"},
		"slow down":           {status(429), core.RateLimited, "http_429"},
		"elsewhere":           {to(elsewhere.URL), core.Permanent, "media_host"},
		"in a circle":         {to("/file"), core.Permanent, "media_hops"},
		"nowhere":             {status(302), core.Permanent, "http_302"},
		"a page":              {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<!DOCTYPE html><html>") }, core.Permanent, "media_page"},
		"a broken connection": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, core.Temporary, "no_answer"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.give)
			defer server.Close()
			f, err := at(t, server.URL, Messenger, fbSettings).OpenMedia(context.Background(), server.URL+"/file")
			if err == nil {
				f.Body.Close() //nolint:errcheck // not read
				t.Fatal("it was opened")
			}
			if got := core.FaultOf(err); got.Kind != c.kind || got.Code != c.code || got.Message == "" || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("the fault is %v, want %s %s", err, c.kind, c.code)
			}
		})
	}
	a := at(t, "https://proxy.example.com", Messenger, fbSettings)
	for _, ref := range []string{"", "%", elsewhere.URL, "file:///etc/passwd", "http://169.254.169.254/", "https://www.instagram.com/p/x"} {
		if _, err := a.OpenMedia(context.Background(), ref); core.FaultOf(err).Code != "media_host" {
			t.Errorf("%q: %v", ref, err)
		}
	}
}
