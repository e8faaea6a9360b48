package store

import (
	"context"
	"encoding/json"
	"fmt"

	"causeway/core"
	"causeway/db"
)

// log checks that the event log is dense, from its first entry up to its head.
func (v *verifier) log(ctx context.Context, read db.Reader) error {
	var first, last, head int64
	if err := read.Row(ctx, `SELECT count(*), coalesce(min(seq), 1), coalesce(max(seq), 0), (SELECT seq FROM log_head WHERE id = 1) FROM log`, nil,
		&v.report.LogEntries, &first, &last, &head); err != nil {
		return err
	}
	if last != head || first != 1 || v.report.LogEntries != last {
		v.found("the event log is dense", last, fmt.Sprintf("head %d, entries %d from %d to %d", head, v.report.LogEntries, first, last))
	}
	return nil
}

// statuses goes through the event log as a reader of it would, and checks that no
// message's status went back, and that the last one told is the message's.
func (v *verifier) statuses(ctx context.Context, read db.Reader) error {
	told := map[core.MessageID]core.Status{}
	if err := v.replay(ctx, read, told); err != nil {
		return err
	}
	rows, err := read.Rows(ctx, `SELECT id, status FROM message`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var id core.MessageID
		var is core.Status
		if err := rows.Scan(&id, &is); err != nil {
			return err
		}
		if was := told[id]; was != is {
			v.found("the event log tells each message's status", id, fmt.Sprintf("the message is %s, the log says %q", is, was))
		}
	}
	return rows.Err()
}

func (v *verifier) replay(ctx context.Context, read db.Reader, told map[core.MessageID]core.Status) error {
	rows, err := read.Rows(ctx, `SELECT seq, type, data FROM log WHERE type IN ('message.created', 'message.updated') ORDER BY seq`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var seq int64
		var kind, data string
		if err := rows.Scan(&seq, &kind, &data); err != nil {
			return err
		}
		var e struct {
			Message struct {
				ID     core.MessageID
				Status core.Status
			}
		}
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			v.found("every event can be read", seq, err.Error())
			continue
		}
		id, to := e.Message.ID, e.Message.Status
		if to == "" {
			continue // another change
		}
		was, known := told[id]
		if known == (kind == "message.created") || known && !mayBecome(was, to) {
			v.found("no message's status goes back", id, fmt.Sprintf("event %d: %s after %q", seq, to, was))
		}
		told[id] = to
	}
	return rows.Err()
}

// mayBecome reports whether a message may come from one status to another: by a
// step forward, or because it is held until the contact writes.
func mayBecome(was, to core.Status) bool {
	switch {
	case to == was, to.Follows(was):
		return true
	case to == core.Held:
		return was == core.Queued || was == core.Sending || was == core.Unknown || was == core.Sent
	}
	return was == core.Held && to == core.Queued
}
