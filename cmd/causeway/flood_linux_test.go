package main_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestFloodOfOneChannel: who holds as many calls of one channel as they can, by
// sending bodies that never end, keeps nobody out, neither of another channel nor
// of this one: the first of them have to go.
func TestFloodOfOneChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	const callers = 1500
	var conns []net.Conn
	for range callers {
		c, err := net.Dial("tcp", w.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		conns = append(conns, c)
		if _, err := io.WriteString(c, "POST /webhooks/tg HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"); err != nil {
			t.Fatal(err)
		}
	}
	full := func(c net.Conn) error { // before its time of 15 s is over
		if err := c.SetReadDeadline(time.Now().Add(12 * time.Second)); err != nil {
			return err
		}
		line, err := bufio.NewReader(c).ReadString('\n')
		if err == nil && !strings.Contains(line, " 408 ") {
			err = fmt.Errorf("answered %q", line)
		}
		return err
	}
	if err := full(conns[0]); err != nil {
		t.Fatalf("the first of the flood: %v", err)
	}
	for i := range 20 {
		a, err := w.postWhatsApp("wa", whatsappValue("1065", "4977", whatsappText(fmt.Sprint("wamid.", i), "beside the flood")))
		if err != nil || a.status != 200 {
			t.Errorf("beside the flood: %d %s %v", a.status, a.body, err)
		}
		if a, err = w.postTelegram("tg", telegramText(1+i, 77, "in the flood")); err != nil || a.status != 200 {
			t.Errorf("in the flood: %d %s %v", a.status, a.body, err)
		}
	}
}

// TestTortureFlood posts more webhooks than can be taken, from many connections,
// and then the same ones again and again. What was answered 200 is stored, once;
// memory stays where it is; and what is known already costs less than what is new.
func TestTortureFlood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.program = plain
	w.start()
	fresh, storms := amount(200_000, 4_000, 2_000), amount(5, 1, 1)
	calm := w.bridge.memory(t, "VmRSS")
	busy := w.bridge.work(t)
	refused := w.flood(fresh)
	perFresh := float64(w.bridge.work(t)-busy) / float64(fresh)
	peak := w.bridge.memory(t, "VmHWM")
	busy = w.bridge.work(t)
	for range storms {
		refused += w.flood(fresh)
	}
	perKnown := float64(w.bridge.work(t)-busy) / float64(fresh*storms)
	w.bridge.stop()
	got, r := w.verify(w.db())
	if r.code != 0 || got.Messages != fresh || got.Deliveries < fresh {
		t.Errorf("%d messages of %d: %+v %s", got.Messages, fresh, got.Findings, r.err)
	}
	t.Logf("a flood of %d webhooks over %d connections, then the same %d times more: each stored once, %d answered 503 with Retry-After and posted again; "+
		"memory %d MB before, %d MB at the most in the flood, %d MB in the storm; processor time %.2f ms for what is new, %.2f ms for what is known",
		fresh, flooders, storms, refused, calm>>20, peak>>20, w.peak>>20, 1000*perFresh, 1000*perKnown)
	if peak > 300<<20 || w.peak > 330<<20 {
		t.Error("memory grew")
	}
	if torture > 0 && perKnown >= perFresh { // of few webhooks, what else runs is more
		t.Error("what is known costs as much as what is new")
	}
}

// flooders are the connections of a flood.
const flooders = 1200

// flood posts so many webhooks, each until it is taken, and returns how many
// answers were refusals.
func (w *world) flood(n int) (refused int) {
	w.t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: flooders}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	var next, busy atomic.Int64
	var all sync.WaitGroup
	for range flooders {
		all.Go(func() {
			for i := int(next.Add(1)); i <= n; {
				switch status := w.postOnce(client, telegramText(i, 1000+i%997, fmt.Sprint("flood ", i))); status {
				case http.StatusOK:
					i = int(next.Add(1))
				case http.StatusServiceUnavailable:
					busy.Add(1)
					pause(20 * time.Millisecond)
				default:
					w.t.Errorf("webhook %d is answered %d", i, status)
					return
				}
			}
		})
	}
	all.Wait()
	w.peak = max(w.peak, w.bridge.memory(w.t, "VmHWM"))
	return int(busy.Load())
}

func (w *world) postOnce(client *http.Client, body []byte) int {
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/webhooks/tg", bytes.NewReader(body))
	if err != nil {
		w.t.Error(err)
		return 0
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", tgSecret)
	a, err := client.Do(r)
	if err != nil {
		return http.StatusServiceUnavailable // refused before it was read
	}
	_, _ = io.Copy(io.Discard, a.Body) // for the connection's sake
	_ = a.Body.Close()
	return a.StatusCode
}

// memory is a figure of the process, in bytes (proc(5), "status").
func (b *bridge) memory(t *testing.T, name string) int {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", b.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), name+":"); ok {
			n, err := strconv.Atoi(strings.Fields(value)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	t.Fatalf("no %s", name)
	return 0
}

// work is the processor time that the process has used, in seconds (proc(5), "stat").
func (b *bridge) work(t *testing.T) float64 {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", b.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	ticks := 0
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return float64(ticks) / 100
}
