package whatsapp

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"causeway/core"
)

// Meta's own host does not know 360dialog's key: the path is asked for at
// 360dialog.
func TestPlaceOfAFile(t *testing.T) {
	d := openedDialog(t, "")
	for address, want := range map[string]string{
		"https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2&hash=A%2Fb": "https://waba-v2.360dialog.io/whatsapp_business/attachments/?mid=1&ext=2&hash=A%2Fb",
		"https://lookaside.fbsbx.com/a%2Fb":                                                 "https://waba-v2.360dialog.io/a%2Fb",
		"https://mmg.whatsapp.net/x":                                                        "https://waba-v2.360dialog.io/x",
		"https://waba-v2.360dialog.io/already?x=1":                                          "https://waba-v2.360dialog.io/already?x=1",
		"http://lookaside.fbsbx.com/x":                                                      "",
		"https://lookaside.fbsbx.com@evil.example/":                                         "",
		"https://evil.example/x":                                                            "",
		"//lookaside.fbsbx.com/x":                                                           "",
		"":                                                                                  "",
		"%":                                                                                 "",
	} {
		at, ok := d.place(address)
		if ok != (want != "") || ok && at != want {
			t.Errorf("%s is read at %q (%v), want %q", address, at, ok, want)
		}
	}
	if at, _ := openedDialog(t, "https://proxy.example.com/d360/").place("https://lookaside.fbsbx.com/x?y=1"); at != "https://proxy.example.com/d360/x?y=1" {
		t.Errorf("behind a proxy it is read at %s", at)
	}
}

func TestDialog360OpensMedia(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("D360-API-KEY") != "SECRETKEY" {
			t.Errorf("%s without the key", r.URL)
		}
		switch r.URL.RequestURI() {
		case "/1204":
			_, _ = io.WriteString(w, `{"url":"https:\/\/lookaside.fbsbx.com\/whatsapp_business\/attachments\/?mid=1204","mime_type":"image/jpeg","file_size":"5"}`)
		case "/whatsapp_business/attachments/?mid=1204":
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "bytes")
		default:
			t.Errorf("%s was asked for", r.URL)
		}
	}))
	defer server.Close()
	d := openedDialog(t, server.URL)
	f, err := d.OpenMedia(context.Background(), "1204")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Body.Close() //nolint:errcheck // read only
	if data, err := io.ReadAll(f.Body); string(data) != "bytes" || err != nil || f.MIME != "image/jpeg" {
		t.Errorf("read %q of %+v (%v)", data, f, err)
	}
	// Errors are counted against the number, so that none is asked for twice.
	for _, status = range []int{http.StatusNotFound, http.StatusGone, http.StatusForbidden} {
		_, err := d.OpenMedia(context.Background(), "1204")
		if got := core.FaultOf(err); got == nil || got.Kind != core.Permanent {
			t.Errorf("%d is %v", status, err)
		}
	}
}
