package store

import (
	"context"
	"fmt"

	"causeway/core"
	"causeway/lanes"
)

// readTurn reads the conversation of a turn and, if a bot is to answer it, what
// the turn needs, as turnWork says.
func (s *Store) readTurn(ctx context.Context, task lanes.Task) (c conversation, w core.TurnWork, over bool, err error) {
	alone(func() {
		var m core.Message
		var state string
		if task.What == whatMessage {
			c, m, state, err = s.conversationAnd(ctx, core.ConversationID(task.Key), task.Ref)
		} else {
			c, err = s.conversation(ctx, core.ConversationID(task.Key))
		}
		if err == nil && c.answered() {
			w, over, err = s.turnWork(ctx, c, task, m, state)
		}
	})
	return c, w, over, err
}

// conversationAnd reads a conversation and one message, with the state of its
// turn: both are read for each turn.
func (s *Store) conversationAnd(ctx context.Context, id core.ConversationID, message int64) (c conversation, m core.Message, state string, err error) {
	c, err = scanWhole(func(dst ...any) (err error) {
		m, err = scanMessage(func(more ...any) error {
			return s.db.Row(ctx, `SELECT `+conversationColumns+`, `+contactColumns+`, `+messageColumns+`, m.turn`+conversationTables+
				`JOIN message m ON m.id = $2 WHERE c.id = $1`, []any{int64(id), message}, append(dst, more...)...)
		}, s.o.MediaURL, s.o.Now(), &state)
		return err
	})
	if err != nil {
		return c, m, state, fmt.Errorf("message %d of conversation %d: %w", message, id, sorted(err))
	}
	return c, m, state, nil
}

// alone runs f on a goroutine of its own, and returns when it has ended. What
// reads the database grows a stack of many kilobytes, and a turn that waits for
// its bot would keep it: there may be thousands of those.
func alone(f func()) {
	ended := make(chan any, 1)
	go func() {
		defer func() { ended <- recover() }()
		f()
	}()
	if p := <-ended; p != nil {
		panic(p)
	}
}
