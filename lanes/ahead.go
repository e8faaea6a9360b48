package lanes

import (
	"errors"
	"fmt"

	"causeway/db"
)

// outcome is what a run's outcome asks for before it is stored, where other nodes may have taken the lane.
type outcome struct {
	of   *run
	ask  any    // of the domain
	seen *db.Tx // in which the lane was seen to be ours
}

// asking is what the database is given for [Lanes.LookAhead].
func (l *Lanes) asking(o *outcome) any {
	if l.solo {
		return o.ask
	}
	return o
}

// LookAhead is for db.Options.Foresee: it looks with one statement at the lanes whose outcomes are to be stored, and
// returns what the domain asks. Without it each outcome looks at its own lane.
func (l *Lanes) LookAhead(tx *db.Tx, asks []any) ([]any, error) {
	var domain []any
	var outcomes []*outcome
	for _, ask := range asks {
		o, ours := ask.(*outcome)
		if ours {
			outcomes, ask = append(outcomes, o), o.ask
		}
		if ask != nil {
			domain = append(domain, ask)
		}
	}
	if err := db.Portions(outcomes, func(some []*outcome) error { return l.look(tx, some) }); err != nil {
		return nil, fmt.Errorf("look at the lanes: %w", err)
	}
	return domain, nil
}

// hold is who has a lane: it changes whenever the lane is taken.
type hold struct {
	lane         string
	owner, epoch int64
}

// oursSQL names those of n lanes that have this owner and epoch.
func oursSQL(n int) string {
	return `SELECT lane.id, lane.owner, lane.epoch FROM (VALUES ` + rowsOf(n, "($%d, CAST($%d AS BIGINT), CAST($%d AS BIGINT))", 3) + `) AS v
JOIN lane ON lane.id = v.column1 AND lane.owner = v.column2 AND lane.epoch = v.column3`
}

// look marks those outcomes whose lane is ours in tx.
func (l *Lanes) look(tx *db.Tx, outcomes []*outcome) error {
	args := make([]any, 0, 3*len(outcomes))
	byHold := make(map[hold]*outcome, len(outcomes))
	for _, o := range outcomes {
		args = append(args, o.of.lane.ID, o.of.owner, o.of.epoch)
		byHold[hold{o.of.lane.ID, o.of.owner, o.of.epoch}] = o
	}
	rows, err := tx.Rows(l.oursSQL[len(outcomes)], args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var h hold
		if err := rows.Scan(&h.lane, &h.owner, &h.epoch); err != nil {
			return err
		}
		byHold[h].seen = tx
	}
	return errors.Join(rows.Err(), rows.Close())
}
