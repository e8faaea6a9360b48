package db

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// Clock is the time that the nodes of one database agree on: the database's, as of the last [DB.Sync], carried on by
// the node's own steady clock. What an operator or a time server does to the node's clock does not touch it. Without
// a database that is shared it is the node's clock.
type Clock struct {
	local  func() time.Time
	anchor atomic.Pointer[anchor]
}

type anchor struct{ local, shared time.Time }

// NewClock is a clock that goes by local, usually time.Now.
func NewClock(local func() time.Time) *Clock { return &Clock{local: local} }

// Now is the time.
func (c *Clock) Now() time.Time {
	now := c.local()
	if a := c.anchor.Load(); a != nil {
		return a.shared.Add(now.Sub(a.local))
	}
	return now
}

// sync asks the database. The answer is taken for the middle between question and answer.
func (c *Clock) sync(ctx context.Context, r *readers) error {
	asked := c.local()
	var micros int64
	if err := r.Row(ctx, `SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)`, nil, &micros); err != nil {
		return fmt.Errorf("ask the database for the time: %w", err)
	}
	took := c.local().Sub(asked)
	c.anchor.Store(&anchor{local: asked.Add(took / 2), shared: time.UnixMicro(micros)})
	return nil
}
