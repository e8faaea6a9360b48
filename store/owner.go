package store

import (
	"fmt"

	"causeway/core"
	"causeway/db"
)

// decide asks the router with all that it may know. What goes to a bot goes there
// whatever the agents do, so the router is asked without them first. Where other
// nodes decide too, their turns and loads are read behind the turnstile.
func (t *tx) decide(c *conversation, a core.Asked) (core.Decision, error) {
	return t.decideFor(c, a, 0)
}

// decideFor is decide for a conversation that waits with a ticket, 0 if it has none.
func (t *tx) decideFor(c *conversation, a core.Asked, ticket int64) (core.Decision, error) {
	a.Channel, a.Owner, a.OwnTeam, a.LastAgent, a.Present = c.Channel, c.Owner, c.Team, c.lastAgent, c.Terms.Participants
	a.Now = timeOf(t.now)
	d := t.s.o.Router.Route(a)
	if d.Owner.Type == core.BotOwner {
		return d, nil
	}
	var err error
	if t.s.db.Shared() {
		if _, err = t.pass(); err != nil {
			return d, err
		}
	}
	if a.Agents, err = t.agents(); err != nil {
		return d, err
	}
	if a.Waiting, err = t.waitingBefore(ticket); err != nil {
		return d, err
	}
	return t.s.o.Router.Route(a), nil
}

var (
	insertAssignment = &db.Insert{Into: `INSERT INTO assignment(id, conversation_id, at, owner_type, owner_id, owner_name, team, epoch, cause, why)`, Columns: 10}
	insertEvent      = &db.Insert{Into: `INSERT INTO bot_event(id, conversation_id, name, data, state, created_at)`, Columns: 6}
)

// own carries a decision out: the new owner under a new epoch, the reasons, the
// notice, the turn that the agent had, and what the contact is told. Choices
// that were shown earlier are over when a person takes the conversation.
func (t *tx) own(c *conversation, cause core.Cause, d core.Decision) error {
	changed := !c.Owner.Is(d.Owner)
	if d.Owner.Type == "" {
		d.Owner.Type = core.Nobody
	}
	c.Owner = d.Owner
	if d.Team != "" || !t.s.known(core.Owner{Type: core.TeamOwner, ID: c.Team}) {
		c.Team = d.Team
	}
	c.retitle()
	c.OwnerEpoch++
	why, err := pack(d.Why)
	if err != nil {
		return err
	}
	t.Put(insertAssignment, t.s.newID(), int64(c.ID), t.now,
		string(c.Owner.Type), c.Owner.ID, c.Owner.Name, c.Team, c.OwnerEpoch, string(cause), why)
	if d.Group != "" {
		turn, err := t.pass()
		if err != nil {
			return err
		}
		if _, err := t.Tx.Exec(`INSERT INTO rotor(grp, agent, turn) VALUES($1, $2, $3) ON CONFLICT(grp, agent) DO UPDATE SET turn = excluded.turn`,
			d.Group, c.Owner.ID, turn); err != nil {
			return fmt.Errorf("turn rotor: %w", err)
		}
	}
	if changed && c.Owner.Type != core.BotOwner && (c.live || t.batch().live[c.ID]) {
		if err := t.endChoices(c.ID); err != nil {
			return err
		}
	}
	if err := t.note("owner.changed", c.ID, map[string]any{"owner": c.Owner, "team": c.Team, "owner_epoch": c.OwnerEpoch, "cause": cause}); err != nil {
		return err
	}
	if d.Offer {
		if err := t.note("conversation.offered", c.ID, map[string]any{"team": c.Team}); err != nil {
			return err
		}
	}
	if err := t.tellDecision(c, d); err != nil {
		return err
	}
	return t.takePlace(c, d)
}

func (t *tx) tellDecision(c *conversation, d core.Decision) error {
	if d.Notice != "" {
		if err := t.notice(c, d.Notice); err != nil {
			return err
		}
	}
	if d.Say == "" {
		return nil
	}
	return t.saySystem(c, d.Say)
}

// saySystem tells the contact something by ourselves. Where its channel is not
// configured any more nothing can be fitted, and sending says so.
func (t *tx) saySystem(c *conversation, words string) error {
	text := core.Saying{Content: core.Text{Body: words}}
	var say []core.Spoken
	if t.s.o.Fit != nil {
		say = t.s.o.Fit(c.Channel, []core.Saying{text})
	}
	if len(say) == 0 {
		say = []core.Spoken{{ID: core.MessageID(t.s.newID()), Fitted: core.Fitted{Saying: text, Parts: []core.Content{text.Content}}}}
	}
	for _, spoken := range say {
		if _, err := t.queue(c, core.Sender{Type: core.FromSystem}, spoken, say[0].ID); err != nil {
			return err
		}
	}
	return nil
}

// welcome has the bot greet, before the first message.
func (t *tx) welcome(c *conversation) error {
	if c.Owner.Type != core.BotOwner {
		return nil
	}
	name := core.WelcomeEvent
	if c.Terms.WelcomeEvent != "" {
		name = c.Terms.WelcomeEvent
	}
	if c.Terms.Skips(core.WelcomeEvent) {
		return nil
	}
	return t.event(c, core.BotEvent{Name: name})
}

// event queues a turn that is no message.
func (t *tx) event(c *conversation, e core.BotEvent) error {
	if c.Terms.Skips(e.Name) {
		return nil
	}
	data, err := pack(e.Data)
	if err != nil {
		return err
	}
	id := t.s.newID()
	t.Put(insertEvent, id, int64(c.ID), db.Clean(e.Name), data, turnPending, t.now)
	return t.enqueueBot(c, whatEvent, id)
}
