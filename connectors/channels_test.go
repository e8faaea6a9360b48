package connectors_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"causeway/connectors"
	"causeway/connectors/kit"
	"causeway/core"
)

// update has the pages written anew. The flag is connectortest's.
func update() bool { return flag.Lookup("update").Value.String() == "true" }

// TestPages compares docs/channels.md, docs/faults.md and the table in README.md
// with what the kinds say of themselves.
func TestPages(t *testing.T) {
	kinds := connectors.Kinds(kit.Offline(func(address string) { t.Errorf("a kind called %s", address) }))
	section(t, "../README.md", overview(kinds))
	section(t, "../docs/channels.md", shows(kinds)+becomes(kinds))
	section(t, "../docs/faults.md", faultsOf(kinds))
}

// section compares what stands in a page between two marks with text.
func section(t *testing.T, path, text string) {
	t.Helper()
	const from, to = "<!-- made by make docs -->\n", "<!-- end of what is made -->"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(page), from)
	_, after, ended := strings.Cut(rest, to)
	if !begun || !ended {
		t.Fatalf("%s lacks the marks %q and %q", path, from, to)
	}
	want := []byte(before + from + "\n" + text + "\n" + to + after)
	switch {
	case bytes.Equal(page, want):
	case update():
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not what the kinds say of themselves: run make docs, and read the diff", path)
	}
}

// overview is a line a kind.
func overview(kinds []core.Kind) string {
	rows := [][]string{{"channel", "`kind`", "buttons", "list", "cards", "files", "templates", "free answers"}}
	for _, k := range kinds {
		c := k.Capabilities
		rows = append(rows, []string{
			k.Title, "`" + k.Name + "`", limit(c.Buttons.Max, "numbers"), limit(c.List.Max, "–"), limit(c.Cards, or(strings.TrimPrefix(row(c.Carousel), "–"), "a message each")),
			strconv.Itoa(len(c.Media)) + " sorts", yes(c.Template), window(c.Window),
		})
	}
	return table(rows)
}

// shows is what each kind shows natively.
func shows(kinds []core.Kind) string {
	rows := [][]string{{""}}
	lines := features()
	for _, f := range lines {
		rows = append(rows, []string{f.name})
	}
	for _, k := range kinds {
		rows[0] = append(rows[0], k.Title)
		for i, f := range lines {
			rows[i+1] = append(rows[i+1], f.of(k))
		}
	}
	return "## What each channel shows\n\n" + table(rows)
}

type feature struct {
	name string
	of   func(core.Kind) string
}

func features() []feature {
	caps := func(name string, of func(core.Capabilities) string) feature {
		return feature{name, func(k core.Kind) string { return of(k.Capabilities) }}
	}
	all := []feature{
		{"`kind`", func(k core.Kind) string { return "`" + k.Name + "`" }},
		caps("text", func(c core.Capabilities) string { return fmt.Sprintf("%d %s", c.Text, units[c.Unit]) }),
		caps("markup that is kept", func(c core.Capabilities) string { return words(c.Formats, "none") }),
		caps("caption", func(c core.Capabilities) string { return limit(c.Caption, "–") }),
	}
	for _, m := range []core.MediaType{core.Image, core.Video, core.Audio, core.Voice, core.File, core.Sticker} {
		all = append(all, caps(files[m], func(c core.Capabilities) string { return medium(c, m) }))
	}
	return append(all,
		caps("files shown as one", func(c core.Capabilities) string { return limit(c.Album, "–") }),
		caps("location", func(c core.Capabilities) string { return yes(c.Location) }),
		caps("address card", func(c core.Capabilities) string { return yes(c.Contacts) }),
		caps("reply buttons", func(c core.Capabilities) string { return limits(c.Buttons) }),
		caps("link buttons", func(c core.Capabilities) string { return limits(c.Links) }),
		caps("both in one message", func(c core.Capabilities) string { return yes(c.Mixed) }),
		caps("list", func(c core.Capabilities) string { return limits(c.List) }),
		caps("header above buttons", func(c core.Capabilities) string { return limit(c.Header, "–") }),
		caps("footer below buttons", func(c core.Capabilities) string { return limit(c.Footer, "–") }),
		caps("media above buttons", func(c core.Capabilities) string { return words(c.Above, "–") }),
		caps("cards in one message", func(c core.Capabilities) string { return limit(c.Cards, row(c.Carousel)) }),
		caps("approved templates", func(c core.Capabilities) string { return yes(c.Template) }),
		caps("free answers", func(c core.Capabilities) string { return window(c.Window) }),
		caps("messages at most", func(c core.Capabilities) string { return pace(c.Rate.Every, c.Rate.Burst) }),
		caps("messages to one contact", func(c core.Capabilities) string { return pace(c.Rate.PairEvery, c.Rate.PairBurst) }),
		caps("messages to one group", func(c core.Capabilities) string { return pace(c.Rate.GroupEvery, c.Rate.GroupBurst) }),
	)
}

