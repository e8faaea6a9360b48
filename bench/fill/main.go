// Command fill puts many conversations into the store of package bench, as if
// they had been held through two numbers, faster than a server would: it writes
// the rows by SQL and makes the indexes afterwards. It fills an SQLite file that
// has the schema and is served by nobody.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"causeway/db"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "fill:", err)
		os.Exit(1)
	}
}

// filler knows how much to write. Every statement makes its rows by itself, from
// counters: people i and their messages j.
type filler struct {
	d              *db.DB
	people, each   int64
	base, at       int64 // the first id, and when all of it happened
	channels, bots string
}

func run(ctx context.Context, args []string) (err error) {
	f := flag.NewFlagSet("fill", flag.ContinueOnError)
	path := f.String("store", "", "the file")
	messages := f.Int64("messages", 1_000_000, "messages in all")
	people := f.Int64("conversations", 1_000_000, "conversations")
	if err := f.Parse(args); err != nil {
		return fmt.Errorf("flags: %w", err)
	}
	if f.NArg() != 2 || *people < 1 || *messages < *people {
		return errors.New("flags: two channels are needed, as ID=BOT, and a message for each conversation")
	}
	at := time.Now().Add(-24 * time.Hour)
	g := &filler{people: *people, each: *messages / *people, base: db.NewIDs(0, func() time.Time { return at }).Next(), at: at.UnixMilli()}
	one, two := strings.Split(f.Arg(0), "="), strings.Split(f.Arg(1), "=")
	g.channels = fmt.Sprintf("CASE WHEN i %% 2 = 0 THEN '%s' ELSE '%s' END", one[0], two[0])
	g.bots = fmt.Sprintf("CASE WHEN i %% 2 = 0 THEN '%s' ELSE '%s' END", one[1], two[1])
	if g.d, err = db.Open(ctx, "sqlite:"+*path, db.Options{}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.d.Close()) }()
	return g.fill(ctx)
}

// chunk is how many people or messages a transaction writes.
const chunk = 100_000

func (g *filler) fill(ctx context.Context) error {
	again, err := g.dropIndexes(ctx)
	if err != nil {
		return err
	}
	for from := int64(0); from < g.people; from += chunk {
		if err := g.write(ctx, g.conversations(), from, min(from+chunk, g.people)); err != nil {
			return err
		}
	}
	for j := range g.each {
		for from := int64(0); from < g.people; from += chunk {
			if err := g.write(ctx, g.messages(j+1), from, min(from+chunk, g.people)); err != nil {
				return err
			}
		}
	}
	for _, query := range append(again, `UPDATE log_head SET seq = (SELECT coalesce(max(seq), 0) FROM log)`) {
		if err := g.do(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

// dropIndexes drops those that can be made again and returns how.
func (g *filler) dropIndexes(ctx context.Context) ([]string, error) {
	rows, err := g.d.Rows(ctx, `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var names, again []string
	for rows.Next() {
		var name, query string
		if err := rows.Scan(&name, &query); err != nil {
			return nil, fmt.Errorf("read the indexes: %w", err)
		}
		names, again = append(names, name), append(again, query)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("read the indexes: %w", err)
	}
	for _, name := range names {
		if err := g.do(ctx, "DROP INDEX "+name); err != nil {
			return nil, err
		}
	}
	return again, g.do(ctx, "PRAGMA cache_size = -1000000")
}

func (g *filler) do(ctx context.Context, query string, args ...any) error {
	return g.d.Do(ctx, 0, func(tx *db.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
}

// write runs the statements for people from one up to another, as one transaction.
func (g *filler) write(ctx context.Context, queries []string, from, to int64) error {
	return g.d.Do(ctx, 0, func(tx *db.Tx) error {
		for _, query := range queries {
			into, rows, _ := strings.Cut(query, "SELECT")
			query = into + ` WITH RECURSIVE people(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM people WHERE i + 1 < $2) SELECT` + g.words().Replace(rows)
			if _, err := tx.Exec(query, from, to); err != nil {
				return err
			}
		}
		return nil
	})
}

// words are what the statements below leave open. A person's things have ids of
// their own, apart from those of messages.
func (g *filler) words() *strings.Replacer {
	return strings.NewReplacer(
		"PERSON", fmt.Sprintf("(%d + i)", g.base), "CHANNEL", g.channels, "BOT", g.bots, "NOW", fmt.Sprint(g.at),
		"PHONE", "'+' || (4915100000000 + i)", "USER", "'DE.' || (81000000000000 + i)", "PEOPLE", fmt.Sprint(g.people),
		"EACH", fmt.Sprint(g.each))
}
