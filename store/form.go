package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"causeway/core"
	"causeway/db"
	"causeway/lanes"
)

// formJob is a form that was answered, as it waits for delivery in the data of
// its event. It is the only place where secrets are kept, and until then alone.
type formJob struct {
	Message    core.MessageID   `json:"message"` // that shows it
	Answer     core.FormAnswer  `json:"answer"`
	Submission *core.Submission `json:"submission,omitempty"`
}

// beginDialogue has the contact's next messages answer the form. A form that was
// being answered is given up for it.
func (c *conversation) beginDialogue(m core.Message) error {
	form, ok := m.Content.(core.Form)
	if !ok || m.Private || m.Status == core.Suppressed {
		return nil
	}
	return c.setDialogue(new(form.Begin(m.ID)))
}

func (c *conversation) setDialogue(d *core.Dialogue) (err error) {
	c.dialogue = ""
	if d != nil {
		c.dialogue, err = pack(d)
	}
	return err
}

// hideSecret keeps what the contact typed as a secret out of the message, and of
// the ledger; the dialogue has it until the turn has read it. While a person
// owns the conversation nobody reads it, and it is a secret as long as the form's
// question is the last thing that the contact was told.
func (t *tx) hideSecret(c *conversation, r *row, quotes core.ProviderID) error {
	if edit, ok := r.Content.(core.Edited); ok {
		return t.hideEdited(c, r, edit)
	}
	if quotes != "" { // providers repeat what is quoted
		if err := t.maskIfHidden(c.Channel, quotes); err != nil {
			return err
		}
	}
	said, ok := r.Content.(core.Text)
	if !ok || c.dialogue == "" {
		return nil
	}
	var d core.Dialogue
	if err := unpack(c.dialogue, &d); err != nil || !d.Secret {
		return err
	}
	if c.Owner.Type != core.BotOwner {
		if last, err := t.lastSpeaker(c); err != nil || last != core.FromBot {
			return err
		}
		r.Content, t.masked = core.Text{Body: core.Mask}, true
		return nil
	}
	if d.Typed == nil {
		d.Typed = map[core.MessageID]string{}
	}
	d.Typed[r.ID] = said.Body
	r.Content, t.masked = core.Text{Body: core.Mask}, true
	return c.setDialogue(&d)
}

// hideEdited masks a new version of a message that is masked.
func (t *tx) hideEdited(c *conversation, r *row, edit core.Edited) error {
	hidden, err := t.hidden(c.Channel, edit.Of)
	if hidden {
		edit.New = core.Text{Body: core.Mask}
		r.Content, t.masked = edit, true
	}
	return err
}

// maskIfHidden keeps a delivery's body out of the ledger if it repeats a secret.
func (t *tx) maskIfHidden(ch core.ChannelID, provider core.ProviderID) error {
	hidden, err := t.hidden(ch, provider)
	t.masked = t.masked || hidden
	return err
}

// hidden reports whether a contact's message was masked when it was kept, or was
// taken back.
func (t *tx) hidden(ch core.ChannelID, provider core.ProviderID) (bool, error) {
	var n int
	err := t.Row(`SELECT count(*) FROM message WHERE channel = $1 AND provider_id = $2 AND direction = 'in' AND (text = $3 OR erased <> 0)`,
		[]any{string(ch), db.Clean(string(provider)), core.Mask}, &n)
	if err != nil {
		return false, fmt.Errorf("look for a secret: %w", err)
	}
	return n > 0, nil
}

// lastSpeaker is who said the last thing that was meant for the contact.
func (t *tx) lastSpeaker(c *conversation) (who core.SenderType, err error) {
	err = t.Row(`SELECT sender_type FROM message WHERE conversation_id = $1 AND direction = 'out' AND private = 0 AND sender_type <> 'system'
		AND status <> 'suppressed' ORDER BY seq DESC LIMIT 1`, []any{int64(c.ID)}, &who)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look for the last question: %w", err)
	}
	return who, nil
}

// dialogueOf adds the form that is being answered to a turn.
func (s *Store) dialogueOf(ctx context.Context, w *core.TurnWork, text string) error {
	if text == "" {
		return nil
	}
	var d core.Dialogue
	if err := unpack(text, &d); err != nil {
		return err
	}
	m, err := s.Message(ctx, d.Form)
	if err != nil {
		return err
	}
	form, ok := m.Content.(core.Form)
	if !ok || w.Message.Seq < m.Seq {
		return nil // it was written before the form was asked
	}
	if secret, ok := d.Typed[w.Message.ID]; ok {
		w.Message.Content = core.Text{Body: secret}
	}
	w.Dialogue, w.Form = &d, form
	return nil
}

// formTurn stores what a turn did to the dialogue.
func (t *tx) formTurn(c *conversation, f *core.FormTurn, heard core.MessageID) error {
	var now core.Dialogue
	if err := unpack(c.dialogue, &now); err != nil {
		return err
	}
	if f.Next != nil { // secrets that were typed meanwhile wait for their turns
		delete(now.Typed, heard)
		f.Next.Typed = now.Typed
	}
	if err := c.setDialogue(f.Next); err != nil {
		return err
	}
	if f.Event != nil {
		return t.event(c, *f.Event)
	}
	if f.Answer == nil {
		return nil
	}
	from, err := t.asSender(c.contact, core.Person{})
	if err != nil {
		return err
	}
	said := func(content core.Content) (core.Message, error) {
		return t.insert(c, row{Message: core.Message{
			ID: core.MessageID(t.s.newID()), Direction: core.In, Content: content, Status: core.Received, Sender: from,
		}})
	}
	if f.Shown != "" {
		if _, err := said(core.Text{Body: f.Shown}); err != nil {
			return err
		}
	}
	m, err := said(f.Answer.Masked())
	if err != nil {
		return err
	}
	data, err := pack(formJob{Message: m.ID, Answer: *f.Answer, Submission: f.Submission})
	if err != nil {
		return err
	}
	id := t.s.newID()
	if _, err := t.Exec(`INSERT INTO bot_event(id, conversation_id, name, data, state, created_at) VALUES($1, $2, '', $3, $4, $5)`,
		id, int64(c.ID), data, turnPending, t.now); err != nil {
		return fmt.Errorf("queue form: %w", err)
	}
	if f.Submission != nil {
		if err := t.enqueueBot(c, whatFormPost, id); err != nil {
			return err
		}
	}
	return t.enqueueBot(c, whatForm, id)
}

// formJob reads a form that waits for delivery.
func (s *Store) formJob(ctx context.Context, task lanes.Task) (job formJob, err error) {
	var data string
	if err := s.db.Row(ctx, `SELECT data FROM bot_event WHERE id = $1`, []any{task.Ref}, &data); err != nil {
		return job, err
	}
	err = unpack(data, &job)
	return job, err
}
