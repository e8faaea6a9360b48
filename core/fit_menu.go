package core

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// menu is what Choices, a List and a card have in common: words, and picks.
type menu struct {
	path    string // of its picks
	inBody  string // the path of its body
	inMedia string // the path of what stands above
	list    bool   // its author wrote a list
	media   *Media
	header  string
	body    prose
	footer  string
	label   string
	picks   []pick
}

// pick is one button on its way out.
type pick struct {
	Button
	path   string
	native bool // it is shown as a button or a row
	title  string
	row    string // the description that is shown with it
}

// pick takes a button on, and reports false if there is nothing to tap.
func (f *fitter) pick(path string, b Button) (pick, bool) {
	p := pick{Button: b, path: path, native: true}
	p.Title = squeeze(p.Title)
	p.title = p.Title
	if p.title == "" && p.Type != Link {
		p.title = squeeze(p.Says())
	}
	switch {
	case p.Type == Link && blank(p.URL):
		f.lose(path, "no_url", lines(p.Title, p.Description))
		return p, false
	case p.Type == Link && p.title == "":
		p.title = host(p.URL)
	case p.title == "":
		f.lose(path, "empty", b.Description)
		return p, false
	}
	if p.Type != Link && p.Title == "" {
		p.Title = p.title
	}
	return p, true
}

func (f *fitter) picks(path string, buttons []Button) []pick {
	var all []pick
	for i, b := range buttons {
		if p, ok := f.pick(item(path, i), b); ok {
			all = append(all, p)
		}
	}
	return all
}

// web reports whether address is one that any channel lets a button open.
func web(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// host is the short form of a web address.
func host(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return address
}

// form is one way of showing picks.
type form struct {
	name   string // buttons, list, or empty for text
	limits Limits
	links  Limits // of link buttons among them; Max 0 for none
}

const (
	asButtons = "buttons"
	asList    = "list"
)

// form chooses how the menu is shown: the first form that holds its picks, with
// every title whole if any does.
func (f *fitter) form(m menu) form {
	replies, links := 0, 0
	for _, p := range m.picks {
		if p.Type != Link {
			replies++
		} else if web(p.URL) {
			links++
		}
	}
	if replies == 0 {
		if links > 0 && links <= f.caps.Links.Max {
			return form{name: asButtons, limits: f.caps.Links, links: f.caps.Links}
		}
		return form{}
	}
	forms := []form{{name: asButtons, limits: f.caps.Buttons}, {name: asList, limits: f.caps.List}}
	if m.list {
		slices.Reverse(forms)
	}
	forms = slices.DeleteFunc(forms, func(c form) bool { return replies > c.limits.Max })
	if len(forms) == 0 {
		return form{}
	}
	for i := range forms {
		if f.caps.Mixed && links <= f.caps.Links.Max && replies+links <= forms[i].limits.Max {
			forms[i].links = f.caps.Links
		}
	}
	for _, c := range forms {
		if !slices.ContainsFunc(m.picks, func(p pick) bool { return p.Type != Link && !f.whole(p, c) }) {
			return c
		}
	}
	return forms[0]
}

// whole reports whether the pick's title is shown whole, if not as the title
// then in its row's description.
func (f *fitter) whole(p pick, c form) bool {
	return f.fits(p.title, c.limits.Title) || f.inRow(p, c) != ""
}

// inRow is the row's description that begins with the whole title, or nothing if
// there is no room for it.
func (f *fitter) inRow(p pick, c form) string {
	row := p.title
	if d := squeeze(p.Description); d != "" {
		row += ": " + d
	}
	if c.limits.Description <= 0 || !f.fits(row, c.limits.Description) {
		return ""
	}
	return row
}

// place decides for each pick what of it the form shows, and returns the lines
// that say the rest in the body.
func (f *fitter) place(m *menu, c form) []string {
	var said []string
	seen := map[string]bool{}
	for i := range m.picks {
		p := &m.picks[i]
		if p.native = p.Type != Link || c.links.Max > 0 && web(p.URL); !p.native {
			f.same(p.path, "link_text", p.title, p.URL)
			said = append(said, lines(titled(p.Title, p.URL), p.Description))
			continue
		}
		limit := c.limits.Title
		if p.Type == Link {
			limit = c.links.Title
		}
		if line := f.placeOne(p, c, limit); line != "" {
			said = append(said, line)
		}
		f.distinct(p, limit, seen)
	}
	return said
}

func (f *fitter) placeOne(p *pick, c form, limit int) string {
	whole, description := p.title, squeeze(p.Description)
	rows := p.Type != Link && c.limits.Description > 0
	cut := !f.fits(whole, limit)
	if cut {
		if rows {
			p.row = f.inRow(*p, c)
		}
		p.title = Cut(whole, limit, f.caps.Unit)
		if p.row != "" {
			f.same(at(p.path, "title"), "title_in_row", whole, p.title)
			return ""
		}
		f.degrade(at(p.path, "title"), "title_cut", whole, p.title)
	}
	switch {
	case description != "" && rows && f.fits(description, c.limits.Description):
		p.row = description
	case description != "":
		f.same(at(p.path, "description"), "description_in_body", "", "")
		return "• " + whole + ": " + description
	}
	if cut {
		return "• " + whole
	}
	return ""
}

// distinct gives a pick another title if one before it has the same.
func (f *fitter) distinct(p *pick, limit int, seen map[string]bool) {
	title := p.title
	for n := 2; seen[fold(title)]; n++ {
		mark := " (" + strconv.Itoa(n) + ")"
		room := limit - Length(mark, f.caps.Unit)
		switch {
		case limit <= 0:
			title = p.title + mark
		case room < 1:
			title = strconv.Itoa(n)
		default:
			title = Cut(p.title, room, f.caps.Unit) + mark
		}
	}
	if title != p.title {
		f.same(at(p.path, "title"), "title_distinct", p.title, title)
	}
	p.title = title
	seen[fold(title)] = true
}

// buttons is what of the picks goes to the channel, and nothing more.
func (f *fitter) buttons(m menu) []Button {
	var all []Button
	for _, p := range m.picks {
		switch {
		case !p.native:
		case p.Type == Link:
			all = append(all, Button{Type: Link, Title: p.title, URL: p.URL, SameTab: p.SameTab, DeepLink: p.DeepLink})
		default:
			all = append(all, Button{Type: Reply, Title: p.title, Description: p.row, Token: f.option(p.Button, 0)})
		}
	}
	return all
}

// numbered takes the picks on as numbers, and returns a line for each.
func (f *fitter) numbered(m *menu) string {
	var said []string
	replies := 0
	for _, p := range m.picks {
		line := titled(p.Title, p.URL)
		if p.Type == Link {
			f.same(p.path, "link_text", p.title, p.URL)
		} else {
			line = strconv.Itoa(f.number) + ". " + p.title
			f.option(p.Button, f.number)
			f.number++
			replies++
		}
		if d := squeeze(p.Description); d != "" {
			line += ": " + d
		}
		said = append(said, line)
	}
	if replies > 0 {
		f.degrade(m.path, "numbered", strconv.Itoa(replies)+" options", "numbers")
	}
	return strings.Join(said, "\n")
}
