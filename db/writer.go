package db

import (
	"cmp"
	"context"
	"database/sql"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// operation is one waiting call of Do.
type operation struct {
	key   int64
	ask   any // for Options.Foresee, or nil
	fn    func(*Tx) error
	taken atomic.Bool // by the writer, to run it, or by the caller, to give up
	done  chan error
}

// writer owns a writing connection; its goroutine runs the batches.
type writer struct {
	path   string // for messages
	o      Options
	conn   *conn
	queue  chan *operation // somebody waits for them
	behind chan *operation // nobody does
	ended  chan struct{}
	stats  *counters
	anew   chan struct{}    // the log of changes is to begin anew
	erase  <-chan time.Time // when it is to be emptied, nil for not
	fails  *atomic.Bool     // the newest transaction failed for the disk's or the connection's sake

	mu     sync.RWMutex // guards closed against sending on a closed queue
	closed bool
}

func (d *DB) startWriter(pool *sql.DB, o Options) *writer {
	w := &writer{
		path: d.path, o: o, conn: &conn{pool: pool, engine: d.engine}, stats: &d.stats, fails: &d.fails,
		queue: make(chan *operation, o.Queue), behind: make(chan *operation, o.Queue),
		ended: make(chan struct{}), anew: make(chan struct{}),
	}
	go w.run()
	return w
}

func (w *writer) do(ctx context.Context, queue chan<- *operation, key int64, ask any, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o := &operation{key: key, ask: ask, fn: fn, done: make(chan error, 1)}
	if err := w.enqueue(queue, o); err != nil {
		return err
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		if o.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		return <-o.done
	}
}

func (w *writer) enqueue(queue chan<- *operation, o *operation) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return ErrClosed
	}
	select {
	case queue <- o:
		return nil
	default:
		return ErrBusy
	}
}

func (w *writer) close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
		close(w.behind)
	}
	w.mu.Unlock()
	<-w.ended
	return w.conn.close()
}

func (w *writer) run() {
	defer close(w.ended)
	defer w.emptyLog()
	for queue, behind := w.queue, w.behind; queue != nil || behind != nil; {
		select {
		case o, ok := <-queue:
			if ok {
				w.together(o, true)
			} else {
				queue = nil
			}
		case o, ok := <-behind:
			if ok {
				w.together(o, false)
			} else {
				behind = nil
			}
		case <-w.anew:
			w.finishFold()
		case <-w.erase:
			w.emptyLog()
		}
	}
}

// together commits first and what else is waiting. Who was answered just now may have more, so it lets others run
// before: a larger batch costs each of them less.
func (w *writer) together(first *operation, awaited bool) {
	runtime.Gosched()
	if batch := w.gather(first, awaited); len(batch) > 0 {
		w.serve(batch)
	}
}

// besides is the part of a batch, one in so many operations, that is kept for what waits behind, and the most that it
// gets beside what is awaited once it has piled up.
const besides = 4

// gather takes first and what else is waiting, leaving out what its caller has given up. Where others write too, the
// operations come in the order of their keys, so that two batches do not wait for each other's rows.
func (w *writer) gather(first *operation, awaited bool) []*operation {
	whole, part := w.o.MaxBatch, max(1, w.o.MaxBatch/besides)
	batch := take(make([]*operation, 0, 16), first)
	had := len(batch)
	batch = drain(batch, w.queue, max(1, whole-min(part, len(w.behind))))
	most := whole
	if (awaited || len(batch) > had) && len(w.behind) > whole {
		most = min(whole, len(batch)+part)
	}
	batch = drain(batch, w.behind, most)
	if w.conn.engine.server {
		slices.SortStableFunc(batch, func(a, b *operation) int { return cmp.Compare(a.key, b.key) })
	}
	return batch
}

// drain adds what waits in queue to batch, until that is of so many operations.
func drain(batch []*operation, queue <-chan *operation, most int) []*operation {
	for len(batch) < most {
		select {
		case o := <-queue:
			if o == nil { // it is closed and empty
				return batch
			}
			batch = take(batch, o)
		default:
			return batch
		}
	}
	return batch
}

func take(batch []*operation, o *operation) []*operation {
	if o.taken.CompareAndSwap(false, true) {
		batch = append(batch, o)
	}
	return batch
}
