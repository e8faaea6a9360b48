package core

import (
	"fmt"
	"testing"
	"time"
)

func TestNobodyIsAskedAboutTwice(t *testing.T) {
	n := names{until: map[string]time.Time{}}
	now := policyNow
	for _, step := range []struct {
		after time.Duration
		key   string
		want  bool
	}{
		{0, "a", true}, {0, "a", false}, {0, "b", true}, {time.Hour, "a", false}, {nameAgain, "a", true}, {0, "a", false},
	} {
		now = now.Add(step.after)
		if got := n.due(now, "c", step.key); got != step.want {
			t.Errorf("after %s, %s is due: %t", step.after, step.key, got)
		}
	}
	n.rest("c", now.Add(time.Minute))
	if n.due(now, "c", "d") || !n.due(now, "other", "e") || !n.due(now.Add(time.Minute), "c", "d") {
		t.Error("a channel that rests is asked, or another is not")
	}
	for i := range 3 * mostAsked {
		n.due(now, "c", fmt.Sprint(i))
	}
	if len(n.until) > mostAsked {
		t.Errorf("%d contacts are remembered", len(n.until))
	}
}
