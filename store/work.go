package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"causeway/core"
	"causeway/db"
	"causeway/lanes"
)

// stuck is how soon work that could not be read is tried again.
const stuck = time.Second

// later is the lane's step for an outcome that asks for the work again.
func later(o core.Later, commit func(*db.Tx) error) lanes.Result {
	r := lanes.Result{Commit: commit, Next: lanes.Again, After: o.After}
	if o.Count {
		r.Next = lanes.Retry
	}
	if o.Fault != nil {
		r.Error = o.Fault.Error()
	}
	if o.Pause {
		r.Pause = &lanes.Pause{For: o.After, Reason: r.Error}
	}
	if r.After <= 0 {
		r.After = 50 * time.Millisecond
	}
	return r
}

// unreadable is the step for work whose rows could not be read: it waits. Work
// whose rows are gone is over.
func unreadable(err error) lanes.Result {
	if err == nil {
		return lanes.Result{}
	}
	if errors.Is(err, sql.ErrNoRows) {
		return lanes.Result{Error: "the row of the work is gone"}
	}
	return lanes.Result{Next: lanes.Again, After: stuck, Error: err.Error()}
}

// commitAsked is commit for what [Store.asked] says.
func (s *Store) commitAsked(op func(*tx) error) func(*db.Tx) error {
	return func(t *db.Tx) error { return op(s.asked(t)) }
}

// commit is op as a lane's part of a transaction.
func (s *Store) commit(op func(*tx) error) func(*db.Tx) error {
	return func(t *db.Tx) error { return op(s.tx(t)) }
}

// workSend has the next native call of a message made.
func (s *Store) workSend(ctx context.Context, task lanes.Task) lanes.Result {
	w, err := s.sendWork(context.WithoutCancel(ctx), task)
	if err != nil {
		return unreadable(err)
	}
	switch w.Message.Status {
	case core.Queued, core.Sending, core.Unknown:
	default:
		return lanes.Result{} // a report, or somebody, ended it meanwhile
	}
	switch o := s.act(ctx, w).(type) {
	case core.Later:
		r := later(o, s.commit(func(t *tx) error { return errors.Join(t.sendWaits(w, o), t.pauseShared(o)) }))
		r.Doubt = w.Died
		return r
	case core.CallMade:
		r := lanes.Result{Ask: lastCall(w, o), Commit: s.commitAsked(func(t *tx) error { return t.callMade(w, o) }), Resume: true, Progress: true}
		if !o.Last {
			r.Next = lanes.Again
		}
		return r
	case core.SendFailed:
		return lanes.Result{Commit: s.commit(func(t *tx) error { return t.sendFailed(w, o) }), Resume: o.Fault.Kind != core.ChannelBroken, Error: o.Fault.Error()}
	default:
		return lanes.Result{Next: lanes.Retry, Error: fmt.Sprintf("%T is no outcome of a send", o)}
	}
}

// sendWork reads what a send needs.
func (s *Store) sendWork(ctx context.Context, task lanes.Task) (core.SendWork, error) {
	w := core.SendWork{Attempts: task.Attempts, Died: task.Starts > 1, Begun: task.StartedAt}
	var parts string
	var heardAt, windowMS int64
	scan := func(dst ...any) error {
		return s.db.Row(ctx, `SELECT `+messageColumns+`, m.parts, m.made, m.resent, m.channel, i.address, i.no_marketing, c.heard_at, c.window_ms,
			coalesce((SELECT q.provider_id FROM message q WHERE q.id = m.reply_to AND q.conversation_id = m.conversation_id), '')
			FROM message m JOIN conversation c ON c.id = m.conversation_id JOIN identity i ON i.id = c.identity_id WHERE m.id = $1`, []any{task.Ref}, dst...)
	}
	var err error
	w.Message, err = scanMessage(scan, s.o.MediaURL, s.o.Now(), &parts, &w.Made, &w.Resent, &w.Channel, &w.To, &w.NoMarketing, &heardAt, &windowMS, &w.Quote)
	if err != nil {
		return w, err
	}
	if heardAt > 0 && windowMS > 0 {
		w.WindowCloses = timeOf(heardAt + windowMS)
	}
	w.Parts, err = unpackParts(parts)
	return w, err
}

