package store

import (
	"fmt"
	"slices"

	"causeway/core"
	"causeway/db"
)

// callMade stores one call that was made; with the last one the message is sent,
// and what was reported of it meanwhile applies.
func (t *tx) callMade(w core.SendWork, o core.CallMade) error {
	if ask := lastCall(w, o); ask != nil {
		if plain, err := t.plainlySent(w, o, ask); plain || err != nil {
			return err
		}
	}
	t.answered(w.Channel)
	if err := t.hold(w.Message.Conversation); err != nil {
		return err
	}
	if err := t.holdCall(w.Channel, o.Provider); err != nil {
		return err
	}
	if err := t.keepDetails(w.Message.ID, o.Details); err != nil {
		return err
	}
	if o.Provider != "" || !o.Last {
		if err := t.madeCall(w.Channel, w.Message.ID, w.Made, o.Provider, o.At); err != nil {
			return err
		}
	}
	if !o.Last {
		return t.apply(w.Message.ID, core.Sending, nil)
	}
	if err := t.apply(w.Message.ID, core.Sent, nil); err != nil {
		return err
	}
	if err := t.readEarly(w.Channel, w.Message.ID); err != nil {
		return err
	}
	if err := t.reachedBefore(w.Message, o.At); err != nil {
		return err
	}
	return t.settleEchoes(w.Message.Conversation)
}

// sent is a message's only call, which was made, for looking at what may be known
// of it already.
type sent struct {
	message  core.MessageID
	channel  core.ChannelID
	provider core.ProviderID
}

// lastCall is that call, nil if there were more or it told more than its id.
func lastCall(w core.SendWork, o core.CallMade) any {
	if !o.Last || w.Made != 0 || o.Provider == "" || len(o.Details) != 0 {
		return nil
	}
	return sent{w.Message.ID, w.Channel, core.ProviderID(db.Clean(string(o.Provider)))}
}

// key is what the call is locked by while it or a report of it is stored.
func (s sent) key() int64 { return int64(callKey(s.channel, s.provider)) }

// plainlySent stores the last call of a message if nothing was reported of it yet,
// which is nearly always so: one look at all that might be there, and one change,
// both with those of others.
func (t *tx) plainlySent(w core.SendWork, o core.CallMade, ask any) (bool, error) {
	one, _ := ask.(sent)
	plain, looked := t.batch().foreseen.sent(one)
	if !looked {
		found, err := t.unheardOf([]sent{one})
		if err != nil {
			return false, err
		}
		plain = found[one]
	}
	if !plain {
		return false, nil
	}
	t.Put(insertCall, string(one.channel), string(one.provider), int64(one.message), 0, millis(o.At))
	t.PutChange(changeSent, int64(one.message), string(one.channel), string(one.provider))
	return true, t.noteStatus(w.Message.Conversation, one.message, core.Sent, nil)
}

var changeSent = &db.Change{
	Rows: `id BIGINT, channel TEXT, provider TEXT`,
	Make: `UPDATE message SET status = 'sent', fault = '', made = 1, provider_id = CASE WHEN NOT EXISTS
		(SELECT 1 FROM message o WHERE o.channel = v.channel AND o.provider_id = v.provider) THEN v.provider ELSE message.provider_id END
		FROM v WHERE message.id = v.id`,
}

// unheardOf returns those of the calls of which nothing is known yet and nothing
// waits for them. Where others write at the same time it stays so: a report of a
// call that is stored nowhere locks the call too.
func (t *tx) unheardOf(calls []sent) (map[sent]bool, error) {
	keys := make([]int64, len(calls))
	for i, one := range calls {
		keys[i] = one.key()
	}
	mine, err := t.TryLocks(keys)
	if err != nil {
		return nil, fmt.Errorf("hold calls: %w", err)
	}
	plain := map[sent]bool{}
	calls = slices.DeleteFunc(slices.Clone(calls), func(one sent) bool { return !mine[one.key()] })
	return plain, db.Portions(calls, func(some []sent) error { return t.lookAt(some, plain) })
}

// lookAt adds to plain the calls of which nothing is known.
func (t *tx) lookAt(calls []sent, plain map[sent]bool) error {
	var values []any
	for _, one := range calls {
		values = append(values, int64(one.message), string(one.channel), string(one.provider))
	}
	rows, err := t.Tx.Rows(`WITH v(id, channel, provider) AS (VALUES `+db.TypedValues(len(calls), "BIGINT", "TEXT", "TEXT")+`)
		SELECT v.id, v.channel, v.provider, m.status, m.made <> 0
		OR EXISTS (SELECT 1 FROM early e WHERE e.channel = v.channel AND e.provider_id = v.provider)
		OR EXISTS (SELECT 1 FROM conversation c JOIN reached r ON r.identity_id = c.identity_id WHERE c.id = m.conversation_id)
		OR EXISTS (SELECT 1 FROM echo x WHERE x.conversation_id = m.conversation_id)
		OR `+t.s.failedSQL("v.channel")+` FROM v JOIN message m ON m.id = v.id`, values...)
	if err != nil {
		return fmt.Errorf("look for reports: %w", err)
	}
	_, err = collect(rows, func(scan func(...any) error) (one sent, err error) {
		var was core.Status
		var known bool
		err = scan(&one.message, &one.channel, &one.provider, &was, &known)
		plain[one] = !known && core.Sent.Follows(was)
		return one, err
	})
	if err != nil {
		return fmt.Errorf("look for reports: %w", err)
	}
	return nil
}
