// Package lanes runs ordered work that survives crashes. A lane is a queue with one running owner; its tasks run
// strictly one after another, lanes run side by side. Tasks are rows: what was enqueued and committed is run, by this
// process or after its death by the next one, at least once and, as long as nothing dies, exactly once.
//
// It knows no domain: a task is two numbers, a handler does what they mean and returns a Result, and the Result's
// rows are stored in the same transaction that moves the lane on. A result is stored only by the lane's owner
// (session and epoch); one that comes too late stores nothing.
package lanes

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"causeway/db"

	"github.com/sirupsen/logrus"
)

// Lane names a queue. It comes into being with its first task.
type Lane struct {
	ID    string // "send:123"
	Kind  string // "send": chooses the handler and the share of capacity
	Scope string // what a pause stops together, such as a channel; "" is never paused
	Key   int64  // orders its transactions among others: the conversation's id
}

// Task is one entry of a lane, as its handler gets it.
type Task struct {
	Lane  string
	Kind  string
	Scope string
	Key   int64
	Seq   int64 // position in the lane, from 1

	What int   // the enqueuer's
	Ref  int64 // the enqueuer's

	Attempts  int       // failures so far (Retry), of this task
	Starts    int       // more than 1: an earlier run began and its process died without an outcome
	StartedAt time.Time // when the first run without an outcome began
	CreatedAt time.Time
}

// Step is what becomes of the task.
type Step int

// The steps.
const (
	Done  Step = iota // finished; the next task's turn
	Again             // the same task once more after Result.After, not counted as a failure
	Retry             // the same task once more after Result.After (Options.Backoff if zero), counted as a failure
)

// Result is the outcome of a handler.
type Result struct {
	// Commit stores the domain's rows in the transaction that moves the lane, before the lane's row is touched (so it
	// locks the conversation first). It may run more than once and does nothing but SQL. Its error makes the outcome
	// a Retry, with nothing stored but the error. nil for no rows.
	Commit func(*db.Tx) error
	Ask    any // what Commit will read, for db.Options.Foresee; nil for nothing
	Next   Step
	// After is how long to wait. Again with 0 keeps the lane: Commit is stored and the handler called again at once,
	// which is how progress between the calls of one task is kept.
	After time.Duration
	// Progress: the task got on, so that its failures so far are forgotten.
	Progress bool
	// Doubt keeps Task.Starts and StartedAt over the wait: what the run that died has done is still not known.
	Doubt  bool
	Pause  *Pause // stops the scope's lanes
	Resume bool   // the scope works: ends a pause whose time has passed
	Error  string // kept on the lane for people; "" clears it
}

// Pause stops all lanes of a scope for a while. When it has passed, one lane runs as the probe; the others follow
// when a handler returns Resume, or the next probe's turn comes if it does not.
type Pause struct {
	Scope  string // the task's own scope if empty; a lane without a scope stops only itself
	For    time.Duration
	Reason string
}

// Handler does a task's work: side effects here, with no transaction open. ctx ends when the process has waited long
// enough for it at its end (Options.Grace). A panic is a Retry.
type Handler func(ctx context.Context, t Task) Result

// Options says what runs and how often. Zero values take the defaults.
type Options struct {
	Handlers map[string]Handler // by kind; lanes of other kinds are not run
	Capacity map[string]int     // lanes running at once, by kind; 2048
	Forget   map[string]bool    // kinds whose lanes are deleted when empty: one lane per item, such as a download

	Heartbeat time.Duration // 1 s
	TTL       time.Duration // a session that has not beaten for so long is dead; 5 s
	Poll      time.Duration // looking for due lanes that nobody woke us for; 250 ms
	Grace     time.Duration // running handlers get so long at the end of Run; 10 s

	Backoff func(attempts int) time.Duration // before the given attempt's repetition; 1 s doubling to 1 min, ± 20 %
	Now     func() time.Time
	Steady  func() time.Duration // a clock that nobody can set, from any moment on; the process's own
	NewID   func() int64         // rising numbers, unique over nodes, as db.IDs makes
	Log     logrus.FieldLogger
	Addr    string         // of this node, for people
	Slot    int            // the node's slot in ids, where no other process writes
	OnSlot  func(slot int) // is told the slot before the first id is made; may be nil
}

// Lanes runs the lanes of one database on this node.
type Lanes struct {
	d       *db.DB
	o       Options
	log     logrus.FieldLogger
	solo    bool // no other process writes: nobody can take our lanes, no heartbeat is needed
	kinds   []string
	inKinds string // the kinds as an SQL list
	kick    chan struct{}
	spare   chan *run     // to goroutines that wait for work
	waiting atomic.Int64  // how many those are
	over    chan struct{} // closed when Run is
	late    chan struct{} // our session is gone

	enqueueSQL, doneSQL, endSQL, oursSQL [db.MostTogether + 1]string // for so many lanes

	seen reading // of the clocks, at the poller's last round

	// launch starts a taken lane; tests replace it to run lanes step by step.
	launch func(*run)

	mu       sync.Mutex
	me       int64          // this session, 0 for none
	next     int64          // the session that is being begun
	left     bool           // the session has ended
	open     bool           // lanes may be taken
	running  map[string]int // by kind
	busy     int            // sum of running
	at       map[string]int // runs by lane, where others write too
	quiet    chan struct{}  // made at the end of Run, closed when busy is 0
	lastBeat time.Time
	paused   map[string]string // what the pause table holds: scope to probe lane
	pauseGen int               // changes with every change of paused
	ctx      context.Context   // of the handlers

	patience time.Time // until when the beater takes nothing from others
	lost     ownedOnly // only the beater's
}

// New prepares lanes on d; nothing runs before Run. Enqueue can be used at once.
func New(d *db.DB, o Options) *Lanes {
	o = o.withDefaults()
	l := &Lanes{
		d: d, o: o, log: o.Log, solo: d.Exclusive(), kick: make(chan struct{}, 1), spare: make(chan *run), over: make(chan struct{}), late: make(chan struct{}, 1),
		running: map[string]int{}, at: map[string]int{}, paused: map[string]string{}, ctx: context.Background(),
	}
	l.launch = l.start
	for n := 1; n <= db.MostTogether; n++ {
		if db.Portion(n) == n {
			l.enqueueSQL[n], l.doneSQL[n], l.endSQL[n], l.oursSQL[n] = enqueueSQL(n), doneSQL(n), endSQL(n), oursSQL(n)
		}
	}
	l.kinds, l.inKinds = sorted(o.Handlers)
	return l
}

func (o Options) withDefaults() Options {
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	set(&o.Heartbeat, time.Second)
	set(&o.TTL, 5*time.Second)
	set(&o.Poll, 250*time.Millisecond)
	set(&o.Grace, 10*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Steady == nil {
		began := time.Now()
		o.Steady = func() time.Duration { return time.Since(began) }
	}
	if o.NewID == nil {
		ids := db.NewIDs(o.Slot, o.Now)
		o.NewID, o.OnSlot = ids.Next, ids.Use
	}
	if o.Backoff == nil {
		o.Backoff = backoff
	}
	if o.Log == nil {
		o.Log = silent()
	}
	return o
}

// backoff is 1 s after the first failure, doubling to a minute, ± 20 % so that many lanes do not come back at once.
func backoff(attempts int) time.Duration {
	d := time.Second << min(max(attempts-1, 0), 6)
	d = min(d, time.Minute)
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}
