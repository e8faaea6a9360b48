package main_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"causeway/db/dbtest"
	"causeway/simulator"
)

// nodes is a talking world with several bridges on one PostgreSQL database,
// behind a balancer, which is where providers and clients call.
type nodes struct {
	*talking
	pg       *dbtest.Cluster
	all      []*world // one for each bridge, with the address of that bridge
	streams  []*follower
	balancer *balancer
	own      func(i int, config map[string]string) // changes what is a bridge's own; may be nil
}

func newNodes(t *testing.T, n int) *nodes {
	t.Helper()
	w := newNodesAlone(t, n)
	w.balancer = balance(t, w.addr, w.addrs())
	t.Cleanup(w.stop)
	return w
}

// newNodesAlone is newNodes without anything at the address that all call.
func newNodesAlone(t *testing.T, n int) *nodes {
	t.Helper()
	pg := dbtest.Own(t)
	w := &nodes{talking: newTalking(t), pg: pg}
	w.store = pg.Database(t)
	w.config["store"] = fmt.Sprintf("{url: %q, writers: 4}", w.store)
	for range n {
		one := *w.world
		one.dir, one.addr = t.TempDir(), freeAddr(t)
		one.url = "http://" + one.addr
		w.all = append(w.all, &one)
	}
	return w
}

func (w *nodes) addrs() []string {
	var all []string
	for _, one := range w.all {
		all = append(all, one.addr)
	}
	return all
}

// start starts all bridges at once, on the config as it stands.
func (w *nodes) start() {
	w.t.Helper()
	w.write()
	for i, one := range w.all {
		one.config = maps.Clone(w.config)
		one.config["server"] = fmt.Sprintf("{listen: %q, public_url: %q}", one.addr, w.url)
		if w.own != nil {
			w.own(i, one.config)
		}
		one.write()
		one.bridge = launch(one)
	}
	for _, one := range w.all {
		one.bridge.ready()
	}
}

// begin starts all, has a reader at each bridge, and begins the talk.
func (w *nodes) begin() {
	w.t.Helper()
	w.start()
	w.stream = w.follow()
	for _, one := range w.all {
		w.streams = append(w.streams, one.follow())
	}
	w.quiet = w.crowd()
}

// settled is talking's, and each bridge must have told the same log.
func (w *nodes) settled() figures {
	w.t.Helper()
	f := w.talking.settled()
	for _, s := range w.streams {
		s.agrees(w.t)
	}
	w.accounted()
	return f
}

// restart starts a bridge that was killed.
func (w *nodes) restart(i int) {
	w.t.Helper()
	w.all[i].bridge = startBridge(w.all[i])
}

func (w *nodes) stop() {
	w.t.Helper()
	for _, b := range w.bots {
		b.release()
	}
	for i, one := range w.all {
		if one.bridge != nil {
			one.bridge.stop()
		}
		if w.t.Failed() {
			w.t.Logf("the log of bridge %d:\n%s", i, one.log())
		}
		for _, bad := range append([]string{"DATA RACE", "panic", "goroutine "}, secrets...) {
			if strings.Contains(one.log(), bad) {
				w.t.Errorf("the log has %q:\n%s", bad, one.log())
			}
		}
	}
}

// Two nodes are given the same calls at the same time, crosswise: each message is
// there once, answered once, and both tell the same log.
func TestNodesTakeTheSameWebhookOnce(t *testing.T) {
	t.Parallel()
	w := newNodes(t, 2)
	w.start()
	streams := []*follower{w.all[0].follow(), w.all[1].follow()}
	const persons, each = 8, 5
	var wg sync.WaitGroup
	for p := range persons {
		for _, one := range w.all {
			wg.Go(func() {
				for n := range each {
					body := telegramText(1000*p+n+1, 700+p, fmt.Sprint("n", n))
					for {
						a, err := one.postTelegram("tg", body)
						if err == nil && a.status == http.StatusOK {
							break
						}
						if err != nil || a.status != http.StatusServiceUnavailable {
							t.Errorf("%v %v", a, err)
							return
						}
						tick()
					}
				}
			})
		}
	}
	wg.Wait()
	for p := range persons {
		conv := w.conversation("tg", fmt.Sprint("P", 700+p), nil)
		eventually(t, "answers", func() error {
			var texts, answers []string
			for _, m := range w.messages(conv.ID) {
				if m.Direction == "in" {
					texts = append(texts, m.Text)
				} else if !m.Private {
					answers = append(answers, m.Text)
				}
			}
			if len(answers) < each {
				return fmt.Errorf("%d answers", len(answers))
			}
			if fmt.Sprint(texts) != "[n0 n1 n2 n3 n4]" || len(answers) != each {
				t.Fatalf("P%d: %v, answered with %v", p, texts, answers)
			}
			return nil
		})
	}
	if again := repeats(w.helper.heard()); len(again) > 0 {
		t.Errorf("the bot was called again: %v", again)
	}
	for _, s := range streams {
		s.agrees(t)
	}
}

