package db_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"causeway/db"
	"causeway/db/dbtest"
)

// A table that fills is counted before the server's own daemon comes to it, so that plans that were made while it was
// empty are made anew.
func TestTablesThatGrowAreCounted(t *testing.T) {
	t.Parallel()
	if !dbtest.IsPostgres() {
		t.Skip("SQLite plans without statistics")
	}
	d, err := db.Open(t.Context(), dbtest.URL(t), db.Options{Migrations: fstest.MapFS{
		"0001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE \"Grows\" (id BIGINT PRIMARY KEY);\n")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Do(t.Context(), 0, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO "Grows"(id) SELECT generate_series(1, 500)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	for counted := -1.0; counted != 500; <-time.After(100 * time.Millisecond) {
		// A session tells what it wrote when it writes again.
		if err := d.Do(ctx, 0, func(tx *db.Tx) error { return tx.Row(`SELECT 1`, nil, new(int)) }); err != nil {
			t.Fatal(err)
		}
		if err := d.Row(ctx, `SELECT reltuples FROM pg_class WHERE relname = 'Grows'`, nil, &counted); err != nil {
			t.Fatalf("%v; counted are %v", err, counted)
		}
	}
}
