package main

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// nodes is accept and turn at 64 at once on SQLite, and on PostgreSQL with one node
// and with two, each beside the bare program: on the same cores, which the database
// has its part of.
func (b *bench) nodes() error {
	if b.o.server == "" {
		b.out.say("no PostgreSQL: no nodes (go run ./db/dbtest/with go run ./bench)")
		return nil
	}
	const level = 64
	t := b.report.table("Nodes on PostgreSQL", append([]string{"server"}, sampleHead...)...)
	for _, kind := range []struct {
		name, bare, what string
		whole            bool
		first            person
	}{{"b", "a", "accept", false, 0}, {"d", "c", "relay", true, mostPeople / 2}} {
		beside, err := startBare(b.ctx, kind.what)
		if err != nil {
			return err
		}
		for nodes := range 3 {
			w, err := b.nodesWorld(nodes)
			if err != nil {
				return err
			}
			release := func() {}
			if !kind.whole {
				release = b.stubs.hold()
			}
			ours, theirs, err := b.pair(w, newTarget(beside, b.stubs, b.nextRun(), kind.first, accepting), level, kind.whole)
			release()
			if err != nil {
				return err
			}
			on := "SQLite"
			if nodes > 0 {
				on = fmt.Sprintf("PostgreSQL, nodes: %d", nodes)
				b.report.figure(fmt.Sprintf("%s/%s at 64, %s", kind.name, kind.bare, on), map[bool]string{false: "0.1, aim 0.2", true: "0.1, aim 0.25"}[kind.whole], compare(ours, theirs))
			}
			t.row(append([]string{kind.name + " " + on}, ours.cells(level, kind.name+"/"+kind.bare+" "+compare(ours, theirs))...)...)
		}
		beside.kill()
	}
	return nil
}

// nodesWorld is a world with so many nodes on a new database, or on a file with 0.
func (b *bench) nodesWorld(nodes int) (*world, error) {
	if nodes == 0 {
		return b.world(b.stubs.url)
	}
	name := fmt.Sprintf("bench%d_%d", os.Getpid(), b.worlds)
	if _, err := b.psql("CREATE DATABASE " + name); err != nil {
		return nil, err
	}
	u, err := url.Parse(b.o.server)
	if err != nil {
		return nil, fmt.Errorf("read the address of the server: %w", err)
	}
	u.Path = "/" + name
	w, err := b.worldOf(b.stubs.url, u.String(), nodes)
	if err != nil {
		return nil, err
	}
	server, err := b.serverPID()
	w.server = func() time.Duration { return family(server) }
	return w, err
}

// psql runs a statement on the server.
func (b *bench) psql(statement string) (string, error) {
	out, err := exec.CommandContext(b.ctx, "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", b.o.server, "-c", statement).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("psql: %w\n%s", err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// serverPID is the process that has started all of the server's; it runs on this
// machine.
func (b *bench) serverPID() (int, error) {
	dir, err := b.psql("SHOW data_directory")
	if err != nil {
		return 0, err
	}
	text, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		return 0, fmt.Errorf("find the server: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return 0, fmt.Errorf("find the server: %w", err)
	}
	return pid, nil
}
