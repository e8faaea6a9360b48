package main_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"causeway/simulator"
)

// canary stands wherever a secret or another value may stand that must not show.
const canary = "CANARY"

// TestWrongConfig: a config with anything wrong starts nothing. LISTEN and DIR in
// it are where it would have started.
func TestWrongConfig(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"several at once", `app_id: acme
server: {listen: "LISTEN", public_url: "chat.example.com"}
store: {url: "sqlite:DIR/store.db"}
chanels: []
log: {level: loud}
api_keys:
  - {name: ops, key: CANARY-1, role: boss}
  - {name: ops, key: CANARY-2, role: admin}
channels:
  - {id: tg, kind: telegram, token: "1:CANARY"}
  - {id: tg, kind: telegramm, token: "1:CANARY"}
  - {id: wa, kind: whatsapp-cloud, phone_number_id: "1", access_token: CANARY, verify_token: CANARY, sercet: CANARY}
bots: [{id: helper, url: "ftp://CANARY@host/", timeout: 1h}]
routing: {default_agent: ann, new_conversations_to_bot: helpr}
`, `2:|server.public_url
4:1|chanels
5:|log.level
7:|api_keys[0].role
8:|api_keys[1].name
10:|channels[0].secret
11:|channels[1].id
11:|channels[1].kind
12:|channels[2].app_secret
12:|channels[2].sercet
13:|bots[0].url
13:|bots[0].timeout
14:|routing.default_agent
14:|routing.new_conversations_to_bot`},
		{"variables that are not set", "app_id: \"${NOT_SET}\"\nstore: {url: \"sqlite:DIR/store.db\"}\nserver: {listen: \"LISTEN\"}\napi_keys: [{name: a, key: \"${NOT_SET_EITHER}\", role: admin}]\n",
			"1:|app_id\n4:|api_keys[0].key"},
		{"no YAML", "app_id: CANARY\nserver: {listen: \"LISTEN\"\n", "2:|"},
		{"another store", "store: {url: \"mysql://u:CANARY@host/db\"}\nserver: {listen: \"LISTEN\"}\n", "1:|store.url"},
		{"a placeholder", "server: {listen: \"LISTEN\"}\nstore: {url: \"sqlite:DIR/store.db\"}\nchannels:\n  - {id: tg, kind: telegram, token: \"1:CANARY\", secret: \"…\"}\n", "4:|channels[0].secret"},
		{"a secret that can be no secret", "server: {listen: \"LISTEN\"}\nstore: {url: \"sqlite:DIR/store.db\"}\nbots: [{id: b, url: \"http://127.0.0.1/\", secret: CANARY}]\n", "3:|bots[0].secret"},
		{"an address that cannot be listened on", "server: {listen: \"everywhere\"}\nstore: {url: \"sqlite:DIR/store.db\"}\n", "1:|server.listen"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir, addr := t.TempDir(), freeAddr(t)
			file := filepath.Join(dir, "causeway.yaml")
			text := strings.NewReplacer("LISTEN", addr, "DIR", dir).Replace(c.text)
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, command := range []string{"serve", "check", "verify"} {
				r := run(t, environment(), command, "-config", file)
				if r.code != 1 || strings.Contains(r.out+r.err, canary) {
					t.Errorf("%s: %+v", command, r)
				}
				tells(t, r.err, c.want)
			}
			nothingBegan(t, dir, addr)
		})
	}
}

// tells expects each wanted place and key in a line of its own, in order.
func tells(t *testing.T, errs, want string) {
	t.Helper()
	rest := strings.Split(errs, "\n")
	for line := range strings.SplitSeq(want, "\n") {
		place, key, _ := strings.Cut(line, "|")
		found := false
		for i, l := range rest {
			if strings.Contains(l, place) && strings.Contains(l, key) {
				rest, found = rest[i+1:], true
				break
			}
		}
		if !found {
			t.Errorf("nothing is said of %s in its place:\n%s", line, errs)
		}
	}
}

func nothingBegan(t *testing.T, dir, addr string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("made in the folder: %v %v", left, err)
	}
	if c, err := net.Dial("tcp", addr); err == nil {
		_ = c.Close()
		t.Error("somebody listens")
	}
}

