package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"causeway/core"
	"causeway/lanes"
)

// workBot hands a turn to the bot that owns the conversation when it runs. A
// turn that nobody is there to hear ends as not handed over.
func (s *Store) workBot(ctx context.Context, task lanes.Task) lanes.Result {
	if task.What == whatSubmit || task.What == whatFormPost {
		return s.workSubmit(ctx, task)
	}
	// Short reads are not worth what it costs to be able to cancel them.
	c, w, over, err := s.readTurn(context.WithoutCancel(ctx), task)
	switch {
	case over, err != nil:
		return unreadable(err)
	case !c.answered():
		return lanes.Result{Commit: s.commit(func(t *tx) error { return t.notHandedOver(core.ConversationID(task.Key), task) })}
	}
	switch o := s.act(ctx, w).(type) {
	case core.Later:
		return later(o, nil)
	case core.TurnDone:
		return lanes.Result{Ask: core.ConversationID(task.Key), Commit: s.commitAsked(func(t *tx) error { return t.turnDone(w, task, o) })}
	default:
		return lanes.Result{Next: lanes.Retry, Error: fmt.Sprintf("%T is no outcome of a turn", o)}
	}
}

// turnWork reads what a turn needs besides its message and that one's state, where
// it is of one. over means that it was handed over already, with others.
func (s *Store) turnWork(ctx context.Context, c conversation, task lanes.Task, m core.Message, state string) (w core.TurnWork, over bool, err error) {
	// A run that died counts as a try: the bot may have heard it.
	w = core.TurnWork{Turn: core.Turn{
		ID: "turn-" + strconv.FormatInt(task.Ref, 36), Bot: c.Owner.ID, Conversation: c.Conversation, Try: task.Attempts + max(task.Starts, 1),
	}}
	switch task.What {
	case whatEvent:
		err = s.eventWork(ctx, &w, task)
		return w, false, err
	case whatForm:
		job, err := s.formJob(ctx, task)
		if err != nil {
			return w, false, err
		}
		m, err := s.Message(ctx, job.Message)
		m.Content = job.Answer
		w.Message, w.At = &m, m.CreatedAt
		return w, false, err
	}
	if s.o.Burst != nil {
		w.Burst = s.o.Burst(w.Bot)
	}
	if state != turnPending {
		return w, true, nil
	}
	var pending []int64
	if hasFiles(m.Content) || w.Burst > 0 {
		// Before the messages are read: who reads them first may miss what a file that
		// is fetched meanwhile writes into them, and no longer waits for it.
		if pending, err = s.pendingFrom(ctx, task.Ref); err != nil {
			return w, false, err
		}
		if m, err = s.Message(ctx, core.MessageID(task.Ref)); err != nil {
			return w, false, err
		}
	}
	w.Message, w.At, w.Waited = &m, m.CreatedAt, s.o.Now().Sub(m.CreatedAt)
	if err := s.gather(ctx, &w, m); err != nil {
		return w, false, err
	}
	if asksAvailability(m.Content) {
		if w.Available, err = s.availability(ctx); err != nil {
			return w, false, err
		}
	}
	for _, id := range heardIDs(w) {
		w.Pending = w.Pending || slices.Contains(pending, id)
	}
	err = s.dialogueOf(ctx, &w, c.dialogue)
	return w, false, err
}

// eventWork reads an event that a turn hands over.
func (s *Store) eventWork(ctx context.Context, w *core.TurnWork, task lanes.Task) error {
	var name, data string
	var created int64
	if err := s.db.Row(ctx, `SELECT name, data, created_at FROM bot_event WHERE id = $1`, []any{task.Ref}, &name, &data, &created); err != nil {
		return err
	}
	w.Event, w.At = &core.BotEvent{Name: name}, timeOf(created)
	return unpack(data, &w.Event.Data)
}

// hasFiles reports whether a message may have files that are being fetched.
func hasFiles(c core.Content) bool {
	switch c.(type) {
	case core.Media, core.Album:
		return true
	}
	return false
}

// gather adds the messages that are handed over together with m: the other files
// of its album, or all that came meanwhile where the bot wants them in bursts.
func (s *Store) gather(ctx context.Context, w *core.TurnWork, m core.Message) (err error) {
	album, inAlbum := m.Metadata[core.MetaAlbum]
	if !inAlbum && w.Burst <= 0 {
		return nil
	}
	if w.With, err = s.after(ctx, m); err != nil {
		return err
	}
	if w.Album = inAlbum && w.Burst <= 0; w.Album {
		w.With = slices.DeleteFunc(w.With, func(other core.Message) bool {
			return fmt.Sprint(other.Metadata[core.MetaAlbum]) != fmt.Sprint(album)
		})
	}
	newest := m.CreatedAt
	for _, other := range w.With {
		newest = other.CreatedAt
	}
	w.Quiet = s.o.Now().Sub(newest)
	return nil
}

