package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"causeway/core"
)

// Say implements core.Store.
func (s *Store) Say(ctx context.Context, u core.Utterance) ([]core.Message, error) {
	var said []core.Message
	var refused error
	err := s.do(ctx, u.Conversation, func(t *tx) (err error) {
		said, refused, err = t.say(u)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("say: %w", err)
	}
	return said, refused
}

// say returns a refusal apart, so that it harms no neighbour in the batch.
func (t *tx) say(u core.Utterance) (said []core.Message, refused, err error) {
	c, err := t.load(u.Conversation)
	if err != nil {
		return nil, sorted(err), ignoreMissing(err)
	}
	if said, done, err := t.saidOnce(c.ID, u.Once); err != nil || done {
		return said, nil, err
	}
	if refused, err = t.mayspeak(c, u); refused != nil || err != nil {
		return nil, refused, err
	}
	var does core.TurnDone
	if u.Does != nil {
		if does, err = t.unlessLooping(c, *u.Does); err != nil {
			return nil, nil, err
		}
		if does.Failed {
			return nil, core.ErrNotOwner, errors.Join(t.notice(c, strings.Join(does.Notices, " ")), t.carryOut(c, does), t.save(c))
		}
	}
	for i, spoken := range u.Say {
		r := outgoing(u.Sender, spoken, u.Say[0].ID)
		if r.Private {
			r.Status = core.Sent
		}
		if i == 0 {
			r.once = u.Once
		}
		m, err := t.insert(c, r)
		if err != nil {
			return nil, nil, err
		}
		if !m.Private {
			if err := t.enqueueSend(c, m.ID); err != nil {
				return nil, nil, err
			}
		}
		said = append(said, m)
	}
	if u.Sender.Type == core.FromAgent {
		c.Unread = 0
	}
	if len(said) == 0 {
		if err := t.doesOnce(c.ID, u.Once); err != nil {
			return nil, nil, err
		}
	}
	return said, nil, errors.Join(t.carryOut(c, does), t.save(c))
}

// errSpam is for what would have a bot answer spam.
var errSpam = fmt.Errorf("the conversation is marked as spam, which no bot answers: %w", core.ErrInvalid)

// mayspeak refuses a bot that does not own the conversation, and gives the
// conversation to an agent who speaks in place of a bot.
func (t *tx) mayspeak(c *conversation, u core.Utterance) (refused, err error) {
	private := true
	for _, m := range u.Say {
		private = private && m.Private
	}
	switch u.Sender.Type {
	case core.FromContact, core.FromSystem:
	case core.FromBot:
		if c.Owner.Type != core.BotOwner || c.Owner.ID != u.Sender.ID {
			return core.ErrNotOwner, nil
		}
		if c.Status == core.Spam {
			return errSpam, nil
		}
	case core.FromAgent:
		if private {
			return nil, nil
		}
		c.lastAgent = u.Sender.ID
		if why := c.takenOver(); why != "" && !u.KeepOwner {
			return nil, t.own(c, core.CauseAsked, core.Decision{
				Owner: core.Owner{Type: core.AgentType, ID: u.Sender.ID, Name: u.Sender.Name},
				Why:   []core.Reason{{Rule: "take_over", Chosen: true, Text: why}},
			})
		}
	}
	return nil, nil
}

// takenOver says why an agent who speaks becomes the owner, "" if not.
func (c *conversation) takenOver() string {
	switch {
	case c.Owner.Type == core.BotOwner:
		return "the agent spoke while a bot owned the conversation"
	case c.Status == core.Waiting && c.unowned():
		return "the agent spoke while the conversation waited"
	}
	return ""
}

// Trigger implements core.Store.
func (s *Store) Trigger(ctx context.Context, id core.ConversationID, e core.BotEvent, once string) error {
	if once != "" {
		once = "trigger " + once // posts have keys of their own
	}
	var refused error
	err := s.do(ctx, id, func(t *tx) error {
		refused = nil
		c, err := t.load(id)
		if err != nil {
			refused = sorted(err)
			return ignoreMissing(err)
		}
		if done, err := t.didOnce(c.ID, once); err != nil || done {
			return err
		}
		if c.Owner.Type != core.BotOwner {
			refused = core.ErrNotOwner
			return nil
		}
		if c.Status == core.Spam {
			refused = errSpam
			return nil
		}
		return errors.Join(t.doesOnce(c.ID, once), t.event(c, e))
	})
	if err != nil {
		return fmt.Errorf("trigger: %w", err)
	}
	return refused
}
