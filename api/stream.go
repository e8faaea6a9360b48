package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"causeway/core"
)

const (
	heartbeat = 15 * time.Second // between comments that keep a connection alive
	batch     = 100              // entries read at once
)

// errRevoked ends a stream whose key is gone.
var errRevoked = errors.New("the key is not valid any more")

// stream writes the log to one reader, from the store alone: nothing is held
// for a reader, so that a slow one costs nobody anything and misses nothing.
type stream struct {
	log     func(ctx context.Context, after int64, limit int) ([]core.LogEntry, error)
	changed func() <-chan struct{}
	closing <-chan struct{}
	may     func() bool        // whether the reader may still read
	write   func([]byte) error // everything or an error, within a bounded time
	// attend says that the reader, an agent, is there, and how soon to say so
	// again; nil for other readers.
	attend func(context.Context) time.Duration
}

// run writes all entries after a seq, and goes on until ctx ends, the server
// closes, the reader may not read any more, or a write fails.
func (s stream) run(ctx context.Context, after int64) error {
	if err := s.write([]byte("retry: 2000\n\n")); err != nil {
		return fmt.Errorf("begin a stream: %w", err)
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	attendance := time.NewTimer(0)
	defer attendance.Stop()
	now := make(chan struct{})
	close(now)
	for {
		changed := s.changed() // before reading: what comes after that closes it
		entries, err := s.log(ctx, after, batch)
		if err != nil {
			return fmt.Errorf("read the log: %w", err)
		}
		if len(entries) > 0 {
			if err := s.write(frames(entries)); err != nil {
				return fmt.Errorf("write events: %w", err)
			}
			after = entries[len(entries)-1].Seq
			changed = now // there may be more
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.closing:
			return nil
		case <-beat.C:
			if !s.may() {
				return errRevoked
			}
			if err := s.write([]byte(":\n\n")); err != nil {
				return fmt.Errorf("write a heartbeat: %w", err)
			}
		case <-attendance.C:
			if s.attend != nil {
				attendance.Reset(s.attend(ctx))
			}
		case <-changed:
		}
	}
}

// frames is entries as server-sent events. JSON has no line breaks of its own.
func frames(entries []core.LogEntry) []byte {
	var out bytes.Buffer
	for _, e := range entries {
		data, err := json.Marshal(e)
		if err != nil { // data that is no JSON; the entry keeps its number
			data = []byte("{}")
		}
		fmt.Fprintf(&out, "id: %d\nevent: %s\ndata: %s\n\n", e.Seq, e.Type, data)
	}
	return out.Bytes()
}
