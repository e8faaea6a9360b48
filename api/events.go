package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"causeway/core"
)

const (
	mostStreams = 10_000          // open at once
	writeTime   = 5 * time.Second // for one write to be taken; then the reader is cut
	streamType  = "text/event-stream"
)

func (b *border) eventRoutes() {
	register(b, huma.Operation{
		OperationID: "list-events", Method: http.MethodGet, Path: "/events", Tags: []string{"events"},
		Summary: "Read the log of all changes, in order and without gaps",
		Description: "As a page, or with `Accept: text/event-stream` as a stream that goes on: `id` is the seq, `event` the type, `data` the event. " +
			"A stream goes on after `Last-Event-ID`, else after `after`. A reader that takes longer than 5 s for a write is cut and comes again. " +
			"A seq that the log does not have, as after a restore, is an error. " +
			"The `next` of a page is where to go on, also when there is nothing new.",
		Responses: answers(http.StatusOK, "Events", map[string]*huma.Schema{
			"application/json": b.schema(page[core.LogEntry]{}), streamType: {Type: huma.TypeString},
		}),
	}, byStaff, b.listEvents)
}

type eventsInput struct {
	After  int64  `query:"after" minimum:"0" maximum:"9007199254740991" doc:"The seq after which to begin."`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200" doc:"How many at most; not for a stream."`
	LastID int64  `header:"Last-Event-ID" minimum:"0" maximum:"9007199254740991" doc:"The last seq that was read; for a stream."`
	Accept string `header:"Accept"`
}

// streamed is an answer that writes itself.
type streamed struct{ Body func(huma.Context) }

func (b *border) listEvents(ctx context.Context, in *eventsInput) (*streamed, error) {
	streams := strings.Contains(in.Accept, streamType)
	if streams {
		in.After = max(in.After, in.LastID)
	}
	if err := b.reached(ctx, in.After); err != nil {
		return nil, err
	}
	if streams {
		return b.openStream(ctx, in.After)
	}
	entries, err := b.Store.Log(ctx, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	next := in.After
	if n := len(entries); n > 0 {
		next = entries[n-1].Seq
	}
	return &streamed{func(hc huma.Context) {
		writeJSON(humagin.Unwrap(hc).Writer, http.StatusOK, "application/json",
			page[core.LogEntry]{orEmpty(entries), strconv.FormatInt(next, 10)})
	}}, nil
}

// reached refuses a seq that the log does not have. Who read so far read another
// log, such as the one before a restore, and would miss what this one has up to
// there.
func (b *border) reached(ctx context.Context, seq int64) error {
	if seq == 0 {
		return nil
	}
	entries, err := b.Store.Log(ctx, seq-1, 1)
	if err != nil {
		return err
	}
	if len(entries) == 0 || entries[0].Seq != seq {
		return problem(CodeUnknownEvent, fmt.Sprintf("the log has no event %d; begin anew, after 0", seq))
	}
	return nil
}

func (b *border) openStream(ctx context.Context, after int64) (*streamed, error) {
	select {
	case b.streams <- struct{}{}:
	default:
		return nil, problem(CodeBusy, "too many streams are open")
	}
	who := callerOf(ctx)
	return &streamed{func(hc huma.Context) {
		defer func() { <-b.streams }()
		w := humagin.Unwrap(hc).Writer
		w.Header().Set("Content-Type", streamType)
		w.Header().Set("X-Accel-Buffering", "no") // nginx: do not hold it back
		s := stream{
			log: b.Store.Log, changed: b.Store.Changed, closing: closingOf(ctx),
			may: func() bool { return b.stillMay(who) }, write: timedWrite(w, writeTime),
		}
		if who.Agent != "" {
			s.attend = func(ctx context.Context) time.Duration { return b.attends(ctx, who.Agent) }
		}
		if err := s.run(ctx, after); err != nil {
			b.Log.WithError(err).Debug("an event stream ended")
		}
	}}, nil
}

// attends says that an agent reads a stream, and how soon to say so again.
func (b *border) attends(ctx context.Context, agent string) time.Duration {
	again, err := b.Store.Seen(ctx, agent)
	if err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Warn("an agent's connection was not noted")
		again = min(again, time.Second)
	}
	return max(again, 100*time.Millisecond)
}

// timedWrite writes and flushes within a time, or returns an error.
func timedWrite(w http.ResponseWriter, within time.Duration) func([]byte) error {
	control := http.NewResponseController(w)
	return func(p []byte) error {
		if err := control.SetWriteDeadline(time.Now().Add(within)); err != nil {
			return err
		}
		if _, err := w.Write(p); err != nil {
			return err
		}
		return control.Flush()
	}
}
