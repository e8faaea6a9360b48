package store

import (
	"context"

	"causeway/core"
	"causeway/lanes"
)

// readTurn reads the conversation of a turn and, if a bot is to answer it, what
// the turn needs, as turnWork says.
func (s *Store) readTurn(ctx context.Context, task lanes.Task) (c conversation, w core.TurnWork, over bool, err error) {
	alone(func() {
		if c, err = s.conversation(ctx, core.ConversationID(task.Key)); err == nil && c.answered() {
			w, over, err = s.turnWork(ctx, c, task)
		}
	})
	return c, w, over, err
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
