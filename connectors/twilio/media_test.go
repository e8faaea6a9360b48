package twilio_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"causeway/connectors/twilio"
	"causeway/core"
)

const file = accounts + "/Messages/MM1/Media/ME1"

func opener(t *testing.T, f *fake) core.MediaOpener {
	t.Helper()
	return f.open(t, twilio.WhatsApp(env()), nil).(core.MediaOpener)
}

func readAll(t *testing.T, o core.MediaOpener, ref string) (string, core.OpenFile) {
	t.Helper()
	got, err := o.OpenMedia(context.Background(), ref)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close() //nolint:errcheck // read only
	data, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), got
}

// The credentials go to the API and not to where it sends on.
func TestOpenMedia(t *testing.T) {
	f := newFake(t)
	f.mux.HandleFunc("GET "+file, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/store/1?sig=x")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	f.mux.HandleFunc("GET /store/1", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg; x=y")
		_, _ = io.WriteString(w, "bytes")
	})
	for _, ref := range []string{
		f.URL + file, "https://api.twilio.com" + file, "https://api.dublin.ie1.twilio.com" + file, "https://api.ie1.twilio.com" + file,
	} {
		f.seen = nil
		data, got := readAll(t, opener(t, f), ref)
		if data != "bytes" || got.MIME != "image/jpeg" || got.Size != 5 {
			t.Errorf("%s: read %q of %+v", ref, data, got)
		}
		if len(f.seen) != 2 || f.seen[0].user != account || f.seen[0].pass != "SECRETTOKEN" || f.seen[1].user+f.seen[1].pass != "" || f.seen[1].query.Get("sig") != "x" {
			t.Errorf("%s: called %+v", ref, f.seen)
		}
	}
}

func TestOpenMediaWithoutCredentials(t *testing.T) {
	f := newFake(t)
	f.mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "bytes") })
	for _, path := range []string{"/2010-04-01/Accounts/ACother/Messages/MM1/Media/ME1", "/elsewhere", accounts + "x/Media/ME1", accounts + "/%2e%2e/ACother/x", accounts + "/../ACother/x", accounts + "/..%2fACother/x"} {
		f.seen = nil
		if _, err := opener(t, f).OpenMedia(context.Background(), f.URL+path); err != nil && core.FaultOf(err).Kind != core.Permanent {
			t.Errorf("%s: %v", path, err)
		}
		for _, c := range f.seen {
			if c.user != "" || c.pass != "" {
				t.Errorf("%s was shown the credentials", path)
			}
		}
	}
}

func TestOpenMediaThatIsNotToBeHad(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a host that is not public was called")
	}))
	defer elsewhere.Close()
	status := func(code int, to string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if to != "" {
				w.Header().Set("Location", to)
			}
			w.WriteHeader(code)
		}
	}
	for name, c := range map[string]struct {
		ref  string // the file if empty
		give http.HandlerFunc
		kind core.FaultKind
		code string
	}{
		"not there yet":           {"", status(404, ""), core.Temporary, "http_404"},
		"out of order":            {"", status(503, ""), core.Temporary, "http_503"},
		"gone":                    {"", status(410, ""), core.Permanent, "http_410"},
		"the token is wrong":      {"", status(401, ""), core.ChannelBroken, "http_401"},
		"it leads on for ever":    {"", status(302, file), core.Permanent, "http_302"},
		"it leads inside":         {"", status(307, elsewhere.URL), core.Permanent, "address_forbidden"},
		"it leads to a file here": {"", status(307, "file:///etc/passwd"), core.Permanent, "media_address"},
		"it leads nowhere":        {"", status(307, ""), core.Permanent, "media_address"},
		"another host inside":     {elsewhere.URL + file, nil, core.Permanent, "address_forbidden"},
		"no address":              {"ME1", nil, core.Permanent, "media_address"},
		"a name in the address":   {"https://user:SECRET@api.twilio.com" + file, nil, core.Permanent, "media_address"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			if c.give != nil {
				f.mux.HandleFunc("GET "+file, c.give)
			}
			ref := c.ref
			if ref == "" {
				ref = f.URL + file
			}
			_, err := opener(t, f).OpenMedia(context.Background(), ref)
			if fault := core.FaultOf(err); fault == nil || fault.Kind != c.kind || fault.Code != c.code {
				t.Errorf("the fault is %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "SECRET") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}
