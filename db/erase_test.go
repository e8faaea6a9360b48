package db

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// found says in which files beside the database a word still stands.
func found(t *testing.T, path, word string) error {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(word)) {
			return fmt.Errorf("%s has it", filepath.Base(file))
		}
	}
	return nil
}

func vanishes(t *testing.T, path, word string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		err := found(t, path, word)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// What was overwritten, deleted, or stood on pages of its own is nowhere in the
// files a while after Erase: not in free space, not in the log.
func TestErase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	d := openPath(t, path, Options{Migrations: fstest.MapFS{"0001_n.sql": {Data: []byte("-- +goose Up\nCREATE TABLE n(id BIGINT PRIMARY KEY, body TEXT NOT NULL);")}}})
	do := func(erase bool, query string, args ...any) {
		t.Helper()
		if err := d.Do(context.Background(), 1, func(tx *Tx) error {
			if erase {
				tx.Erase()
			}
			_, err := tx.Exec(query, args...)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	const word = "canary-4711"
	long := strings.Repeat(word+" ", 2000) // on pages of its own
	for i := range 50 {
		do(false, `INSERT INTO n(id, body) VALUES($1, $2)`, i, strings.Repeat("other ", 50))
	}
	do(false, `INSERT INTO n(id, body) VALUES(100, $1), (101, $1), (102, $2), (103, $2)`, word, long)
	if err := found(t, path, word); err == nil {
		t.Fatal("the word was never written")
	}
	do(false, `DELETE FROM n WHERE id IN (100, 102)`)
	do(true, `UPDATE n SET body = '' WHERE id IN (101, 103)`)
	vanishes(t, path, word)
	do(false, `INSERT INTO n(id, body) VALUES(104, $1)`, word)
	do(true, `DELETE FROM n WHERE id = 104`)
	if err := d.Close(); err != nil { // at once
		t.Fatal(err)
	}
	if err := found(t, path, word); err != nil {
		t.Error(err)
	}
}

// A reader holds it up, and nobody who writes; it is done when the reader is.
func TestEraseWaitsForReaders(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	d := openPath(t, path, Options{})
	const word, text = 1000, "canary"
	if err := d.Do(context.Background(), 1, func(tx *Tx) error {
		_, err := tx.Exec(`INSERT INTO t(id, s) VALUES($1, $2)`, word, text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	err := d.Snapshot(context.Background(), func(read Reader) error {
		_ = count(t, read)
		erase := func(tx *Tx) error {
			tx.Erase()
			_, err := tx.Exec(`DELETE FROM t WHERE id = $1`, word)
			return err
		}
		if err := d.Do(context.Background(), 1, erase); err != nil {
			return err
		}
		time.Sleep(eraseAfter + 200*time.Millisecond)
		for i := range int64(20) { // others go on meanwhile
			if err := d.Do(context.Background(), 1, insert(i+1)); err != nil {
				return err
			}
		}
		if found(t, path, text) == nil {
			t.Error("it is gone while a reader may still ask for it")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	vanishes(t, path, text)
}
