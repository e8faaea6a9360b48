package main

import (
	"context"
	"errors"

	"causeway/telemetry"
)

func (s *server) gauges(m *telemetry.Metrics) error {
	d := s.store.DB()
	return errors.Join(
		m.Gauge("commits", "Transactions on disk since the start.", func() float64 { return float64(d.Stats().Commits) }),
		m.Gauge("operations", "Operations in those transactions.", func() float64 { return float64(d.Stats().Ops) }),
		m.Watch(s.figures),
	)
}

// figures is what metrics show of the store.
func (s *server) figures(ctx context.Context) (telemetry.Store, error) {
	d := s.store.DB().Stats()
	t := telemetry.Store{
		Commits: telemetry.CommitFigures{
			Done: d.Commits, Failed: d.Failed, Operations: d.Ops, Sizes: d.Sizes[:], Took: d.CommitTime, Queued: d.Waiting, Failing: d.Failing,
		},
		Queues: map[string]telemetry.Queue{}, Paused: map[string]int{}, Waiting: map[string]int64{},
	}
	f, err := s.store.Figures(ctx)
	if err != nil {
		return t, err
	}
	for kind, k := range f.Lanes.Kinds {
		t.Queues[kind] = telemetry.Queue{Tasks: k.Tasks, Running: k.Running, Due: k.Due, Age: k.Age}
	}
	for _, p := range f.Lanes.Pauses {
		t.Paused[p.Scope] = p.Parked
	}
	t.Line = f.Queues
	t.Health = map[string]int{}
	for _, c := range s.setup.Load().directory.Channels {
		t.Health[string(c.ID)] = 0
	}
	for _, h := range f.Health {
		if grade, configured := t.Health[string(h.Channel)]; configured {
			t.Health[string(h.Channel)] = max(grade, h.Health.Grade())
		}
	}
	for status, n := range f.Messages {
		t.Waiting[string(status)] = n
	}
	return t, nil
}
