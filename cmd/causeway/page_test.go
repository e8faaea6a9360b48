package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// page is a Facebook Page at a fake of Meta, as far as Causeway asks it.
type page struct {
	w      *world
	server *httptest.Server
	mu     sync.Mutex
	asked  []string // of whom, by id
	sent   int
	names  func(w http.ResponseWriter, id string)
}

const pageID = "102030405060708"

// page puts one into the config.
func (w *world) page(names func(http.ResponseWriter, string)) *page {
	p := &page{w: w, names: names}
	p.server = httptest.NewServer(p)
	w.t.Cleanup(p.server.Close)
	w.config["channels"] += fmt.Sprintf("\n  - {id: fb, kind: messenger, page_id: %q, access_token: %s, app_secret: %s, verify_token: %s, api_url: %q}",
		pageID, waToken, waSecret, waVerify, p.server.URL)
	return p
}

func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	id := strings.TrimPrefix(r.URL.Path, "/v25.0/")
	if r.Method == http.MethodPost {
		p.mu.Lock()
		p.sent++
		n := p.sent
		p.mu.Unlock()
		fmt.Fprintf(w, `{"recipient_id":"1","message_id":"m_out%d"}`, n)
		return
	}
	p.mu.Lock()
	p.asked = append(p.asked, id)
	p.mu.Unlock()
	p.names(w, id)
}

func (p *page) askedOf() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.asked...)
}

// tells has Meta report one event of a person.
func (p *page) tells(person, event string) {
	p.w.t.Helper()
	body := fmt.Sprintf(`{"object":"page","entry":[{"id":%q,"time":1,"messaging":[{"sender":{"id":%q},"recipient":{"id":%q},"timestamp":%d,%s}]}]}`,
		pageID, person, pageID, time.Now().UnixMilli(), event)
	a, err := p.w.postWhatsApp("fb", []byte(body)) // signed alike
	if err != nil || a.status != http.StatusOK {
		p.w.t.Fatalf("the webhook was answered %d %s (%v)", a.status, a.body, err)
	}
}

func (p *page) hears(person, id, text string) {
	p.tells(person, fmt.Sprintf(`"message":{"mid":%q,"text":%q}`, id, text))
}

// A contact whose name no webhook tells is asked about once, after what they
// said is on disk; a Meta that hangs or refuses delays nothing.
func TestContactsAreAskedAboutAndNothingWaitsForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stuck := make(chan struct{})
	p := w.page(func(out http.ResponseWriter, id string) {
		switch id {
		case "71":
			<-stuck
		case "72":
			out.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(out, `{"error":{"code":100,"error_subcode":33,"message":"no such person"}}`)
		default:
			_, _ = io.WriteString(out, `{"first_name":"Lena","last_name":"Vogt","id":"`+id+`"}`)
		}
	})
	w.start()
	p.hears("71", "m1", "I am slow to be found")
	p.hears("72", "m2", "I have no name")
	p.hears("73", "m3", "hello")
	c := w.conversation("fb", "Lena Vogt", nil)
	w.message(c.ID, "hello", func(e entry) bool { return e.Text == "hello" })
	p.hears("73", "m4", "again")
	w.message(c.ID, "again", func(e entry) bool { return e.Text == "again" && e.Sender.Name == "Lena Vogt" })
	if all := w.conversations("fb"); len(all) != 3 {
		t.Errorf("there are %d conversations", len(all))
	}
	close(stuck)
	eventually(t, "each is asked about", func() error {
		if got := len(p.askedOf()); got != 3 {
			return fmt.Errorf("asked %d times: %v", got, p.askedOf())
		}
		return nil
	})
}

// Meta tells of reading by a time alone.
func TestAWatermarkMarksWhatWasSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.page(func(out http.ResponseWriter, _ string) { _, _ = io.WriteString(out, `{"first_name":"Lena"}`) })
	w.start()
	p.hears("73", "m1", "hello")
	c := w.conversation("fb", "Lena", nil)
	for _, text := range []string{"one", "two"} {
		w.says(annKey, c.ID, text)
		w.message(c.ID, text, func(e entry) bool { return e.Text == text && e.Status == "sent" })
	}
	p.tells("73", fmt.Sprintf(`"delivery":{"watermark":%d}`, time.Now().UnixMilli()))
	for _, text := range []string{"one", "two"} {
		w.message(c.ID, text, func(e entry) bool { return e.Text == text && e.Status == "delivered" })
	}
	p.tells("73", fmt.Sprintf(`"read":{"watermark":%d}`, time.Now().UnixMilli()))
	for _, text := range []string{"one", "two"} {
		w.message(c.ID, text, func(e entry) bool { return e.Text == text && e.Status == "read" })
	}
	p.tells("99", fmt.Sprintf(`"read":{"watermark":%d}`, time.Now().UnixMilli()))
	var last struct{ Items []json.RawMessage }
	w.must(adminKey, "GET", "deliveries?channel=fb&limit=1", nil, &last)
	if len(last.Items) != 1 || !strings.Contains(string(last.Items[0]), "the contact is not known") {
		t.Errorf("a stranger's reading is %s", last.Items)
	}
}
