package main_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"causeway/db/dbtest"
	"causeway/simulator"
)

// The secrets of every world. None may be seen in a log.
const (
	adminKey  = "key-of-the-admin"
	annKey    = "key-of-ann"
	helperKey = "key-of-the-helper"
	tgToken   = "7000000001:token-of-the-bot"
	tgSecret  = "secret_of_telegram"
	waToken   = "token-of-the-number"
	waSecret  = "secret-of-the-app"
	waVerify  = "word-of-the-handshake"
	botToken  = "token-for-the-helper"
	botSecret = "whsec_c2VjcmV0LWJldHdlZW4tdXMtYW5kLXRoZS1ib3Q="
)

var secrets = []string{adminKey, annKey, helperKey, tgToken, tgSecret, waToken, waSecret, waVerify, botToken, botSecret}

const (
	ann = "ann@example.com"
	ben = "ben@example.com"
)

// world is one config with everything around it: providers, people, bots, and
// the bridge as a process of its own.
type world struct {
	t       *testing.T
	program string
	under   []string // a command line under which the program runs
	more    []string // of its environment
	dir     string
	data    string // where store and files are; dir, unless it is another disk
	addr    string // of the bridge
	url     string
	config  map[string]string // YAML by top-level key
	sim     *simulator.Simulator
	tg      *simulator.Bot
	wa      *simulator.Number
	bots    []*bot
	bridge  *bridge // nil while it does not run
	peak    int     // bytes that the bridge has used at the most, where that is looked at
	store   string  // the address of a PostgreSQL database, "" for a file
}

