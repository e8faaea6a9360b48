package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"causeway/core"
)

// Change implements core.Store.
func (s *Store) Change(ctx context.Context, id core.ConversationID, ch core.Change) (core.Conversation, error) {
	var refused error
	err := s.do(ctx, id, func(t *tx) (err error) {
		refused, err = t.change(id, ch)
		return err
	})
	if err != nil {
		return core.Conversation{}, fmt.Errorf("change conversation: %w", err)
	}
	if refused != nil {
		return core.Conversation{}, refused
	}
	return s.Conversation(ctx, id)
}

func (t *tx) change(id core.ConversationID, ch core.Change) (refused, err error) {
	c, err := t.load(id)
	if err != nil {
		return sorted(err), ignoreMissing(err)
	}
	if ch.IfEpoch != nil && *ch.IfEpoch != c.OwnerEpoch {
		return core.ErrStale, nil
	}
	if refused = c.refuses(ch); refused != nil {
		return refused, nil
	}
	t.by = ch.By
	if err := t.changeOwner(c, ch); err != nil {
		return nil, err
	}
	if ch.Tags != nil {
		c.Tags = nil
		c.addTags(*ch.Tags)
	}
	if ch.Metadata != nil {
		c.Metadata = merge(c.Metadata, ch.Metadata)
	}
	if ch.Title != nil {
		c.entitle(*ch.Title)
	}
	if ch.Tags != nil || ch.Metadata != nil || ch.Title != nil {
		if err := t.note("conversation.updated", c.ID, map[string]any{"tags": c.Tags, "title": c.Title}); err != nil {
			return nil, err
		}
	}
	return nil, t.save(c)
}

// refuses says why a change of the status cannot be: only the rules put a
// conversation into a queue, for it would else wait where nobody looks.
func (c *conversation) refuses(ch core.Change) error {
	if ch.Status == nil || *ch.Status != core.Waiting || c.Status == core.Waiting && ch.Owner == nil && ch.Team == nil {
		return nil
	}
	return fmt.Errorf("a conversation waits where the rules put it into a queue: to ask them, set owner to \"\" and leave out status: %w", core.ErrInvalid)
}

// changeOwner moves the status on and gives the conversation away. What is opened
// is open before the rules are asked, so that they may have it wait.
func (t *tx) changeOwner(c *conversation, ch core.Change) error {
	opens := ch.Status != nil && *ch.Status == core.Open && c.Status != core.Open
	if opens && c.Status != core.Waiting {
		if err := t.setStatus(c, core.Open); err != nil {
			return err
		}
	}
	if named := ch.Owner != nil || ch.Team != nil && *ch.Team != ""; opens && !named && (c.unowned() || !t.s.known(c.Owner)) {
		ch.Owner = new(string) // the rules are asked
	}
	if ch.Owner != nil || ch.Team != nil {
		if err := t.reassign(c, ch); err != nil {
			return err
		}
	}
	switch {
	case ch.Status == nil || opens && c.unowned():
		return nil
	case *ch.Status == core.Resolved:
		return t.resolve(c, true)
	}
	return t.setStatus(c, *ch.Status)
}

// reassign gives the conversation to whom the change names, by the rules if it
// names nobody. Who owns it already keeps it, under the same epoch: else what its
// bot is about to answer would be held back. An agent who takes it at an epoch has
// it anew, though: of all to whom it was offered, one only is to win. An empty team
// alone is no team, and changes no owner.
func (t *tx) reassign(c *conversation, ch core.Change) error {
	asked := core.Asked{Cause: core.CauseAsked}
	if ch.Owner != nil {
		asked.To = *ch.Owner
	}
	if ch.Team != nil {
		asked.Team = *ch.Team
	}
	takes := ch.IfEpoch != nil && c.Owner.Type == core.AgentType
	if keeps := ch.Owner == nil && asked.Team == "" || asked.To != "" && c.ownedBy(asked.To) && !takes; keeps {
		if ch.Team == nil || c.Team == asked.Team {
			return nil
		}
		c.Team = asked.Team
		return t.note("conversation.updated", c.ID, map[string]any{"team": c.Team})
	}
	d, err := t.decide(c, asked)
	if err != nil {
		return err
	}
	return t.own(c, core.CauseAsked, d)
}

// unowned reports whether neither an agent nor a bot owns the conversation.
func (c *conversation) unowned() bool {
	return c.Owner.Type != core.AgentType && c.Owner.Type != core.BotOwner
}

// ownedBy reports whether the agent or bot owns the conversation.
func (c *conversation) ownedBy(id string) bool {
	return c.Owner.ID == id && (c.Owner.Type == core.AgentType || c.Owner.Type == core.BotOwner)
}

// ignoreMissing drops an error that only says that a row is not there: that is
// an answer, and must not undo the transaction.
func ignoreMissing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}
