package db

import (
	"context"
	"strings"
	"testing"
	"time"
)

// logSoon waits until the log's pages, and those of them that are in the file, are as wanted.
func logSoon(t *testing.T, d *DB, what string, ok func(pages, folded int) bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		log, err := fold(context.Background(), d.folder.pool, "NOOP")
		if err != nil {
			t.Fatal(err)
		}
		if ok(log.pages, log.folded) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: the log has %d pages, %d of them in the file", what, log.pages, log.folded)
		}
	}
}

// A log that has grown is folded into the file beside the writer, and begun anew; nothing of it is lost.
func TestTheLogIsFolded(t *testing.T) {
	d := openFile(t, Options{})
	page := strings.Repeat("x", 3000)
	write := func(first, n int) {
		t.Helper()
		if err := d.Do(context.Background(), 1, func(tx *Tx) error {
			for i := range n {
				if _, err := tx.Exec(`INSERT INTO t(id, s) VALUES($1, $2)`, first+i, page); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	write(0, 100)
	logSoon(t, d, "a little", func(pages, _ int) bool { return pages > 0 && pages < foldIdle })
	write(1000, foldIdle)
	logSoon(t, d, "enough", func(pages, folded int) bool { return pages > foldIdle && folded == pages })
	write(10_000, beginAnew)
	logSoon(t, d, "much", func(pages, folded int) bool { return pages > beginAnew && folded == pages })
	write(100_000, 10)
	logSoon(t, d, "begun anew", func(pages, _ int) bool { return pages < 100 })
	want := 100 + foldIdle + beginAnew + 10
	if n := count(t, d); n != want {
		t.Errorf("%d rows, want %d", n, want)
	}
	if damage, err := d.Damage(context.Background()); err != nil || len(damage) > 0 {
		t.Error(damage, err)
	}
}
