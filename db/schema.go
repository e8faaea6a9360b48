package db

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"
)

// sqliteSchema is the migrations as SQLite stores tables best. To it a BIGINT PRIMARY KEY is an index beside the
// table, and INTEGER PRIMARY KEY, which holds as much, is the table's own order; so is any other primary key of a
// table WITHOUT ROWID. Both spare a tree in which each row would be written, and searched, a second time.
type sqliteSchema struct{ fs.FS }

var (
	ownNumber  = regexp.MustCompile(`\bBIGINT PRIMARY KEY\b`)
	wholeTable = regexp.MustCompile(`(?s)CREATE TABLE \w+ \(\n(.*?)\n\);`)
	otherKey   = regexp.MustCompile(`(?m)\bTEXT PRIMARY KEY\b|^\s*PRIMARY KEY \(`)
)

func forSQLite(text string) string {
	text = ownNumber.ReplaceAllString(text, "INTEGER PRIMARY KEY")
	return wholeTable.ReplaceAllStringFunc(text, func(table string) string {
		if !otherKey.MatchString(table) {
			return table
		}
		return strings.TrimSuffix(table, ";") + " WITHOUT ROWID;"
	})
}

// Open implements fs.FS.
func (s sqliteSchema) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return rewritten{bytes.NewReader([]byte(forSQLite(string(text)))), info}, nil
}

type rewritten struct {
	*bytes.Reader
	info fs.FileInfo
}

func (r rewritten) Stat() (fs.FileInfo, error) { return r.info, nil }
func (r rewritten) Close() error               { return nil }
