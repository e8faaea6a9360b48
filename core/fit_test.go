package core_test

import (
	"fmt"
	"strings"
	"testing"

	"causeway/core"
)

func reply(title string) core.Button { return core.Button{Type: core.Reply, Title: title} }

func described(title, d string) core.Button {
	return core.Button{Type: core.Reply, Title: title, Description: d}
}

func to(title, url string) core.Button { return core.Button{Type: core.Link, Title: title, URL: url} }

func replies(n int) []core.Button {
	var all []core.Button
	for i := range n {
		all = append(all, reply(fmt.Sprintf("Day %d", i+1)))
	}
	return all
}

func items(buttons ...core.Button) []core.ListItem {
	var all []core.ListItem
	for _, b := range buttons {
		all = append(all, core.ListItem{Button: b})
	}
	return all
}

// page shows what came of an answer: each part on a line, and each note.
func page(fitted []core.Fitted) string {
	var out strings.Builder
	for i, f := range fitted {
		if i > 0 {
			out.WriteString("--\n")
		}
		for _, p := range f.Parts {
			out.WriteString(line(p) + "\n")
		}
		for _, n := range f.Notes {
			fmt.Fprintf(&out, "! %s %s %s\n", n.Severity, n.Path, n.Rule)
		}
		var numbers []string
		for _, o := range f.Options {
			if o.Number > 0 {
				numbers = append(numbers, fmt.Sprintf("%d=%s", o.Number, o.Button.Says()))
			}
		}
		if len(numbers) > 0 {
			out.WriteString("# " + strings.Join(numbers, " ") + "\n")
		}
	}
	return out.String()
}

func line(c core.Content) string {
	words := func(all ...string) string {
		var some []string
		for _, s := range all {
			if s != "" {
				some = append(some, strings.ReplaceAll(s, "\n", "⏎"))
			}
		}
		return strings.Join(some, " | ")
	}
	switch c := c.(type) {
	case core.Text:
		return words("text"+string(c.Format), c.Body)
	case core.Media:
		return words(string(c.Media), c.URL, c.Caption)
	case core.Choices:
		media := ""
		if c.Media != nil {
			media = line(*c.Media)
		}
		return words("buttons"+string(c.Format), media, c.Header, c.Body, c.Footer, shown(c.Buttons))
	case core.List:
		var rows []core.Button
		for _, it := range c.Items {
			rows = append(rows, it.Button)
		}
		return words("list", c.Header, c.Body, c.Footer, "«"+c.Label+"»", shown(rows))
	case core.Cards:
		all := []string{"cards"}
		for _, card := range c.Cards {
			all = append(all, words(card.Title, card.Description, shown(card.Buttons)))
		}
		if c.Body != "" {
			all[0] += " | " + c.Body
		}
		return strings.Join(all, " || ")
	case core.Album:
		all := []string{"album"}
		for _, m := range c.Items {
			all = append(all, line(m))
		}
		return strings.Join(all, " || ")
	}
	return fmt.Sprintf("%T", c)
}

func shown(buttons []core.Button) string {
	var all []string
	for _, b := range buttons {
		switch {
		case b.Type == core.Link:
			all = append(all, "<"+b.Title+" "+b.URL+">")
		case b.Description != "":
			all = append(all, "("+b.Title+": "+b.Description+")")
		default:
			all = append(all, "("+b.Title+")")
		}
	}
	return strings.Join(all, " ")
}

type situation struct {
	name string
	caps core.Capabilities
	say  []core.Content
	want string
}

func (s situation) run(t *testing.T) {
	t.Helper()
	t.Run(s.name, func(t *testing.T) {
		t.Helper()
		var answer []core.Saying
		for _, c := range s.say {
			answer = append(answer, core.Saying{Content: c})
		}
		got := page(core.Fit(answer, s.caps, options))
		if want := strings.TrimLeft(s.want, "\n"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func say(c ...core.Content) []core.Content { return c }

func TestFitOptions(t *testing.T) {
	two := core.Choices{Body: "When?", Buttons: replies(2)}
	t.Run("tokens and numbers count over the answer", func(t *testing.T) {
		all := core.Fit([]core.Saying{{Content: two}, {Content: two}}, words, core.FitOptions{First: 5})
		if got := page(all); !strings.Contains(got, "# 7=Day 1 8=Day 2") {
			t.Errorf("got\n%s", got)
		}
		if got := all[1].Options[1].Button.Token; got != "1.1" {
			t.Errorf("token %q", got)
		}
	})
	t.Run("a private message goes nowhere", func(t *testing.T) {
		all := core.Fit([]core.Saying{{Content: two, Private: true}}, strict, options)
		if len(all) != 1 || len(all[0].Parts)+len(all[0].Options)+len(all[0].Notes) > 0 {
			t.Errorf("got %+v", all)
		}
	})
	t.Run("a private text joins nothing", func(t *testing.T) {
		all := core.Fit([]core.Saying{{Content: core.Text{Body: "psst"}, Private: true}, {Content: core.Choices{Buttons: replies(1)}}}, strict, options)
		if got := page(all); strings.Contains(got, "psst") || len(all) != 2 {
			t.Errorf("got\n%s", got)
		}
	})
	t.Run("joined messages keep what belongs to each", func(t *testing.T) {
		all := core.Fit([]core.Saying{
			{Content: core.Text{Body: "Hi"}, ReplyTo: 7, Metadata: core.Metadata{"a": 1, "b": 1}},
			{Content: core.Choices{Buttons: replies(1)}, Metadata: core.Metadata{"b": 2}},
		}, strict, options)
		if len(all) != 1 || all[0].ReplyTo != 7 || all[0].Metadata["a"] != 1 || all[0].Metadata["b"] != 2 {
			t.Errorf("got %+v", all)
		}
		if c, ok := all[0].Content.(core.Choices); !ok || c.Body != "Hi" {
			t.Errorf("content %+v", all[0].Content)
		}
	})
	t.Run("an option keeps all, a button shows little", func(t *testing.T) {
		b := core.Button{
			Type: core.Submit, Title: "Pay", ID: "p", Message: "Paid", Metadata: core.Metadata{"k": "v"},
			Language: "fr", Submission: &core.Submission{URL: "https://ex.com/pay"},
		}
		all := core.Fit([]core.Saying{{Content: core.Choices{Body: "?", Buttons: []core.Button{b}}}}, strict, options)
		part, _ := all[0].Parts[0].(core.Choices)
		if got := part.Buttons[0]; got.Type != core.Reply || got.Token != "t0.0" || got.Submission != nil || got.Message != "" {
			t.Errorf("button %+v", got)
		}
		got := all[0].Options[0].Button
		if got.Token != "t0.0" || got.Type != core.Submit || got.Submission == nil || got.Says() != "Paid" || got.Language != "fr" {
			t.Errorf("option %+v", got)
		}
	})
}

func BenchmarkFit(b *testing.B) {
	card := core.Card{Image: "https://ex.com/a.png", Title: "Room", Description: strings.Repeat("Wifi. ", 50), Buttons: replies(2)}
	answer := []core.Saying{
		{Content: core.Text{Body: "<p>Hello <b>you</b></p>", Format: core.HTML}},
		{Content: core.Choices{Body: strings.Repeat("Which day is it to be? ", 100), Buttons: replies(8)}},
		{Content: core.Cards{Cards: []core.Card{card, card, card}}},
	}
	for _, c := range channels {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				core.Fit(answer, c.caps, options)
			}
		})
	}
}
