package twilio_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"causeway/connectors/kit"
	"causeway/connectors/twilio"
	"causeway/core"
)

// noon is the present of these tests.
var noon = time.Date(2026, time.November, 20, 12, 0, 0, 0, time.UTC)

// archive is Twilio's list of messages, the newest first, page by page.
type archive struct {
	*fake
	t        *testing.T
	now      time.Time
	messages []map[string]any
	page     int // messages on a page
}

func newArchive(t *testing.T) *archive {
	a := &archive{fake: newFake(t), t: t, now: noon, page: 2}
	a.on("GET "+accounts+"/Messages.json", func(r *http.Request) any { return a.list(r) })
	return a
}

// list does what the page "Message Resource" says of its filters.
func (a *archive) list(r *http.Request) any {
	q := r.URL.Query()
	from, err := time.Parse(time.RFC3339, q.Get("DateSent>"))
	to, err2 := time.Parse(time.RFC3339, q.Get("DateSent<"))
	if err != nil || err2 != nil {
		a.t.Errorf("asked for %v", q)
	}
	var some []map[string]any
	for _, m := range a.messages {
		at, _ := time.Parse(time.RFC1123Z, m["date_sent"].(string))
		if at.Before(from) || at.After(to) || (q.Has("To") && m["to"] != q.Get("To")) || (q.Has("From") && m["from"] != q.Get("From")) {
			continue
		}
		some = append(some, m)
	}
	skip := 0
	_, _ = fmt.Sscan(q.Get("Page"), &skip)
	skip *= a.page
	next := any(nil)
	end := min(skip+a.page, len(some))
	if end < len(some) {
		q.Set("Page", fmt.Sprint(end/a.page))
		next = r.URL.Path + "?" + q.Encode()
	}
	return map[string]any{"messages": some[min(skip, end):end], "next_page_uri": next}
}

// add puts a message at the head of the list.
func (a *archive) add(at time.Time, sid string, fields map[string]any) {
	m := map[string]any{
		"sid": sid, "from": "+15551230000", "to": "+15550000000", "body": "text " + sid, "direction": "inbound", "status": "received",
		"num_media": "0", "num_segments": "1", "error_code": nil, "error_message": nil, "messaging_service_sid": nil,
		"date_sent": at.Format(time.RFC1123Z), "date_created": at.Format(time.RFC1123Z),
	}
	for name, v := range fields {
		m[name] = v
	}
	a.messages = append([]map[string]any{m}, a.messages...)
}

func (a *archive) sms(changed map[string]any) core.Poller {
	e := kit.Default()
	e.Now = func() time.Time { return a.now }
	p, ok := a.open(a.t, twilio.SMS(e), changed).(core.Poller)
	if !ok || !p.Polls() {
		a.t.Fatal("it does not poll")
	}
	return p
}

func (a *archive) poll(p core.Poller, offset string) core.Polled {
	a.t.Helper()
	got, err := p.Poll(context.Background(), offset)
	if err != nil {
		a.t.Fatal(err)
	}
	return got
}

func keysOf(p core.Polled) string {
	var keys []string
	for _, i := range p.Items {
		keys = append(keys, i.Key)
	}
	return strings.Join(keys, " ")
}

const reply = "outbound-api"

func ours(status string) map[string]any {
	return map[string]any{"direction": reply, "from": "+15550000000", "to": "+15551230000", "status": status}
}

func TestPollBeginsWithThePresent(t *testing.T) {
	a := newArchive(t)
	got := a.poll(a.sms(nil), "")
	if len(got.Items) > 0 || got.Next != "2026-11-20T11:59:00Z" || got.Pause != 5*time.Minute || len(a.seen) > 0 {
		t.Errorf("polled %+v after %d calls", got, len(a.seen))
	}
}

