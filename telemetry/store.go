package telemetry

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Store is what a store tells of itself when somebody looks.
type Store struct {
	Commits CommitFigures
	Queues  map[string]Queue // by kind of work: bot, send, media …
	Paused  map[string]int   // lanes held back, by what is paused
	Waiting map[string]int64 // messages that wait for somebody, by status
	Line    map[string]int   // conversations that wait until somebody has room, by whose queue it is
	Health  map[string]int   // how each channel stands with its provider: 0 well, 1 something is to be done, 2 nothing is sent
}

// CommitFigures count transactions since the start.
type CommitFigures struct {
	Done, Failed, Operations int64
	Sizes                    []int64 // commits of 1 operation, of up to 2, 4, 8 …; the last of any more
	Took                     time.Duration
	Queued                   int // operations that wait for a transaction now
	Failing                  bool
}

// Queue is one kind of ordered work.
type Queue struct {
	Tasks   int           // not finished
	Running int           // lanes at work on this node
	Due     int           // lanes that could work and find no room
	Age     time.Duration // since the oldest task that is not finished was queued
}

const (
	storeTime = 5 * time.Second // for the reading
	namespace = "causeway_"
)

// Watch shows what read tells, whenever somebody looks; an error shows as a
// failed scrape of these figures alone. It is called once.
func (m *Metrics) Watch(read func(context.Context) (Store, error)) error {
	if err := m.registry.Register(storeCollector(read)); err != nil {
		return fmt.Errorf("watch the store: %w", err)
	}
	return nil
}

type storeCollector func(context.Context) (Store, error)

var (
	commitSize    = describe("commit_size", "Operations in one transaction.")
	commitsFailed = describe("commits_failed_total", "Transactions that failed.")
	commitTime    = describe("commit_seconds_total", "Time spent in transactions.")
	commitQueue   = describe("commit_queue", "Operations that wait for a transaction.")
	commitFailing = describe("store_failing", "1 while nothing can be stored: a full or faulty disk, a database that is away.")
	queueTasks    = describe("queue_tasks", "Ordered work that is not finished.", "queue")
	queueRunning  = describe("queue_running", "Lanes at work.", "queue")
	queueDue      = describe("queue_due", "Lanes that could work and find no room.", "queue")
	queueAge      = describe("queue_age_seconds", "Since the oldest work that is not finished was queued.", "queue")
	pausedLanes   = describe("paused_lanes", "Lanes held back because their channel is paused.", "channel")
	health        = describe("channel_health", "How a channel stands with its provider: 0 well, 1 something is to be done, 2 nothing is sent.", "channel")
	line          = describe("conversations_waiting", "Conversations that wait until an agent has room.", "group")
	messages      = describe("messages_waiting", "Messages that wait for evidence (unknown) or for the contact (held).", "status")
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(namespace+name, help, labels, nil)
}

// Describe implements prometheus.Collector.
func (storeCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		commitSize, commitsFailed, commitTime, commitQueue, commitFailing, queueTasks, queueRunning, queueDue, queueAge, pausedLanes, health, line, messages,
	} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c storeCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), storeTime)
	defer cancel()
	s, err := c(ctx)
	if err != nil {
		out <- prometheus.NewInvalidMetric(queueTasks, err)
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v float64) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v)
	}
	k := s.Commits
	out <- prometheus.MustNewConstHistogram(commitSize, uint64(k.Done), float64(k.Operations), buckets(k.Sizes))
	count(commitsFailed, float64(k.Failed))
	count(commitTime, k.Took.Seconds())
	gauge(commitQueue, float64(k.Queued))
	failing := 0.0
	if k.Failing {
		failing = 1
	}
	gauge(commitFailing, failing)
	for name, q := range s.Queues {
		gauge(queueTasks, float64(q.Tasks), name)
		gauge(queueRunning, float64(q.Running), name)
		gauge(queueDue, float64(q.Due), name)
		gauge(queueAge, q.Age.Seconds(), name)
	}
	for channel, lanes := range s.Paused {
		gauge(pausedLanes, float64(lanes), channel)
	}
	for channel, grade := range s.Health {
		gauge(health, float64(grade), channel)
	}
	for group, n := range s.Line {
		gauge(line, float64(n), group)
	}
	for status, n := range s.Waiting {
		gauge(messages, float64(n), status)
	}
}

// buckets are the counts up to 1, 2, 4 … operations, each with those before it.
func buckets(sizes []int64) map[float64]uint64 {
	all, n := map[float64]uint64{}, uint64(0)
	for i := range max(len(sizes)-1, 0) {
		n += uint64(max(sizes[i], 0))
		all[float64(int(1)<<i)] = n
	}
	return all
}
