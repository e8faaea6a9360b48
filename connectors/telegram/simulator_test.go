package telegram_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"causeway/connectors/kit"
	"causeway/connectors/telegram"
	"causeway/core"
	"causeway/simulator"
)

// town is the simulated Telegram, with one bot and one person who knows it.
type town struct {
	*simulator.Simulator
	t    *testing.T
	bot  *simulator.Bot
	zoe  *simulator.TelegramPerson
	ctx  context.Context
	web  *httptest.Server // serves picture under every address
	kind core.Kind
}

const zoeID = 5512345678

func begin(t *testing.T) *town {
	t.Helper()
	s, err := simulator.Start(simulator.Options{Retry: simulator.Retry{First: time.Millisecond, Max: 5 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	o := &town{Simulator: s, t: t, bot: s.Telegram(simulator.TelegramBot{Token: token})}
	o.zoe = o.bot.Person(simulator.TelegramUser{ID: zoeID, FirstName: "Zoë", Username: "zoe_ok"})
	o.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(picture(t)) }))
	t.Cleanup(o.web.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	t.Cleanup(cancel)
	o.ctx, o.kind = ctx, telegram.Kind(kit.Env{HTTP: kit.Default().HTTP.Trusting(o.web.URL)})
	return o
}

func picture(t *testing.T) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Error(err)
	}
	return b.Bytes()
}

func (o *town) open(set telegram.Settings) *telegram.Connector {
	o.t.Helper()
	set.Token, set.APIURL = token, o.URL()+"/telegram"
	c, err := o.kind.Open("tg", &set)
	if err != nil {
		o.t.Fatal(err)
	}
	tg, _ := c.(*telegram.Connector)
	return tg
}

// hooked is a connector that hears by webhook. Items come in order; their acks
// are made first, as the engine makes them.
func (o *town) hooked(set telegram.Settings) (*telegram.Connector, <-chan core.Item) {
	o.t.Helper()
	set.Secret, set.Mode = "SECRET_webhook", "webhook"
	c, items := o.open(set), make(chan core.Item, 100)
	ours := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		plain := core.Request{Method: r.Method, Body: body, Header: map[string]string{}}
		for name := range r.Header {
			plain.Header[name] = r.Header.Get(name)
		}
		d, err := c.Receive(plain)
		if err != nil {
			o.t.Errorf("receive: %v", err)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		for _, item := range d.Items {
			for _, ack := range item.Acks {
				if _, err := c.Send(o.ctx, ack); err != nil {
					o.t.Errorf("ack %s: %v", ack.Op, err)
				}
			}
			items <- item
		}
	}))
	o.t.Cleanup(ours.Close)
	for range 2 { // the second time there is nothing to change
		if err := c.Subscribe(o.ctx, ours.URL+"/webhooks/tg"); err != nil {
			o.t.Fatal(err)
		}
	}
	if n := len(o.Calls(simulator.Filter{Method: "setWebhook"})); n != 1 {
		o.t.Errorf("the webhook was set %d times", n)
	}
	return c, items
}

// next is the next item's event.
func next[E core.Event](o *town, items <-chan core.Item) E {
	o.t.Helper()
	var want E
	select {
	case item := <-items:
		e, ok := item.Event.(E)
		if !ok {
			o.t.Fatalf("%+v is no %T", item, want)
		}
		return e
	case <-o.ctx.Done():
		o.t.Fatalf("no %T came", want)
	}
	return want
}

