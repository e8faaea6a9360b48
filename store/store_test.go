package store

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/core"
	"causeway/db"
	"causeway/db/dbtest"
	"causeway/lanes"
	"causeway/routing"

	"github.com/sirupsen/logrus"
)

var tg = core.ChannelInfo{ID: "tg", Kind: "test"}

// bench is a store on a file of its own, with one bot and two agents.
type bench struct {
	*Store
	t   *testing.T
	url string
	ids *db.IDs
}

func open(t *testing.T, rules routing.Config) *bench {
	t.Helper()
	return reopen(t, rules, dbtest.URL(t))
}

func reopen(t *testing.T, rules routing.Config, url string) *bench {
	t.Helper()
	return openBy(t, rules, url, time.Now)
}

// openBy opens a store that goes by a clock.
func openBy(t *testing.T, rules routing.Config, url string, now func() time.Time) *bench {
	t.Helper()
	if rules.Agents == nil {
		rules.Agents = []routing.Agent{{ID: "ann"}, {ID: "ben"}}
	}
	rules.Bots = []routing.Bot{{ID: "helper"}, {ID: "other"}}
	table, problems := routing.New(rules)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	b := &bench{t: t, url: url, ids: db.NewIDs(0, now)}
	log := logrus.New()
	log.SetOutput(t.Output())
	s, err := Open(t.Context(), url, Options{
		Router: table, MediaURL: func(id int64, _ time.Time) string { return fmt.Sprintf("https://us.example/%d", id) },
		Writers: 4, Now: now, IDs: b.ids, Log: log, Grace: time.Second, Retention: time.Hour, TTL: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Store = s
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		b.verify()
	})
	return b
}

// verify fails the test if anything is unaccounted for.
func (b *bench) verify() {
	b.t.Helper()
	r, err := Verify(context.Background(), b.url, nil)
	if err != nil {
		b.t.Error(err)
	}
	for _, f := range r.Findings {
		b.t.Errorf("verify: %s: %s: %s", f.Rule, f.ID, f.Text)
	}
}

// works runs the lanes with act until the test ends.
func (b *bench) works(act func(context.Context, core.Work) core.Outcome) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := b.Run(ctx, act); err != nil {
			b.t.Error(err)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	b.t.Cleanup(stop)
	return stop
}

func heard(from, id, text string) core.Item {
	return core.Item{Key: "u" + from + ":" + id, Event: core.Heard{
		From:     core.Person{Address: core.Address(from), UserID: "test:" + from, Name: "Zoë"},
		Provider: core.ProviderID(from + ":" + id), Content: core.Text{Body: text},
	}}
}

func arrival(items ...core.Item) core.Arrival {
	a := core.Arrival{Channel: tg.ID, Body: []byte(`{"ok":true}`)}
	for _, item := range items {
		a.Items = append(a.Items, core.Arrived{Item: item, Channel: tg})
	}
	return a
}

func (b *bench) hear(items ...core.Item) []core.ItemFate {
	b.t.Helper()
	fates, err := b.Record(b.t.Context(), arrival(items...))
	if err != nil {
		b.t.Fatal(err)
	}
	return fates
}

// says makes one plain message that is ready to be queued.
func (b *bench) says(parts ...core.Content) core.Spoken {
	id := core.MessageID(b.ids.Next())
	s := core.Spoken{ID: id, Fitted: core.Fitted{Saying: core.Saying{Content: parts[0]}, Parts: parts}}
	if c, ok := parts[len(parts)-1].(core.Choices); ok {
		for i := range c.Buttons {
			c.Buttons[i].Token = core.TokenOf(id, i)
			s.Options = append(s.Options, core.Option{Button: c.Buttons[i], Number: i + 1})
		}
	}
	return s
}

func (b *bench) conversation(id core.ConversationID) core.Conversation {
	b.t.Helper()
	c, err := b.Conversation(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *bench) messages(id core.ConversationID) []core.Message {
	b.t.Helper()
	list, err := b.Messages(b.t.Context(), id, 0, 500)
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

// until waits for something that the lanes are to bring about.
func (b *bench) until(what string, done func() bool) {
	b.t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !done() {
		if time.Now().After(deadline) {
			b.t.Fatalf("in vain: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// rest waits until nothing is left to do.
func (b *bench) rest() {
	b.t.Helper()
	b.until("nothing is left to do", func() bool {
		var n int
		if err := b.DB().Row(b.t.Context(), `SELECT count(*) FROM task WHERE lane_id NOT LIKE 'timer:%'`, nil, &n); err != nil {
			b.t.Fatal(err)
		}
		return n == 0
	})
}

// story is a conversation in one line a message: who, status, text.
func story(list []core.Message) string {
	var lines []string
	for _, m := range list {
		lines = append(lines, fmt.Sprintf("%s %s %s", m.Sender.Type, m.Status, m.Text))
	}
	return strings.Join(lines, "\n")
}

func TestLanesSchemaIsTheMigration(t *testing.T) {
	files, err := Migrations()
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(files, "0002_lanes.sql")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(strings.TrimPrefix(string(text), "-- +goose Up")); got != strings.TrimSpace(lanes.Schema) {
		t.Error("0002_lanes.sql is not lanes.Schema; write a new migration")
	}
}
