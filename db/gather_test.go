package db

import (
	"context"
	"strings"
	"testing"
)

func TestValues(t *testing.T) {
	if got := Values(2, 2); got != "($1, $2), ($3, $4)" {
		t.Error(got)
	}
}

func TestPortions(t *testing.T) {
	sizes := map[int]bool{}
	for n := range 3 * MostTogether {
		rows, portions := n, 0
		err := Portions(make([]struct{}, n), func(some []struct{}) error {
			rows -= len(some)
			portions++
			sizes[len(some)] = true
			return nil
		})
		if err != nil || rows != 0 || portions > 2+n/MostTogether {
			t.Errorf("%d rows: %d left after %d portions, %v", n, rows, portions, err)
		}
	}
	if len(sizes) != 20 {
		t.Errorf("the sizes are %v", sizes)
	}
}

func TestUnnamed(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT 1":                    "SELECT 1",
		"a = $1 AND b = $2":           "a = ? AND b = ?",
		"a = $1 OR b = $1":            "a = $1 OR b = $1",
		"a = $2 AND b = $1":           "a = $2 AND b = $1",
		"a = '$1' AND b = $1":         "a = '$1' AND b = $1",
		strings.Repeat("x", 3) + "$1": "xxx?",
	} {
		if got := onSQLite.text(query); got != want {
			t.Errorf("%s became %s, want %s", query, got, want)
		}
		if got := onPostgres.text(query); got != query {
			t.Errorf("%s became %s", query, got)
		}
	}
}

var putT = &Insert{Into: "INSERT INTO t(id, s)", Columns: 2}

func put(ids ...int64) func(*Tx) error {
	return func(tx *Tx) error {
		for _, id := range ids {
			tx.Put(putT, id, "put")
		}
		return nil
	}
}

// Rows that were put are there after the commit, however many they are.
func TestPutRowsAreWritten(t *testing.T) {
	d := openTest(t, Options{})
	var many []int64
	for i := range int64(3*MostTogether + 7) {
		many = append(many, i)
	}
	for _, err := range together(t, d, put(many...), put(1000), put(1001, 1002)) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := count(t, d); n != len(many)+3 {
		t.Errorf("%d rows", n)
	}
}

// Who puts a row that cannot be written is told so, and harms nobody.
func TestPutHarmsNoNeighbour(t *testing.T) {
	d := openTest(t, Options{})
	errs := together(t, d, put(1), put(2, 3), put(1), put(4))
	if errs[0] != nil || errs[1] != nil || errs[3] != nil || !IsUnique(errs[2]) {
		t.Errorf("answers: %v", errs)
	}
	if n := count(t, d); n != 4 {
		t.Errorf("%d rows", n)
	}
}

// What is settled is seen by the statements that follow, and what is put while
// others are written is written too.
func TestSettle(t *testing.T) {
	d := openTest(t, Options{BeforeCommit: put(90)})
	err := d.Do(context.Background(), 1, func(tx *Tx) error {
		tx.Put(putT, 1, "a")
		tx.Gather("more", func() Gathered { return more{} })
		if err := tx.Settle(); err != nil {
			return err
		}
		var n int
		if err := tx.Row(`SELECT count(*) FROM t`, nil, &n); err != nil || n != 2 {
			t.Errorf("%d rows, %v", n, err)
		}
		tx.Put(putT, 3, "c")
		return nil
	})
	if n := count(t, d); n != 4 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
}

type more struct{}

func (more) Write(tx *Tx) error { return put(2)(tx) }

var changeT = &Change{Rows: "id BIGINT, s TEXT", Make: "UPDATE t SET s = v.s FROM v WHERE t.id = v.id"}

// What is put to be changed is changed after the commit, once for each row: the last counts. Statements that follow a
// Settle see it.
func TestPutChange(t *testing.T) {
	d := openTest(t, Options{})
	const rows = MostTogether + 5
	err := d.Do(context.Background(), 1, func(tx *Tx) error {
		for i := range int64(rows) {
			tx.Put(putT, i, "put")
		}
		for _, s := range []string{"first", "last"} {
			for i := range int64(rows - 1) {
				tx.PutChange(changeT, i, s)
			}
		}
		if err := tx.Settle(); err != nil {
			return err
		}
		tx.PutChange(changeT, 0, "alone")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]int{"alone": 1, "first": 0, "last": rows - 2, "put": 1} {
		var n int
		if err := d.Row(context.Background(), `SELECT count(*) FROM t WHERE s = $1`, []any{s}, &n); err != nil || n != want {
			t.Errorf("%s: %d rows, want %d, %v", s, n, want, err)
		}
	}
}
