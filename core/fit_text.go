package core

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode/utf8"
)

// prose is text that is being put together.
type prose struct {
	text   string
	format Format
	// unmarked is what set its words apart, of a text that had to be made plain on
	// the way.
	unmarked string
}

// above puts a block of plain text before p.
func (p *prose) above(block string) { p.fold(block, false) }

// below puts a block of plain text after p.
func (p *prose) below(block string) { p.fold(block, true) }

func (p *prose) fold(block string, after bool) {
	switch {
	case blank(block):
		return
	case blank(p.text):
		*p = prose{text: block}
		return
	}
	with := p.with(block, after)
	if p.format != Plain && !strings.Contains(squeeze(plain(with.text, with.format)), squeeze(block)) {
		// Broken markup would swallow the block.
		bare := prose{text: p.words()}
		if bare.text != p.text {
			bare.unmarked = p.marking()
		}
		with = bare.with(block, after)
	}
	*p = with
}

func (p prose) with(block string, after bool) prose {
	gap := "\n\n"
	switch p.format {
	case HTML:
		gap = "" // a paragraph stands apart, and no further from another
		block = "<p>" + strings.ReplaceAll(html.EscapeString(block), "\n", "<br>") + "</p>"
	case Markdown:
		block = escapeMarkdown(block)
	case Plain:
	}
	if after {
		p.text += gap + block
	} else {
		p.text = block + gap + p.text
	}
	return p
}

// words is p without its markup. Where there is nothing but markup, what is
// written is all there is to show.
func (p prose) words() string {
	if bare := plain(p.text, p.format); !blank(bare) {
		return bare
	}
	return p.text
}

// squeeze is s with single spaces between its words, and none around them.
func squeeze(s string) string {
	was := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= utf8.RuneSelf || c == ' ' && was == ' ' {
			return strings.Join(strings.Fields(s), " ")
		}
		was = c
	}
	return strings.TrimSuffix(s, " ")
}

// text sends p as one part, or as several if it is too long.
func (f *fitter) text(path string, p prose) {
	if blank(p.text) {
		f.lose(path, "empty", "")
		return
	}
	p = f.styled(path, p, f.caps.Text)
	if p.format != Plain {
		f.emit(Text{Body: p.text, Format: p.format})
		return
	}
	pieces := Split(p.text, f.caps.Text, f.caps.Unit)
	if len(pieces) > 1 {
		f.same(path, "split", f.size(p.text), fmt.Sprintf("%d messages", len(pieces)))
	}
	for _, piece := range pieces {
		f.emit(Text{Body: piece})
	}
}

// styled is p in a format that the channel shows. It is plain if what is to be
// shown is longer than limit, so that it can be split; else it fits.
func (f *fitter) styled(path string, p prose, limit int) prose {
	switch {
	case p.format == Plain && p.unmarked != "":
		f.same(path, "plain", p.unmarked, "plain text")
		return prose{text: p.text}
	case p.format == Plain:
		return p
	case !slices.Contains(f.caps.Formats, p.format):
		return prose{text: f.bare(path, p)}
	case !f.room(p, p.words(), limit):
		f.degrade(path, "plain", p.marking(), "plain text")
		return prose{text: p.words()}
	case f.options.Unmarked != nil:
		if left := f.options.Unmarked(p.text, p.format); len(left) > 0 {
			f.same(path, "unmarked", strings.Join(left, ", "), "plain words")
		}
	}
	return p
}

// bare is the words of p for where there are no marks, with a note of those that
// it had.
func (f *fitter) bare(path string, p prose) string {
	words := p.words()
	if words != p.text {
		f.same(path, "plain", p.marking(), "plain text")
	}
	return words
}

// marking names a text's format, and what in it sets words apart.
func (p prose) marking() string {
	if names := marks(p.text, p.format); len(names) > 0 {
		return string(p.format) + ": " + strings.Join(names, ", ")
	}
	return string(p.format)
}

// room reports whether formatted text stays within limit in whatever markup the
// channel has for it: its words, with what marks may cost.
func (f *fitter) room(p prose, bare string, limit int) bool {
	if limit <= 0 {
		return true
	}
	size := Length(bare, f.caps.Unit)
	switch p.format {
	case HTML:
		size += 3 * strings.Count(p.text, "<")
	case Markdown:
		size = max(size, Length(p.text, f.caps.Unit)) + 2*strings.Count(p.text, "`")
	case Plain:
	}
	return size <= limit
}

func (f *fitter) size(s string) string {
	return fmt.Sprintf("%d %s", Length(s, f.caps.Unit), f.caps.Unit)
}
