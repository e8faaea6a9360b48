// Package telemetry counts what happens and shows it to Prometheus. It stands
// behind core.Observer, so that nobody but cmd knows it is there. It keeps its
// own registry and reads nothing from the store by itself. It knows no kind of
// channel: the names that it is told come from the config.
package telemetry

import (
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"causeway/core"
)

// Metrics is what was counted since the start. It is safe for concurrent use,
// and none of its methods blocks on anything outside.
type Metrics struct {
	registry *prometheus.Registry
	channels *names
	bots     *names
	webhooks timed
	turns    timed
	calls    timed
	items    *prometheus.CounterVec
}

var _ core.Observer = (*Metrics)(nil)

// New makes Metrics with a registry of their own, in which Go's and the
// process's own figures stand too.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		channels: newNames(),
		bots:     newNames(),
		webhooks: newTimed("webhook", "webhooks", "Webhook calls", "channel",
			[]float64{.001, .002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}),
		turns: newTimed("turn", "turns", "Turns handed to a bot", "bot",
			[]float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 30, 60}),
		calls: newTimed("call", "calls", "Native calls to a provider", "channel",
			[]float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 30, 60}),
		items: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "causeway_items_total",
			Help: "Items of webhook calls, by what became of them.",
		}, []string{"channel", "fate"}),
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.webhooks.count, m.webhooks.took,
		m.turns.count, m.turns.took,
		m.calls.count, m.calls.took,
		m.items,
	)
	return m
}

// Handler serves the figures in Prometheus' text format. It asks for no key:
// who mounts it decides who may read.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: 4,
		Timeout:             10 * time.Second,
	})
}

// Gauge shows a figure that is read whenever somebody looks: queue depth,
// parked lanes, work under way. The name is shown with "causeway_" in front.
// read must return at once and may be called concurrently. It is an error to
// give a name twice, or one that is not made of letters, digits and "_".
func (m *Metrics) Gauge(name, help string, read func() float64) error {
	err := m.registry.Register(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "causeway_" + name, Help: help}, read))
	if err != nil {
		return fmt.Errorf("register gauge %s: %w", name, err)
	}
	return nil
}

// Webhook implements core.Observer.
func (m *Metrics) Webhook(channel core.ChannelID, result string, took time.Duration) {
	m.webhooks.add(m.channels.bounded(string(channel)), webhookResults.bounded(result), took)
}

// Item implements core.Observer.
func (m *Metrics) Item(channel core.ChannelID, fate core.Fate) {
	m.items.WithLabelValues(m.channels.bounded(string(channel)), fates.bounded(string(fate))).Inc()
}

// Turn implements core.Observer.
func (m *Metrics) Turn(bot, result string, took time.Duration) {
	m.turns.add(m.bots.bounded(bot), callResults.bounded(result), took)
}

// Call implements core.Observer.
func (m *Metrics) Call(channel core.ChannelID, result string, took time.Duration) {
	m.calls.add(m.channels.bounded(string(channel)), callResults.bounded(result), took)
}

// timed is a counter by name and result, and a histogram of durations by name.
// The histogram leaves the result out: thirteen buckets for each of them would
// be many series for little use.
type timed struct {
	count *prometheus.CounterVec
	took  *prometheus.HistogramVec
}

func newTimed(one, many, what, by string, buckets []float64) timed {
	return timed{
		count: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "causeway_" + many + "_total", Help: what + ", by result.",
		}, []string{by, "result"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "causeway_" + one + "_seconds", Help: what + ": how long they took.", Buckets: buckets,
		}, []string{by}),
	}
}

func (t timed) add(name, result string, took time.Duration) {
	t.count.WithLabelValues(name, result).Inc()
	t.took.WithLabelValues(name).Observe(max(took, 0).Seconds())
}