var (
	units = map[core.Unit]string{core.Runes: "characters", core.UTF16: "UTF-16 units", core.Bytes: "bytes"}
	files = map[core.MediaType]string{
		core.Image: "picture", core.Video: "video", core.Audio: "audio", core.Voice: "voice message", core.File: "file", core.Sticker: "sticker",
	}
)

func medium(c core.Capabilities, m core.MediaType) string {
	can, ok := c.Media[m]
	switch {
	case !ok:
		shown := core.Fit([]core.Saying{{Content: core.Media{Media: m, URL: "https://example.com/"}}}, c, core.FitOptions{})
		if other, ok := shown[0].Parts[0].(core.Media); ok {
			return "as " + files[other.Media]
		}
		return "as a link"
	case can.Max == 0:
		return "yes"
	case can.Max < 1<<20:
		return fmt.Sprintf("%d KB", can.Max>>10)
	}
	return fmt.Sprintf("%d MB", can.Max>>20)
}

func limits(l core.Limits) string {
	if l.Max == 0 {
		return "–"
	}
	text := strconv.Itoa(l.Max)
	for _, part := range []struct {
		name string
		most int
	}{{"title", l.Title}, {"description", l.Description}, {"text", l.Body}} {
		if part.most > 0 {
			text += fmt.Sprintf(", %s %d", part.name, part.most)
		}
	}
	return text
}

func limit(n int, none string) string {
	if n == 0 {
		return none
	}
	return strconv.Itoa(n)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "–"
}

func window(d time.Duration) string {
	if d == 0 {
		return "at any time"
	}
	return fmt.Sprintf("for %.0f h after the contact wrote", d.Hours())
}

// pace says how fast messages may follow each other.
func pace(every time.Duration, burst int) string {
	if every == 0 {
		return "–"
	}
	text := fmt.Sprintf("one in %s", every.Round(time.Millisecond))
	if every < time.Second {
		text = fmt.Sprintf("%.0f a second", float64(time.Second)/float64(every))
	}
	if burst > 1 {
		text += fmt.Sprintf(", %d at once", burst)
	}
	return text
}

func words[T ~string](all []T, none string) string {
	if len(all) == 0 {
		return none
	}
	var names []string
	for _, one := range all {
		names = append(names, string(one))
	}
	return strings.Join(names, ", ")
}

// becomes is what Fit makes of examples on each kind.
func becomes(kinds []core.Kind) string {
	rows := [][]string{{"said"}}
	for _, k := range kinds {
		rows[0] = append(rows[0], k.Title)
	}
	for _, e := range examples() {
		row := []string{e.name}
		for _, k := range kinds {
			row = append(row, fitted(core.Fit([]core.Saying{{Content: e.content}}, k.Capabilities, core.FitOptions{Choose: "Please choose"})))
		}
		rows = append(rows, row)
	}
	return "\n## What becomes what\n\n" + table(rows)
}

// fitted says in words what a message became: its parts, and what was degraded
// or lost on the way.
func fitted(all []core.Fitted) string {
	var parts, costs []string
	for _, f := range all {
		numbers := slices.ContainsFunc(f.Options, func(o core.Option) bool { return o.Number > 0 })
		for i, p := range f.Parts {
			is := part(p)
			if numbers && i == len(f.Parts)-1 {
				is += " with numbers"
			}
			parts = append(parts, is)
		}
		for _, n := range f.Notes {
			if n.Severity != core.Same && !slices.Contains(costs, n.Rule) {
				costs = append(costs, n.Rule)
			}
		}
	}
	text := counted(parts)
	if text == "" {
		text = "nothing"
	}
	if len(costs) > 0 {
		text += " (`" + strings.Join(costs, "`, `") + "`)"
	}
	return text
}

func part(c core.Content) string {
	switch c := c.(type) {
	case core.Media:
		return files[c.Media]
	case core.Choices:
		text := fmt.Sprintf("%d buttons", len(c.Buttons))
		if len(c.Buttons) == 1 {
			text = "a button"
		}
		if c.Media != nil {
			text = files[c.Media.Media] + " with " + text
		}
		return text
	case core.List:
		return fmt.Sprintf("list of %d", len(c.Items))
	case core.Cards:
		return fmt.Sprintf("row of %d cards", len(c.Cards))
	case core.Album:
		return fmt.Sprintf("album of %d", len(c.Items))
	default:
		return string(c.Type())
	}
}

