package main_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestTortureFullNode has one of two nodes without room for files, while people
// talk and send photos: the other one fetches them.
func TestTortureFullNode(t *testing.T) {
	t.Parallel()
	full, roomy := t.TempDir(), t.TempDir()
	if err := unix.Mount("causeway", full, "tmpfs", 0, "size=64k,mode=700"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(full, 0); err != nil {
			t.Error(err)
		}
	})
	for _, dir := range []string{full, roomy} { // links to files hold at either node
		if err := os.WriteFile(filepath.Join(dir, ".key"), []byte(strings.Repeat("6b", 32)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var sum tally
	sum.tell(t, "a node without room for files")
	w := newNodes(t, 2)
	w.config["media"] = fmt.Sprintf("{url: %q}", "file:"+roomy)
	w.own = func(i int, config map[string]string) {
		if i == 0 {
			config["media"] = fmt.Sprintf("{url: %q}", "file:"+full)
		}
	}
	w.begin()
	fill(t, filepath.Join(full, "filler"))
	z, sent := w.zoe(), amount(200, 20, 10)
	for n := range sent {
		z.SendPhoto(picture(t, n%photos), fmt.Sprint("photo ", n))
	}
	var received []entry
	within(t, patience(), "photos are fetched", func() error {
		received = w.messages(w.conversation("tg", "Zoë", nil).ID)
		files := 0
		for _, m := range received {
			if m.Content.Missing != "" {
				t.Fatalf("a file is given up: %+v", m.Content)
			}
			if m.Direction == "in" && m.Content.Size > 0 && m.Content.MIME == "image/png" {
				files++
			}
		}
		if files < sent {
			return fmt.Errorf("%d photos of %d", files, sent)
		}
		return nil
	})
	for _, m := range received {
		if m.Direction == "in" {
			u, err := url.Parse(m.Content.URL)
			if err != nil {
				t.Fatal(err)
			}
			if a, err := w.all[1].do("GET", u.RequestURI(), nil); err != nil || a.status != 200 || m.Content.Size != len(a.body) {
				t.Errorf("%q at the node that has room: %d, %d bytes, %v", m.Text, a.status, len(a.body), err)
			}
		}
	}
	if met := strings.Count(w.all[0].log(), "no space"); met > 0 {
		t.Logf("%d lines of the full node tell of it", met)
	}
	f := w.settled()
	f.cycles, f.verified = sent, 1
	sum.add(f)
}