// What an outage swallowed is reported in its order, under the webhooks' keys.
func TestPollAfterAnOutage(t *testing.T) {
	a := newArchive(t)
	for i := range 7 {
		a.add(noon.Add(time.Duration(i-20)*time.Minute), fmt.Sprint("SM", i), nil)
	}
	a.add(noon.Add(-9*time.Minute), "SMd", ours("delivered"))
	a.add(noon.Add(-8*time.Minute), "SMf", func() map[string]any {
		m := ours("undelivered")
		m["error_code"], m["error_message"] = 30007, "filtered"
		return m
	}())
	a.add(noon.Add(-7*time.Minute), "SMq", ours("queued"))
	a.add(noon.Add(-6*time.Minute), "SMx", map[string]any{"to": "+15550000001"})
	a.add(noon.Add(-30*time.Second), "SMyoung", nil)
	p := a.sms(nil)
	got := a.poll(p, "2026-11-20T11:50:00Z")
	if want := "m:SM0 m:SM1 m:SM2 m:SM3 m:SM4 m:SM5 m:SM6 s:SMd:delivered s:SMf:undelivered"; keysOf(got) != want {
		t.Errorf("polled %s, want %s", keysOf(got), want)
	}
	if got.Next != "2026-11-20T11:59:00Z" || got.Pause != 5*time.Minute {
		t.Errorf("next %s after %s", got.Next, got.Pause)
	}
	if !strings.HasPrefix(string(got.Raw), `[{`) || strings.Count(string(got.Raw), `"sid":`) != 9 {
		t.Errorf("kept %s", got.Raw)
	}
	h, ok := got.Items[2].Event.(core.Heard)
	if !ok || h.Provider != "SM2" || !h.At.Equal(noon.Add(-18*time.Minute)) || h.From.UserID != "sms:+15551230000" || h.Metadata["read_back"] != true {
		t.Errorf("heard %+v", got.Items[2])
	}
	r, ok := got.Items[8].Event.(core.Reported)
	if !ok || r.Status != core.Failed || r.Fault == nil || r.Fault.Code != "30007" {
		t.Errorf("reported %+v", got.Items[8])
	}
	if again := a.poll(p, "2026-11-20T11:50:00Z"); keysOf(again) != keysOf(got) {
		t.Errorf("what was not stored is not told again: %s", keysOf(again))
	}
	// The next reading tells what is new alone, if this one is on disk.
	a.now = noon.Add(5 * time.Minute)
	if again := a.poll(p, got.Next); keysOf(again) != "m:SMyoung" {
		t.Errorf("polled %s", keysOf(again))
	}
}

// The same message by webhook and by list is one item.
func TestPollAgreesWithTheWebhook(t *testing.T) {
	a := newArchive(t)
	a.add(noon.Add(-3*time.Minute), "SM1", map[string]any{"body": "STOP"})
	p := a.sms(nil)
	read := a.poll(p, "2026-11-20T11:55:00Z").Items
	d := heard(t, p.(core.Connector), hook, text("STOP"))
	if len(read) != 2 || len(d.Items) != 2 {
		t.Fatalf("%d items read, %d by webhook", len(read), len(d.Items))
	}
	for i := range read {
		if read[i].Key != d.Items[i].Key || read[i].Account != d.Items[i].Account {
			t.Errorf("read %+v, by webhook %+v", read[i], d.Items[i])
		}
	}
	if read[0].Event.(core.Heard).Provider != d.Items[0].Event.(core.Heard).Provider {
		t.Error("the providers' ids differ")
	}
}

