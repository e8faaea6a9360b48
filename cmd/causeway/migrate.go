package main

import (
	"context"
	"fmt"
	"strings"

	"causeway/db"
	"causeway/store"
)

// migrate moves a stopped store from SQLite to PostgreSQL.
func migrate(ctx context.Context, std streams, args []string) error {
	f := flags(std, "migrate")
	from := f.String("from", "", "the store as it is, sqlite:PATH")
	to := f.String("to", "", "an empty database, postgres://USER:PASSWORD@HOST/DATABASE")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	if !strings.HasPrefix(*from, "sqlite:") || !db.IsPostgres(*to) {
		return nonsense(f, "from where and to where is not said")
	}
	var all int64
	err := store.Move(ctx, *from, *to, func(table string, rows int64) {
		all += rows
		fmt.Fprintf(std.out, "%10d  %s\n", rows, table)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "%10d  rows are moved. Change store.url, run causeway verify, and keep the old file until you are sure.\n", all)
	return err
}
