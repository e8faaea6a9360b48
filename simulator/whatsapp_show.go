package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// show puts a message on the person's screen. The lock is held.
func (n *Number) show(z *WhatsAppPerson, id string, q *waRequest) {
	s := Shown{ID: id, From: Business, Method: q.Type, At: n.s.now(), Status: "sent"}
	if q.Context != nil {
		s.ReplyTo = q.Context.MessageID
	}
	switch q.Type {
	case "", "text":
		s.Method, s.Text = "text", q.Text.Body
	case "location":
		at, _ := q.Location.read()
		s.Location = &at
	case "contacts":
		for _, c := range q.Contacts {
			s.Contacts = append(s.Contacts, c.Name.Formatted)
		}
	case "reaction":
		n.sent[id] = z
		z.screen.change(q.Reaction.MessageID, func(s *Shown) { s.Reaction = *q.Reaction.Emoji })
		return
	case "interactive":
		n.interactive(&s, q.Interactive)
	case "template":
		n.template(&s, q.Template)
	default:
		m := q.media()
		s.Caption, s.Media = m.Caption, n.shownMedia(q.Type, m)
	}
	n.remember(id, z)
	z.typingAt = z.typingAt.Add(-typingLives) // our message ends it
	z.screen.show(s)
	if q.Callback != "" && len(z.callbacks) < n.s.opt.Keep {
		z.callbacks[id] = q.Callback
	}
}

// shownMedia is a file as the person sees it; a link is filled in when loaded.
func (n *Number) shownMedia(kind string, m *waMedia) *Media {
	if m == nil {
		return nil
	}
	out := &Media{Kind: kind, ID: m.ID, URL: m.Link, Name: m.Filename}
	if m.Voice {
		out.Kind = "voice"
	}
	if f, ok := n.s.files.find(n.opt.PhoneNumberID, m.ID); ok {
		out.MIME, out.Size, out.Data = f.mime, len(f.data), f.data
	}
	return out
}

func (n *Number) interactive(s *Shown, in *waInteractive) {
	s.Method = "interactive/" + in.Type
	s.Header, s.Text, s.Footer, s.Media = in.frame(n)
	a := in.Action
	s.Buttons = a.shown()
	switch in.Type {
	case "flow":
		s.Buttons = [][]Button{{{Kind: "flow", Text: a.Parameters.FlowCTA, Data: a.Parameters.FlowToken}}}
	case "location_request_message":
		s.Buttons = [][]Button{{{Kind: "send_location", Text: "Send location"}}}
	}
	for _, c := range a.Cards {
		one := waInteractive{Header: c.Header, Body: c.Body}
		card := Shown{Buttons: c.Action.shown()}
		card.Header, card.Text, _, card.Media = one.frame(n)
		s.Cards = append(s.Cards, card)
	}
}

func (in *waInteractive) frame(n *Number) (header, body, footer string, media *Media) {
	if in.Header != nil {
		header, media = in.Header.Text, n.shownMedia(in.Header.Type, in.Header.media())
	}
	if in.Body != nil {
		body = in.Body.Text
	}
	if in.Footer != nil {
		footer = in.Footer.Text
	}
	return header, body, footer, media
}

// shown are the buttons or rows of an action, one a line.
func (a *waAction) shown() [][]Button {
	var out [][]Button
	for _, b := range a.Buttons {
		if b.Reply != nil {
			out = append(out, []Button{{Kind: "reply", Text: b.Reply.Title, Data: b.Reply.ID}})
		} else if b.Quick != nil {
			out = append(out, []Button{{Kind: "reply", Text: b.Quick.Title, Data: b.Quick.ID}})
		}
	}
	for _, s := range a.Sections {
		for _, r := range s.Rows {
			out = append(out, []Button{{Kind: "row", Text: r.Title, Data: r.ID, Description: r.Description, Section: s.Title}})
		}
	}
	if a.Parameters.URL != "" {
		out = append(out, []Button{{Kind: "url", Text: a.Parameters.DisplayText, URL: a.Parameters.URL}})
	}
	return out
}

var templateName = regexp.MustCompile(`^[a-z0-9_]{1,512}$`)

var variable = regexp.MustCompile(`\{\{\s*[A-Za-z0-9_]+\s*\}\}`)

// checkTemplate checks a template's name, language and number of body
// parameters against those approved (Cloud API, Template messages).
func (n *Number) checkTemplate(t *waTemplate) *graphError {
	switch {
	case t == nil || t.Name == "":
		return missing("template['name']")
	case t.Language.Code == "":
		return missing("template['language']['code']")
	case !templateName.MatchString(t.Name):
		return invalid("template name %q is not valid", t.Name)
	}
	if n.opt.Templates == nil {
		return nil
	}
	known := n.approved(t)
	if known == nil {
		return graph(http.StatusNotFound, 132001, "template name (%s) does not exist in %s", t.Name, t.Language.Code)
	}
	want, have := len(variable.FindAllString(known.Body, -1)), len(t.texts())
	if want != have {
		return graph(http.StatusBadRequest, 132000, "body: number of localizable_params (%d) does not match the expected number of params (%d)", have, want)
	}
	return nil
}

func (n *Number) approved(t *waTemplate) *WhatsAppTemplate {
	for i, k := range n.opt.Templates {
		if k.Name == t.Name && k.Language == t.Language.Code {
			return &n.opt.Templates[i]
		}
	}
	return nil
}

// texts are the body parameters as the person reads them.
func (t *waTemplate) texts() []string {
	var out []string
	for _, c := range t.Components {
		if !strings.EqualFold(c.Type, "body") {
			continue
		}
		for _, p := range c.Parameters {
			switch {
			case p.Currency != nil:
				out = append(out, p.Currency.Value)
			case p.DateTime != nil:
				out = append(out, p.DateTime.Value)
			default:
				out = append(out, p.Text)
			}
		}
	}
	return out
}

// template shows a template filled in; one that is not registered shows its
// name and parameters.
func (n *Number) template(s *Shown, t *waTemplate) {
	texts := t.texts()
	known := n.approved(t)
	s.Text = strings.TrimSpace("[" + t.Name + "] " + strings.Join(texts, ", "))
	if known != nil {
		i := -1
		s.Text = variable.ReplaceAllStringFunc(known.Body, func(string) string { i++; return texts[i] })
		for _, label := range known.Buttons {
			s.Buttons = append(s.Buttons, []Button{{Kind: "quick_reply", Text: label, Data: label}})
		}
	}
	for _, c := range t.Components {
		if strings.EqualFold(c.Type, "header") && len(c.Parameters) > 0 {
			p := c.Parameters[0]
			h := waHeader{Type: p.Type, Image: p.Image, Video: p.Video, Document: p.Document}
			s.Header, s.Media = p.Text, n.shownMedia(p.Type, h.media())
		}
		var i int
		if !strings.EqualFold(c.Type, "button") || !strings.EqualFold(c.SubType, "quick_reply") || len(c.Parameters) == 0 {
			continue
		}
		if json.Unmarshal([]byte(strings.Trim(string(c.Index), `"`)), &i) != nil {
			continue
		}
		if i >= 0 && i < len(s.Buttons) {
			s.Buttons[i][0].Data = c.Parameters[0].Payload
		} else {
			s.Buttons = append(s.Buttons, []Button{{Kind: "quick_reply", Text: fmt.Sprintf("button %d", i), Data: c.Parameters[0].Payload}})
		}
	}
}
