package store

import (
	"fmt"
	"time"

	"causeway/core"
	"causeway/lanes"
)

// The kinds of lane. Bot and send lanes are one for each conversation, media
// lanes one for each file, poll lanes one for each channel, erase lanes one for
// each message that takes another one back.
const (
	laneBot   = "bot"
	laneSend  = "send"
	laneMedia = "media"
	lanePoll  = "poll"
	laneErase = "erase"
)

// What a task of a bot lane is; its ref is a message, an event, or the message
// that is a tap on a submit button.
const (
	whatMessage = iota + 1
	whatEvent
	whatSubmit
	whatFormPost // deliver a form to its address; the ref is the form's event
	whatForm     // hand a form to the bot
)

func sendLane(c core.ConversationID) string { return laneSend + ":" + c.String() }
func botLane(c core.ConversationID) string  { return laneBot + ":" + c.String() }

func (t *tx) enqueueBot(c *conversation, what int, ref int64) error {
	return t.enqueue(lanes.Lane{ID: botLane(c.ID), Kind: laneBot, Key: int64(c.ID)}, what, ref)
}

func (t *tx) enqueueSend(c *conversation, m core.MessageID) error {
	return t.enqueue(lanes.Lane{ID: sendLane(c.ID), Kind: laneSend, Scope: string(c.Channel), Key: int64(c.ID)}, 0, int64(m))
}

func (t *tx) enqueueMedia(c *conversation, id int64) error {
	return t.enqueue(lanes.Lane{ID: fmt.Sprintf("%s:%d", laneMedia, id), Kind: laneMedia, Key: int64(c.ID)}, 0, id)
}

func (t *tx) enqueue(lane lanes.Lane, what int, ref int64) error {
	if err := t.s.lanes.Enqueue(t.Tx, lane, what, ref, time.Time{}); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}
