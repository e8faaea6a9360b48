package lanes

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"causeway/db"

	"github.com/sirupsen/logrus"
)

// obeyTime is how long handlers get to return after their context has ended.
const obeyTime = time.Second

// Run runs lanes until ctx ends. Then it takes no lane any more, lets the running handlers finish their task for
// Options.Grace, cancels their context, waits another second, and releases what is left. A handler that ignores its
// context goes on alone; its outcome is not stored. Run returns an error only if the database refuses at the start.
// It is called once.
func (l *Lanes) Run(ctx context.Context) error {
	if err := l.bootPatiently(ctx); err != nil {
		return fmt.Errorf("start the lanes: %w", err)
	}
	defer close(l.over)
	handlers, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	l.mu.Lock()
	l.open, l.ctx = true, handlers
	l.mu.Unlock()

	beating, stopBeating := context.WithCancel(context.WithoutCancel(ctx))
	var loops, beats sync.WaitGroup
	loops.Go(func() { l.poller(ctx) })
	if !l.solo { // nobody can take our lanes: beating would only wear the disk
		beats.Go(func() { l.beater(beating) })
	}
	<-ctx.Done()
	l.mu.Lock()
	l.open = false
	l.mu.Unlock()
	loops.Wait()
	if !l.await(l.o.Grace) {
		cancel()
		if !l.await(obeyTime) {
			l.log.Warn("handlers still run; their lanes are released")
		}
	}
	stopBeating()
	beats.Wait()
	l.free()
	return nil
}

// await waits until nothing runs, at most d.
func (l *Lanes) await(d time.Duration) bool {
	l.mu.Lock()
	if l.busy == 0 {
		l.mu.Unlock()
		return true
	}
	if l.quiet == nil {
		l.quiet = make(chan struct{})
	}
	quiet := l.quiet
	l.mu.Unlock()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-quiet:
		return true
	case <-timer.C:
		return false
	}
}

// free lets go of what still runs here. If the database does not answer, the reaper or the next start does it.
func (l *Lanes) free() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*obeyTime)
	defer cancel()
	err := l.d.Do(ctx, 0, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE lane SET owner = NULL, due_at = abs(due_at), epoch = epoch + 1 WHERE owner = $1`, l.session())
		return err
	})
	if err != nil {
		l.log.WithError(err).Warn("lanes are not released; they are taken over when the session has ended")
	}
}

// sorted is the kinds in order, and as an SQL list.
func sorted(handlers map[string]Handler) (kinds []string, list string) {
	kinds = slices.Sorted(maps.Keys(handlers))
	if len(kinds) == 0 {
		return nil, "NULL"
	}
	quoted := make([]string, len(kinds))
	for i, k := range kinds {
		quoted[i] = "'" + strings.ReplaceAll(k, "'", "''") + "'"
	}
	return kinds, strings.Join(quoted, ", ")
}

func silent() logrus.FieldLogger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return log
}
