package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"causeway/core"
	"causeway/db"
	"causeway/media"
	"causeway/routing"
	"causeway/store"
	"causeway/telemetry"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// The secrets of the test's keys. None may ever be seen outside.
const (
	opsKey = "CANARY-ops-key"
	annKey = "CANARY-ann-key"
	bobKey = "CANARY-bob-key"
	botKey = "CANARY-bot-key"
)

// rig is a border over a store on a file of its own, with the engine, the rules
// and the folder of files that the product has. Its clock stands at noon.
type rig struct {
	*border
	t     *testing.T
	store *store.Store
	ids   *db.IDs
	files *media.Folder
	wire  *wire
	dir   *Directory
	log   *journal
	end   func() // closes the store, once
	// Two conversations on channel one with the message that began each: helper
	// owns that of +1, who said hi, and Ann that of +2, who said ho.
	bots, anns core.ConversationID
	hi, ho     core.MessageID
}

func newRig(t *testing.T) *rig {
	t.Helper()
	rules := routing.Config{
		Agents: []routing.Agent{{ID: "ann", Name: "Ann"}, {ID: "bob", Name: "Bob"}},
		Teams:  []routing.Team{{ID: "sales", Name: "Sales"}},
		Bots:   []routing.Bot{{ID: "helper", Name: "Helper"}},
	}
	table, problems := routing.New(rules)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	r := &rig{t: t, wire: &wire{}, log: &journal{}, dir: &Directory{
		Channels: []Channel{{ID: "one", Kind: "kind", Title: "Kind", Capabilities: core.Capabilities{Window: time.Hour}}},
		Agents:   []Agent{{ID: "ann", Name: "Ann", Role: "admin"}, {ID: "bob", Name: "Bob"}},
		Teams:    []Team{{ID: "sales", Name: "Sales"}},
		Bots:     []Bot{{ID: "helper", Name: "Helper"}},
		Keys: []Key{
			{Name: "ops", Secret: opsKey, Role: AdminRole},
			{Name: "anns", Secret: annKey, Role: AgentRole, Agent: "ann"},
			{Name: "bobs", Secret: bobKey, Role: AgentRole, Agent: "bob"},
			{Name: "helpers", Secret: botKey, Role: BotRole, Bot: "helper"},
			{Name: "empty", Role: AdminRole},
			{Name: "nobodys", Secret: "CANARY-nobody", Role: AgentRole},
			{Name: "odd", Secret: "CANARY-odd", Role: "owner"},
		},
		Routing: table, Rules: rules,
	}}
	r.open(table)
	r.fill()
	return r
}