// newWorld prepares a world in which nothing runs but the providers. When the
// test ends the bridge is stopped, and every delivery must be accounted for.
func newWorld(t *testing.T) *world {
	t.Helper()
	sim, err := simulator.Start(simulator.Options{Retry: simulator.Retry{First: 20 * time.Millisecond, Max: 200 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, program: program, dir: t.TempDir(), addr: freeAddr(t), sim: sim}
	w.data = w.dir
	if dbtest.IsPostgres() {
		w.store = dbtest.URL(t)
	}
	w.url = "http://" + w.addr
	w.config = w.defaults()
	w.tg = sim.Telegram(simulator.TelegramBot{Token: tgToken, Username: "cafe_bot"})
	w.wa = w.number("1065")
	t.Cleanup(w.close)
	return w
}

// in is the same world, with its failures told to a subtest.
func (w *world) in(t *testing.T) *world {
	inner := *w
	inner.t = t
	return &inner
}

// number registers a number of the one app.
func (w *world) number(id string) *simulator.Number {
	return w.sim.WhatsApp(simulator.WhatsAppNumber{
		PhoneNumberID: id, DisplayPhone: "1555" + id, AccessToken: waToken, AppSecret: waSecret, VerifyToken: waVerify, WebhookURL: w.url + "/webhooks/wa",
	})
}

func (w *world) defaults() map[string]string {
	return map[string]string{
		"app_id": "acme",
		"server": fmt.Sprintf("{listen: %q}", w.addr),
		"store":  fmt.Sprintf("{url: %q}", cmp.Or(w.store, "sqlite:"+w.path())),
		"media":  fmt.Sprintf("{url: %q}", "file:"+filepath.Join(w.data, "media")),
		"log":    "{level: info, format: text}",
		"api_keys": `
  - {name: admin, key: "${ADMIN_KEY}", role: admin}
  - {name: ann, key: ` + annKey + `, role: agent, agent: ` + ann + `}`,
		"channels": w.telegram("tg", tgToken) + w.whatsapp("wa", "1065"),
		"agents":   fmt.Sprintf("[{id: %s, name: Ann}, {id: %s, name: Ben}]", ann, ben),
		"routing":  fmt.Sprintf("{default_agent: %s}", ann),
		"egress":   `{allow_private: ["127.0.0.0/8"]}`,
	}
}

func (w *world) telegram(id, token string) string {
	return fmt.Sprintf("\n  - {id: %s, kind: telegram, token: %q, secret: %s, api_url: %q}", id, token, tgSecret, w.sim.URL()+"/telegram")
}

func (w *world) whatsapp(id, number string) string {
	return fmt.Sprintf("\n  - {id: %s, kind: whatsapp-cloud, phone_number_id: %q, access_token: %s, app_secret: %s, verify_token: %s, api_url: %q}",
		id, number, waToken, waSecret, waVerify, w.sim.URL()+"/graph")
}

// hire puts a bot into the config. The first one gets new conversations, and has
// an API key.
func (w *world) hire(id string, answer func(*call)) *bot {
	w.t.Helper()
	b := newBot(w.t, answer)
	w.employ(id, b.url, "")
	w.bots = append(w.bots, b)
	return b
}

// employ is hire for a bot that runs elsewhere; more are keys of the config.
func (w *world) employ(id, url, more string) {
	if w.config["bots"] == "" {
		w.config["routing"] = fmt.Sprintf("{default_agent: %s, new_conversations_to_bot: %s}", ann, id)
		w.config["api_keys"] += fmt.Sprintf("\n  - {name: helper, key: %s, role: bot, bot: %s}", helperKey, id)
	}
	w.config["bots"] += fmt.Sprintf("\n  - {id: %s, url: %q, header: {name: X-Token, value: %s}, secret: %q%s}", id, url, botToken, botSecret, more)
}

func (w *world) file() string { return filepath.Join(w.dir, "causeway.yaml") }

func (w *world) path() string { return filepath.Join(w.data, "causeway.db") }

// db is the path of the store, for tests that go by the file.
func (w *world) db() string {
	w.t.Helper()
	w.onFiles()
	return w.path()
}

// livesAt has store and files kept in another folder.
func (w *world) livesAt(dir string) {
	w.onFiles()
	w.data = dir
	w.config["store"], w.config["media"] = w.defaults()["store"], w.defaults()["media"]
}

// onFiles skips what is about SQLite's file.
func (w *world) onFiles() {
	w.t.Helper()
	if w.store != "" {
		w.t.Skip("the store is no file")
	}
}

func (w *world) env() []string { return environment(append(w.more, "ADMIN_KEY="+adminKey)...) }

// write writes the config as it stands.
func (w *world) write() {
	w.t.Helper()
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(w.config)) {
		fmt.Fprintf(&text, "%s: %s\n", key, w.config[key])
	}
	if err := os.WriteFile(w.file(), []byte(text.String()), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// start writes the config and starts the bridge on it.
func (w *world) start() {
	w.t.Helper()
	w.write()
	w.bridge = startBridge(w)
}

// close ends all of it and holds the bridge to its promises.
func (w *world) close() {
	w.t.Helper()
	for _, b := range w.bots {
		b.release()
	}
	if w.bridge != nil {
		w.bridge.stop()
	}
	_, err := os.Stat(w.path())
	if err == nil && w.store == "" || w.store != "" && strings.Contains(w.log(), "causeway serves") {
		if r := run(w.t, w.env(), "verify", "-config", w.file()); r.code != 0 {
			w.t.Errorf("verify: %+v", r)
		}
	}
	if err := w.sim.Close(); err != nil {
		w.t.Error(err)
	}
	for _, b := range w.bots {
		b.server.Close()
	}
	if w.t.Failed() {
		w.t.Logf("the bridge's log:\n%s", w.log())
	}
	for _, bad := range append([]string{"DATA RACE", "panic", "goroutine "}, secrets...) {
		if strings.Contains(w.log(), bad) {
			w.t.Errorf("the log has %q:\n%s", bad, w.log())
		}
	}
}

// log is what all runs of the bridge have logged.
func (w *world) log() string {
	data, err := os.ReadFile(filepath.Join(w.dir, "log"))
	if err != nil && !os.IsNotExist(err) {
		w.t.Error(err)
	}
	return string(data)
}

// zoe and lena are the persons of tests that need one on each channel.
func (w *world) zoe() *simulator.TelegramPerson {
	return w.tg.Person(simulator.TelegramUser{ID: 5512345678, FirstName: "Zoë"})
}

func (w *world) lena() *simulator.WhatsAppPerson {
	return w.wa.Person(simulator.WhatsAppUser{Phone: "4915112345678", UserID: "DE.92817465510283746501", Name: "Lena"})
}

// freeAddr is a loopback address that no other test of this run has, nor any
// process of this machine: the network is named after our process, so that nobody
// answers in place of a bridge that starts, and it is free again after a restart.
func freeAddr(t *testing.T) string {
	t.Helper()
	pid, port := os.Getpid(), 12000+int(addrs.Add(1))
	if pid >= 1<<23 || port > 30000 {
		t.Fatalf("no address is free: process %d, port %d", pid, port)
	}
	return fmt.Sprintf("127.%d.%d.%d:%d", 128|pid>>16, pid>>8&255, pid&255, port)
}

// addrs counts the addresses that were given out.
var addrs atomic.Int64
