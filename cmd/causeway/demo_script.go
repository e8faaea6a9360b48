package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"causeway/simulator"
	"causeway/store"
)

// phone is a person with a phone, on any of the simulated providers.
type phone interface {
	Say(text string) simulator.Shown
	Tap(title string) error
	Wait(ctx context.Context, match func(simulator.Shown) bool) (simulator.Shown, error)
}

// play is the demo's script, and how it has gone.
type play struct {
	w      *world
	out    io.Writer
	failed []error
}

// patience is how long one step may take.
const patience = 15 * time.Second

// run plays one short conversation on each channel and accounts for it. The
// error says which steps failed.
func (p *play) run(ctx context.Context) error {
	p.print("Causeway serves at %s, with simulated providers at %s.\n", p.w.url, p.w.sim.URL())
	p.step("Ann goes online", func() error {
		return p.api(ctx, p.w.ann, "PUT", "agents/ann@example.com/availability", map[string]any{"status": "online"}, nil)
	})
	p.talk(ctx, "Telegram", "telegram", "Zoë", p.w.telegram)
	p.talk(ctx, "WhatsApp", "whatsapp", "Lena", p.w.whatsapp)
	p.print("\nThe ledger\n")
	p.step("every delivery is accounted for", func() error {
		report, err := store.Verify(ctx, p.w.config.Store.URL, filesOf(p.w.config))
		if err != nil {
			return err
		}
		if err := tell(indented{p.out}, report); err != nil {
			return err
		}
		if len(report.Findings) > 0 {
			return errors.New("something is unaccounted for")
		}
		return nil
	})
	if len(p.failed) > 0 {
		p.print("\n%d steps failed.\n", len(p.failed))
	}
	return errors.Join(p.failed...)
}

// talk is the conversation: text, choices, a tap, a rich answer, the hand-off to
// a person, and what the person says.
func (p *play) talk(ctx context.Context, title, channel, name string, who phone) {
	p.print("\n%s\n", title)
	before := len(p.failed)
	steps := []struct {
		does string
		do   func() error
		then string // part of what the person sees next
	}{
		{"Hello", func() error { who.Say("Hello"); return nil }, "Here is what I can do"},
		{"[Today's dishes]", func() error { return who.Tap("Today's dishes") }, "Plum cake"},
		{"[Order]", func() error { return who.Tap("Order") }, "Noted: "},
		{"[Talk to a person]", func() error { return who.Tap("Talk to a person") }, "fetch somebody"},
	}
	for _, s := range steps {
		p.step("", func() error {
			p.line(name, s.does)
			if err := s.do(); err != nil {
				return err
			}
			return p.see(ctx, who, s.then)
		})
		if len(p.failed) > before {
			return // the rest would only fail after it
		}
	}
	p.step("the conversation is Ann's, and she answers", func() error { return p.annAnswers(ctx, channel, who) })
	p.step("", func() error { return p.account(ctx, channel) })
}

// see prints what comes up on the phone until it shows want.
func (p *play) see(ctx context.Context, who phone, want string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		shown, err := who.Wait(ctx, func(simulator.Shown) bool { return true })
		if err != nil {
			return fmt.Errorf("the phone never showed “%s”: %w", want, err)
		}
		from := "Café"
		if strings.HasPrefix(shown.Text, "Ann:") || strings.Contains(shown.Text, "this is Ann") {
			from = "Ann"
		}
		p.line(from, onScreen(shown))
		if strings.Contains(onScreen(shown), want) {
			return nil
		}
	}
}

// annAnswers waits until the conversation is Ann's and writes through the API.
func (p *play) annAnswers(ctx context.Context, channel string, who phone) error {
	c, err := p.conversation(ctx, channel, func(c conversationView) bool { return c.Owner.ID == "ann@example.com" })
	if err != nil {
		return err
	}
	path := fmt.Sprintf("conversations/%d/messages", c.ID)
	if err := p.api(ctx, p.w.ann, "POST", path, map[string]any{"text": "Hello, this is Ann. How can I help?"}, nil); err != nil {
		return err
	}
	return p.see(ctx, who, "this is Ann")
}

// account prints each outgoing message of the conversation with its status and
// notes, and fails if one did not arrive.
func (p *play) account(ctx context.Context, channel string) error {
	c, err := p.conversation(ctx, channel, func(conversationView) bool { return true })
	if err != nil {
		return err
	}
	messages, err := p.settled(ctx, c.ID)
	p.print("  What became of it (conversation %d, owner %s)\n", c.ID, c.Owner.Name)
	for _, m := range messages {
		if m.Direction != "out" {
			continue
		}
		if m.Private {
			p.print("    %-10s %s\n", "notice", oneLine(m.Text))
			continue
		}
		p.print("    %-10s %-6s %s\n", m.Status, m.Sender.Type, oneLine(m.Text))
		for _, n := range m.Notes {
			p.print("    %-10s %s: %s %s → %s (%s)\n", "", n.Path, n.Rule, oneLine(n.From), oneLine(n.To), n.Severity)
		}
	}
	return err
}

// settled reads the messages until each outgoing one has left.
func (p *play) settled(ctx context.Context, id int64) ([]messageView, error) {
	var list struct{ Items []messageView }
	err := p.until(ctx, func() (bool, error) {
		list.Items = nil
		if err := p.api(ctx, p.w.admin, "GET", fmt.Sprintf("conversations/%d/messages?limit=200", id), nil, &list); err != nil {
			return false, err
		}
		for _, m := range list.Items {
			if m.Status == "queued" || m.Status == "sending" {
				return false, nil
			}
		}
		return true, nil
	})
	for _, m := range list.Items {
		if m.Status == "failed" || m.Status == "unknown" {
			return list.Items, errors.Join(err, fmt.Errorf("message %d is %s", m.ID, m.Status))
		}
	}
	return list.Items, err
}

// conversation waits until the channel's newest conversation is as it should be.
func (p *play) conversation(ctx context.Context, channel string, is func(conversationView) bool) (conversationView, error) {
	var c conversationView
	err := p.until(ctx, func() (bool, error) {
		var list struct{ Items []conversationView }
		if err := p.api(ctx, p.w.admin, "GET", "conversations?channel="+url.QueryEscape(channel), nil, &list); err != nil || len(list.Items) == 0 {
			return false, err
		}
		c = list.Items[0]
		return is(c), nil
	})
	return c, err
}

// until looks again and again, as a person would, for a while.
func (p *play) until(ctx context.Context, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.New("it took too long")
		case <-tick.C:
		}
	}
}
