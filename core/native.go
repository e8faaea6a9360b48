package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Native is one call of a kind's own, as an author wrote it to stand on that
// kind in place of what Fit would make of the message. Only Fit makes it a part,
// and only if the kind's Render takes it: a call that sends something, says
// nothing of who gets it, and reaches nothing else. Where "{{tap:0}}" stands in
// its body, the token of the content's first reply or submit button is put in,
// and so on: taps then come back as if we had written the button.
type Native struct {
	Op   string          `json:"op"`
	Body json.RawMessage `json:"body"` // a JSON object
}

// TypeNative is the type of a Native among parts. Nobody posts it by itself.
const TypeNative ContentType = "native"

// Type implements Content.
func (Native) Type() ContentType { return TypeNative }

// Bounds of what an author may write for one kind.
const (
	MostNative    = 10
	longestNative = 32 << 10 // bytes of one body
)

// Takes says why the kind does not make an author's own call; nil if it does.
func (k Kind) Takes(n Native) error {
	_, err := k.Render(Outgoing{To: k.Example, Content: n, Ref: RefOf(exampleMessage, 0)})
	return err
}

// overridden shows the author's own calls for the kind in place of the content, and
// reports whether there are any that the kind takes. What they offer to pick is
// what the content offers.
func (f *fitter) overridden(s Saying) bool {
	written := s.Native[f.options.Kind]
	if len(written) == 0 || s.Private {
		return false
	}
	fresh := *f
	offered := taps(s.Content)
	tokens := make([]string, len(offered))
	for i, b := range offered {
		tokens[i] = f.option(b, 0)
	}
	calls, err := f.own(s.Content, written, tokens)
	if err != nil {
		*f = fresh
		f.degrade("native", "native_refused", shownCalls(written), err.Error())
		return false
	}
	f.note(Same, "", "native", leaves(s.Content), shownCalls(calls))
	for _, c := range calls {
		f.emit(c)
	}
	return true
}

// own is the author's calls with tokens in them, or why one cannot be made.
func (f *fitter) own(content Content, written []Native, tokens []string) ([]Native, error) {
	switch content.(type) {
	case Form:
		return nil, errors.New("a form is asked field by field")
	case Reaction, Edited, Deleted, nil:
		return nil, errors.New("it stands only for what is said anew")
	}
	if len(written) > MostNative {
		return nil, fmt.Errorf("%d calls are more than %d", len(written), MostNative)
	}
	calls := make([]Native, len(written))
	for i, n := range written {
		body, err := tapped(n.Body, tokens)
		if err == nil && f.options.Takes == nil {
			err = errors.New("this kind takes none")
		}
		if err == nil {
			calls[i] = Native{Op: n.Op, Body: body}
			err = f.options.Takes(calls[i])
		}
		if err != nil {
			return nil, err
		}
	}
	return calls, nil
}

// tapped is a body without spaces, and with tokens where it asks for them.
func tapped(written json.RawMessage, tokens []string) (json.RawMessage, error) {
	if len(written) > longestNative {
		return nil, fmt.Errorf("its body is longer than %d bytes", longestNative)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, written); err != nil {
		return nil, errors.New("its body is no JSON")
	}
	body := compact.Bytes()
	for i, token := range tokens {
		body = bytes.ReplaceAll(body, []byte("{{tap:"+strconv.Itoa(i)+"}}"), []byte(token))
	}
	if _, rest, left := bytes.Cut(body, []byte("{{tap:")); left {
		return nil, fmt.Errorf("the content has no button for {{tap:%.10s", rest)
	}
	return body, nil
}

// taps are the buttons of a content that come back, in order.
func taps(c Content) []Button {
	var all []Button
	add := func(some ...Button) {
		for _, b := range some {
			if b.Type != Link {
				all = append(all, b)
			}
		}
	}
	switch c := c.(type) {
	case Choices:
		add(c.Buttons...)
	case List:
		for _, item := range c.Items {
			add(item.Button)
		}
		add(c.Buttons...)
	case Cards:
		for _, card := range c.Cards {
			add(card.Buttons...)
		}
	default:
	}
	return all
}

func shownCalls(calls []Native) string {
	var said []string
	for _, n := range calls {
		said = append(said, n.Op+" "+string(n.Body))
	}
	return strings.Join(said, "\n")
}

func isNative(parts []Content) bool {
	if len(parts) == 0 {
		return false
	}
	_, own := parts[0].(Native)
	return own
}
