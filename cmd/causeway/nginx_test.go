package main_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// nginx runs the proxy of deploy/nodes before the nodes, with their addresses in the
// place of those that containers have. Without nginx the test is skipped.
func (w *nodes) nginx() {
	t := w.t
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		t.Skip("nginx is not installed")
	}
	text, err := os.ReadFile("../../deploy/nodes/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	site := string(text)
	for was, is := range map[string]string{"listen 80;": "listen " + w.addr + ";", "node1:8080": w.all[0].addr, "node2:8080": w.all[1].addr} {
		if strings.Count(site, was) != 1 {
			t.Fatalf("nginx.conf has %q %d times", was, strings.Count(site, was))
		}
		site = strings.Replace(site, was, is, 1)
	}
	dir := t.TempDir()
	var own strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&own, "%s_temp_path %s;\n", kind, filepath.Join(dir, kind))
	}
	conf := fmt.Sprintf("daemon off;\npid %[1]s/pid;\nerror_log %[1]s/log;\nevents {}\nhttp {\naccess_log off;\n%[2]s%[3]s}\n", dir, own.String(), site)
	if os.Geteuid() == 0 {
		conf = "user root;\n" + conf
	}
	if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "-p", dir, "-c", filepath.Join(dir, "conf"), "-e", filepath.Join(dir, "log"))
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait() // how it ends says nothing of us
		if log, err := os.ReadFile(filepath.Join(dir, "log")); err == nil && t.Failed() {
			t.Logf("nginx's log:\n%s", log)
		}
	})
}

// People talk, an event stream is read and agents call, all through the nginx of
// deploy/nodes, while nodes are killed and stopped behind it.
func TestNodesBehindNginx(t *testing.T) {
	t.Parallel()
	w := newNodesAlone(t, 2)
	w.nginx()
	t.Cleanup(w.stop)
	w.begin()
	for n, end := range []func(){w.all[0].kill, w.all[1].quit} {
		pause(time.Second)
		end()
		pause(time.Second)
		if a := w.ask(adminKey, "GET", "conversations", nil); a.status != 200 {
			t.Errorf("with one node: %d %s", a.status, a.body)
		}
		w.restart(n)
	}
	for path, want := range map[string]int{"/metrics": 404, "/readyz": 404, "/healthz": 404, "/openapi.json": 200} {
		if a, err := w.do(http.MethodGet, path, nil); err != nil || a.status != want {
			t.Errorf("%s: %d, %v", path, a.status, err)
		}
	}
	long := strings.Replace(string(telegramText(90_000_001, 990, "hi")), "{", fmt.Sprintf(`{"new":%q,`, strings.Repeat("x", 2_900_000)), 1)
	if a, err := w.postTelegram("tg", []byte(long)); err != nil || a.status != 200 {
		t.Errorf("a webhook of 3 MB: %d %s, %v", a.status, a.body, err)
	}
	t.Log(w.settled())
}

func (w *world) kill() { w.bridge.kill() }
func (w *world) quit() { w.bridge.stop() }
