package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"
)

// lookEvery is how often a look is taken at which tables have grown.
const lookEvery = time.Second

// grownSQL names the tables that have more than twice the rows that the planner knows of, of those that may be counted.
// https://www.postgresql.org/docs/current/row-estimation-examples.html
const grownSQL = `SELECT c.relname FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid
	WHERE c.relnamespace = current_schema()::regnamespace AND pg_has_role(c.relowner, 'USAGE') AND s.n_live_tup > 2 * greatest(c.reltuples, 50)`

// surveyor has PostgreSQL count tables that grow fast. Statements are planned for what was counted last, and the
// server's own daemon looks once a minute: until then a store that was empty when it was opened would read whole
// tables in search of a row.
type surveyor struct {
	pool   *sql.DB
	log    logrus.FieldLogger
	cancel context.CancelFunc
	ended  sync.WaitGroup
}

func startSurveyor(pool *sql.DB, log logrus.FieldLogger) *surveyor {
	ctx, cancel := context.WithCancel(context.Background())
	s := &surveyor{pool: pool, log: log, cancel: cancel}
	s.ended.Go(func() { s.run(ctx) })
	return s
}

// close returns once no statement of the surveyor runs any more.
func (s *surveyor) close() error {
	s.cancel()
	s.ended.Wait()
	return s.pool.Close()
}

func (s *surveyor) run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	fails := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := s.look(ctx)
		if err != nil && !fails && ctx.Err() == nil {
			s.log.WithError(err).Info("tables that grow fast are counted when the server's own daemon comes to them")
		}
		fails = err != nil
	}
}

// look counts what has grown. Another node may do so at the same time; one waits for the other.
func (s *surveyor) look(ctx context.Context) error {
	grown, err := s.grown(ctx)
	for _, table := range grown {
		if _, e := s.pool.ExecContext(ctx, "ANALYZE "+pgx.Identifier{table}.Sanitize()); e != nil {
			err = errors.Join(err, fmt.Errorf("count table %s: %w", table, e))
		}
	}
	return err
}

func (s *surveyor) grown(ctx context.Context) (tables []string, err error) {
	rows, err := s.pool.QueryContext(ctx, grownSQL)
	if err != nil {
		return nil, fmt.Errorf("look for tables that grow: %w", err)
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return nil, fmt.Errorf("look for tables that grow: %w", err)
		}
		tables = append(tables, table)
	}
	return tables, rows.Err()
}
