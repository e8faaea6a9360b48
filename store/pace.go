package store

import (
	"context"
	"fmt"
	"maps"
	"time"

	"causeway/core"
	"causeway/db"
)

// Nodes that share a store keep to the providers' rates together, and count a
// channel's faults together: in the table pace, whose rows are touched only by
// transactions of their own (see [db.DB.Aside]). Whoever touches rows of a channel
// locks the channel's own row first, so that the others need no locks.

// Shared is what nodes count together, nil where no other node can be.
func (s *Store) Shared() core.Shared {
	if !s.db.Shared() {
		return nil
	}
	return shared{s}
}

type shared struct{ *Store }

// Place implements core.Shared.
func (s shared) Place(ctx context.Context, ch core.ChannelID, p core.Reservation) (channel, contact time.Duration, err error) {
	asked := place{Reservation: p}
	err = s.tally(ctx, ch, func(y *tally) { y.places = append(y.places, &asked) })
	return asked.channel, asked.contact, err
}

// Failed implements core.Shared.
func (s shared) Failed(ctx context.Context, ch core.ChannelID) (n int, err error) {
	err = s.tally(ctx, ch, func(y *tally) { y.failed = append(y.failed, &n) })
	return n, err
}

// answered ends the channel's faults in a row, once what the provider's answer
// led to is stored.
func (t *tx) answered(ch core.ChannelID) {
	if !t.s.db.Shared() {
		return
	}
	t.After(func() { go t.s.works(ch) })
}

func (s *Store) works(ch core.ChannelID) {
	ctx := context.Background()
	var failed bool
	err := s.db.Row(ctx, `SELECT `+s.failedSQL(`$1`), []any{string(ch)}, &failed)
	if err == nil && failed {
		err = s.tally(ctx, ch, func(y *tally) { y.works = true })
	}
	if err != nil {
		s.o.Log.WithError(err).WithField("channel", ch).Info("the provider's next answer will end its faults in a row")
	}
}

// failedSQL tells whether a channel has faults in a row.
func (s *Store) failedSQL(channel string) string {
	if !s.db.Shared() {
		return `(0 = 1)`
	}
	return `EXISTS (SELECT 1 FROM pace f WHERE f.channel = ` + channel + ` AND f.address = '' AND f.faults > 0)`
}

// tally has add put something to what a transaction counts for the channel. All
// that is put is counted together.
func (s *Store) tally(ctx context.Context, ch core.ChannelID, add func(*tally)) error {
	return sorted(s.db.Aside(ctx, int64(keyOf("pace", string(ch))), func(t *db.Tx) error {
		y, _ := t.Gather(tallyOf(ch), func() db.Gathered { return &tally{s: s, channel: string(ch)} }).(*tally)
		add(y)
		return nil
	}))
}

type tallyOf core.ChannelID

// tally is what one transaction counts for a channel.
type tally struct {
	s       *Store
	channel string
	places  []*place
	failed  []*int
	works   bool
}

// place is one that is asked for, and how long to wait for it.
type place struct {
	core.Reservation
	channel, contact time.Duration
}

// Write implements db.Gathered. What works ends counts before what failed.
func (y *tally) Write(t *db.Tx) error {
	var at int64
	var faults int
	if err := t.Row(`INSERT INTO pace(channel, address, empty_at, faults) VALUES($1, '', 0, $2) ON CONFLICT(channel, address) DO UPDATE SET
		faults = CASE WHEN $3 THEN 0 ELSE pace.faults END + excluded.faults RETURNING empty_at, faults`,
		[]any{db.Clean(y.channel), len(y.failed), y.works}, &at, &faults); err != nil {
		return fmt.Errorf("count for channel %s: %w", y.channel, err)
	}
	for i, n := range y.failed {
		*n = faults - len(y.failed) + 1 + i
	}
	if len(y.places) == 0 {
		return nil
	}
	if err := y.reserve(t, at); err != nil {
		return fmt.Errorf("keep to the rate of channel %s: %w", y.channel, err)
	}
	return nil
}

// reserve gives out the places in the order in which they were asked for. The time
// is the database's, asked once the channel's row is ours.
func (y *tally) reserve(t *db.Tx, at int64) error {
	contacts := []string{}
	for _, p := range y.places {
		contacts = append(contacts, db.Clean(string(p.To)))
	}
	rows, err := t.Rows(`SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT), coalesce(p.address, ''), coalesce(p.empty_at, 0)
		FROM (SELECT 1) AS one LEFT JOIN pace p ON p.channel = $1 AND p.address = ANY($2) AND p.address <> ''`, db.Clean(y.channel), contacts)
	if err != nil {
		return err
	}
	var now time.Time
	was := core.Buckets{}
	if _, err = collect(rows, func(scan func(...any) error) (struct{}, error) {
		var micros, empty int64
		var address string
		err := scan(&micros, &address, &empty)
		now, was[core.Address(address)] = time.UnixMicro(micros), time.UnixMicro(empty)
		return struct{}{}, err
	}); err != nil {
		return err
	}
	was[""] = time.UnixMicro(at)
	is := maps.Clone(was)
	for i, p := range y.places {
		p.To = core.Address(contacts[i])
		p.channel, p.contact = is.Take(now, p.Reservation)
	}
	return y.keep(t, was, is)
}

// keep stores the buckets that changed.
func (y *tally) keep(t *db.Tx, was, is core.Buckets) error {
	var addresses []string
	var times []int64
	for address, at := range is {
		if !at.Equal(was[address]) {
			addresses, times = append(addresses, string(address)), append(times, at.UnixMicro())
		}
	}
	if len(addresses) == 0 {
		return nil
	}
	_, err := t.Exec(`INSERT INTO pace(channel, address, empty_at) SELECT $1, b.address, b.empty_at FROM unnest(CAST($2 AS TEXT[]), CAST($3 AS BIGINT[])) AS b(address, empty_at)
		ON CONFLICT(channel, address) DO UPDATE SET empty_at = excluded.empty_at`, db.Clean(y.channel), addresses, times)
	return err
}

// pacesAtOnce is how many buckets are dropped in a minute at most: those of more
// contacts than a provider's rate lets us write to in that time.
const pacesAtOnce = 10_000

// dropPaces forgets the contacts' buckets that are empty. One that is in use is
// left for the next time.
func (t *tx) dropPaces() error {
	if !t.s.db.Shared() {
		return nil
	}
	if _, err := t.Exec(`DELETE FROM pace WHERE (channel, address) IN (SELECT channel, address FROM pace WHERE address <> '' AND empty_at < $1 LIMIT $2`+t.s.db.SkipLocked()+`)`,
		(t.now-time.Minute.Milliseconds())*1000, pacesAtOnce); err != nil {
		return fmt.Errorf("drop buckets: %w", err)
	}
	return nil
}
