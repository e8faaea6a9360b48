package db

import (
	"context"
	"errors"
	"testing"
)

// What is left for later happens in the order in which it was said, before what is asked next, and before the commit.
func TestLater(t *testing.T) {
	d := openTest(t, Options{})
	err := d.Do(context.Background(), 1, func(tx *Tx) error {
		for _, s := range []string{"a", "b", "c"} {
			if err := tx.Later(`INSERT INTO t(id, s) VALUES($1, $2)`, len(s)+int(s[0]), s); err != nil {
				return err
			}
		}
		if err := tx.Later(`UPDATE t SET s = $1 WHERE s = $2`, "changed", "b"); err != nil {
			return err
		}
		var n int
		if err := tx.Row(`SELECT count(*) FROM t WHERE s <> $1`, []any{"b"}, &n); err != nil || n != 3 {
			t.Errorf("%d rows, %v", n, err)
		}
		return tx.Later(`DELETE FROM t WHERE s = $1`, "changed")
	})
	if n := count(t, d); n != 2 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
}

// A statement that fails later fails the operation, with whatever went before it, and is named.
func TestLaterFails(t *testing.T) {
	d := openTest(t, Options{})
	for name, last := range map[string]func(*Tx) error{
		"at the commit": func(*Tx) error { return nil },
		"at what is asked next": func(tx *Tx) error {
			return tx.Row(`SELECT count(*) FROM t`, nil, new(int))
		},
	} {
		err := d.Do(context.Background(), 1, func(tx *Tx) error {
			return errors.Join(tx.Later(`INSERT INTO t(id, s) VALUES(1, 'x')`), tx.Later(`INSERT INTO t(id, s) VALUES(1, 'twice')`), last(tx))
		})
		if !IsUnique(err) {
			t.Errorf("%s: %v", name, err)
		}
		if n := count(t, d); n != 0 {
			t.Errorf("%s: %d rows", name, n)
		}
	}
}

// What is gathered and cannot be done fails the operation, also one that does not care.
func TestAFaultOfSettleIsNotKeptToOneself(t *testing.T) {
	d := openTest(t, Options{})
	err := d.Do(context.Background(), 1, func(tx *Tx) error {
		tx.Gather("fails", func() Gathered { return fails{} })
		if _, err := tx.Exec(`INSERT INTO t(id, s) VALUES(1, 'x')`); err != nil {
			return err
		}
		_ = tx.Settle()
		return nil
	})
	if n := count(t, d); n != 0 || !errors.Is(err, errFails) {
		t.Errorf("%d rows, %v", n, err)
	}
}

var errFails = errors.New("it cannot be done")

type fails struct{}

func (fails) Write(*Tx) error { return errFails }
