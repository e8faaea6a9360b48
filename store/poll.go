package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"causeway/core"
	"causeway/lanes"
)

func pollLane(id core.ChannelID) string { return lanePoll + ":" + string(id) }

// Poll implements core.Store. A channel's lane has one task for as long as the
// channel is polled, and the offset lies beside it.
func (s *Store) Poll(ctx context.Context, channels []core.ChannelID) error {
	for _, id := range channels {
		if err := s.patiently(ctx, func() error { return s.do(ctx, 0, func(t *tx) error { return t.armPoll(id) }) }); err != nil {
			return fmt.Errorf("begin polling %s: %w", id, err)
		}
	}
	return nil
}

func (t *tx) armPoll(id core.ChannelID) error {
	var ref int64
	err := t.Row(`SELECT id FROM poll WHERE channel = $1`, []any{string(id)}, &ref)
	if errors.Is(err, sql.ErrNoRows) {
		ref = t.s.newID()
		_, err = t.Exec(`INSERT INTO poll(id, channel, next) VALUES($1, $2, '')`, ref, string(id))
	}
	if err != nil {
		return fmt.Errorf("note poll: %w", err)
	}
	return t.armOnce(lanes.Lane{ID: pollLane(id), Kind: lanePoll}, ref)
}

// armOnce enqueues a task that enqueues itself again for ever, unless it is there.
func (t *tx) armOnce(lane lanes.Lane, ref int64) error {
	if err := t.Lock(int64(keyOf(lane.ID))); err != nil { // nodes start at the same time
		return fmt.Errorf("look for the task: %w", err)
	}
	var n int
	if err := t.Row(`SELECT count(*) FROM task WHERE lane_id = $1`, []any{lane.ID}, &n); err != nil {
		return fmt.Errorf("look for the task: %w", err)
	}
	if n > 0 {
		return nil
	}
	return t.enqueue(lane, 0, ref)
}

// workPoll has a channel's events fetched once. They are recorded in the same
// transaction as the offset of the next time, so that nothing is skipped.
func (s *Store) workPoll(ctx context.Context, task lanes.Task) lanes.Result {
	w := core.PollWork{Attempts: task.Attempts}
	if err := s.db.Row(ctx, `SELECT channel, next FROM poll WHERE id = $1`, []any{task.Ref}, &w.Channel, &w.Offset); err != nil {
		return unreadable(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // nobody waits at the end for a poll that waits
		select {
		case <-s.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	switch o := s.act(ctx, w).(type) {
	case core.Later:
		return later(o, nil)
	case core.PollEnds:
		return lanes.Result{}
	case core.Gathered:
		return lanes.Result{Next: lanes.Again, After: o.Pause, Progress: true, Commit: s.commit(func(t *tx) error { return t.gathered(task.Ref, o) })}
	default:
		return lanes.Result{Next: lanes.Retry, Error: fmt.Sprintf("%T is no outcome of a poll", o)}
	}
}

func (t *tx) gathered(ref int64, o core.Gathered) error {
	if len(o.Arrival.Items) > 0 {
		fates, err := t.recordAll(o.Arrival)
		if err != nil {
			return err
		}
		if o.Stored != nil {
			t.After(func() { o.Stored(fates) })
		}
	}
	if _, err := t.Exec(`UPDATE poll SET next = $1 WHERE id = $2`, o.Next, ref); err != nil {
		return fmt.Errorf("keep offset: %w", err)
	}
	return nil
}
