package telemetry_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/core"
	"causeway/telemetry"
)

// scrape is what Prometheus would read, line by line.
func scrape(t *testing.T, m *telemetry.Metrics) map[string]string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	lines := map[string]string{}
	for line := range strings.Lines(w.Body.String()) {
		if i := strings.LastIndexByte(line, ' '); i > 0 && line[0] != '#' {
			lines[line[:i]] = strings.TrimSpace(line[i:])
		}
	}
	return lines
}

func TestCounts(t *testing.T) {
	m := telemetry.New()
	m.Webhook("tg", "ok", 30*time.Millisecond)
	m.Webhook("tg", "ok", 3*time.Millisecond)
	m.Webhook("wa", "unverified", time.Millisecond)
	m.Item("tg", core.FateMessage)
	m.Item("tg", core.FateQuarantined)
	m.Turn("helper", "ok", 20*time.Second)
	m.Turn("helper", string(core.Permanent), -time.Second)
	m.Call("wa", string(core.RateLimited), time.Second)
	got := scrape(t, m)
	for series, want := range map[string]string{
		`causeway_webhooks_total{channel="tg",result="ok"}`:         "2",
		`causeway_webhooks_total{channel="wa",result="unverified"}`: "1",
		`causeway_webhook_seconds_count{channel="tg"}`:              "2",
		`causeway_webhook_seconds_bucket{channel="tg",le="0.005"}`:  "1",
		`causeway_webhook_seconds_bucket{channel="tg",le="0.05"}`:   "2",
		`causeway_items_total{channel="tg",fate="message"}`:         "1",
		`causeway_items_total{channel="tg",fate="quarantined"}`:     "1",
		`causeway_turns_total{bot="helper",result="ok"}`:            "1",
		`causeway_turns_total{bot="helper",result="permanent"}`:     "1",
		`causeway_turn_seconds_sum{bot="helper"}`:                   "20",
		`causeway_calls_total{channel="wa",result="rate_limited"}`:  "1",
		`causeway_call_seconds_bucket{channel="wa",le="1"}`:         "1",
		`causeway_call_seconds_bucket{channel="wa",le="0.5"}`:       "0",
		`causeway_webhook_seconds_bucket{channel="tg",le="0.001"}`:  "0",
		`causeway_turn_seconds_bucket{bot="helper",le="20"}`:        "2",
		`causeway_webhooks_total{channel="nobody",result="ok"}`:     "",
		`causeway_items_total{channel="tg",fate="duplicate"}`:       "",
		`causeway_calls_total{channel="wa",result="ok"}`:            "",
	} {
		if got[series] != want {
			t.Errorf("%s is %q, want %q", series, got[series], want)
		}
	}
	for _, own := range []string{"go_goroutines", "process_open_fds"} {
		if got[own] == "" {
			t.Errorf("no %s", own)
		}
	}
}

// TestBounded: what somebody outside can choose does not grow the figures.
func TestBounded(t *testing.T) {
	m := telemetry.New()
	for i := range 2000 {
		m.Webhook(core.ChannelID(fmt.Sprint("made up ", i)), fmt.Sprint("result ", i), 0)
		m.Item("tg", core.Fate(fmt.Sprint("fate ", i)))
	}
	m.Call(core.ChannelID(strings.Repeat("x", 10_000)), "ok", 0)
	m.Call("\xff\"\n", "ok", 0)
	got := scrape(t, m)
	counters := 0
	for series := range got {
		if strings.HasPrefix(series, "causeway_webhooks_total") {
			counters++
		}
	}
	if counters != 500 || got[`causeway_webhooks_total{channel="other",result="other"}`] != "1501" {
		t.Errorf("%d series, others %s", counters, got[`causeway_webhooks_total{channel="other",result="other"}`])
	}
	if got[`causeway_items_total{channel="tg",fate="other"}`] != "2000" {
		t.Errorf("items: %v", got[`causeway_items_total{channel="tg",fate="other"}`])
	}
	if got[`causeway_calls_total{channel="other",result="ok"}`] != "2" {
		t.Errorf("calls of channels with odd names: %v", got)
	}
}

func TestGauge(t *testing.T) {
	m := telemetry.New()
	depth := 3.0
	if err := m.Gauge("queue_depth", "Work that waits.", func() float64 { return depth }); err != nil {
		t.Fatal(err)
	}
	depth = 7
	if got := scrape(t, m)["causeway_queue_depth"]; got != "7" {
		t.Errorf("got %q", got)
	}
	for _, name := range []string{"queue_depth", "bad\xffname", "items_total"} {
		if err := m.Gauge(name, "again", func() float64 { return 0 }); err == nil {
			t.Errorf("%q was taken", name)
		}
	}
	if err := telemetry.New().Gauge("queue_depth", "Work that waits.", func() float64 { return 0 }); err != nil {
		t.Errorf("metrics share a registry: %v", err)
	}
}

func TestConcurrentUse(t *testing.T) {
	m := telemetry.New()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 200 {
				m.Call(core.ChannelID(fmt.Sprint(i*j%30)), "ok", time.Millisecond)
				m.Item("tg", core.FateStatus)
			}
		})
	}
	scrape(t, m)
	all.Wait()
	if got := scrape(t, m)[`causeway_items_total{channel="tg",fate="status"}`]; got != "1600" {
		t.Errorf("got %s", got)
	}
}

func TestWatch(t *testing.T) {
	m := telemetry.New()
	if err := m.Watch(func(context.Context) (telemetry.Store, error) {
		return telemetry.Store{
			Commits: telemetry.CommitFigures{Done: 6, Operations: 20, Failed: 1, Sizes: []int64{2, 0, 3, 1}, Took: 1500 * time.Millisecond, Failing: true},
			Queues:  map[string]telemetry.Queue{"send": {Tasks: 4, Age: time.Minute}},
			Paused:  map[string]int{"tg": 3}, Waiting: map[string]int64{"unknown": 2}, Line: map[string]int{"all": 7},
		}, nil
	}); err != nil {
		t.Fatal(err)
	}
	got := scrape(t, m)
	for series, want := range map[string]string{
		`causeway_commit_size_bucket{le="1"}`:         "2",
		`causeway_commit_size_bucket{le="4"}`:         "5",
		`causeway_commit_size_bucket{le="+Inf"}`:      "6",
		`causeway_commit_size_sum`:                    "20",
		`causeway_commits_failed_total`:               "1",
		`causeway_commit_seconds_total`:               "1.5",
		`causeway_store_failing`:                      "1",
		`causeway_queue_tasks{queue="send"}`:          "4",
		`causeway_queue_age_seconds{queue="send"}`:    "60",
		`causeway_paused_lanes{channel="tg"}`:         "3",
		`causeway_messages_waiting{status="unknown"}`: "2",
		`causeway_conversations_waiting{group="all"}`: "7",
	} {
		if got[series] != want {
			t.Errorf("%s is %q, want %q", series, got[series], want)
		}
	}
}
