package store

import (
	"fmt"

	"causeway/core"
)

// Bounds beyond which bots are taken to talk to each other, all without a word
// of the contact between.
const (
	mostHops      = 5      // hand-offs from bot to bot
	mostSaid      = 20     // messages of bots in loopWindow
	mostAlike     = 3      // equal answers
	loopWindow    = 60_000 // milliseconds
	loopsLookBack = 60     // messages
)

// unlessLooping is what is to become of what a bot says and does: if it is taken
// for part of a loop nothing of it, for people are to look.
func (t *tx) unlessLooping(c *conversation, o core.TurnDone) (core.TurnDone, error) {
	loop, err := t.looping(c, o)
	if err != nil || loop == "" {
		return o, err
	}
	return core.TurnDone{Failed: true, Notices: []string{loop + " Its answer was held back."}}, nil
}

// looping says why the turn is taken for part of a loop, "" if it is not.
func (t *tx) looping(c *conversation, o core.TurnDone) (string, error) {
	if o.HandOff != nil && c.hops >= mostHops {
		return fmt.Sprintf("Bots handed the conversation on %d times without a word of the contact.", c.hops), nil
	}
	if len(o.Say) == 0 || o.Form != nil || c.hops == 0 {
		return "", nil
	}
	var said, alike int
	text := core.PlainText(o.Say[0].Content)
	err := t.Row(`SELECT count(*), count(DISTINCT CASE WHEN text = $3 THEN answer END) FROM message WHERE conversation_id = $1 AND sender_type = 'bot'
		AND seq > coalesce((SELECT max(i.seq) FROM message i WHERE i.conversation_id = $1 AND i.direction = 'in'), 0) AND seq > $2 AND created_at > $4`,
		[]any{int64(c.ID), c.lastSeq - loopsLookBack, text, t.now - loopWindow}, &said, &alike)
	if err != nil {
		return "", fmt.Errorf("look for a loop: %w", err)
	}
	switch {
	case said+len(o.Say) > mostSaid:
		return fmt.Sprintf("Bots said more than %d things within a minute without a word of the contact.", mostSaid), nil
	case text != "" && alike >= mostAlike-1:
		return fmt.Sprintf("Bots gave the same answer %d times without a word of the contact.", mostAlike), nil
	}
	return "", nil
}