func asksAvailability(c core.Content) bool {
	pick, ok := c.(core.Selection)
	return ok && fmt.Sprint(pick.Metadata[core.MetaAction]) == core.ActionAvailability
}

// pendingFrom lists the messages with files that are being fetched, from one on
// in its conversation.
func (s *Store) pendingFrom(ctx context.Context, message int64) ([]int64, error) {
	rows, err := s.db.Rows(ctx, `SELECT m.id FROM message o JOIN message m ON m.conversation_id = o.conversation_id AND m.seq >= o.seq
		JOIN media f ON f.message_id = m.id WHERE o.id = $1 AND f.state = 'pending'`, message)
	if err != nil {
		return nil, fmt.Errorf("look for files: %w", err)
	}
	pending, err := collect(rows, func(scan func(...any) error) (id int64, err error) {
		err = scan(&id)
		return id, err
	})
	if err != nil {
		return nil, fmt.Errorf("look for files: %w", err)
	}
	return pending, nil
}

// heardIDs are the messages that a turn hands over.
func heardIDs(w core.TurnWork) []int64 {
	var ids []int64
	if w.Message != nil {
		ids = append(ids, int64(w.Message.ID))
	}
	for _, m := range w.With {
		ids = append(ids, int64(m.ID))
	}
	return ids
}

// after is what came after m and waits for the bot too.
func (s *Store) after(ctx context.Context, m core.Message) ([]core.Message, error) {
	rows, err := s.db.Rows(ctx, `SELECT `+messageColumns+` FROM message m WHERE m.conversation_id = $1 AND m.seq > $2 AND m.turn = 'pending' ORDER BY m.seq LIMIT 50`,
		int64(m.Conversation), m.Seq)
	if err != nil {
		return nil, fmt.Errorf("read what came after: %w", err)
	}
	return collect(rows, s.scanner())
}

// notHandedOver ends a turn that no bot will hear.
func (t *tx) notHandedOver(id core.ConversationID, task lanes.Task) error {
	c, err := t.load(id)
	if err != nil {
		return err
	}
	if c.answered() {
		return lanes.ErrMoved // a bot took it meanwhile: it is to hear the turn
	}
	return t.endTurn(task, turnNotHandedOver)
}

func (t *tx) endTurn(task lanes.Task, state string) error {
	change := changeTurn
	if task.What != whatMessage {
		change = changeEvent
	}
	t.PutChange(change, task.Ref, state)
	return t.forgetForm(task)
}

// endTurns ends the turn of everything that was handed over.
func (t *tx) endTurns(w core.TurnWork, task lanes.Task, state string) error {
	for _, m := range w.With {
		if err := t.endTurn(lanes.Task{What: whatMessage, Ref: int64(m.ID)}, state); err != nil {
			return err
		}
	}
	return t.endTurn(task, state)
}

// answered reports whether a bot answers the conversation. Spam nobody answers.
func (c *conversation) answered() bool {
	return c.Owner.Type == core.BotOwner && c.Status != core.Spam
}

// turnDone stores an answer and all that it does. If the owner changed since the
// turn began, the answer is kept as suppressed, and does nothing.
func (t *tx) turnDone(w core.TurnWork, task lanes.Task, o core.TurnDone) error {
	c, err := t.load(w.Conversation.ID)
	if err != nil {
		return err
	}
	from := core.Sender{Type: core.FromBot, ID: w.Bot, Name: w.Conversation.Owner.Name}
	if c.OwnerEpoch != w.Conversation.OwnerEpoch || !c.answered() {
		if err := t.suppress(c, from, o); err != nil {
			return err
		}
		if err := t.endTurns(w, task, turnSuppressed); err != nil {
			return err
		}
		return t.save(c)
	}
	if o, err = t.unlessLooping(c, o); err != nil {
		return err
	}
	for i := range o.Say {
		if _, err := t.queue(c, from, o.Say[i], o.Say[0].ID); err != nil {
			return err
		}
	}
	for _, text := range o.Notices {
		if err := t.notice(c, text); err != nil {
			return err
		}
	}
	if o.Form != nil {
		if err := t.formTurn(c, o.Form, w.Message.ID); err != nil {
			return err
		}
	}
	if err := t.carryOut(c, o); err != nil {
		return err
	}
	if err := t.endTurns(w, task, turnDone); err != nil {
		return err
	}
	return t.save(c)
}