// open makes what the product makes of a config, over empty folders.
func (r *rig) open(rules core.Router) {
	r.t.Helper()
	now := func() time.Time { return noon }
	log := logrus.New()
	log.SetOutput(r.log)
	log.SetLevel(logrus.DebugLevel)
	var err error
	if r.files, err = media.Open(r.t.TempDir(), media.Options{BaseURL: "https://chat.example.com", TTL: time.Hour, Now: now}); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = r.files.Close() })
	r.ids = db.NewIDs(0, now)
	path := filepath.Join(r.t.TempDir(), "store.db")
	if err := os.WriteFile(path, emptyStore, 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.store, err = store.Open(r.t.Context(), "sqlite:"+path, store.Options{
		Router: rules, MediaURL: r.files.URL, Now: now, IDs: r.ids, Log: log, Grace: time.Second,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.end = sync.OnceFunc(func() {
		if err := r.store.Close(); err != nil {
			r.t.Error(err)
		}
	})
	r.t.Cleanup(r.end)
	metrics := telemetry.New()
	engine := core.NewEngine(core.Ports{
		Store: r.store, Keeper: r.files, Observer: metrics, Log: log, Now: now, NewID: r.ids.Next, Chance: func() float64 { return 0 },
	}, &core.Setup{Channels: map[core.ChannelID]core.Channel{"one": {
		ID: "one", Connector: r.wire, Kind: core.Kind{Name: "kind", Capabilities: core.Capabilities{Unit: core.Runes, Text: 1000, Window: time.Hour}},
	}}})
	r.border = newBorder(Options{
		Bridge: engine, Store: r.store, Directory: func() *Directory { return r.dir }, Files: r.files, Metrics: metrics.Handler(), Observer: metrics,
		Ready: func(ctx context.Context) error {
			_, err := r.store.Log(ctx, 0, 1)
			return err
		},
		PublicURL: "https://chat.example.com", Version: "test", Log: log, Now: now,
	})
}

// fill lets Ann come online, two people write and the bot take one of them over.
func (r *rig) fill() {
	r.t.Helper()
	r.available("ann", core.Online)
	fates := r.hear(heard("+1", "hi"), heard("+2", "ho"))
	r.bots, r.hi, r.anns, r.ho = fates[0].Conversation, fates[0].Message, fates[1].Conversation, fates[1].Message
	r.give(r.bots, "helper")
}

// heard is an item of a call that reports one text, said once only.
func heard(from core.Address, text string) core.Item { return said(from, text, core.Text{Body: text}) }

// said is an item of a call that reports content, under a name of the test's.
func said(from core.Address, name string, what core.Content) core.Item {
	id := string(from) + ":" + name
	return core.Item{Key: id, Event: core.Heard{
		From: core.Person{Address: from, UserID: "kind:" + string(from), Name: "Zoë"}, Provider: core.ProviderID(id), Content: what,
	}}
}

// hear records one call of a provider, as the engine does.
func (r *rig) hear(items ...core.Item) []core.ItemFate {
	r.t.Helper()
	a := core.Arrival{Channel: "one", Body: []byte(`"raw"`)}
	for _, item := range items {
		a.Items = append(a.Items, core.Arrived{Item: item, Channel: r.dir.Channels[0].Info()})
	}
	fates, err := r.store.Record(r.t.Context(), a)
	if err != nil {
		r.t.Fatal(err)
	}
	return fates
}

// give makes an agent or a bot the owner; "" asks the rules.
func (r *rig) give(id core.ConversationID, owner string) {
	r.t.Helper()
	if _, err := r.store.Change(r.t.Context(), id, core.Change{Owner: &owner}); err != nil {
		r.t.Fatal(err)
	}
}

// available says whether an agent takes conversations: one entry in the log each time.
func (r *rig) available(agent string, a core.Availability) {
	r.t.Helper()
	if _, err := r.store.SetAvailability(r.t.Context(), agent, a); err != nil {
		r.t.Error(err)
	}
}

func (r *rig) conversation(id core.ConversationID) core.Conversation {
	r.t.Helper()
	c, err := r.store.Conversation(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

func (r *rig) messages(id core.ConversationID) []core.Message {
	r.t.Helper()
	all, err := r.store.Messages(r.t.Context(), id, 0, 500)
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// entries is the whole log.
func (r *rig) entries() []core.LogEntry {
	r.t.Helper()
	all, err := r.store.Log(r.t.Context(), 0, 10_000)
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// call makes one request; headers are name, value, name, value.
func (r *rig) call(method, path, key, body string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.engine.ServeHTTP(w, req)
	return w
}

// at is the path of a conversation.
func at(id core.ConversationID, below string) string {
	return fmt.Sprintf("/api/v1/conversations/%d%s", id, below)
}

// wire is an account at a provider. What a call of it holds is no business of the
// border's: every call reports what the test says.
type wire struct {
	mu    sync.Mutex
	calls []core.Request
	gives core.Delivery
	err   error
	file  string // of every ref
}

// Receive implements core.Connector.
func (w *wire) Receive(r core.Request) (core.Delivery, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, r)
	return w.gives, w.err
}

// Send implements core.Connector.
func (*wire) Send(context.Context, core.Payload) (core.ProviderID, error) { return "", nil }

// OpenMedia implements core.MediaOpener.
func (w *wire) OpenMedia(context.Context, string) (core.OpenFile, error) {
	return core.OpenFile{Body: io.NopCloser(strings.NewReader(w.file)), Size: int64(len(w.file))}, nil
}

// last is the call that came last.
func (w *wire) last() core.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.calls) == 0 {
		return core.Request{}
	}
	return w.calls[len(w.calls)-1]
}

// journal is what was logged.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// take is what was logged since it was asked last.
func (j *journal) take() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer j.text.Reset()
	return j.text.String()
}

// expect fails unless the answer has the status and, if it is an error, the code.
func expect(t *testing.T, w *httptest.ResponseRecorder, status int, code Code) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	if code == "" {
		return
	}
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("no problem: %v: %s", err, w.Body)
	}
	if p.Code != code || p.Status != status || p.Title == "" || p.Detail == "" || p.Type == "" {
		t.Errorf("problem %+v, want code %s", p, code)
	}
	if got := w.Header().Get("Content-Type"); got != problemType {
		t.Errorf("content type %q", got)
	}
}
