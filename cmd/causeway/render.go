package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"causeway/api"
	"causeway/connectors"
	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
	"causeway/kommunicate"
)

// choose stands above buttons without a text; a config can say otherwise.
const choose = "Please choose"

// render shows what a message becomes on each kind of channel. It needs no
// config and sends nothing. With -strict it exits 1 if anything of the message
// would be degraded or lost, for the tests of those who write bots.
func render(_ context.Context, std streams, args []string) error {
	f := flags(std, "render")
	var names []string
	f.Func("channel", "a `KIND` of channel, such as telegram; may be given several times (default every kind)", func(name string) error {
		names = append(names, name)
		return nil
	})
	strict := f.Bool("strict", false, "exit 1 if a channel would degrade or lose something")
	if err := parse(f, args, 1); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return nonsense(f, fmt.Sprintf("%q is too much: the message is read from the standard input", f.Arg(0)))
	}
	known := connectors.Kinds(kit.Env{HTTP: egress.New(egress.Options{})})
	kinds, err := api.KindsNamed(known, names)
	if err != nil {
		return nonsense(f, err.Error())
	}
	data, err := io.ReadAll(io.LimitReader(std.in, kommunicate.MaxBody+1))
	if err != nil {
		return fmt.Errorf("read the message: %w", err)
	}
	say, notices, err := api.ReadSayings(known, data)
	if err != nil {
		return fmt.Errorf("read the message: %w", err)
	}
	all, err := api.Render(kinds, say, notices, choose)
	if err != nil {
		return err
	}
	out := json.NewEncoder(std.out)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(all); err != nil {
		return fmt.Errorf("print the rendering: %w", err)
	}
	if *strict && tellLosses(std.err, all) {
		return errReported
	}
	return nil
}

// tellLosses says what is degraded or lost, and reports whether anything is.
func tellLosses(w io.Writer, all map[string]core.Rendering) bool {
	found := false
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		for _, n := range all[kind].Notes {
			if n.Severity == core.Same {
				continue
			}
			found = true
			line := fmt.Sprintf("%s: %s: %s", kind, n.Severity, n.Rule)
			for _, part := range []struct{ before, text string }{{" at ", n.Path}, {": ", n.From}, {" -> ", n.To}} {
				if part.text != "" {
					line += part.before + part.text
				}
			}
			fmt.Fprintln(w, line)
		}
	}
	return found
}
