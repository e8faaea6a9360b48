package core_test

import (
	"html"
	"reflect"
	"slices"
	"strings"

	"causeway/core"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"
)

// texts is all that a part shows, in order.
func texts(part any) []string {
	v := reflect.ValueOf(part)
	var all []string
	switch v.Kind() {
	case reflect.String:
		return []string{v.String()}
	case reflect.Pointer:
		if !v.IsNil() {
			return texts(v.Elem().Interface())
		}
	case reflect.Slice:
		for i := range v.Len() {
			all = append(all, texts(v.Index(i).Interface())...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			all = append(all, texts(v.Field(i).Interface())...)
		}
	}
	return all
}

// checkPart holds a part against the channel's limits.
func checkPart(t *rapid.T, part core.Content, caps core.Capabilities) {
	within := func(what, s string, limit int) {
		if limit > 0 && core.Length(s, caps.Unit) > limit {
			t.Fatalf("%s of %d %s is over %d: %q", what, core.Length(s, caps.Unit), caps.Unit, limit, s)
		}
	}
	buttons := func(all []core.Button, l core.Limits) {
		seen := map[string]bool{}
		for _, b := range all {
			limit := l
			if b.Type == core.Link {
				limit = caps.Links
			}
			within("title", b.Title, limit.Title)
			if within("description", b.Description, limit.Description); limit.Description == 0 && b.Description != "" {
				t.Fatalf("there is no room for the description %q", b.Description)
			}
			if b.Title == "" || seen[b.Title] || (b.Type == core.Link) == (b.Token != "") || b.Metadata != nil || b.Message != "" {
				t.Fatalf("bad button %+v", b)
			}
			seen[b.Title] = true
		}
	}
	for _, s := range texts(part) {
		checkGraphemes(t, s)
	}
	switch p := part.(type) {
	case core.Text:
		if within("text", bare(p.Body, p.Format), caps.Text); strings.TrimSpace(p.Body) == "" {
			t.Fatalf("empty text")
		}
	case core.Media:
		checkMedia(t, p, caps)
		within("caption", bare(p.Caption, p.Format), caps.Caption)
	case core.Album:
		if len(p.Items) < 2 || len(p.Items) > caps.Album {
			t.Fatalf("album of %d", len(p.Items))
		}
		for _, m := range p.Items {
			checkMedia(t, m, caps)
		}
	case core.Choices:
		checkChoices(t, p, caps)
		buttons(p.Buttons, caps.Buttons)
		within("header", p.Header, caps.Header)
		within("footer", p.Footer, caps.Footer)
		within("body", bare(p.Body, p.Format), caps.Text)
		if slices.ContainsFunc(p.Buttons, func(b core.Button) bool { return b.Type != core.Link }) {
			within("body", bare(p.Body, p.Format), caps.Buttons.Body)
		}
		if slices.ContainsFunc(p.Buttons, func(b core.Button) bool { return b.Type == core.Link }) {
			within("body", bare(p.Body, p.Format), caps.Links.Body)
		}
	case core.List:
		var rows []core.Button
		for _, it := range p.Items {
			rows = append(rows, it.Button)
		}
		buttons(rows, caps.List)
		within("list body", p.Body, caps.List.Body)
		within("label", p.Label, caps.Buttons.Title)
		if len(rows) > caps.List.Max || len(rows) == 0 || p.Image != "" || len(p.Buttons) > 0 || caps.NeedsBody && p.Body == "" {
			t.Fatalf("bad list %+v", p)
		}
	case core.Cards:
		if caps.Carousel.Max > 0 {
			checkCarousel(t, p, caps)
			within("body", bare(p.Body, p.Format), caps.Buttons.Body)
		} else if p.Body != "" || len(p.Cards) > caps.Cards {
			t.Fatalf("bad cards %+v", p)
		}
		for _, c := range p.Cards {
			buttons(c.Buttons, caps.Buttons)
		}
	case core.Location, core.Contacts, core.Template:
	default:
		t.Fatalf("%T is a part", part)
	}
}

func checkMedia(t *rapid.T, m core.Media, caps core.Capabilities) {
	medium, ok := caps.Media[m.Media]
	if !ok || m.URL == "" || m.Caption != "" && !medium.Caption || medium.Max > 0 && m.Size > medium.Max {
		t.Fatalf("media %+v cannot be shown", m)
	}
}

func checkChoices(t *rapid.T, c core.Choices, caps core.Capabilities) {
	links := 0
	for _, b := range c.Buttons {
		if b.Type == core.Link {
			links++
		}
	}
	replies := len(c.Buttons) - links
	switch {
	case len(c.Buttons) == 0, links > caps.Links.Max,
		replies > 0 && len(c.Buttons) > caps.Buttons.Max, links > 0 && replies > 0 && !caps.Mixed:
		t.Fatalf("%d replies and %d links", replies, links)
	case caps.NeedsBody && c.Body == "":
		t.Fatal("no body")
	case c.Media != nil && (c.Header != "" || c.Media.Caption != "" || !slices.Contains(caps.Above, c.Media.Media)):
		t.Fatalf("bad media above: %+v", c)
	case c.Media != nil:
		checkMedia(t, *c.Media, caps)
	}
}

// bare is roughly what a reader sees.
func bare(s string, f core.Format) string {
	if f == core.HTML {
		for strings.Contains(s, "<") {
			i := strings.Index(s, "<")
			end := strings.Index(s[i:], ">")
			if end < 0 {
				return html.UnescapeString(s[:i])
			}
			s = s[:i] + s[i+end+1:]
		}
		return html.UnescapeString(s)
	}
	if f == core.Markdown {
		return strings.ReplaceAll(strings.ReplaceAll(s, `\`, ""), "**", "")
	}
	return s
}

var whole = graphemes()

func graphemes() map[string]bool {
	all := map[string]bool{}
	for _, a := range atoms {
		for g := uniseg.NewGraphemes(a); g.Next(); {
			all[g.Str()] = true
		}
	}
	return all
}

// checkGraphemes finds graphemes that nobody wrote: a cut one has other ends.
func checkGraphemes(t *rapid.T, s string) {
	for g := uniseg.NewGraphemes(s); g.Next(); {
		if r := g.Runes(); len(r) > 1 || r[0] > 0x2fff {
			if !whole[g.Str()] {
				t.Fatalf("a grapheme is cut: %q in %q", g.Str(), s)
			}
		}
	}
}

// checkStable fits a part again: nothing may change but tokens.
func checkStable(t *rapid.T, part core.Content, caps core.Capabilities) {
	again := core.Fit([]core.Saying{{Content: part}}, caps, options)
	if len(again) != 1 || len(again[0].Parts) != 1 || !reflect.DeepEqual(untoken(again[0].Parts[0]), untoken(part)) {
		t.Fatalf("%#v\nbecomes %#v", part, again[0].Parts)
	}
}

func untoken(c core.Content) core.Content {
	clear := func(all []core.Button) []core.Button {
		all = slices.Clone(all)
		for i := range all {
			all[i].Token = ""
		}
		return all
	}
	switch p := c.(type) {
	case core.Choices:
		p.Buttons = clear(p.Buttons)
		return p
	case core.List:
		p.Items = slices.Clone(p.Items)
		for i := range p.Items {
			p.Items[i].Button.Token = ""
		}
		return p
	case core.Cards:
		p.Cards = slices.Clone(p.Cards)
		for i := range p.Cards {
			p.Cards[i].Buttons = clear(p.Cards[i].Buttons)
		}
		return p
	}
	return c
}

// checkCarousel holds a row of alike cards against the channel's limits.
func checkCarousel(t *rapid.T, c core.Cards, caps core.Capabilities) {
	k := caps.Carousel
	if len(c.Cards) < k.Min || len(c.Cards) > k.Max || c.Body == "" {
		t.Fatalf("bad carousel %+v", c)
	}
	for _, one := range c.Cards {
		first := c.Cards[0].Buttons
		if one.Image == "" || one.Title != "" || len(one.Buttons) != len(first) || len(first) == 0 || len(first) > k.Replies ||
			core.Length(one.Description, caps.Unit) > k.Text || strings.Count(one.Description, "\n") >= k.Lines {
			t.Fatalf("bad card %+v", one)
		}
		for _, b := range one.Buttons {
			if b.Type != first[0].Type || b.Type == core.Link && len(first) > 1 {
				t.Fatalf("cards are not alike: %+v", c)
			}
		}
	}
}