func TestPollReadsFiles(t *testing.T) {
	a := newArchive(t)
	a.add(noon.Add(-3*time.Minute), "MM1", map[string]any{"num_media": "1", "body": "Look"})
	a.add(noon.Add(-2*time.Minute), "MM2", map[string]any{"num_media": "1", "body": "gone"})
	a.add(noon.Add(-2*time.Minute), "SM3", map[string]any{"body": ""})
	a.on("GET "+accounts+"/Messages/MM1/Media.json", func(*http.Request) any {
		return map[string]any{"media_list": []any{map[string]any{"uri": file + ".json", "content_type": "image/jpeg"}}}
	})
	a.on("GET "+accounts+"/Messages/MM2/Media.json", func(*http.Request) any { return failed{404, 20404} })
	got := a.poll(a.sms(nil), "2026-11-20T11:55:00Z")
	contents := []core.Content{}
	for _, i := range got.Items {
		contents = append(contents, i.Event.(core.Heard).Content)
	}
	want := []core.Content{
		core.Media{Media: core.Image, Ref: a.URL + file, MIME: "image/jpeg", Caption: "Look"},
		core.Text{Body: "gone"},
		core.Unsupported{What: "unknown"},
	}
	if fmt.Sprint(contents) != fmt.Sprint(want) {
		t.Errorf("read %+v, want %+v", contents, want)
	}
}

// A long outage is read hour by hour, and not farther back than a week.
func TestPollTakesALongOutageInParts(t *testing.T) {
	a := newArchive(t)
	p := a.sms(nil)
	got := a.poll(p, "2026-11-20T08:00:00Z")
	if got.Next != "2026-11-20T09:00:00Z" || got.Pause != 0 {
		t.Errorf("next %s after %s", got.Next, got.Pause)
	}
	if got = a.poll(p, "2026-01-01T00:00:00Z"); got.Next != "2026-11-13T12:59:00Z" {
		t.Errorf("next %s", got.Next)
	}
	if got = a.poll(p, "2027-01-01T00:00:00Z"); got.Next != "2026-11-20T11:59:00Z" || got.Pause == 0 {
		t.Errorf("from the future: next %s after %s", got.Next, got.Pause)
	}
}

// More than the pages hold: a shorter span is taken, and nothing is left out.
func TestPollTakesACrowdInParts(t *testing.T) {
	a := newArchive(t)
	a.page = 1
	for i := range 45 {
		a.add(noon.Add(time.Duration(i-50)*time.Minute), fmt.Sprint("SM", i), nil)
	}
	p, offset, seen := a.sms(nil), noon.Add(-50*time.Minute).Format(time.RFC3339), map[string]bool{}
	for range 100 {
		got := a.poll(p, offset)
		for _, i := range got.Items {
			seen[i.Key] = true
		}
		if offset = got.Next; got.Pause > 0 {
			break
		}
	}
	if len(seen) != 45 || offset != "2026-11-20T11:59:00Z" {
		t.Errorf("%d of 45 messages until %s", len(seen), offset)
	}
}

func TestPollOfAService(t *testing.T) {
	a := newArchive(t)
	mine, other := map[string]any{"messaging_service_sid": "MG1", "to": "+15550000009"}, map[string]any{"messaging_service_sid": "MG2"}
	a.add(noon.Add(-5*time.Minute), "SM1", mine)
	a.add(noon.Add(-4*time.Minute), "SM2", other)
	a.add(noon.Add(-3*time.Minute), "SM3", map[string]any{"messaging_service_sid": "MG1", "from": "whatsapp:+1555", "to": "whatsapp:+15550000009"})
	got := a.poll(a.sms(map[string]any{"messaging_service_sid": "MG1"}), "2026-11-20T11:50:00Z")
	if keysOf(got) != "m:SM1" || got.Items[0].Account != account+" MG1" {
		t.Errorf("polled %s for %+v", keysOf(got), got.Items)
	}
}

func TestPollThatFails(t *testing.T) {
	f := newFake(t)
	f.on("GET "+accounts+"/Messages.json", func(*http.Request) any { return failed{429, 20429} })
	p := f.open(t, twilio.SMS(env()), nil).(core.Poller)
	_, err := p.Poll(context.Background(), time.Now().Add(-time.Hour).UTC().Format(time.RFC3339))
	if fault := core.FaultOf(err); fault == nil || fault.Kind != core.RateLimited {
		t.Errorf("the fault is %v", err)
	}
	if f.open(t, twilio.SMS(env()), map[string]any{"read_back": false}).(core.Poller).Polls() {
		t.Error("it polls although it is told not to")
	}
}
