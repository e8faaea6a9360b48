package store

import (
	"context"
	"strings"
	"testing"
	"time"

	"causeway/core"
	"causeway/routing"
)

// The newest that was said of a matter holds, until its end if it has one.
func TestHealthIsTheNewestOfEachMatter(t *testing.T) {
	b := open(t, routing.Config{})
	now := time.Now()
	judged := func(matter string, h core.Health, text string, at time.Time, until time.Time) core.Fate {
		return b.event(matter+text, core.Judged{Matter: matter, Health: h, Code: "C", Text: text, At: at, Until: until}).Fate
	}
	for _, step := range []struct {
		matter string
		health core.Health
		text   string
		at     time.Duration
		until  time.Duration // 0 for never
		want   core.Fate
	}{
		{"account", core.Broken, "disabled", 2, 0, core.FateStatus},
		{"account", core.Broken, "disabled", 2, 0, core.FateDuplicate},
		{"account", core.Warned, "will be", 1, 0, core.FateDuplicate},
		{"quality", core.Warned, "low", 1, 0, core.FateStatus},
		{"restriction", core.Warned, "over", 1, -time.Minute, core.FateStatus},
		{"limit", core.Warned, "for a while", 1, time.Hour, core.FateStatus},
		{"quality", core.Healthy, "good", 3, 0, core.FateStatus},
	} {
		until := time.Time{}
		if step.until != 0 {
			until = now.Add(step.until)
		}
		if got := judged(step.matter, step.health, step.text, now.Add(step.at*time.Second), until); got != step.want {
			t.Errorf("%s %s is %s, want %s", step.matter, step.text, got, step.want)
		}
	}
	all, err := b.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range all {
		got = append(got, h.Matter+" "+h.Text)
	}
	if told := strings.Join(got, ", "); told != "account disabled, limit for a while, quality good" {
		t.Errorf("%s", told)
	}
}

// Sends that wait are told as long as they do.
func TestHealthTellsOfSendsThatWait(t *testing.T) {
	b := open(t, routing.Config{})
	id := b.writes("1", "5", "5")
	b.works(func(context.Context, core.Work) core.Outcome {
		return core.Later{After: time.Hour, Fault: &core.Fault{Kind: core.ChannelBroken, Code: "190", Message: "the token is revoked"}, Pause: true}
	})
	b.say(id, ann, b.says(core.Text{Body: "hello"}))
	b.until("the channel is paused", func() bool {
		all, err := b.Health(t.Context())
		return err == nil && len(all) == 1 && all[0].Matter == core.MatterSends && all[0].Health == core.Warned && strings.Contains(all[0].Text, "the token is revoked")
	})
}

// Who wants no marketing wants none under any name, and what is late changes nothing.
func TestAnOptOutGoesWithTheContact(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	now := time.Now()
	wants := func(key string, who core.Person, out bool, at time.Duration) core.Fate {
		return b.event(key, core.OptedOut{From: who, Out: out, At: now.Add(at * time.Second)}).Fate
	}
	phone := core.Person{Address: "+49", Keys: []string{"+49"}, UserID: "test:+49"}
	b.writes("1", "DE.1", "DE.1")
	if wants("a", phone, true, 2) != core.FateStatus || wants("b", phone, false, 1) != core.FateDuplicate || wants("a", phone, true, 2) != core.FateDuplicate {
		t.Error("the newest does not count")
	}
	id := b.writes("2", "DE.1", "DE.1", "+49") // both names: they are one
	if !b.conversation(id).Contact.NoMarketing {
		t.Error("the wish is lost with the name")
	}
	if wants("c", phone, false, 3) != core.FateStatus || b.conversation(id).Contact.NoMarketing {
		t.Error("they do not want it again")
	}
}
