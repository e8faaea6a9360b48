package store

import (
	"fmt"
	"time"

	"causeway/core"
)

const (
	// skew is by how much the provider's clock may be behind ours.
	skew = 2 * time.Second
	// farthestReached bounds how far back, in messages of a conversation, a report
	// on all of them is applied.
	farthestReached = 2000
)

// reached applies a report on all that the contact was sent until a moment. What
// is being sent meanwhile finds the report when its call ends, under the same lock.
func (t *tx) reached(item core.Arrived, e core.Reached) (core.ItemFate, error) {
	fate := core.ItemFate{Key: item.Key, Fate: core.FateStatus, Why: fmt.Sprintf("all until %s: %s", e.Until.UTC().Format(time.RFC3339), e.Status)}
	who, err := t.named(item.Channel.ID, namesOf(e.Who))
	if err != nil {
		return fate, err
	}
	if who.id == 0 {
		fate.Fate, fate.Why = core.FateIgnored, "the contact is not known"
		return fate, nil
	}
	if err := t.holdWhere(`c.identity_id = $1`, who.id); err != nil {
		return fate, err
	}
	until := e.Until
	if now := timeOf(t.now); until.After(now) {
		until = now // nobody has read what we are yet to write
	}
	if _, err := t.Exec(`INSERT INTO reached(identity_id, status, until) VALUES($1, $2, $3)
		ON CONFLICT(identity_id, status) DO UPDATE SET until = excluded.until WHERE excluded.until > reached.until`,
		who.id, string(e.Status), millis(until)); err != nil {
		return fate, fmt.Errorf("keep how far the contact got: %w", err)
	}
	messages, err := t.sentUntil(who, until)
	if err != nil {
		return fate, err
	}
	for _, id := range messages {
		if err := t.apply(id, e.Status, nil); err != nil {
			return fate, err
		}
	}
	return fate, nil
}

// sentUntil are the messages to the contact that were sent by then, and of which
// more may be reported. Of one in several calls, the last call counts.
func (t *tx) sentUntil(who identity, until time.Time) ([]core.MessageID, error) {
	rows, err := t.Rows(`SELECT m.id FROM conversation c JOIN message m ON m.conversation_id = c.id AND m.seq > c.last_seq - $1
		LEFT JOIN call k ON k.message_id = m.id AND k.n = m.made - 1
		WHERE c.contact_id = $2 AND c.identity_id = $3 AND m.direction = 'out' AND m.private = 0 AND m.status IN ('sent', 'delivered')
		AND coalesce(k.at, nullif(m.said_at, 0), m.created_at) <= $4 ORDER BY m.id`,
		farthestReached, int64(who.contact), who.id, millis(until.Add(skew)))
	if err != nil {
		return nil, fmt.Errorf("find what the contact was sent: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (id core.MessageID, err error) {
		err = scan(&id)
		return id, err
	})
}

// reachedBefore applies what was reported of all messages while this one's last
// call, which began at that time, was under way.
func (t *tx) reachedBefore(m core.Message, at time.Time) error {
	if at.IsZero() {
		return nil
	}
	rows, err := t.Rows(`SELECT r.status FROM conversation c JOIN reached r ON r.identity_id = c.identity_id
		WHERE c.id = $1 AND r.until >= $2`, int64(m.Conversation), millis(at.Add(-skew)))
	if err != nil {
		return fmt.Errorf("read how far the contact got: %w", err)
	}
	statuses, err := collect(rows, func(scan func(...any) error) (s core.Status, err error) {
		err = scan(&s)
		return s, err
	})
	if err != nil {
		return err
	}
	for _, s := range statuses {
		if err := t.apply(m.ID, s, nil); err != nil {
			return err
		}
	}
	return nil
}