// sendWaits marks a message whose last call may or may not have been made.
func (t *tx) sendWaits(w core.SendWork, o core.Later) error {
	if !o.Unknown {
		return nil
	}
	if err := t.hold(w.Message.Conversation); err != nil {
		return err
	}
	if _, err := t.Exec(`UPDATE message SET resent = 1 WHERE id = $1`, int64(w.Message.ID)); err != nil {
		return fmt.Errorf("mark unknown send: %w", err)
	}
	return t.apply(w.Message.ID, core.Unknown, o.Fault)
}

// pauseShared holds back the other channels that the limit binds.
func (t *tx) pauseShared(o core.Later) error {
	for _, id := range o.Shared {
		if err := t.s.lanes.PauseScope(t.Tx, string(id), time.UnixMilli(t.now).Add(o.After), o.Fault.Error()); err != nil {
			return fmt.Errorf("pause %s: %w", id, err)
		}
	}
	return nil
}

func (t *tx) sendFailed(w core.SendWork, o core.SendFailed) error {
	if o.Answered {
		t.answered(w.Channel)
	}
	if err := t.hold(w.Message.Conversation); err != nil {
		return err
	}
	if o.Hold {
		late, err := t.outOfDate(w.Message.Conversation, w.Message.Sender.Type)
		if err != nil {
			return err
		}
		o.Hold = !late
	}
	to := core.Failed
	switch {
	case o.Hold:
		to = core.Held
	case o.Fault.Kind == core.Ambiguous:
		to = core.Unknown
	}
	var was core.Status
	if err := t.Row(`SELECT status FROM message WHERE id = $1`, []any{int64(w.Message.ID)}, &was); err != nil {
		return fmt.Errorf("read status: %w", err)
	}
	if was == core.Delivered || was == core.Read || was == core.Sent || was == core.Failed {
		return nil
	}
	if err := t.setMessage(w.Message.Conversation, w.Message.ID, to, o.Fault); err != nil {
		return err
	}
	if o.Hold && o.Reopen != nil {
		if err := t.reopen(w.Message.Conversation, *o.Reopen); err != nil {
			return err
		}
	}
	return t.settleEchoes(w.Message.Conversation)
}

// reopen says the channel's template, once until the contact writes.
func (t *tx) reopen(id core.ConversationID, template core.Template) error {
	c, err := t.load(id)
	if err != nil {
		return err
	}
	if asked, err := t.askedAgain(c); asked || err != nil {
		return err
	}
	say := core.Fitted{Saying: core.Saying{Content: template}, Parts: []core.Content{template}}
	message := core.MessageID(t.s.newID())
	if _, err := t.queue(c, core.Sender{Type: core.FromSystem}, core.Spoken{ID: message, Fitted: say}, message); err != nil {
		return err
	}
	return t.save(c)
}

// askedAgain reports whether a template was said since the contact last wrote.
func (t *tx) askedAgain(c *conversation) (bool, error) {
	rows, err := t.Rows(`SELECT content FROM message WHERE conversation_id = $1 AND sender_type = 'system' AND private = 0 AND created_at >= $2
		AND seq > coalesce((SELECT max(seq) FROM message WHERE conversation_id = $1 AND direction = 'in' AND created_at <= $2), 0)`, int64(c.ID), c.heardAt)
	if err != nil {
		return false, fmt.Errorf("look for the template: %w", err)
	}
	said, err := collect(rows, func(scan func(...any) error) (content string, err error) { return content, scan(&content) })
	if err != nil {
		return false, fmt.Errorf("look for the template: %w", err)
	}
	for _, one := range said {
		content, err := core.UnmarshalContent([]byte(one))
		if _, template := content.(core.Template); template || err != nil {
			return true, err
		}
	}
	return false, nil
}

// outOfDate reports whether a message would come at the wrong time if it were held
// until the contact writes: what we say ourselves in a conversation that is
// resolved is that it is.
func (t *tx) outOfDate(id core.ConversationID, from core.SenderType) (bool, error) {
	if from != core.FromSystem {
		return false, nil
	}
	var status core.ConversationStatus
	if err := t.Row(`SELECT status FROM conversation WHERE id = $1`, []any{int64(id)}, &status); err != nil {
		return false, fmt.Errorf("read conversation: %w", err)
	}
	return status == core.Resolved, nil
}

