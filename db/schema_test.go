package db

import (
	"context"
	"testing"
	"testing/fstest"
)

// TestSQLiteSchema: a table has one tree for its rows and its primary key, and
// keeps to both, whatever its key is.
func TestSQLiteSchema(t *testing.T) {
	files := fstest.MapFS{"1_all.sql": {Data: []byte("-- +goose Up\n" +
		"CREATE TABLE numbered (\n\tid BIGINT PRIMARY KEY,\n\ts TEXT NOT NULL\n);\n" +
		"CREATE TABLE named (\n\tid TEXT PRIMARY KEY,\n\tn BIGINT NOT NULL\n);\n" +
		"CREATE TABLE paired (\n\ta TEXT NOT NULL,\n\tb BIGINT NOT NULL,\n\tPRIMARY KEY (a, b)\n);\n" +
		"CREATE TABLE keyless (\n\ta TEXT NOT NULL\n);\n")}}
	d := openFile(t, Options{Migrations: files})
	var extra int
	if err := d.Row(context.Background(), `SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name IN ('numbered', 'named', 'paired', 'keyless') AND rootpage <>
		(SELECT rootpage FROM sqlite_schema t WHERE t.type = 'table' AND t.name = sqlite_schema.tbl_name)`, nil, &extra); err != nil || extra != 0 {
		t.Errorf("%d trees besides the tables, %v", extra, err)
	}
	const large = 1<<53 - 1
	write := func(query string, args ...any) error {
		return d.Do(context.Background(), 1, func(tx *Tx) error {
			_, err := tx.Exec(query, args...)
			return err
		})
	}
	for _, query := range []string{
		`INSERT INTO numbered(id, s) VALUES($1, 'x')`, `INSERT INTO named(id, n) VALUES('x', $1)`, `INSERT INTO paired(a, b) VALUES('x', $1)`,
	} {
		if err := write(query, large); err != nil {
			t.Error(err)
		}
		if err := write(query, large); !IsUnique(err) {
			t.Errorf("%s twice: %v", query, err)
		}
	}
}
