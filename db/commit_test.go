package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/db/dbtest"
)

// hold keeps the writer busy until release is called, so that what comes later makes one batch.
func hold(t *testing.T, d *DB) (release func()) {
	t.Helper()
	begun, gate := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	var once sync.Once
	go func() {
		done <- d.Do(context.Background(), 1, func(*Tx) error {
			once.Do(func() { close(begun) })
			<-gate
			return nil
		})
	}()
	<-begun
	return func() {
		close(gate)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// waiting blocks until n operations are in the queue.
func waiting(d *DB, n int) {
	for d.Stats().Waiting < n {
		<-time.After(20 * time.Microsecond)
	}
}

// together runs the operations in one batch and returns their answers.
func together(t *testing.T, d *DB, ops ...func(*Tx) error) []error {
	t.Helper()
	release := hold(t, d)
	errs := make([]error, len(ops))
	var wg sync.WaitGroup
	for i, op := range ops {
		wg.Go(func() { errs[i] = d.Do(context.Background(), 1, op) })
		waiting(d, i+1)
	}
	release()
	wg.Wait()
	return errs
}

func TestManyCallersShareOneCommit(t *testing.T) {
	before := 0
	d := openTest(t, Options{BeforeCommit: func(tx *Tx) error {
		before++
		n, _ := tx.Local().(int)
		if n > 0 {
			_, err := tx.Exec(`INSERT INTO t(id, s) VALUES($1, 'sum')`, 1000+n)
			return err
		}
		return nil
	}})
	var order []int
	var ops []func(*Tx) error
	for i := range 10 {
		ops = append(ops, func(tx *Tx) error {
			n, _ := tx.Local().(int)
			tx.SetLocal(n + 1)
			tx.After(func() {
				if got := count(t, d); got != 11 {
					t.Errorf("After sees %d rows", got)
				}
				order = append(order, i)
			})
			return insert(int64(i))(tx)
		})
	}
	for i, err := range together(t, d, ops...) {
		if err != nil {
			t.Errorf("operation %d: %v", i, err)
		}
	}
	if s := d.Stats(); s.Commits != 2 || s.Ops != 11 || s.Failed != 0 || s.Sizes[0] != 1 || s.Sizes[4] != 1 {
		t.Errorf("%+v", s)
	}
	if !slices.Equal(order, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
		t.Errorf("After ran in the order %v", order)
	}
	if before != 2 {
		t.Errorf("BeforeCommit ran %d times", before)
	}
}

func TestABadOperationHarmsNoNeighbour(t *testing.T) {
	mine := errors.New("mine")
	bad := map[string]struct {
		op    func(*Tx) error
		check func(error) bool
	}{
		"its error":      {func(tx *Tx) error { _ = insert(100)(tx); return mine }, func(err error) bool { return errors.Is(err, mine) }},
		"its panic":      {func(*Tx) error { panic("boom") }, func(err error) bool { return strings.Contains(err.Error(), "boom") }},
		"bad SQL":        {func(tx *Tx) error { _, err := tx.Exec(`INSERT INTO nowhere VALUES(1)`); return err }, func(err error) bool { return strings.Contains(err.Error(), "nowhere") }},
		"hidden failure": {func(tx *Tx) error { _ = insert(1)(tx); _ = insert(1)(tx); return nil }, IsUnique},
		"unique":         {func(tx *Tx) error { return errors.Join(insert(1)(tx), insert(1)(tx)) }, IsUnique},
	}
	for name, b := range bad {
		for _, number := range []int{1, 3, 20} { // more than can be taken out one by one
			t.Run(fmt.Sprint(name, " ", number), func(t *testing.T) {
				d := openTest(t, Options{})
				var ops []func(*Tx) error
				after := 0
				for i := range 40 {
					if i < number {
						ops = append(ops, func(tx *Tx) error {
							tx.After(func() { t.Error("After of a failed operation ran") })
							return b.op(tx)
						})
						continue
					}
					ops = append(ops, func(tx *Tx) error {
						tx.After(func() { after++ })
						return insert(int64(i) + 200)(tx)
					})
				}
				for i, err := range together(t, d, ops...) {
					if i < number && (err == nil || !b.check(err)) || i >= number && err != nil {
						t.Errorf("operation %d: %v", i, err)
					}
				}
				if n := count(t, d); n != 40-number || after != n {
					t.Errorf("%d rows and %d wake-ups", n, after)
				}
			})
		}
	}
}

func TestNobodyIsAnsweredBeforeTheCommit(t *testing.T) {
	d := openTest(t, Options{})
	for i := range int64(50) {
		if err := d.Do(context.Background(), i, insert(i)); err != nil {
			t.Fatal(err)
		}
		if n := count(t, d); n != int(i)+1 {
			t.Fatalf("answered, but a reader sees %d rows and not %d", n, i+1)
		}
	}
}

func TestAFailedBatchStoresNothingOfIt(t *testing.T) {
	refuse := true
	d := openTest(t, Options{BeforeCommit: func(*Tx) error {
		if refuse {
			return errors.New("no")
		}
		return nil
	}})
	if err := d.Do(context.Background(), 1, insert(1)); err == nil || errors.Is(err, ErrCommit) {
		t.Errorf("Do = %v", err)
	}
	refuse = false
	if err := d.Do(context.Background(), 1, insert(2)); err != nil {
		t.Error(err)
	}
	if n := count(t, d); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestBusyClosedAndCancelled(t *testing.T) {
	d := openTest(t, Options{Queue: 2})
	release := hold(t, d)
	ctx, cancel := context.WithCancel(context.Background())
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { first <- d.Do(ctx, 1, insert(1)) }()
	waiting(d, 1)
	go func() { second <- d.Do(context.Background(), 1, insert(2)) }()
	waiting(d, 2)
	if err := d.Do(context.Background(), 1, insert(3)); !errors.Is(err, ErrBusy) {
		t.Errorf("on a full queue: %v", err)
	}
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled while waiting: %v", err)
	}
	release()
	if err := <-second; err != nil {
		t.Error(err)
	}
	running, stop := context.WithCancel(context.Background())
	if err := d.Do(running, 1, func(tx *Tx) error { stop(); return insert(4)(tx) }); err != nil {
		t.Errorf("cancelled while running: %v", err)
	}
	if err := d.Do(running, 1, insert(5)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
	if n := count(t, d); n != 2 {
		t.Errorf("%d rows, want 2 and 4", n)
	}
}

func TestCloseDrains(t *testing.T) {
	url := dbtest.URL(t)
	d := openURL(t, url, Options{})
	release := hold(t, d)
	errs := make(chan error, 300)
	for i := range int64(300) {
		go func() { errs <- d.Do(context.Background(), 1, insert(i)) }()
	}
	waiting(d, 300)
	closed := make(chan error, 1)
	go func() { closed <- d.Close() }()
	release()
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	for range 300 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if err := d.Do(context.Background(), 1, insert(1)); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if n := count(t, openURL(t, url, Options{})); n != 300 {
		t.Errorf("%d rows", n)
	}
}

func TestAFullDiskPasses(t *testing.T) {
	d := openFile(t, Options{})
	pages := func(n int) error {
		return d.Do(context.Background(), 0, func(tx *Tx) error {
			return tx.Row(fmt.Sprintf(`PRAGMA max_page_count = %d`, n), nil, new(int))
		})
	}
	if err := pages(20); err != nil {
		t.Fatal(err)
	}
	big := func(tx *Tx) error {
		_, err := tx.Exec(`INSERT INTO t(id, s) VALUES($1, $2)`, 1, strings.Repeat("x", 1<<20))
		return err
	}
	for i, err := range together(t, d, insert(10), big, insert(11)) {
		if !errors.Is(err, ErrCommit) {
			t.Errorf("operation %d beside a full disk: %v", i, err)
		}
	}
	if err := pages(1 << 20); err != nil {
		t.Fatal(err)
	}
	if err := d.Do(context.Background(), 1, big); err != nil {
		t.Errorf("when there is space again: %v", err)
	}
	if n := count(t, d); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestAPoisonedWriterReconnects(t *testing.T) {
	d := openFile(t, Options{})
	if err := d.Do(context.Background(), 1, insert(1)); err != nil {
		t.Fatal(err)
	}
	err := d.Do(context.Background(), 1, func(tx *Tx) error { _, err := tx.Exec(`ROLLBACK`); return err })
	if !errors.Is(err, ErrCommit) {
		t.Errorf("on a broken connection: %v", err)
	}
	if err := d.Do(context.Background(), 1, insert(2)); err != nil {
		t.Errorf("on a new connection: %v", err)
	}
	if n := count(t, d); n != 2 {
		t.Errorf("%d rows", n)
	}
}

func TestRowsAndStatements(t *testing.T) {
	d := openTest(t, Options{})
	err := d.Do(context.Background(), 1, func(tx *Tx) error {
		for i := range int64(5) {
			if err := insert(i)(tx); err != nil {
				return err
			}
		}
		if err := tx.Row(`SELECT id FROM t WHERE id = $1`, []any{99}, new(int)); !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("no row: %v", err)
		}
		rows, err := tx.Rows(`UPDATE t SET s = $2 WHERE id >= $1 RETURNING id`, 3, "x")
		if err != nil {
			return err
		}
		rows.Next() // and left open
		n, err := tx.Exec(`UPDATE t SET s = 'y' WHERE s = 'x'`)
		if n != 2 {
			t.Errorf("%d rows changed", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range maxStatements + 10 {
		if err := d.Do(context.Background(), 1, func(tx *Tx) error {
			_, err := tx.Exec(fmt.Sprintf(`UPDATE t SET s = 'n%d' WHERE id = 1`, i))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range maxReadStatements + 10 {
		if err := d.Row(context.Background(), fmt.Sprintf(`SELECT %d FROM t WHERE id = $1`, i), []any{1}, new(int)); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := d.Rows(context.Background(), `SELECT id FROM t ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var ids []int
	for rows.Next() {
		var id int
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if rows.Err() != nil || len(ids) != 5 {
		t.Errorf("%v %v", ids, rows.Err())
	}
}
