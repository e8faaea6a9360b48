package store

import (
	"fmt"

	"causeway/core"
)

// Bounds beyond which bots are taken to talk to each other, or to a machine.
const (
	mostHops      = 5      // hand-offs from bot to bot without a word of the contact
	mostSaid      = 20     // messages of bots in loopWindow
	mostAlike     = 3      // equal answers in a row to equal messages
	loopWindow    = 60_000 // milliseconds
	loopsLookBack = 60     // messages
)

// looping says why the turn is taken for part of a loop, "" if it is not.
func (t *tx) looping(c *conversation, o core.TurnDone) (string, error) {
	if o.HandOff != nil && c.hops >= mostHops {
		return fmt.Sprintf("Bots handed the conversation on %d times without a word of the contact.", c.hops), nil
	}
	if len(o.Say) == 0 || o.Form != nil {
		return "", nil
	}
	var said, alike, heard int
	text := core.PlainText(o.Say[0].Content)
	err := t.Row(`SELECT count(CASE WHEN sender_type = 'bot' THEN 1 END),
		count(CASE WHEN sender_type = 'bot' AND text = $3 AND seq > $2 - $5 THEN 1 END),
		count(DISTINCT CASE WHEN direction = 'in' AND seq > $2 - $5 THEN text END)
		FROM message WHERE conversation_id = $1 AND seq > $2 - $6 AND created_at > $4`,
		[]any{int64(c.ID), c.lastSeq, text, t.now - loopWindow, 2 * mostAlike, loopsLookBack}, &said, &alike, &heard)
	if err != nil {
		return "", fmt.Errorf("look for a loop: %w", err)
	}
	switch {
	case said+len(o.Say) > mostSaid:
		return fmt.Sprintf("The bot said more than %d things within a minute.", mostSaid), nil
	case text != "" && alike >= mostAlike-1 && heard <= 1 && len(o.Say) == 1:
		return fmt.Sprintf("The bot gave the same answer to the same message %d times.", mostAlike), nil
	}
	return "", nil
}
