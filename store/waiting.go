package store

import (
	"fmt"

	"causeway/core"
)

// passesAtOnce is how many go through the turnstile with one statement.
const passesAtOnce = 1000

// pass goes through the turnstile, which has one place: until the transaction
// ends nobody else goes through, on any node. It returns a number that rises with
// each who passed. Whoever waits for it waits for all that is done behind it:
// so statements there go past what is put, which has no rows of these tables.
func (t *tx) pass() (passed int64, err error) {
	b := t.batch()
	if b.passed == b.passes {
		if err := t.Tx.Row(`UPDATE turnstile SET passed = passed + $1 WHERE id = 1 RETURNING passed`, []any{passesAtOnce}, &b.passes); err != nil {
			return 0, fmt.Errorf("pass the turnstile: %w", err)
		}
		b.passed = b.passes - passesAtOnce
	}
	b.passed++
	return b.passed, nil
}

// groupsSQL lists the groups in whose queues conversations wait, by one look-up
// in the index for each group and not for each conversation.
const groupsSQL = `WITH RECURSIVE g(grp) AS (SELECT min(grp) FROM waiting
	UNION ALL SELECT (SELECT min(w.grp) FROM waiting w WHERE w.grp > g.grp) FROM g WHERE g.grp IS NOT NULL)`

// waitingBefore lists the groups in whose queues somebody waits with an earlier
// ticket, any if it is 0.
func (t *tx) waitingBefore(ticket int64) ([]string, error) {
	rows, err := t.Tx.Rows(groupsSQL+` SELECT grp FROM g WHERE grp IS NOT NULL
		AND (CAST($1 AS BIGINT) = 0 OR (SELECT min(o.ticket) FROM waiting o WHERE o.grp = g.grp) < $1)`, ticket)
	if err != nil {
		return nil, fmt.Errorf("read the queues: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (group string, err error) { return group, scan(&group) })
}

// takePlace puts the conversation into the queue that the decision says, at its
// end, or takes it out of the one where it waits. Who waits already keeps the
// place, also in another team's queue.
func (t *tx) takePlace(c *conversation, d core.Decision) error {
	if c.Status != core.Open && c.Status != core.Waiting {
		return nil
	}
	if d.Queue == "" {
		if c.Status == core.Waiting {
			return t.setStatus(c, core.Open)
		}
		return nil
	}
	ticket, err := t.pass()
	if err != nil {
		return err
	}
	if err := t.Tx.Row(`INSERT INTO waiting(conversation_id, grp, ticket, since) VALUES($1, $2, $3, $4)
		ON CONFLICT(conversation_id) DO UPDATE SET grp = excluded.grp RETURNING ticket`, []any{int64(c.ID), d.Queue, ticket, t.now}, &ticket); err != nil {
		return fmt.Errorf("join the queue: %w", err)
	}
	t.After(t.s.lookForRoom)
	if c.Status == core.Waiting {
		return nil
	}
	if err := t.setStatus(c, core.Waiting); err != nil {
		return err
	}
	return t.tellPlace(c, d.Queue, ticket)
}

// tellPlace tells the contact how many wait, where the operator wants that.
func (t *tx) tellPlace(c *conversation, group string, ticket int64) error {
	desk := t.s.desk()
	if desk.Place == nil {
		return nil
	}
	var position int
	if err := t.Tx.Row(`SELECT count(*) FROM waiting WHERE grp = $1 AND ticket <= $2`, []any{group, ticket}, &position); err != nil {
		return fmt.Errorf("read the place in the queue: %w", err)
	}
	words := desk.Place(position)
	if words == "" {
		return nil
	}
	return t.saySystem(c, words)
}

// leaveQueue is for a conversation that does not wait any more.
func (t *tx) leaveQueue(c *conversation) error {
	if _, err := t.Tx.Exec(`DELETE FROM waiting WHERE conversation_id = $1`, int64(c.ID)); err != nil {
		return fmt.Errorf("leave the queue: %w", err)
	}
	return nil
}

// What may come of a conversation that waits when it is looked at.
type seat int

const (
	seated seat = iota // somebody has it now, or it does not wait any more
	moved              // it waits in another group's queue
	stays              // nobody of its group has room
)

// call gives a conversation that waits to whoever has room.
func (t *tx) call(id core.ConversationID, group string) (seat, error) {
	c, err := t.load(id)
	if err != nil {
		return seated, ignoreMissing(err)
	}
	var ticket int64
	if err := t.Tx.Row(`SELECT coalesce(max(ticket), 0) FROM waiting WHERE conversation_id = $1 AND grp = $2`, []any{int64(id), group}, &ticket); err != nil {
		return stays, fmt.Errorf("look into the queue: %w", err)
	}
	if ticket == 0 {
		return seated, nil
	}
	d, err := t.decideFor(c, core.Asked{Cause: core.CauseQueue}, ticket)
	switch {
	case err != nil:
		return stays, err
	case d.Queue == group:
		return stays, nil
	}
	if err := t.own(c, core.CauseQueue, d); err != nil {
		return stays, err
	}
	if err := t.save(c); err != nil {
		return stays, err
	}
	if d.Queue != "" {
		return moved, nil
	}
	return seated, nil
}
