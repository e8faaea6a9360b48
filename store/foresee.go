package store

import (
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"causeway/core"
	"causeway/db"
)

// foreseen is what the operations of a batch said that they will read, read with
// one statement for all of them. What is found in it is taken out: who comes
// later reads what the first has made of it. What is not found must be looked
// for, but for messages: those that were made meanwhile the batch knows itself.
//
// An operation that asks for nothing may change anything, and so begins by
// forgetting all of it (see [Store.tx]).
type foreseen struct {
	looked  map[string]bool          // message names that were looked for
	known   map[string]core.ItemFate // of them, those that there are
	people  map[string]identity      // by channel and name
	present map[int64]*conversation  // by identity
	threads map[core.ConversationID]*conversation
	sends   map[sent]bool // whether nothing is known of them
}

func newForeseen() *foreseen {
	return &foreseen{
		looked: map[string]bool{}, known: map[string]core.ItemFate{}, people: map[string]identity{},
		present: map[int64]*conversation{}, threads: map[core.ConversationID]*conversation{},
	}
}

// message says whether there is a message of that name, and whether that is known.
func (f *foreseen) message(name string) (fate core.ItemFate, there, known bool) {
	if f == nil || !f.looked[name] {
		return core.ItemFate{}, false, false
	}
	fate, there = f.known[name]
	return fate, there, true
}

// person takes out the identity that has all of the names.
func (f *foreseen) person(ch core.ChannelID, names []string) (who identity, ok bool) {
	if f == nil {
		return who, false
	}
	for i, name := range names {
		key := string(ch) + "\x00" + name
		found, there := f.people[key]
		delete(f.people, key)
		switch {
		case !there:
			return identity{}, false
		case i == 0:
			who = found
		case found.id != who.id:
			return identity{}, false // somebody must look closer
		default:
			who.names = append(who.names, found.names...)
		}
	}
	return who, true
}

// thread takes out a conversation, nil if it is not foreseen; presentOf takes out
// the present one of an identity.
func (f *foreseen) thread(id core.ConversationID) *conversation {
	if f == nil || f.threads[id] == nil {
		return nil
	}
	c := f.threads[id]
	f.forget(c)
	return c
}

func (f *foreseen) presentOf(identity int64) *conversation {
	if f == nil || f.present[identity] == nil {
		return nil
	}
	c := f.present[identity]
	f.forget(c)
	return c
}

// sent says whether nothing is known of a call, and whether that was looked for.
func (f *foreseen) sent(one sent) (plain, looked bool) {
	if f == nil {
		return false, false
	}
	plain, looked = f.sends[one]
	return plain, looked
}

// forget takes out a conversation that somebody has now.
func (f *foreseen) forget(c *conversation) {
	if f == nil {
		return
	}
	delete(f.threads, c.ID)
	if p := f.present[c.identity]; p != nil && p.ID == c.ID {
		delete(f.present, c.identity)
	}
}

// foresee implements db.Options.Foresee, for arrivals, conversations and calls.
func (s *Store) foresee(tx *db.Tx, asks []any) error {
	asks, err := s.lanes.LookAhead(tx, asks)
	if err != nil {
		return fmt.Errorf("read ahead: %w", err)
	}
	t := s.tx(tx)
	f := newForeseen()
	q := questions{f: f, keys: map[core.ChannelID]map[string][]any{}, names: map[core.ChannelID][]any{}}
	for _, ask := range asks {
		switch ask := ask.(type) {
		case core.Arrival:
			q.arrival(ask)
		case core.ConversationID:
			q.threads = append(q.threads, ask)
		case sent:
			q.sends = append(q.sends, ask)
		}
	}
	if err := q.read(t); err != nil {
		return fmt.Errorf("read ahead: %w", err)
	}
	t.batch().foreseen = f
	return nil
}

// questions are what is to be read, by channel.
type questions struct {
	f       *foreseen
	keys    map[core.ChannelID]map[string][]any // of messages, by column
	names   map[core.ChannelID][]any            // of people
	threads []core.ConversationID
	sends   []sent
}

