package store

import (
	"context"
	"fmt"

	"causeway/core"
	"causeway/lanes"
)

// Figures are what a store tells of itself, for metrics.
type Figures struct {
	Lanes    lanes.Stats
	Messages map[core.Status]int64 // of those that wait for somebody: unknown, held
	Queues   map[string]int        // conversations that wait until somebody has room, by group
	Health   []core.ChannelHealth
}

// Figures reads how things stand. It counts rows, but never all messages: for
// metrics, not for every request.
func (s *Store) Figures(ctx context.Context) (Figures, error) {
	f := Figures{Messages: map[core.Status]int64{}}
	var err error
	if f.Lanes, err = s.lanes.Stats(ctx); err != nil {
		return f, fmt.Errorf("read figures: %w", err)
	}
	var unknown, held int64
	// Written out, because the indexes of these few need it.
	if err := s.db.Row(ctx, `SELECT (SELECT count(*) FROM message WHERE status = 'unknown'), (SELECT count(*) FROM message WHERE status = 'held')`,
		nil, &unknown, &held); err != nil {
		return f, fmt.Errorf("read figures: %w", err)
	}
	f.Messages[core.Unknown], f.Messages[core.Held] = unknown, held
	if f.Queues, err = s.Queues(ctx); err != nil {
		return f, err
	}
	f.Health, err = s.Health(ctx)
	return f, err
}
