package main_test

import (
	"fmt"
	"sync"
	"testing"
)

// atOnce calls do n times, all beginning at the same moment.
func atOnce(n int, do func(i int)) {
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-begin
			do(i)
		})
	}
	close(begin)
	wg.Wait()
}

// TestSameWebhookAtOnce: 50 posts of one webhook make one message and one call
// of the bot, and all are answered 200.
func TestSameWebhookAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", nil)
	w.start()
	const posts = 50
	for _, c := range []struct {
		channel, name string
		post          func(string, []byte) (answer, error)
		body          []byte
	}{
		{"tg", "P77", w.postTelegram, telegramText(900, 77, "only once")},
		{"wa", "P4977", w.postWhatsApp, whatsappValue("1065", "4977", whatsappText("wamid.once", "only once"))},
	} {
		before := len(helper.heard())
		atOnce(posts, func(int) {
			if a, err := c.post(c.channel, c.body); err != nil || a.status != 200 {
				t.Errorf("%s: %d %s %v", c.channel, a.status, a.body, err)
			}
		})
		conv := w.conversation(c.channel, c.name, nil)
		w.message(conv.ID, "the answer", func(m entry) bool { return m.Text == "re: only once" && m.Status != "queued" })
		all := w.messages(conv.ID)
		if len(all) != 2 || all[0].Text != "only once" {
			t.Errorf("%s: messages%s", c.channel, brief(all))
		}
		if calls := helper.heard()[before:]; len(calls) != 2 || calls[0].EventName != "WELCOME" || calls[1].Message != "only once" {
			t.Errorf("%s: the bot heard %d calls", c.channel, len(calls))
		}
		fates := map[string]int{}
		for _, d := range w.deliveries(c.channel) {
			fates[d.Items[0].Fate]++
		}
		if got, want := fmt.Sprint(fates), fmt.Sprintf("map[duplicate:%d message:1]", posts-1); got != want {
			t.Errorf("%s: fates %s, want %s", c.channel, got, want)
		}
	}
}
