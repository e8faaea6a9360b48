package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"causeway/core"
	"causeway/routing"
)

// memory is a small store in memory, for what the border itself must do.
type memory struct {
	core.Store // what is not below is not used here
	mu         sync.Mutex
	convs      map[core.ConversationID]core.Conversation
	msgs       []core.Message
	entries    []core.LogEntry
	changed    chan struct{}
	asked      core.ConversationQuery
	change     core.Change
	state      map[string]core.Availability
	seen       []string
	media      map[int64]core.MediaRecord
	fail       error
}

func (m *memory) Conversation(_ context.Context, id core.ConversationID) (core.Conversation, error) {
	c, ok := m.convs[id]
	if !ok {
		return c, core.ErrNotFound
	}
	return c, m.fail
}

func (m *memory) Conversations(_ context.Context, q core.ConversationQuery) ([]core.Conversation, error) {
	m.asked = q
	var found []core.Conversation
	for id := core.ConversationID(9); id > 0 && len(found) < q.Limit; id-- {
		c, ok := m.convs[id]
		if ok && (q.Before == 0 || id < q.Before) && (q.Owner == "" || c.Owner.ID == q.Owner) {
			found = append(found, c)
		}
	}
	return found, m.fail
}

func (m *memory) Contact(context.Context, core.ContactID) (core.Contact, error) {
	return core.Contact{}, core.ErrNotFound
}

func (m *memory) Feedback(context.Context, core.ConversationID) ([]core.Feedback, error) {
	return nil, m.fail
}

func (m *memory) Message(_ context.Context, id core.MessageID) (core.Message, error) {
	for _, msg := range m.msgs {
		if msg.ID == id {
			return msg, nil
		}
	}
	return core.Message{}, core.ErrNotFound
}

func (m *memory) Messages(_ context.Context, id core.ConversationID, after int64, limit int) ([]core.Message, error) {
	var found []core.Message
	for _, msg := range m.msgs {
		if msg.Conversation == id && msg.Seq > after && len(found) < limit {
			found = append(found, msg)
		}
	}
	return found, m.fail
}

func (m *memory) Change(_ context.Context, id core.ConversationID, c core.Change) (core.Conversation, error) {
	conv, ok := m.convs[id]
	switch {
	case !ok:
		return conv, core.ErrNotFound
	case c.IfEpoch != nil && *c.IfEpoch != conv.OwnerEpoch:
		return conv, core.ErrStale
	}
	m.change = c
	return conv, nil
}

func (m *memory) Trigger(_ context.Context, id core.ConversationID, _ core.BotEvent) error {
	if m.convs[id].Owner.Type != core.BotOwner {
		return core.ErrNotOwner
	}
	return nil
}

func (m *memory) Why(context.Context, core.ConversationID, int64, int) ([]core.Assignment, error) {
	return []core.Assignment{{}}, nil
}

func (m *memory) Queues(context.Context) (map[string]int, error) { return map[string]int{}, m.fail }

func (m *memory) Deliveries(context.Context, core.ChannelID, int64, int) ([]core.DeliveryRecord, error) {
	return []core.DeliveryRecord{{ID: 5, Channel: "one", Body: []byte("raw")}}, m.fail
}

func (m *memory) Agents(context.Context, []string) ([]core.AgentState, error) {
	var all []core.AgentState
	for id, a := range m.state {
		all = append(all, core.AgentState{ID: id, Availability: a})
	}
	return all, m.fail
}

func (m *memory) SetAvailability(_ context.Context, agent string, a core.Availability) (core.AgentState, error) {
	m.state[agent] = a
	return core.AgentState{ID: agent, Availability: a}, nil
}

// Seen wants to hear of an agent again after a minute.
func (m *memory) Seen(_ context.Context, agent string) (time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen = append(m.seen, agent)
	return time.Minute, m.fail
}

func (m *memory) Media(_ context.Context, id int64) (core.MediaRecord, error) {
	r, ok := m.media[id]
	if !ok {
		return r, core.ErrNotFound
	}
	return r, nil
}

func (m *memory) Log(_ context.Context, after int64, limit int) ([]core.LogEntry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	after = min(after, int64(len(m.entries)))
	rest := m.entries[after:]
	return rest[:min(limit, len(rest))], m.fail
}

func (m *memory) Changed() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changed
}