func (q *questions) arrival(a core.Arrival) {
	for _, item := range a.Items {
		heard, ok := item.Event.(core.Heard)
		if !ok {
			continue
		}
		ch := item.Channel.ID
		if q.keys[ch] == nil {
			q.keys[ch] = map[string][]any{}
		}
		if item.Key != "" {
			q.keys[ch]["event_key"] = append(q.keys[ch]["event_key"], db.Clean(item.Key))
		}
		if heard.Provider != "" {
			q.keys[ch]["provider_id"] = append(q.keys[ch]["provider_id"], db.Clean(string(heard.Provider)))
		}
		for _, name := range madeNames(ch, item.Key, heard.Provider) {
			q.f.looked[name] = true
		}
		for _, name := range namesOf(heard.From) {
			q.names[ch] = append(q.names[ch], db.Clean(name))
		}
	}
}

func (q *questions) read(t *tx) error {
	for ch, names := range q.keys {
		if err := q.messages(t, ch, names); err != nil {
			return err
		}
	}
	var present []int64
	for ch, names := range q.names {
		found, err := t.people(ch, names)
		if err != nil {
			return err
		}
		for _, who := range found {
			q.f.people[string(ch)+"\x00"+who.names[0]] = who
			present = append(present, who.id)
		}
	}
	if err := q.conversations(t, `c.present = 1 AND c.identity_id IN `, numbers(present), func(c *conversation) { q.f.present[c.identity] = c }); err != nil {
		return err
	}
	if err := q.conversations(t, `c.id IN `, numbers(q.threads), func(c *conversation) { q.f.threads[c.ID] = c }); err != nil {
		return err
	}
	return q.calls(t)
}

// calls looks at what is known of the calls that were made. A call that another
// transaction holds is left to be looked at by its own operation.
func (q *questions) calls(t *tx) error {
	if len(q.sends) == 0 {
		return nil
	}
	plain, err := t.unheardOf(q.sends)
	q.f.sends = plain
	return err
}

// numbers are ids as values, each once, in order.
func numbers[T ~int64](ids []T) []any {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = int64(id)
	}
	return values
}

// messages reads which messages of a channel there are, by the columns that are
// unique in the channel.
func (q *questions) messages(t *tx, ch core.ChannelID, names map[string][]any) error {
	for len(names) > 0 {
		var looks []string
		args := []any{string(ch)}
		for _, column := range slices.Sorted(maps.Keys(names)) {
			now, more := among(names[column])
			if names[column] = more; len(more) == 0 {
				delete(names, column)
			}
			looks = append(looks, fmt.Sprintf(`SELECT '%s', %s, id, conversation_id FROM message WHERE channel = $1 AND %s IN %s`,
				column[:1], column, column, placesFrom(1+len(args), len(now)))) // the letter is that of madeNames
			args = append(args, now...)
		}
		rows, err := t.Tx.Rows(strings.Join(looks, ` UNION ALL `), args...)
		if err != nil {
			return err
		}
		if _, err := collect(rows, func(scan func(...any) error) (name string, err error) {
			var kind string
			var f core.ItemFate
			err = scan(&kind, &name, &f.Message, &f.Conversation)
			q.f.known[string(ch)+"\x00"+kind+name] = f
			return name, err
		}); err != nil {
			return err
		}
	}
	return nil
}

func (q *questions) conversations(t *tx, where string, ids []any, keep func(*conversation)) error {
	for ids, more := among(ids); ids != nil; ids, more = among(more) {
		rows, err := t.Tx.Rows(conversationSQL+where+placesFrom(1, len(ids)), ids...)
		if err != nil {
			return err
		}
		if _, err := collect(rows, func(scan func(...any) error) (c *conversation, err error) {
			c = &conversation{}
			if err = c.scan(scan, &c.live, &c.holds); err == nil {
				keep(c)
			}
			return c, err
		}); err != nil {
			return err
		}
	}
	return nil
}

// mostAsked is how many values one statement asks for at most.
const mostAsked = 128

// among takes values for one statement, by powers of two and filled up with the
// last one, so that there are few texts to prepare. It returns nil when none are
// left.
func among(values []any) (now, more []any) {
	if len(values) == 0 {
		return nil, nil
	}
	n := min(len(values), mostAsked)
	now, more = slices.Clone(values[:n]), values[n:]
	for len(now) < 1<<bits.Len(uint(n-1)) {
		now = append(now, now[n-1])
	}
	return now, more
}

// placesFrom is the places of n values as a list, from a number on: ($2, $3).
func placesFrom(first, n int) string {
	var b strings.Builder
	for i := range n {
		sep := ", "
		if i == 0 {
			sep = "("
		}
		fmt.Fprintf(&b, "%s$%d", sep, first+i)
	}
	return b.String() + ")"
}