// workMedia has a file fetched.
func (s *Store) workMedia(ctx context.Context, task lanes.Task) lanes.Result {
	w := core.FetchWork{ID: task.Ref, Attempts: task.Attempts}
	var state string
	if err := s.db.Row(ctx, `SELECT channel, ref, name, state FROM media WHERE id = $1`, []any{task.Ref}, &w.Channel, &w.Ref, &w.Name, &state); err != nil {
		return unreadable(err)
	}
	switch state {
	case mediaPending:
	case mediaErased:
		return lanes.Result{Commit: s.commit(func(t *tx) error { return t.eraseAgain(w.ID) })}
	default:
		return lanes.Result{}
	}
	switch o := s.act(ctx, w).(type) {
	case core.Later:
		return later(o, nil)
	case core.Fetched:
		return lanes.Result{Commit: s.commit(func(t *tx) error { return t.fetched(w.ID, mediaKept, o.Kept, nil) })}
	case core.FetchFailed:
		return lanes.Result{Commit: s.commit(func(t *tx) error { return t.fetched(w.ID, mediaFailed, core.Kept{}, o.Fault) }), Error: o.Fault.Error()}
	default:
		return lanes.Result{Next: lanes.Retry, Error: fmt.Sprintf("%T is no outcome of a fetch", o)}
	}
}

// The states of a file.
const (
	mediaPending = "pending"
	mediaKept    = "kept"
	mediaFailed  = "failed"
	mediaErased  = "erased" // its message was taken back
)

// fetched stores what became of a file, also in its message's content, and lets
// the turn that waited for it go on.
func (t *tx) fetched(id int64, state string, kept core.Kept, fault *core.Fault) error {
	text, err := packFault(fault)
	if err != nil {
		return err
	}
	if err := t.holdWhere(`c.id = (SELECT conversation_id FROM media WHERE id = $1)`, id); err != nil {
		return err
	}
	var c core.ConversationID
	var message core.MessageID
	if err := t.Row(`UPDATE media SET state = $1, mime = CASE WHEN $2 = '' THEN mime ELSE $2 END, size = CASE WHEN $1 = 'kept' THEN $3 ELSE size END, fault = $4
		WHERE id = $5 AND state = 'pending' RETURNING conversation_id, message_id`, []any{state, kept.MIME, kept.Size, text, id}, &c, &message); errors.Is(err, sql.ErrNoRows) {
		return t.eraseAgain(id)
	} else if err != nil {
		return fmt.Errorf("store media: %w", err)
	}
	missing := ""
	if fault != nil {
		missing = cmp.Or(fault.Message, string(fault.Kind))
	}
	if err := t.describe(message, id, kept, missing); err != nil {
		return err
	}
	if err := t.note("message.updated", c, map[string]any{"message": map[string]any{"id": message, "media": map[string]any{"id": id, "state": state, "fault": fault}}}); err != nil {
		return err
	}
	return t.s.lanes.Wake(t.Tx, botLane(c))
}

// describe writes the file's true type and size into the message's content, or
// why it is not to be had.
func (t *tx) describe(message core.MessageID, id int64, kept core.Kept, missing string) error {
	var text string
	if err := t.Row(`SELECT content FROM message WHERE id = $1`, []any{int64(message)}, &text); err != nil {
		return fmt.Errorf("read content: %w", err)
	}
	c, err := core.UnmarshalContent([]byte(text))
	if err != nil {
		return fmt.Errorf("message %d: %w", message, err)
	}
	body, err := core.MarshalContent(described(c, ourURL(id), kept, missing))
	if err != nil {
		return fmt.Errorf("describe media: %w", err)
	}
	if _, err := t.Exec(`UPDATE message SET content = $1 WHERE id = $2`, cleanJSON(body), int64(message)); err != nil {
		return fmt.Errorf("describe media: %w", err)
	}
	return nil
}

// described is the content with the file at url described as it was found to be.
func described(c core.Content, url string, kept core.Kept, missing string) core.Content {
	switch c := c.(type) {
	case core.Media:
		switch {
		case c.URL != url:
		case missing != "":
			c.URL, c.Missing = "", missing
		default:
			c.MIME, c.Size = kept.MIME, kept.Size
		}
		return c
	case core.Album:
		for i, m := range c.Items {
			c.Items[i], _ = described(m, url, kept, missing).(core.Media)
		}
		return c
	}
	return c
}