// A node that dies while its bot thinks is replaced: the other one asks the bot
// again, under the same id.
func TestANodeTakesOverFromADeadOne(t *testing.T) {
	t.Parallel()
	w := newNodes(t, 2)
	g := newGate()
	w.helper.becomes(func(c *call) {
		if c.Message == "hello" {
			g.wait(c)
		}
		repeat(c)
	})
	w.start()
	z := w.tg.Person(simulator.TelegramUser{ID: 700, FirstName: "P700"})
	z.Say("hi")
	sees(t, z, "re: hi")
	if _, err := w.all[0].postTelegram("tg", telegramText(90_000_001, 700, "hello")); err != nil {
		t.Fatal(err)
	}
	first := w.helper.hears(t, 2)
	w.all[0].bridge.kill()
	died := time.Now()
	again := w.helper.hears(t, 3)
	took := time.Since(died)
	close(g.open)
	if again.id != first.id {
		t.Errorf("the bot was asked as %q, and again as %q", first.id, again.id)
	}
	sees(t, z, "re: hello")
	t.Logf("taken over after %s", took.Round(10*time.Millisecond))
}

// While the database is away a node says so, and takes nothing; when it is back
// all goes on, and nothing that was taken is lost.
func TestTheDatabaseGoesAndComesBack(t *testing.T) {
	t.Parallel()
	w := newNodes(t, 2)
	w.begin()
	pause(500 * time.Millisecond)
	w.pg.Kill()
	for _, one := range w.all {
		a, err := one.postTelegram("tg", telegramText(90_000_001, 990, "lost?"))
		if err != nil || a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
			t.Errorf("a webhook without a database: %+v, %v", a, err)
		}
		for path, want := range map[string]int{"/readyz": http.StatusServiceUnavailable, "/healthz": http.StatusOK} {
			resp, err := http.Get(one.url + path)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != want {
				t.Errorf("%s without a database: %s", path, resp.Status)
			}
		}
	}
	pause(time.Second)
	if err := w.pg.Restart(); err != nil {
		t.Fatal(err)
	}
	for _, one := range w.all {
		one.bridge.ready()
	}
	t.Log(w.settled())
}

// A node that freezes for longer than its lease loses its work to the other one.
// When it wakes up it stores nothing of it, and goes on.
func TestAFrozenNodeDoesNoHarm(t *testing.T) {
	t.Parallel()
	w := newNodes(t, 2)
	w.begin()
	pause(500 * time.Millisecond)
	w.freeze(0, 8*time.Second)
	pause(time.Second)
	t.Log(w.settled())
}

func (w *nodes) freeze(i int, d time.Duration) {
	w.t.Helper()
	w.all[i].bridge.signal(syscall.SIGSTOP)
	pause(d)
	w.all[i].bridge.signal(syscall.SIGCONT)
}

// One node at a time fetches a bot's updates, and each update is there once, also
// when that node dies.
func TestOneNodePollsABot(t *testing.T) {
	t.Parallel()
	w := newNodes(t, 2)
	w.config["channels"] = fmt.Sprintf("\n  - {id: tg, kind: telegram, token: %q, mode: polling, api_url: %q}", tgToken, w.sim.URL()+"/telegram")
	w.start()
	z := w.zoe()
	for n := range 10 {
		z.Say(fmt.Sprint("n", n))
		sees(t, z, fmt.Sprintf("re: n%d", n))
		if n == 4 { // the one that polls, or the other: both must do
			w.all[0].bridge.kill()
		}
	}
	var texts []string
	for _, m := range w.messages(w.conversation("tg", "Zoë", nil).ID) {
		if m.Direction == "in" {
			texts = append(texts, m.Text)
		}
	}
	if got := strings.Join(texts, " "); got != "n0 n1 n2 n3 n4 n5 n6 n7 n8 n9" {
		t.Errorf("stored are %s", got)
	}
}
