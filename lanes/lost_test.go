package lanes

import (
	"context"
	"testing"
	"time"
)

// A lane that a commit without an answer took is run after all, as if nobody had
// begun; one that runs is left alone.
func TestALaneThatNothingRunsIsLetGoOf(t *testing.T) {
	w := newWorld(t, openDB(t))
	n := w.nodes[0]
	must(t, enqueue(w.d, n.l, modelLanes[0], 1))
	must(t, enqueue(w.d, n.l, modelLanes[1], 2))
	n.l.at[modelLanes[1].ID] = 1 // it runs
	n.runs = nil                 // the other was never begun
	n.l.running[modelLanes[0].Kind]--
	n.l.lost.until = w.now.Add(time.Minute)
	for look := range 2 {
		must(t, n.l.letGoOfLost(context.Background()))
		_, err := n.l.poll(context.Background())
		must(t, err)
		if len(n.runs) != look {
			t.Fatalf("after look %d there are %d runs", look+1, len(n.runs))
		}
	}
	r := n.runs[0].r
	if r.lane.ID != modelLanes[0].ID || r.task.starts != 1 {
		t.Errorf("%s runs, for the %d. time", r.lane.ID, r.task.starts)
	}
	n.l.lost.until = w.now.Add(-time.Second)
	must(t, n.l.letGoOfLost(context.Background()))
	if n.l.lost.epochs != nil {
		t.Error("it looks on although nothing has failed for long")
	}
}