// counted joins words and counts those that come again.
func counted(all []string) string {
	var said []string
	for i := 0; i < len(all); {
		n := 1
		for i+n < len(all) && all[i+n] == all[i] {
			n++
		}
		if n > 1 {
			said = append(said, fmt.Sprintf("%d × %s", n, all[i]))
		} else {
			said = append(said, all[i])
		}
		i += n
	}
	return strings.Join(said, ", ")
}

type example struct {
	name    string
	content core.Content
}

func examples() []example {
	const picture, page = "https://example.com/soup.jpg", "https://example.com/"
	link := core.Button{Type: core.Link, Title: "Recipe", URL: page}
	card := core.Card{Image: picture, Title: "Soup", Subtitle: "€6", Buttons: replies(2, "Order")}
	shown := func(m core.MediaType) core.Media { return core.Media{Media: m, URL: picture, Caption: "Fresh today"} }
	rows := func(n int) (items []core.ListItem) {
		for _, b := range replies(n, "Dish") {
			items = append(items, core.ListItem{Image: picture, Button: b})
		}
		return items
	}
	return []example{
		{"text in HTML", core.Text{Body: "<b>Soup</b> today", Format: core.HTML}},
		{"text of 6000 characters", core.Text{Body: strings.Repeat("soup ", 1200)}},
		{"2 choices", core.Choices{Body: "Which?", Buttons: replies(2, "Dish")}},
		{"5 choices", core.Choices{Body: "Which?", Buttons: replies(5, "Dish")}},
		{"12 choices", core.Choices{Body: "Which?", Buttons: replies(12, "Dish")}},
		{"100 choices", core.Choices{Body: "Which?", Buttons: replies(100, "Dish")}},
		{"2 choices with titles of 40 characters", core.Choices{Body: "Which?", Buttons: replies(2, "The soup of the day, with basil, bread")}},
		{"2 choices below a picture", core.Choices{Body: "Which?", Media: &core.Media{Media: core.Image, URL: picture}, Buttons: replies(2, "Dish")}},
		{"a link", core.Choices{Body: "Look", Buttons: []core.Button{link}}},
		{"3 links", core.Choices{Body: "Look", Buttons: []core.Button{link, link, link}}},
		{"a choice and a link", core.Choices{Body: "Which?", Buttons: append(replies(1, "Dish"), link)}},
		{"a list of 4 with pictures", core.List{Body: "Which?", Items: rows(4)}},
		{"a list of 12 with pictures", core.List{Body: "Which?", Items: rows(12)}},
		{"3 cards with a picture and 2 choices each", core.Cards{Cards: []core.Card{card, card, card}}},
		{"4 pictures as one", core.Album{Items: []core.Media{shown(core.Image), shown(core.Image), shown(core.Image), shown(core.Image)}}},
		{"a picture with a caption", shown(core.Image)},
		{"a voice message with a caption", shown(core.Voice)},
		{"a file of 30 MB", core.Media{Media: core.File, URL: picture, Size: 30 << 20}},
		{"a sticker", core.Media{Media: core.Sticker, URL: picture}},
		{"a place with a name", core.Location{Latitude: 52.5, Longitude: 13.4, Name: "Café", Address: "Berlin"}},
		{"an address card", core.Contacts{Contacts: []core.AddressCard{{Name: "Zoë", Phones: []string{"+4930555"}}}}},
		{"the beginning of a form", core.Form{Body: "A table", Fields: []core.Field{
			{Type: core.TextField, Name: "name", Label: "Your name"}, {Type: core.TextField, Name: "day", Label: "Which day?"},
		}, Submit: core.FormSubmit{Label: "Book"}}},
		{"an approved template", core.Template{Name: "hello", Language: "en", Params: []string{"Zoë"}}},
	}
}

func replies(n int, title string) []core.Button {
	var all []core.Button
	for i := range n {
		all = append(all, core.Button{Type: core.Reply, Title: title + " " + strconv.Itoa(i+1)})
	}
	return all
}

// table writes Markdown. The first row is the head.
func table(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return b.String()
}

// row is how many cards that are alike are one message.
func row(c core.Carousel) string {
	if c.Max == 0 {
		return "–"
	}
	return fmt.Sprintf("%d to %d alike", c.Min, c.Max)
}
