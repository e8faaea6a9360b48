// Package store keeps conversations, messages, contacts, deliveries and the
// event log, on db and lanes. It decides nothing about channels or bots: what
// came is recorded with what follows from it, work is handed out in order, and
// what came of it is stored together with the work's own progress.
//
// Lock order: a conversation first, then its lanes, then shared rows (rotor, agent load),
// then the log head, which the batch takes once, last.
package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"causeway/core"
	"causeway/db"
	"causeway/lanes"

	"github.com/sirupsen/logrus"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options is what a store needs of others. Every field but Capacity is needed.
type Options struct {
	Router   core.Router
	MediaURL func(id int64, now time.Time) string
	Now      func() time.Time
	Clock    *db.Clock // that Now goes by, where nodes share the store; may be nil
	Addr     string    // of this node, for people
	IDs      *db.IDs
	Log      logrus.FieldLogger
	Writers  int            // see db.Options
	Capacity map[string]int // lanes at work at once, by kind
	Grace    time.Duration  // for work under way when Run ends; 10 s if zero
	// Burst is how long a bot's messages wait for more, to be handed over together;
	// Resolved is what the contact is told when a conversation is closed. Either
	// may be nil.
	Burst    func(bot string) time.Duration
	Resolved func() string
	// Fit makes what we say ourselves fit its channel; nil for as it is.
	Fit func(core.ChannelID, []core.Saying) []core.Spoken
	// Known reports whether an owner is configured; nil for all are.
	Known func(core.Owner) bool
	// Desk is what is configured about agents; nil for the defaults.
	Desk func() Desk
	// Retention is how long deliveries are kept, TTL how long a held message may
	// wait; zero for ever.
	Retention, TTL time.Duration
}

// leaveTime is how long the database may take to hear that this node ends.
const leaveTime = 3 * time.Second

// Store implements core.Store.
type Store struct {
	o     Options
	db    *db.DB
	lanes *lanes.Lanes
	act   func(context.Context, core.Work) core.Outcome
	stop  <-chan struct{} // closed when Run is to end

	room chan struct{} // somebody may have room for who waits

	endTail context.CancelFunc // nil without a tail
	tailed  sync.WaitGroup

	mu      sync.Mutex
	changed chan struct{} // closed at the next change to the log
}

var _ core.Store = (*Store)(nil)

// Open opens the database at url, brings its schema up to date and takes it for
// this process. Work that an earlier process left is resumed by Run.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	s := &Store{o: o, room: make(chan struct{}, 1), changed: make(chan struct{})}
	files, err := Migrations()
	if err != nil {
		return nil, err
	}
	s.db, err = db.Open(ctx, url, db.Options{Migrations: files, Hold: s.holdAll, Foresee: s.foresee, BeforeCommit: s.beforeCommit, Writers: o.Writers, Now: o.Now, Clock: o.Clock, Log: o.Log})
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s.lanes = lanes.New(s.db, lanes.Options{
		Handlers: map[string]lanes.Handler{laneBot: s.workBot, laneSend: s.workSend, laneMedia: s.workMedia, laneTimer: s.workTimer, lanePoll: s.workPoll, laneErase: s.workErase},
		Capacity: o.Capacity, Forget: map[string]bool{laneMedia: true, laneErase: true},
		Now: o.Now, NewID: o.IDs.Next, OnSlot: o.IDs.Use, Addr: o.Addr, Log: o.Log, Grace: o.Grace,
	})
	if err := s.begin(ctx); err != nil {
		_ = s.db.Close() // the first error says more
		return nil, fmt.Errorf("open store: %w", err)
	}
	return s, nil
}

func (s *Store) begin(ctx context.Context) error {
	if err := s.aboveKnownIDs(ctx); err != nil {
		return err
	}
	if err := s.lanes.Join(ctx); err != nil {
		return err
	}
	if err := s.comeBack(ctx); err != nil {
		return err
	}
	if s.db.Shared() {
		tailing, end := context.WithCancel(context.WithoutCancel(ctx))
		s.endTail = end
		s.tailed.Go(func() { s.tail(tailing) })
	}
	return nil
}

// aboveKnownIDs keeps new ids above old ones, whatever the clock says.
func (s *Store) aboveKnownIDs(ctx context.Context) error {
	var top int64
	err := s.db.Row(ctx, `SELECT coalesce(max(id), 0) FROM (SELECT max(id) AS id FROM message UNION ALL
		SELECT max(id) FROM conversation UNION ALL SELECT max(id) FROM delivery) AS ids`, nil, &top)
	if err != nil {
		return fmt.Errorf("read the highest id: %w", err)
	}
	s.o.IDs.Above(top)
	return nil
}

// Migrations is the schema, as goose files.
func Migrations() (fs.FS, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return files, nil
}

// DB is the database under the store, for backup and figures.
func (s *Store) DB() *db.DB { return s.db }

// Lanes is the work under the store, for figures.
func (s *Store) Lanes() *lanes.Lanes { return s.lanes }

// Close finishes what is queued and closes the database. Run must have returned.
func (s *Store) Close() error {
	if s.endTail != nil {
		s.endTail()
		s.tailed.Wait()
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
	defer cancel()
	if err := s.lanes.Leave(ctx); err != nil {
		s.o.Log.WithError(err).Warn("other nodes find out by themselves that this one has ended")
	}
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// Run implements core.Store.
func (s *Store) Run(ctx context.Context, act func(context.Context, core.Work) core.Outcome) error {
	s.act, s.stop = act, ctx.Done()
	if err := s.patiently(ctx, func() error { return errors.Join(s.armUpkeep(ctx), s.armDesk(ctx), s.lanes.Join(ctx)) }); err != nil {
		return err
	}
	var watch sync.WaitGroup
	defer watch.Wait()
	watching, end := context.WithCancel(ctx)
	defer end()
	watch.Go(func() { s.watchRoom(watching) })
	if err := s.lanes.Run(ctx); err != nil {
		return fmt.Errorf("run lanes: %w", err)
	}
	return nil
}

// do runs op as one transaction with others, and sorts the errors of db.
func (s *Store) do(ctx context.Context, id core.ConversationID, op func(*tx) error) error {
	return sorted(s.db.Do(ctx, int64(id), func(t *db.Tx) error { return op(s.tx(t)) }))
}

func (s *Store) now() int64 { return s.o.Now().UnixMilli() }

func (s *Store) newID() int64 { return s.o.IDs.Next() }

// Check says whether the database at url could be opened for serving, or is
// being served. It changes nothing; that there is none yet is fine.
func Check(ctx context.Context, url string) error {
	path, file := strings.CutPrefix(url, "sqlite:")
	if _, err := os.Stat(path); file && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	d, err := db.OpenReadOnly(ctx, url, db.Options{})
	if err != nil {
		return fmt.Errorf("check store: %w", err)
	}
	return d.Close()
}

// Backup copies the database at url to a new file, also beside a server.
func Backup(ctx context.Context, url, path string) (err error) {
	d, err := db.OpenReadOnly(ctx, url, db.Options{})
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := d.Backup(ctx, path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}