// suppress keeps what a bot said too late, unsent.
func (t *tx) suppress(c *conversation, from core.Sender, o core.TurnDone) error {
	for _, spoken := range o.Say {
		r := outgoing(from, spoken, o.Say[0].ID)
		r.Status, r.options = core.Suppressed, nil
		r.Fault = &core.Fault{Kind: core.Permanent, Code: "owner_changed", Message: "the conversation had another owner when the bot answered"}
		if c.Status == core.Spam {
			r.Fault.Code, r.Fault.Message = "spam", "the conversation was marked as spam when the bot answered"
		}
		if _, err := t.insert(c, r); err != nil {
			return err
		}
	}
	return nil
}

// carryOut does what an answer asks for besides speaking.
func (t *tx) carryOut(c *conversation, o core.TurnDone) error {
	if len(o.Tags) > 0 {
		c.addTags(o.Tags)
		if err := t.note("conversation.updated", c.ID, map[string]any{"tags": c.Tags}); err != nil {
			return err
		}
	}
	if o.Contact != nil {
		if err := t.patchContact(c.contact, *o.Contact); err != nil {
			return err
		}
		if err := t.note("conversation.updated", c.ID, map[string]any{"contact_id": c.contact}); err != nil {
			return err
		}
	}
	if err := t.handOff(c, o); err != nil || !o.Resolve {
		return err
	}
	told := slices.ContainsFunc(o.Say, func(s core.Spoken) bool { return !s.Private })
	return t.resolve(c, !told)
}

// handOff gives the conversation away if the answer says so or there was none.
func (t *tx) handOff(c *conversation, o core.TurnDone) error {
	asked := core.Asked{Cause: core.CauseHandOff}
	switch {
	case o.HandOff != nil:
		asked.To, asked.Team = o.HandOff.To, o.HandOff.Team
	case o.Failed:
		asked.Cause, asked.Because = core.CauseBotFails, strings.Join(o.Notices, " ")
	default:
		return nil
	}
	d, err := t.decide(c, asked)
	if err != nil {
		return err
	}
	if d.Owner.Type == core.BotOwner {
		c.hops++
	}
	if err := t.own(c, asked.Cause, d); err != nil {
		return err
	}
	if o.HandOff != nil && o.HandOff.Event != nil && c.Owner.Type == core.BotOwner {
		return t.event(c, *o.HandOff.Event)
	}
	return nil
}

// workSubmit has the call of a tapped submit button made.
func (s *Store) workSubmit(ctx context.Context, task lanes.Task) lanes.Result {
	w, err := s.submitWork(ctx, task)
	if err != nil {
		return unreadable(err)
	}
	switch o := s.act(ctx, w).(type) {
	case core.Later:
		return later(o, nil)
	case core.Submitted:
		return lanes.Result{Commit: s.commit(func(t *tx) error {
			if o.Notice == "" {
				return nil
			}
			c, err := t.load(w.Conversation)
			if err != nil {
				return err
			}
			if err := t.notice(c, o.Notice); err != nil {
				return err
			}
			return t.save(c)
		})}
	default:
		return lanes.Result{Next: lanes.Retry, Error: fmt.Sprintf("%T is no outcome of a submission", o)}
	}
}

// submitWork reads the submission from the message that offered the button.
func (s *Store) submitWork(ctx context.Context, task lanes.Task) (core.SubmitWork, error) {
	w := core.SubmitWork{Conversation: core.ConversationID(task.Key), Attempts: task.Attempts}
	if task.What == whatFormPost {
		job, err := s.formJob(ctx, task)
		if err == nil && job.Submission != nil {
			w.Submission, w.Title, w.Form = *job.Submission, job.Answer.Message, true
		}
		return w, err
	}
	m, err := s.Message(ctx, core.MessageID(task.Ref))
	if err != nil {
		return w, err
	}
	pick, _ := m.Content.(core.Selection)
	var text string
	if err := s.db.Row(ctx, `SELECT options FROM message WHERE id = $1`, []any{int64(pick.Of)}, &text); err != nil {
		return w, err
	}
	var options []core.Option
	if err := unpack(text, &options); err != nil {
		return w, err
	}
	for _, o := range options {
		if o.Button.Token == pick.Token && o.Button.Submission != nil {
			w.Submission, w.Title = *o.Button.Submission, o.Button.Title
		}
	}
	return w, nil
}
