package twilio

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"

	content "github.com/twilio/twilio-go/rest/content/v1"

	"causeway/connectors/kit"
	"causeway/core"
)

// contents remembers what there is at Twilio by name. What it does not remember
// is looked for, and made only then: an account keeps contents for ever, and
// another node or an earlier run may have made it.
type contents struct {
	gate chan struct{} // held while one is looked for or made
	mu   sync.Mutex
	all  map[contentName]string // sids
}

type contentName struct{ name, language string }

func newContents() *contents {
	return &contents{gate: make(chan struct{}, 1), all: map[contentName]string{}}
}

// made is the sid of a content of this shape. Its fault is never Ambiguous: a
// content that is made twice does no harm.
func (t *contents) made(ctx context.Context, c *Connector, want *content.ContentCreateRequest) (string, *core.Fault) {
	name := contentName{want.FriendlyName, want.Language}
	return t.found(ctx, c, name, func() (string, *core.Fault) { return c.makeContent(ctx, want) })
}

// named is the sid of a content that somebody else made.
func (t *contents) named(ctx context.Context, c *Connector, want TemplateName) (string, *core.Fault) {
	return t.found(ctx, c, contentName{want.FriendlyName, want.Language}, func() (string, *core.Fault) {
		return "", &core.Fault{
			Kind: core.Permanent, Code: "no_template",
			Message: "Twilio has no content named " + kit.Excerpt([]byte(want.FriendlyName)) + " in this language: see Content Template Builder in the Twilio console",
		}
	})
}

func (t *contents) found(ctx context.Context, c *Connector, name contentName, otherwise func() (string, *core.Fault)) (string, *core.Fault) {
	if sid := t.recall(name); sid != "" {
		return sid, nil
	}
	select {
	case t.gate <- struct{}{}:
		defer func() { <-t.gate }()
	case <-ctx.Done():
		return "", &core.Fault{Kind: core.Temporary, Code: "shutdown", Message: "the call was given up before it left"}
	}
	if sid := t.recall(name); sid != "" {
		return sid, nil
	}
	if f := c.look(ctx, t.keep); f != nil {
		return "", harmless(f)
	}
	if sid := t.recall(name); sid != "" {
		return sid, nil
	}
	sid, f := otherwise()
	if f != nil {
		return "", harmless(f)
	}
	t.keep(name, sid)
	return sid, nil
}

// recall takes "en" for "en_US" and the other way round, and any language for
// none.
func (t *contents) recall(name contentName) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if sid := t.all[name]; sid != "" {
		return sid
	}
	best := ""
	for other, sid := range t.all {
		near := name.language == "" || tongue(other.language) == tongue(name.language)
		if other.name == name.name && near && (best == "" || sid < best) {
			best = sid
		}
	}
	return best
}

func tongue(language string) string {
	short, _, _ := strings.Cut(strings.ReplaceAll(language, "-", "_"), "_")
	return strings.ToLower(short)
}

func (t *contents) keep(name contentName, sid string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all[name] = sid
}

func (t *contents) forget(sid string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name, s := range t.all {
		if s == sid {
			delete(t.all, name)
		}
	}
}

const (
	contentPage  = "500" // contents
	contentPages = 20    // beyond these, a content that is there may be made again
	listBody     = 16 << 20
)

// look lists the account's contents. Twilio's page "Content API Resources",
// "Fetch all Content Resources": pages follow one another by address alone.
func (c *Connector) look(ctx context.Context, keep func(contentName, string)) *core.Fault {
	next := "/v1/Content?PageSize=" + contentPage
	for range contentPages {
		var page struct {
			Contents []struct {
				SID      string `json:"sid"`
				Name     string `json:"friendly_name"`
				Language string `json:"language"`
			} `json:"contents"`
			Meta struct {
				Next string `json:"next_page_url"`
			} `json:"meta"`
		}
		if f := c.get(ctx, c.content+next, &page); f != nil {
			return f
		}
		for _, one := range page.Contents {
			if one.SID != "" {
				keep(contentName{one.Name, one.Language}, one.SID)
			}
		}
		if next = pathOf(page.Meta.Next); next == "" {
			break
		}
	}
	return nil
}

// pathOf is an address without scheme and host: the next page is asked for
// where the first one was.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(u.Path, "/") {
		return ""
	}
	return u.RequestURI()
}

// makeContent makes a content. Twilio's page "Content API Resources", "Create Templates".
func (c *Connector) makeContent(ctx context.Context, want *content.ContentCreateRequest) (string, *core.Fault) {
	w := c.wire(ctx, c.content)
	_, err := content.NewApiService(w.handler(c.set.AccountSID)).CreateContent(
		(&content.CreateContentParams{}).SetContentCreateRequest(*want))
	if f := w.fault(err); f != nil {
		return "", f
	}
	if !w.answer.OK() {
		return "", c.sort(w.answer)
	}
	var made struct {
		SID string `json:"sid"`
	}
	if json.Unmarshal(w.answer.Body, &made) != nil || made.SID == "" {
		return "", &core.Fault{Kind: core.Temporary, Code: "no_content", Message: "Twilio's answer names no content"}
	}
	return made.SID, nil
}

// get asks for something. Its fault is never Ambiguous.
func (c *Connector) get(ctx context.Context, address string, out any) *core.Fault {
	call := kit.Call{Method: http.MethodGet, URL: address, Header: c.set.header(), Secrets: c.set.secrets()}
	err := c.env.JSON(ctx, c.calls.Limited(0, listBody), call, out, c.sort)
	return harmless(core.FaultOf(err))
}
