package lanes

import (
	"context"
	"fmt"
	"time"

	"causeway/db"

	"github.com/sirupsen/logrus"
)

// setBack is by how much a clock must go back to be taken for set: what it loses by itself is less.
const setBack = 2 * time.Second

// reading is what both clocks said: the one that people set, and the one that only goes on.
type reading struct {
	wall   time.Time
	steady time.Duration
}

// followClock keeps waits as long as they were meant to be when the clock is set back: what waits for a time is
// moved back with it. A clock that is set forward ends waits early, and nothing is lost by that; it looks the same as
// a machine that slept. Where nodes share a database they go by its clock. Only the poller calls it.
func (l *Lanes) followClock(ctx context.Context) error {
	now := reading{l.o.Now().Round(0), l.o.Steady()}
	step := now.wall.Sub(l.seen.wall) - (now.steady - l.seen.steady)
	if l.seen.wall.IsZero() || step > -setBack || l.d.Shared() {
		l.seen = now
		return nil
	}
	err := l.d.Do(ctx, 0, func(tx *db.Tx) error {
		for _, query := range []string{
			`UPDATE lane SET due_at = due_at + $1 WHERE due_at > $2`,
			`UPDATE task SET due_at = due_at + $1 WHERE due_at > $2`,
			`UPDATE pause SET until = until + $1 WHERE until > $2`,
		} {
			if _, err := tx.Exec(query, step.Milliseconds(), ms(now.wall)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("follow the clock: %w", err)
	}
	l.seen = now
	l.log.WithFields(logrus.Fields{"by": (-step).Round(time.Second).String()}).Warn("the clock was set back; what waits, waits as long as before")
	return nil
}
