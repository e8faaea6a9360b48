package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"causeway/config"
	"causeway/media"
	"causeway/store"
)

// verify accounts for every delivery, and exits 1 if anything is unaccounted for.
func verify(ctx context.Context, std streams, args []string) error {
	f := flags(std, "verify")
	path := f.String("config", "", "the config file")
	asJSON := f.Bool("json", false, "print the report as JSON")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	c, err := storedConfig(*path)
	if err != nil {
		return err
	}
	report, err := store.Verify(ctx, c.Store.URL, filesOf(c))
	if err != nil {
		return err
	}
	if *asJSON {
		out := json.NewEncoder(std.out)
		out.SetIndent("", "  ")
		err = out.Encode(report)
	} else {
		err = tell(std.out, report)
	}
	if err == nil && len(report.Findings) > 0 {
		err = errReported
	}
	return err
}

// filesOf lists the files in our keeping with their sizes, without touching them.
func filesOf(c *config.Config) func() (map[int64]int64, error) {
	return func() (_ map[int64]int64, err error) {
		folder, err := media.Open(mediaDir(c), media.Options{ReadOnly: true})
		if err != nil {
			return nil, fmt.Errorf("open media: %w", err)
		}
		defer func() { err = errors.Join(err, folder.Close()) }()
		sizes := map[int64]int64{}
		for file, err := range folder.List() {
			if err != nil {
				return nil, fmt.Errorf("list media: %w", err)
			}
			sizes[file.ID] = file.Size
		}
		return sizes, nil
	}
}

func tell(w io.Writer, r store.Report) error {
	for _, f := range r.Findings {
		if _, err := fmt.Fprintf(w, "WRONG  %s: %s: %s\n", f.Rule, f.ID, f.Text); err != nil {
			return err
		}
	}
	verdict := "all is accounted for"
	if n := len(r.Findings); n > 0 {
		verdict = fmt.Sprintf("%d findings", n)
	}
	_, err := fmt.Fprintf(w, "%d deliveries with %d items, %d conversations, %d messages, %d log entries: %s\n",
		r.Deliveries, r.Items, r.Conversations, r.Messages, r.LogEntries, verdict)
	return err
}

// backup copies the store to a new file.
func backup(ctx context.Context, std streams, args []string) error {
	f := flags(std, "backup")
	path := f.String("config", "", "the config file")
	if err := parse(f, args, 1); err != nil {
		return err
	}
	if f.NArg() == 0 {
		return nonsense(f, "the file to write is not named")
	}
	c, err := storedConfig(*path)
	if err != nil {
		return err
	}
	if err := store.Backup(ctx, c.Store.URL, f.Arg(0)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "The store is copied to %s. The files under %s are not in it: copy that folder too.\n", f.Arg(0), mediaDir(c))
	return err
}