// happen adds an entry to the log.
func (m *memory) happen(kind string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = append(m.entries, core.LogEntry{
		Seq: int64(len(m.entries)) + 1, Type: kind, Conversation: 7, At: noon, Data: json.RawMessage("{\n \"a\": 1 }"),
	})
	close(m.changed)
	m.changed = make(chan struct{})
}

// line is a bridge that notes what it is handed.
type line struct {
	got    core.Request
	said   core.Speech
	reply  core.ReplyBody
	err    error
	stored []core.Message
}

func (l *line) Receive(_ context.Context, _ core.ChannelID, r core.Request) (core.ReplyBody, error) {
	l.got = r
	return l.reply, l.err
}

func (l *line) Say(_ context.Context, s core.Speech) ([]core.Message, error) {
	l.said = s
	return l.stored, l.err
}

// shelf is files in memory; every signature is "good" until noon.
type shelf map[int64]string

func (shelf) Verify(_ int64, _, sig string, now time.Time) error {
	if sig != "good" || now.After(noon) {
		return core.ErrInvalid
	}
	return nil
}

func (s shelf) OpenFile(id int64) (io.ReadSeekCloser, int64, time.Time, error) {
	body, ok := s[id]
	if !ok {
		return nil, 0, time.Time{}, fs.ErrNotExist
	}
	return struct {
		io.ReadSeeker
		io.Closer
	}{strings.NewReader(body), io.NopCloser(nil)}, int64(len(body)), noon, nil
}

// rules is a router that sends everything to Ann.
type rules struct{}

func (rules) Route(a core.Asked) core.Decision {
	text := ""
	for _, s := range a.Agents {
		text += s.ID + "=" + string(s.Availability) + " "
	}
	return core.Decision{Owner: core.Owner{Type: core.AgentType, ID: "ann"}, Why: []core.Reason{{Rule: string(a.Cause), Chosen: true, Text: text}}}
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// The secrets of the test's keys. None may ever be seen outside.
const (
	opsKey = "CANARY-ops-key"
	annKey = "CANARY-ann-key"
	bobKey = "CANARY-bob-key"
	botKey = "CANARY-bot-key"
)

type rig struct {
	*border
	store *memory
	line  *line
	dir   *Directory
	log   *bytes.Buffer
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{line: &line{}, log: &bytes.Buffer{}}
	r.store = &memory{
		changed: make(chan struct{}), state: map[string]core.Availability{"ann": core.Online},
		convs: map[core.ConversationID]core.Conversation{
			7: {ID: 7, Channel: "one", Kind: "kind", Status: core.Open, Owner: core.Owner{Type: core.BotOwner, ID: "helper", Name: "Helper"}, OwnerEpoch: 3, CreatedAt: noon, UpdatedAt: noon},
			8: {ID: 8, Channel: "one", Kind: "kind", Status: core.Open, Owner: core.Owner{Type: core.AgentType, ID: "ann"}, OwnerEpoch: 1},
		},
		msgs: []core.Message{
			{ID: 70, Key: "k70", Conversation: 7, Seq: 1, Direction: core.In, Sender: core.Sender{Type: core.FromContact, ID: "u"}, Content: core.Text{Body: "hi"}, Text: "hi", Status: core.Received, CreatedAt: noon},
			{ID: 80, Key: "k80", Conversation: 8, Seq: 1, Content: core.Text{Body: "ho"}},
		},
		media: map[int64]core.MediaRecord{
			1: {ID: 1, State: "kept", MIME: "image/png", Name: "a.png", Message: 70},
			2: {ID: 2, State: "kept", MIME: "image/svg+xml", Name: "b.svg", Message: 80},
			3: {ID: 3, State: "pending", Message: 70},
		},
	}
	r.dir = &Directory{
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
		Routing: rules{},
		Rules:   routing.Config{Agents: []routing.Agent{{ID: "ann", Name: "Ann"}, {ID: "bob", Name: "Bob"}}, Bots: []routing.Bot{{ID: "helper"}}},
	}
	log := logrus.New()
	log.SetOutput(r.log)
	log.SetLevel(logrus.DebugLevel)
	r.border = newBorder(Options{
		Bridge: r.line, Store: r.store, Directory: func() *Directory { return r.dir }, Files: shelf{1: "picture", 2: "<svg onload=x>"},
		Metrics: http.NotFoundHandler(), Ready: func(context.Context) error { return r.store.fail },
		PublicURL: "https://chat.example.com", Version: "test", Log: log, Now: func() time.Time { return noon },
	})
	return r
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
