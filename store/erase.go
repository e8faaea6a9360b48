package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"causeway/core"
	"causeway/db"
	"causeway/lanes"
)

// erasedBody stands in the ledger for a body that held what was taken back.
const erasedBody = "a message in it was taken back by its sender: the body is not kept"

// takesBack reports whether a message wants another one erased.
func takesBack(c core.Content) (core.Deleted, bool) {
	d, ok := c.(core.Deleted)
	return d, ok && d.Erased
}

// nameLost gives a message that takes another one back that one's own name if it
// has not come yet: should it still come, it is known already and is not kept.
func (t *tx) nameLost(c *conversation, r *row) error {
	d, ok := takesBack(r.Content)
	if !ok || d.Of == "" {
		return nil
	}
	_, known, err := t.known(c.Channel, core.Item{}, d.Of)
	if err == nil && !known {
		r.ProviderID = d.Of
	}
	return err
}

// takeBack blanks the message that r takes back, with its edits, and has erased
// what else is kept of them. Its files are named until they are removed.
func (t *tx) takeBack(c *conversation, r row) error {
	d, ok := takesBack(r.Content)
	if !ok {
		return nil
	}
	all, in, err := t.versions(c.Channel, d.Of)
	if err != nil {
		return err
	}
	if in != 0 && in != c.ID {
		if err := t.hold(in); err != nil {
			return err
		}
	}
	for _, id := range all {
		if err := t.blank(id, r.ID, d); err != nil {
			return err
		}
		if err := t.note("message.updated", in, map[string]any{"message": map[string]any{"id": id, "text": "", "type": core.TypeDeleted}}); err != nil {
			return err
		}
	}
	t.Erase()
	return t.enqueueErase(c.ID, r.ID)
}

// versions are the contact's message of that name, first, and its edits, and the
// conversation in which they are.
func (t *tx) versions(ch core.ChannelID, provider core.ProviderID) (all []core.MessageID, in core.ConversationID, err error) {
	rows, err := t.Rows(`SELECT m.id, m.conversation_id, m.content FROM message o JOIN message m ON m.conversation_id = o.conversation_id AND m.seq >= o.seq AND m.direction = 'in'
		WHERE o.channel = $1 AND o.provider_id = $2 AND o.direction = 'in' ORDER BY m.seq`, string(ch), db.Clean(string(provider)))
	if err != nil {
		return nil, 0, fmt.Errorf("look for what was taken back: %w", err)
	}
	_, err = collect(rows, func(scan func(...any) error) (id core.MessageID, err error) {
		var text string
		if err := scan(&id, &in, &text); err != nil {
			return 0, err
		}
		if len(all) > 0 {
			c, err := core.UnmarshalContent([]byte(text))
			if edit, ok := c.(core.Edited); !ok || edit.Of != provider {
				return id, err
			}
		}
		all = append(all, id)
		return id, nil
	})
	return all, in, err
}

// blank leaves nothing of a message but that it was there. A bot that has not
// heard of it does not hear of it any more.
func (t *tx) blank(id, by core.MessageID, d core.Deleted) error {
	content, err := core.MarshalContent(d)
	if err != nil {
		return fmt.Errorf("blank a message: %w", err)
	}
	if _, err := t.Exec(`UPDATE message SET content = $1, text = '', metadata = '', details = '', erased = $2,
		turn = CASE WHEN turn = 'pending' THEN 'not_handed_over' ELSE turn END WHERE id = $3`, cleanJSON(content), int64(by), int64(id)); err != nil {
		return fmt.Errorf("blank a message: %w", err)
	}
	if _, err := t.Exec(`UPDATE media SET state = $1, ref = '', name = '', mime = '', fault = '' WHERE message_id = $2`, mediaErased, int64(id)); err != nil {
		return fmt.Errorf("blank its files: %w", err)
	}
	return nil
}

func (t *tx) enqueueErase(c core.ConversationID, by core.MessageID) error {
	return t.enqueue(lanes.Lane{ID: laneErase + ":" + fmt.Sprint(int64(by)), Kind: laneErase, Key: int64(c)}, 0, int64(by))
}

// eraseAgain has a file removed that was fetched while its message was taken back.
func (t *tx) eraseAgain(file int64) error {
	var c core.ConversationID
	var by core.MessageID
	if err := t.Row(`SELECT m.conversation_id, m.erased FROM media f JOIN message m ON m.id = f.message_id WHERE f.id = $1`, []any{file}, &c, &by); err != nil {
		return fmt.Errorf("look for a file that was taken back: %w", err)
	}
	if by == 0 {
		return nil // it is kept already
	}
	return t.enqueueErase(c, by)
}

// workErase has the files removed of what a message took back, and then blanks
// what the event log and the ledger say of it. Doing it twice does no harm.
func (s *Store) workErase(ctx context.Context, task lanes.Task) lanes.Result {
	by := core.MessageID(task.Ref)
	w, err := s.eraseWork(ctx, by)
	if err != nil {
		return unreadable(err)
	}
	switch o := s.act(ctx, core.EraseWork{Files: w.files, Attempts: task.Attempts}).(type) {
	case core.Later:
		return later(o, nil)
	case core.Erased:
	default:
		return lanes.Result{Next: lanes.Retry, Error: fmt.Sprintf("%T is no outcome of an erasure", o)}
	}
	if err := w.find(ctx, s); err != nil {
		return unreadable(err)
	}
	return lanes.Result{Commit: s.commit(w.rewrite)}
}

// rewrite blanks the entries of the log that tell of the messages, and the bodies
// that brought them. The log stays dense.
func (w *erasure) rewrite(t *tx) error {
	for seq, data := range w.entries {
		if _, err := t.Exec(`UPDATE log SET data = $1 WHERE seq = $2`, data, seq); err != nil {
			return fmt.Errorf("blank the log: %w", err)
		}
	}
	for _, id := range w.bodies {
		if _, err := t.Exec(`UPDATE delivery SET body = $1, packed = 0 WHERE id = $2`, erasedBody, id); err != nil {
			return fmt.Errorf("blank the ledger: %w", err)
		}
	}
	t.Erase()
	return nil
}

// blankEntry is an entry of the log without what the message said.
func blankEntry(data string) (string, error) {
	var e created
	if err := json.Unmarshal([]byte(data), &e); err != nil {
		return "", fmt.Errorf("read a log entry: %w", err)
	}
	e.Message.Text, e.Message.Type = "", core.TypeDeleted
	return pack(e)
}

// tells reports whether the fates of a delivery name one of the messages, or
// whether something of it was not understood or not wanted.
func (w *erasure) tells(items string) (named, left bool, err error) {
	var fates []core.ItemFate
	if err := unpack(items, &fates); err != nil {
		return false, false, err
	}
	for _, f := range fates {
		named = named || w.messages[f.Message]
		left = left || f.Fate == core.FateQuarantined || f.Fate == core.FateIgnored
	}
	return named, left, nil
}

// mentions reports whether a body has the provider's name of the message, also
// where its slashes are escaped.
func (w *erasure) mentions(body string) bool {
	name := string(w.of)
	return name != "" && (strings.Contains(body, name) || strings.Contains(body, strings.ReplaceAll(name, "/", `\/`)))
}
