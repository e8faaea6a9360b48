package markup

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var seeds = []string{
	"", "<b>a<i>b</b>c</i>", "a <b", "<a href='x\"y<z>'>t</a>", "<pre><code>x</pre></code>", "<blockquote><blockquote>a</blockquote>b",
	"**a _b_** `c` [d](https://e.f/\"g) ***h***", "```\n<x>\n", "<p>&lt;&nbsp;&#0;&#x1F600;", "<script>a", "<!-- a", "<?x <!y", "> a\n# *b*",
	"<a href=https://a.b><b>x</a>y</b>", "<a href=https://a.b><code>x</code></a>", "<ul><li><ol><li>a", "\xff<b>\xc3</b>", "*a\\*b*", "~~a~~b",
}

// What goes to Telegram as HTML is what its parser takes, whatever came in, and
// the words are still there.
func FuzzTelegram(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, body string, isHTML bool) {
		format := "markdown"
		if isHTML {
			format = "html"
		}
		got, ok := Telegram(body, format)
		if !ok {
			if plain := Plain(body, format); got != plain {
				t.Errorf("without marks %q is %q, not %q", body, got, plain)
			}
			return
		}
		words, err := strict(got)
		if err != nil {
			t.Fatalf("%q becomes %q: %v", body, got, err)
		}
		runs, _ := read(body, format)
		if want := textOf(telegramLinks(runs)); dense(words) != dense(want) {
			t.Errorf("%q becomes %q\nwords %q\nwant  %q", body, got, words, want)
		}
	})
}

// Neither reader nor writer fails on anything, and words stay words.
func FuzzWords(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		Plain(s, "markdown")
		Plain(s, "html")
		WhatsApp(s, "markdown")
		s = strings.ToValidUTF8(s, "\uFFFD")
		for _, body := range []string{html.EscapeString(s), "<p>" + html.EscapeString(s) + "</p>"} {
			if got := Plain(body, "html"); dense(got) != dense(s) {
				t.Errorf("plain text of %q is %q", body, got)
			}
			if got := WhatsApp(body, "html"); dense(got) != dense(s) {
				t.Errorf("WhatsApp's text of %q is %q", body, got)
			}
		}
	})
}

// What a browser is shown has no script in it.
func FuzzSanitise(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Add(`<svg><script>x</script></svg><a href="java&#10;script:x">a</a><math><mtext><style><img src=x onerror=y>`)
	f.Fuzz(func(t *testing.T, s string) {
		z := html.NewTokenizer(strings.NewReader(Sanitise(s)))
		for {
			switch z.Next() {
			case html.ErrorToken:
				return
			case html.StartTagToken, html.SelfClosingTagToken:
				token := z.Token()
				if slices.Contains([]string{"script", "style", "iframe", "object", "embed", "svg", "form", "base", "meta", "link"}, token.Data) {
					t.Fatalf("%q lets %s through", s, token.Data)
				}
				for _, a := range token.Attr {
					if !slices.Contains([]string{"href", "src", "alt", "rel", "target"}, a.Key) {
						t.Fatalf("%q lets %s through", s, a.Key)
					}
					if u := strings.ToLower(a.Val); (a.Key == "href" || a.Key == "src") && !regexp.MustCompile("^(https?|mailto|tel):").MatchString(u) {
						t.Fatalf("%q leads to %q", s, a.Val)
					}
				}
			default:
			}
		}
	})
}

func dense(s string) string { return strings.Join(strings.Fields(s), "") }

var (
	strictTag    = regexp.MustCompile(`^<(?:(/?)(b|i|u|s|code|pre|blockquote|tg-spoiler)|(/)(a)|(a) href="([^"<>]*)")>`)
	strictEntity = regexp.MustCompile(`^&(lt|gt|amp|quot);`)
)

// strict reads Telegram's HTML as its documentation has it, and returns the
// words.
func strict(s string) (string, error) {
	var words strings.Builder
	var open []string
	for s != "" {
		switch s[0] {
		case '<':
			m := strictTag.FindStringSubmatch(s)
			if m == nil {
				return "", fmt.Errorf("bad tag at %q", s)
			}
			name := m[2] + m[4] + m[5]
			if m[1]+m[3] == "/" {
				if len(open) == 0 || open[len(open)-1] != name {
					return "", fmt.Errorf("</%s> closes %v", name, open)
				}
				open = open[:len(open)-1]
			} else {
				if err := mayOpen(open, name); err != nil {
					return "", err
				}
				if err := entities(m[6]); err != nil {
					return "", err
				}
				open = append(open, name)
			}
			s = s[len(m[0]):]
		case '>':
			return "", errors.New("bare >")
		case '&':
			m := strictEntity.FindString(s)
			if m == "" {
				return "", fmt.Errorf("bad entity at %q", s)
			}
			words.WriteString(html.UnescapeString(m))
			s = s[len(m):]
		default:
			words.WriteByte(s[0])
			s = s[1:]
		}
	}
	if len(open) > 0 {
		return "", fmt.Errorf("%v not closed", open)
	}
	return words.String(), nil
}

func mayOpen(open []string, name string) error {
	if slices.Contains(open, name) {
		return fmt.Errorf("<%s> in itself", name)
	}
	for _, o := range open {
		if o == "code" || o == "pre" || (name == "code" || name == "pre") && o != "blockquote" {
			return fmt.Errorf("<%s> in <%s>", name, o)
		}
	}
	return nil
}

func entities(s string) error {
	for i := range s {
		if s[i] == '&' && strictEntity.FindString(s[i:]) == "" {
			return fmt.Errorf("bad entity in address %q", s)
		}
	}
	return nil
}
