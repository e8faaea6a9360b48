package main_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"causeway/simulator"

	"github.com/goccy/go-yaml"
)

// metrics reads /metrics: values by series.
func (w *world) metrics() map[string]string {
	w.t.Helper()
	a, err := w.do("GET", "/metrics", nil)
	if err != nil || a.status != 200 {
		w.t.Fatalf("metrics: %d %v", a.status, err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(a.body)) {
		if i := strings.LastIndexByte(line, ' '); i > 0 && line[0] != '#' {
			all[line[:i]] = strings.TrimSpace(line[i:])
		}
	}
	return all
}

// TestMetrics: what operators are told to watch is there, and moves.
func TestMetrics(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", unwelcome(repeat))
	w.start()
	z := w.zoe()
	z.Say("hello")
	sees(t, z, "re: hello")
	w.sim.Fault(simulator.Fault{Method: "sendMessage", Mode: simulator.FaultCut, Effect: true, Times: 2})
	z.Say("again")
	helper.hears(t, 2)
	for series, want := range map[string]string{
		`causeway_webhooks_total{channel="tg",result="ok"}`:    "2",
		`causeway_items_total{channel="tg",fate="message"}`:    "2",
		`causeway_turns_total{bot="helper",result="ok"}`:       "3", // the welcome too
		`causeway_turn_seconds_count{bot="helper"}`:            "3",
		`causeway_calls_total{channel="tg",result="ok"}`:       "1",
		`causeway_calls_total{channel="tg",result="unknown"}`:  "2",
		`causeway_messages_waiting{status="unknown"}`:          "1",
		`causeway_messages_waiting{status="held"}`:             "0",
		`causeway_store_failing`:                               "0",
		`causeway_queue_tasks{queue="bot"}`:                    "0",
		`causeway_commits_failed_total`:                        "0",
		`causeway_commit_size_bucket{le="+Inf"}`:               "",
		`causeway_commit_size_bucket{le="128"}`:                "",
		`causeway_queue_age_seconds{queue="send"}`:             "",
		`causeway_queue_running{queue="send"}`:                 "",
		`causeway_webhook_seconds_bucket{channel="tg",le="1"}`: "2",
	} {
		eventually(t, series, func() error {
			got, there := w.metrics()[series]
			if !there || want != "" && got != want {
				return fmt.Errorf("%q, want %q", got, want)
			}
			return nil
		})
	}
}

// TestAlertRules: the rules in the operator's manual are YAML as Prometheus takes
// it, and ask only for what /metrics shows.
func TestAlertRules(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(manual), "Alert rules for Prometheus:\n\n```yaml\n")
	text, _, found := strings.Cut(after, "```")
	if !found {
		t.Fatal("the manual has no alert rules")
	}
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For string
				Annotations      map[string]string
			}
		}
	}
	if err := yaml.UnmarshalWithOptions([]byte(text), &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.hire("helper", nil)
	w.start()
	z := w.zoe()
	z.Say("hello")
	sees(t, z, "re: hello")
	shown := map[string]bool{"up": true}
	eventually(t, "the call that zoe has seen is counted", func() error {
		for series := range w.metrics() {
			name, _, _ := strings.Cut(series, "{")
			shown[name] = true
		}
		if !shown["causeway_calls_total"] || !shown["causeway_call_seconds_bucket"] {
			return errors.New("no call yet")
		}
		return nil
	})
	rules := 0
	for _, r := range file.Groups[0].Rules {
		rules++
		names := regexp.MustCompile(`\b(causeway_\w+|up)\b`).FindAllString(r.Expr, -1)
		if r.Alert == "" || len(names) == 0 || r.Annotations["summary"] == "" {
			t.Errorf("rule %+v", r)
		}
		for _, name := range names {
			if !shown[name] && name != "causeway" {
				t.Errorf("%s asks for %s, which is not shown", r.Alert, name)
			}
		}
	}
	if rules < 10 {
		t.Errorf("%d rules", rules)
	}
}

// TestLogsHoldNoWords: at the loudest level and as JSON, the log names what
// happened by ids, and nothing that anybody said.
func TestLogsHoldNoWords(t *testing.T) {
	t.Parallel()
	const word = "Schnabeltier"
	w := newWorld(t)
	w.config["log"] = "{level: debug, format: json}"
	helper := w.hire("helper", unwelcome(func(c *call) { c.says(message{"message": "re: " + c.Message}) }))
	w.start()
	for _, who := range w.both() {
		who.Say("one " + word)
		sees(t, who, "re: one "+word)
	}
	helper.becomes(fails(500))
	lift := w.sim.Fault(simulator.Fault{Mode: simulator.FaultError, Status: 500})
	z := w.zoe()
	z.Say("two " + word)
	conv := w.conversation("tg", "Zoë", ownedBy(ann))
	w.says(annKey, conv.ID, "three "+word)
	w.ask(annKey, "GET", "conversations?title="+word, nil)
	_, _ = w.postTelegram("tg", []byte(`{"update_id":1,"message":"`+word+`"}`))
	_, _ = w.postTelegram("tg", []byte(word))
	lift()
	sees(t, z, "three "+word)
	w.bridge.stop()
	text := w.log()
	if !strings.Contains(text, `"level":"debug"`) || !strings.Contains(text, `"route":"/webhooks/:channel"`) {
		t.Errorf("the log is not as loud as asked for:\n%s", text)
	}
	for _, said := range []string{word, "Zoë", "4915112345678"} {
		if strings.Contains(text, said) {
			t.Errorf("the log holds %q:\n%s", said, text)
		}
	}
}