// say sends content, fitted, and returns the ids of what was sent.
func (o *town) say(c *telegram.Connector, content core.Content) ([]core.ProviderID, error) {
	o.t.Helper()
	var ids []core.ProviderID
	for _, f := range core.Fit([]core.Saying{{Content: content}}, o.kind.Capabilities, core.FitOptions{Choose: "?"}) {
		for _, part := range f.Parts {
			calls, err := o.kind.Render(core.Outgoing{To: core.Address(strconv.Itoa(zoeID)), Content: part})
			if err != nil {
				o.t.Fatal(err)
			}
			for _, call := range calls {
				id, err := c.Send(o.ctx, call)
				if err != nil {
					return ids, err
				}
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}

func (o *town) must(c *telegram.Connector, content core.Content) {
	o.t.Helper()
	if _, err := o.say(c, content); err != nil {
		o.t.Fatalf("say %T: %v", content, err)
	}
}

func TestConversationByWebhook(t *testing.T) {
	o := begin(t)
	c, items := o.hooked(telegram.Settings{Typing: true, ClearUsed: true})
	o.zoe.Say("/start order_42")
	if h := next[core.Heard](o, items); h.Metadata[core.MetaStart] != "order_42" || h.From.UserID != "telegram:5512345678" || o.zoe.Typing() != "typing" {
		t.Errorf("%+v, typing %q", h, o.zoe.Typing())
	}
	ids, err := o.say(c, core.Choices{Body: "<b>Tea</b>?", Format: core.HTML, Buttons: []core.Button{
		{Type: core.Reply, Title: "Yes"}, {Type: core.Link, Title: "Menu", URL: "https://example.com/"},
	}})
	if err != nil || len(ids) != 1 {
		t.Fatalf("%v %v", ids, err)
	}
	if err := o.zoe.Tap("Yes"); err != nil {
		t.Fatal(err)
	}
	if pick, ok := next[core.Heard](o, items).Content.(core.Selection); !ok || pick.Token != "0.0" || pick.Title != "Yes" || o.zoe.Spinning() != 0 {
		t.Errorf("%+v, %d spin", pick, o.zoe.Spinning())
	}
	screen := o.zoe.Screen()
	asked := screen[len(screen)-1]
	if asked.Text != "Tea?" || len(asked.Buttons) != 1 || len(asked.Buttons[0]) != 1 || asked.Buttons[0][0].Text != "Menu" {
		t.Errorf("after the tap there is %+v", asked)
	}
	o.zoe.Reply(asked.ID, "green")
	h := next[core.Heard](o, items)
	if h.ReplyTo != ids[0] {
		t.Errorf("it answers %q, not %q", h.ReplyTo, ids[0])
	}
	if err := o.zoe.React(asked.ID, "👍"); err != nil {
		t.Fatal(err)
	}
	if r, ok := next[core.Heard](o, items).Content.(core.Reaction); !ok || r.To != ids[0] || r.Emoji != "👍" {
		t.Errorf("%+v", r)
	}
	_, of, _ := strings.Cut(string(h.Provider), ":")
	if err := o.zoe.Edit(of, "black"); err != nil {
		t.Fatal(err)
	}
	if e, ok := next[core.Heard](o, items).Content.(core.Edited); !ok || e.Of != h.Provider {
		t.Errorf("%+v", e)
	}
	o.zoe.Block()
	if b := next[core.Blocked](o, items); !b.Blocked || b.From.UserID != "telegram:5512345678" {
		t.Errorf("%+v", b)
	}
	_, err = o.say(c, core.Text{Body: "still there?"})
	if f := core.FaultOf(err); f == nil || f.Kind != core.Permanent || f.Message != "the contact blocked the bot" {
		t.Errorf("to one who blocked the bot: %v", err)
	}
	o.zoe.Unblock()
	if b := next[core.Blocked](o, items); b.Blocked {
		t.Errorf("%+v", b)
	}
}

func TestFilesByWebhook(t *testing.T) {
	o := begin(t)
	c, items := o.hooked(telegram.Settings{})
	o.zoe.SendDocument("menu.pdf", "application/pdf", []byte("%PDF-1.7 tea"), "our menu")
	m, _ := next[core.Heard](o, items).Content.(core.Media)
	f, err := c.OpenMedia(o.ctx, m.Ref)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(f.Body)
	if err != nil || string(data) != "%PDF-1.7 tea" || m.Name != "menu.pdf" || m.Caption != "our menu" || m.MIME != "application/pdf" {
		t.Errorf("%q %+v %v", data, m, err)
	}
	f.Body.Close()
	o.zoe.SendAlbum("two", picture(t), picture(t))
	one, two := next[core.Heard](o, items), next[core.Heard](o, items)
	if one.Metadata[core.MetaAlbum] == nil || one.Metadata[core.MetaAlbum] != two.Metadata[core.MetaAlbum] {
		t.Errorf("an album comes as %v and %v", one.Metadata, two.Metadata)
	}
	at := func(name string) string { return o.web.URL + "/" + name }
	for _, say := range []core.Content{
		core.Media{Media: core.Image, URL: at("a.png"), Caption: "*look*", Format: core.Markdown},
		core.Media{Media: core.Image, URL: at("a.gif"), MIME: "image/gif"},
		core.Media{Media: core.Video, URL: at("a.mp4")},
		core.Media{Media: core.Audio, URL: at("a.mp3"), MIME: "audio/mpeg"},
		core.Media{Media: core.Voice, URL: at("a.ogg"), MIME: "audio/ogg"},
		core.Media{Media: core.File, URL: at("a.docx")},
		core.Media{Media: core.Sticker, URL: at("a.webp"), MIME: "image/webp"},
		core.Album{Items: []core.Media{{Media: core.Image, URL: at("a.png")}, {Media: core.Image, URL: at("b.png")}}},
	} {
		o.must(c, say)
	}
	methods := ""
	for _, s := range o.zoe.Screen() {
		if s.From != simulator.Business {
			continue
		}
		methods += " " + s.Method
		if s.Media == nil || !bytes.Equal(s.Media.Data, picture(t)) || s.Media.URL != "" {
			t.Errorf("%s was not uploaded: %+v", s.Method, s.Media)
		}
	}
	if want := " sendPhoto sendAnimation sendVideo sendAudio sendVoice sendDocument sendSticker sendMediaGroup sendMediaGroup"; methods != want {
		t.Errorf("Zoë sees%s\nwant%s", methods, want)
	}
	o.must(c, core.Location{Latitude: 51.5, Longitude: -0.2, Name: "Harrow Club", Address: "187 Freston Road"})
	o.must(c, core.Contacts{Contacts: []core.AddressCard{{Name: "Ann", Phones: []string{"+15551230000"}, Emails: []string{"ann@example.com"}}}})
	calls := o.Calls(simulator.Filter{Method: "sendContact"})
	if len(calls) != 1 || !strings.Contains(calls[0].Params["vcard"], "EMAIL:ann@example.com") {
		t.Errorf("%+v", calls)
	}
}

func TestFaultsOfTheSimulator(t *testing.T) {
	o := begin(t)
	c := o.open(telegram.Settings{Secret: "s"})
	hello := core.Text{Body: "hello"}
	_, err := o.say(c, hello)
	if f := core.FaultOf(err); f == nil || f.Kind != core.Permanent {
		t.Errorf("to one who never wrote: %v", err)
	}
	o.zoe.StartQuietly()
	for _, x := range []struct {
		name  string
		fault simulator.Fault
		kind  core.FaultKind
		sent  int
	}{
		{"cut after the effect", simulator.Fault{Mode: simulator.FaultCut, Effect: true}, core.Ambiguous, 1},
		{"cut", simulator.Fault{Mode: simulator.FaultCut}, core.Ambiguous, 0},
		{"half an answer", simulator.Fault{Mode: simulator.FaultTruncate, Effect: true}, core.Ambiguous, 1},
		{"garbage", simulator.Fault{Mode: simulator.FaultGarbage, Effect: true}, core.Ambiguous, 1},
		{"a gateway's page", simulator.Fault{Mode: simulator.FaultHTML}, core.Temporary, 0},
		{"too many", simulator.Fault{Mode: simulator.FaultRateLimit, RetryAfter: 40}, core.RateLimited, 0},
	} {
		x.fault.Method, x.fault.Times = "sendMessage", 1
		before := len(o.zoe.Screen())
		o.Fault(x.fault)
		_, err := o.say(c, hello)
		f := core.FaultOf(err)
		if f == nil || f.Kind != x.kind || len(o.zoe.Screen())-before != x.sent || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v, %d shown", x.name, err, len(o.zoe.Screen())-before)
		}
		if x.kind == core.RateLimited && (f.After != 40*time.Second || f.Scope != core.OneChannel) {
			t.Errorf("%s: wait %s, binds %v", x.name, f.After, f.Scope)
		}
	}
	o.bot.Limit(simulator.TelegramLimits{ChatPerSecond: 1})
	o.must(c, hello)
	_, err = o.say(c, hello)
	if f := core.FaultOf(err); f == nil || f.Kind != core.RateLimited || f.After != time.Second || f.Scope != core.OneContact {
		t.Errorf("two in a second: %v", err)
	}
	o.bot.Limit(simulator.TelegramLimits{})
	if err := o.Refuse(); err != nil {
		t.Fatal(err)
	}
	_, err = o.say(o.open(telegram.Settings{Secret: "s"}), hello) // on no connection that was used before
	if f := core.FaultOf(err); f == nil || f.Kind != core.Temporary {
		t.Errorf("nobody listens: %v", err)
	}
}

func TestConversationByPolling(t *testing.T) {
	o := begin(t)
	_, unheard := o.hooked(telegram.Settings{})
	c := o.open(telegram.Settings{Mode: "polling"})
	got, err := c.Poll(shortly(o), "") // the webhook stands in the way, and goes
	if err != nil || len(got.Items) != 0 || got.Next != "" {
		t.Fatalf("%+v %v", got, err)
	}
	o.zoe.Say("one")
	if err := o.zoe.SendRaw(json.RawMessage(`{"message":{"message_id":"poison","chat":[]}}`)); err != nil {
		t.Fatal(err)
	}
	o.zoe.Say("two")
	got, err = c.Poll(o.ctx, got.Next)
	if err != nil || len(got.Items) != 3 || got.Items[0].Event == nil || got.Items[1].Fate != core.FateQuarantined || got.Items[2].Event == nil {
		t.Fatalf("%+v %v", got, err)
	}
	if n := len(o.Acked(simulator.Filter{})); n != 0 {
		t.Errorf("%d are confirmed before they are on disk", n)
	}
	again, err := c.Poll(o.ctx, "")
	if err != nil || len(again.Items) != 3 || again.Items[1].Key != got.Items[1].Key || again.Next != got.Next {
		t.Errorf("what was not confirmed comes again: %+v %v", again, err)
	}
	waiting := make(chan core.Polled, 1)
	go func() {
		p, err := c.Poll(o.ctx, got.Next)
		if err != nil {
			t.Error(err)
		}
		waiting <- p
	}()
	if err := o.WaitDelivered(o.ctx); err != nil { // the poll has begun, and confirmed
		t.Fatal(err)
	}
	o.zoe.Say("three")
	if p := <-waiting; len(p.Items) != 1 || p.Items[0].Event.(core.Heard).Content != (core.Text{Body: "three"}) {
		t.Errorf("%+v", p)
	}
	if len(unheard) > 0 {
		t.Error("the webhook heard something")
	}
}

// Of two who poll one bot, the older is cut off, and told why.
func TestTwoPollers(t *testing.T) {
	o := begin(t)
	c := o.open(telegram.Settings{Mode: "polling"})
	o.zoe.Say("one")
	first, err := c.Poll(o.ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	cut := make(chan error, 1)
	go func() {
		_, err := c.Poll(o.ctx, first.Next)
		cut <- err
	}()
	if err := o.WaitDelivered(o.ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Poll(shortly(o), first.Next); err != nil {
		t.Error(err)
	}
	if f := core.FaultOf(<-cut); f == nil || f.Kind != core.Temporary || !strings.Contains(f.Message, "another program polls") {
		t.Errorf("%v", f)
	}
}

// shortly is a context so short that a poll does not wait.
func shortly(o *town) context.Context {
	ctx, cancel := context.WithTimeout(o.ctx, 4*time.Second)
	o.t.Cleanup(cancel)
	return ctx
}
