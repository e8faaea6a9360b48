package main_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// TestKillAtTheAnswer kills the bridge in the very moment in which a webhook is
// answered 200, with others on their way: all that were answered are on disk.
func TestKillAtTheAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.program = plain
	const rounds, posts = 20, 16
	answered := map[string]bool{} // person and text
	var mu sync.Mutex
	for round := range rounds {
		w.start()
		var once sync.Once
		atOnce(posts, func(i int) {
			text := fmt.Sprintf("%d in round %d", i, round)
			a, err := w.postTelegram("tg", telegramText(1+round*posts+i, 100+i, text))
			if err != nil || a.status != 200 {
				return // it was killed before
			}
			once.Do(func() { _ = w.bridge.cmd.Process.Kill() }) // the end is waited for below
			mu.Lock()
			defer mu.Unlock()
			answered[text] = true
		})
		w.bridge.kill()
	}
	w.start()
	stored := map[string]int{}
	for _, c := range w.conversations("tg") {
		for _, m := range w.messages(c.ID) {
			stored[m.Text]++
		}
	}
	for text := range answered {
		if stored[text] != 1 {
			t.Errorf("message %s was answered 200 and is there %d times", text, stored[text])
		}
	}
	if len(answered) < rounds/2 || len(answered) == rounds*posts {
		t.Errorf("%d of %d were answered: the kills came at another moment", len(answered), rounds*posts)
	}
	t.Logf("%d of %d webhooks were answered 200, %d are stored", len(answered), rounds*posts, len(stored))
}

// TestKillAfterPost: what an agent posted and was answered 201 reaches the phone,
// although the bridge is killed in that very moment.
func TestKillAfterPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.program = plain
	const rounds, posts = 10, 8
	people := w.both()
	if testing.Short() {
		people = people[:1] // on WhatsApp half a minute is waited for a sign of what was sent
	}
	ids := make([]int64, len(people))
	w.start()
	for i, who := range people {
		who.Say("hello")
		ids[i] = w.conversation(who.channel, who.name, nil).ID
	}
	var mu sync.Mutex
	answered := make([][]string, len(people))
	for round := range rounds {
		var once sync.Once
		atOnce(posts, func(i int) {
			to, text := i%len(people), fmt.Sprintf("(%d in round %d)", i, round)
			a, err := w.do("POST", fmt.Sprintf("/api/v1/conversations/%d/messages", ids[to]), fmt.Appendf(nil, `{"text":%q}`, text),
				"Api-Key", annKey, "Content-Type", "application/json")
			if err != nil || a.status != 201 {
				return // it was killed before
			}
			once.Do(func() { _ = w.bridge.cmd.Process.Kill() }) // the end is waited for below
			mu.Lock()
			defer mu.Unlock()
			answered[to] = append(answered[to], text)
		})
		w.bridge.kill()
		w.start()
	}
	for i, who := range people {
		within(t, 60*time.Second, "all on the phone of "+who.name, func() error {
			shown := screen(who)
			for _, text := range answered[i] {
				if !slices.Contains(shown, text) {
					return fmt.Errorf("%s is missing", text)
				}
			}
			return nil
		})
	}
	if n := len(slices.Concat(answered...)); n < rounds/2 || n == rounds*posts {
		t.Errorf("%d of %d were answered: the kills came at another moment", n, rounds*posts)
	}
}