// TestCannotStart: the config is right, and something else is wrong.
func TestCannotStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	z := w.zoe()
	z.Say("hello")
	conv := w.conversation("tg", "Zoë", nil)

	other := newWorld(t)
	for name, c := range map[string]struct {
		change func()
		want   string
	}{
		"the store is served already": {func() { other.config["store"] = fmt.Sprintf("{url: %q}", "sqlite:"+w.db()) }, fmt.Sprint("process ", w.bridge.cmd.Process.Pid)},
		"the address is taken":        {func() { other.config["server"] = fmt.Sprintf("{listen: %q}", w.addr) }, "address already in use"},
		"no folder for the store":     {func() { other.config["store"] = fmt.Sprintf("{url: %q}", "sqlite:"+other.dir+"/none/x.db") }, "none/x.db"},
		"an account twice":            {func() { other.config["channels"] += other.telegram("tg2", "7000000001:another-token-of-the-same") }, "channel tg2 is the same account as channel tg in line "},
		"the store is no database":    {func() { other.config["store"] = fmt.Sprintf("{url: %q}", "sqlite:"+other.file()) }, "database"},
	} {
		other.config = other.defaults()
		c.change()
		other.write()
		if r := run(t, other.env(), "serve", "-config", other.file()); r.code != 1 || !strings.Contains(r.err, c.want) {
			t.Errorf("%s: %+v, want %q", name, r, c.want)
		}
	}
	other.config = other.defaults()
	other.write()
	for _, args := range [][]string{{"serve"}, {"serve", "-config", other.dir + "/none.yaml"}, {"serve", "-confg", "x"}} {
		if r := run(t, other.env(), args...); r.code == 0 {
			t.Errorf("%v: %+v", args, r)
		}
	}
	if a := w.says(annKey, conv.ID, "still here"); a.status != 201 {
		t.Errorf("%d %s", a.status, a.body)
	}
	sees(t, z, "still here")
}

// TestReload: on SIGHUP a wrong config changes nothing, and a right one changes
// everything, at once, without a restart.
func TestReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.hire("helper", nil)
	w.start()
	z := w.zoe()
	z.Say("one")
	sees(t, z, "re: one")

	right := w.config
	w.config = map[string]string{"app_id": "acme", "store": right["store"], "server": right["server"], "nonsense": "1"}
	w.write()
	w.bridge.signal(syscall.SIGHUP)
	eventually(t, "the refusal is told", func() error {
		if !strings.Contains(w.log(), "nonsense") {
			return fmt.Errorf("log: %s", w.log())
		}
		return nil
	})
	z.Say("two")
	sees(t, z, "re: two")

	second := newBot(t, func(c *call) { c.says(message{"message": "new: " + c.Message}) })
	w.bots = append(w.bots, second)
	w.sim.Telegram(simulator.TelegramBot{Token: "7000000002:another", Username: "second_bot"})
	w.config = right
	w.config["bots"] = strings.Replace(w.config["bots"], first.url, second.url, 1)
	w.config["channels"] += w.telegram("tg2", "7000000002:another")
	w.config["api_keys"] = strings.Replace(w.config["api_keys"], annKey, "another-key-of-ann", 1)
	w.write()
	w.bridge.signal(syscall.SIGHUP)
	eventually(t, "Ann's other key", func() error {
		if a := w.ask("another-key-of-ann", "GET", "channels", nil); a.status != http.StatusOK {
			return fmt.Errorf("%d", a.status)
		}
		return nil
	})
	if a := w.ask(annKey, "GET", "channels", nil); a.status != http.StatusUnauthorized {
		t.Errorf("Ann's old key: %d", a.status)
	}
	z.Say("three")
	sees(t, z, "new: three")
	other := w.sim.Telegram(simulator.TelegramBot{Token: "7000000002:another"}).Person(simulator.TelegramUser{ID: 9})
	other.Say("four")
	sees(t, other, "new: four")
	for _, c := range first.heard() {
		if c.Message == "three" || c.Message == "four" {
			t.Errorf("the first bot heard %q", c.Message)
		}
	}
}
