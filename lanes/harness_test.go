package lanes

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"causeway/db"
	"causeway/db/dbtest"
)

// book is a handler that writes down what it ran, and the answers it was told to give first.
type book struct {
	mu      sync.Mutex
	ran     []string
	answers []Result
	tasks   []Task
}

func (b *book) handle(_ context.Context, t Task) Result {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ran = append(b.ran, fmt.Sprintf("%s#%d", t.Lane, t.Ref))
	b.tasks = append(b.tasks, t)
	if len(b.answers) > 0 {
		r := b.answers[0]
		b.answers = b.answers[1:]
		return r
	}
	return Result{}
}

func (b *book) read() (ran []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.ran)
}

func (b *book) task(i int) Task {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.tasks[i]
}

func (b *book) want(t testing.TB, want ...string) {
	t.Helper()
	if got := b.read(); !slices.Equal(got, want) {
		t.Errorf("ran %v, want %v", got, want)
	}
}

var send = Lane{ID: "send:1", Kind: "send", Scope: "tg", Key: 1}

func sendLane(i int) Lane {
	return Lane{ID: fmt.Sprintf("send:%d", i), Kind: "send", Scope: "tg", Key: int64(i)}
}

// inBubble runs f in virtual time with running lanes whose kind "send" is b.
func inBubble(t *testing.T, o Options, b *book, f func(d *db.DB, l *Lanes)) {
	t.Helper()
	url := dbtest.URL(t)
	synctest.Test(t, func(t *testing.T) {
		d := openAt(t, url)
		o.Handlers = map[string]Handler{"send": b.handle}
		l := New(d, o)
		stop := runLanes(t, l)
		f(d, l)
		stop()
		checkRest(t, d)
	})
}

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Error(...any)
	Errorf(string, ...any)
	Fatal(...any)
	Fatalf(string, ...any)
}

// checkRest fails if a lane was left in a state that nothing would move on.
func checkRest(t tester, d *db.DB) {
	t.Helper()
	for what, query := range map[string]string{
		"idle lanes with tasks":     `SELECT count(*) FROM lane WHERE due_at IS NULL AND (head <> tail OR EXISTS (SELECT 1 FROM task WHERE lane_id = lane.id))`,
		"lanes that miscount":       `SELECT count(*) FROM lane WHERE tail - head <> (SELECT count(*) FROM task WHERE lane_id = lane.id)`,
		"empty lanes that are busy": `SELECT count(*) FROM lane WHERE head = tail AND (owner IS NOT NULL OR due_at IS NOT NULL)`,
		"owned lanes of nobody":     `SELECT count(*) FROM lane WHERE owner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM session WHERE id = owner)`,
		"owned and parked lanes":    `SELECT count(*) FROM lane WHERE owner IS NOT NULL AND parked IS NOT NULL`,
		"negative starts":           `SELECT count(*) FROM task WHERE starts < 0`,
	} {
		var n int
		if err := d.Row(context.Background(), query, nil, &n); err != nil {
			t.Error(err)
		}
		if n > 0 {
			t.Errorf("%d %s", n, what)
		}
	}
}

func must(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// takeOver is when the lanes of a dead session are taken over.
func takeOver(d *db.DB) time.Duration {
	if d.Exclusive() {
		return time.Millisecond
	}
	return 7 * time.Second
}

func openDB(t testing.TB) *db.DB {
	t.Helper()
	return openAt(t, dbtest.URL(t))
}

func openAt(t testing.TB, url string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), url, db.Options{Writers: 4, Migrations: fstest.MapFS{
		"1_lanes.sql": {Data: []byte("-- +goose Up\n" + Schema)},
		"2_test.sql":  {Data: []byte("-- +goose Up\nCREATE TABLE ran(n BIGINT NOT NULL, lane TEXT NOT NULL, seq BIGINT NOT NULL, ref BIGINT NOT NULL, by BIGINT NOT NULL);")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// runLanes runs l until the test ends, and waits until it takes lanes.
func runLanes(t testing.TB, l *Lanes) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	eventually(t, "lanes are open", l.isOpen)
	return stop
}

func enqueue(d *db.DB, l *Lanes, lane Lane, ref int64) error {
	return enqueueAt(d, l, lane, ref, time.Time{})
}

func enqueueAt(d *db.DB, l *Lanes, lane Lane, ref int64, due time.Time) error {
	return d.Do(context.Background(), lane.Key, func(tx *db.Tx) error { return l.Enqueue(tx, lane, 1, ref, due) })
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("not within 10 s: %s", what)
		}
		<-time.After(time.Millisecond)
	}
}

// ranSQL notes that a task was done: lane, seq, ref, session.
const ranSQL = `INSERT INTO ran(n, lane, seq, ref, by) SELECT count(*), CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT) FROM ran`
