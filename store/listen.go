package store

import "causeway/core"

// listen is the conversation in which the contact is heard, with somebody who
// listens.
func (t *tx) listen(ch core.ChannelInfo, who identity) (c *conversation, fresh bool, err error) {
	if c, fresh, err = t.thread(ch, who); err != nil {
		return nil, false, err
	}
	return c, fresh, t.attend(c, fresh)
}

// thread finds the conversation that what the contact sends belongs to: the
// present one, or a new one. One that began with what we sent from elsewhere is
// new, too, when they first write: nobody has looked for its owner yet.
func (t *tx) thread(ch core.ChannelInfo, who identity) (c *conversation, fresh bool, err error) {
	if c, err = t.present(who.id); err != nil || c != nil {
		return c, c != nil && c.OwnerEpoch == 0, err
	}
	c, err = t.begin(ch, who)
	return c, true, err
}

// understood looks picks up in what the conversation offered.
func (t *tx) understood(c *conversation, content core.Content) (core.Content, error) {
	switch content := content.(type) {
	case core.Selection:
		return t.tapped(c, content)
	case core.Text:
		return t.typed(c, content)
	}
	return content, nil
}

// aside reports whether a contact says something that nobody has to answer: it
// opens no conversation that was resolved.
func aside(c core.Content) bool {
	pick, ok := c.(core.Selection)
	return !hears(c) || ok && pick.Metadata[core.MetaRating] != nil
}

// attend finds an owner for a conversation that is new, was resolved, or whose
// owner is not there any more.
func (t *tx) attend(c *conversation, fresh bool) error {
	cause := core.CauseReopened
	switch {
	case fresh:
		cause = core.CauseNew
	case c.Status == core.Resolved:
		if err := t.setStatus(c, core.Open); err != nil {
			return err
		}
	default:
		return t.replace(c)
	}
	d, err := t.decide(c, core.Asked{Cause: cause})
	if err != nil {
		return err
	}
	return t.own(c, cause, d)
}
