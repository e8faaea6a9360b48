package twilio

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"causeway/core"
)

const (
	recordsPage  = "500" // messages
	recordsPages = 20
	mediaPage    = "?PageSize=20"
)

// filter says which messages are asked for; from and to are part of the span.
type filter struct {
	from, to       time.Time
	sentTo, sentBy string
}

// record is a message in Twilio's list. Twilio's page "Message Resource".
type record struct {
	raw       json.RawMessage
	SID       string `json:"sid"`
	From      string `json:"from"`
	To        string `json:"to"`
	Body      string `json:"body"`
	Direction string `json:"direction"`
	Status    string `json:"status"`
	Service   string `json:"messaging_service_sid"`
	NumMedia  loose  `json:"num_media"`
	Segments  loose  `json:"num_segments"`
	ErrorCode loose  `json:"error_code"`
	ErrorText string `json:"error_message"`
	Sent      string `json:"date_sent"`
	Created   string `json:"date_created"`
}

// at is when the message was sent or came; RFC 2822, in whole seconds.
func (r record) at() time.Time {
	for _, text := range []string{r.Sent, r.Created} {
		if t, err := time.Parse(time.RFC1123Z, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func (r record) inbound() bool { return r.Direction == "inbound" }

// list asks for messages, the newest first, and reports whether there are more
// than are read. The filter is written here: the library spoils some values.
func (c *Connector) list(ctx context.Context, want filter) ([]record, bool, *core.Fault) {
	q := url.Values{
		"PageSize": {recordsPage}, "DateSent>": {want.from.Format(time.RFC3339)}, "DateSent<": {want.to.Format(time.RFC3339)},
	}
	if want.sentTo != "" {
		q.Set("To", want.sentTo)
	}
	if want.sentBy != "" {
		q.Set("From", want.sentBy)
	}
	next := c.resource("/Messages.json") + "?" + q.Encode()
	var all []record
	for range recordsPages {
		var page struct {
			Messages []json.RawMessage `json:"messages"`
			Next     string            `json:"next_page_uri"`
		}
		if f := c.get(ctx, next, &page); f != nil {
			return nil, false, f
		}
		older := false
		for _, raw := range page.Messages {
			r := record{raw: raw}
			if json.Unmarshal(raw, &r) != nil || r.SID == "" {
				continue
			}
			at := r.at()
			older = older || at.Before(want.from)
			if !at.Before(want.from) && !at.After(want.to) {
				all = append(all, r)
			}
		}
		path := pathOf(page.Next)
		if path == "" || older {
			return all, false, nil
		}
		next = c.api + path
	}
	return all, true, nil
}

// keyOf names the item that a record becomes, and reports whether it is of this
// channel and tells anything.
func (c *Connector) keyOf(r record) (string, bool) {
	if r.inbound() {
		return "m:" + r.SID, c.hears(r.To, r)
	}
	_, final := statuses[r.Status]
	return "s:" + r.SID + ":" + r.Status, final && c.hears(r.From, r)
}

func (c *Connector) hears(address string, r record) bool {
	p := params{"From": r.From, "To": r.To, "MessagingServiceSid": r.Service}
	return c.mine(wayOf(p), p, address) == c.account
}

// items are what the record's webhook would have reported.
func (c *Connector) items(ctx context.Context, r record) ([]core.Item, *core.Fault) {
	p := params{
		"MessageSid": r.SID, "From": r.From, "To": r.To, "Body": r.Body, "MessagingServiceSid": r.Service,
		"NumMedia": string(r.NumMedia), "NumSegments": string(r.Segments),
	}
	if !r.inbound() {
		p["MessageStatus"], p["ErrorCode"], p["ErrorMessage"] = r.Status, string(r.ErrorCode), r.ErrorText
		item := dated(c.status(p, ""), r.at())
		if e, ok := item.Event.(core.Reported); ok {
			e.To, e.Text, e.At = core.Address(r.To), r.Body, r.at()
			item.Event = e
		}
		return []core.Item{item}, nil
	}
	if n := string(r.NumMedia); n != "" && n != "0" {
		if f := c.files(ctx, r.SID, p); f != nil {
			return nil, f
		}
	}
	if content, _ := p.content(c.way); content == nil {
		p["MessageType"] = "unknown" // a place or the like, which the list does not tell
	}
	items := c.message(p)
	for i := range items {
		items[i] = dated(items[i], r.at())
	}
	return items, nil
}

// dated is the item with the time that a webhook does not tell.
func dated(item core.Item, at time.Time) core.Item {
	switch e := item.Event.(type) {
	case core.Heard:
		e.At = at
		if e.Metadata == nil {
			e.Metadata = core.Metadata{}
		}
		e.Metadata["read_back"] = true
		item.Event = e
	case core.Blocked:
		e.At = at
		item.Event = e
	case core.Reported, core.Reached, core.Echo, core.Moved, core.Opened, core.Judged, core.OptedOut, nil:
	}
	return item
}

// files adds the addresses of a message's files, as its webhook tells them.
// Twilio's page "Media Resource".
func (c *Connector) files(ctx context.Context, sid string, p params) *core.Fault {
	var list struct {
		Media []struct {
			URI  string `json:"uri"`
			MIME string `json:"content_type"`
		} `json:"media_list"`
	}
	if f := c.get(ctx, c.resource("/Messages/"+url.PathEscape(sid)+"/Media.json")+mediaPage, &list); f != nil {
		if f.Kind == core.Permanent {
			return nil // the files are deleted; the message stays
		}
		return f
	}
	for i, m := range list.Media {
		if path := pathOf(m.URI); path != "" && i < mostFiles {
			n := strconv.Itoa(i)
			p["MediaUrl"+n], p["MediaContentType"+n] = c.api+strings.TrimSuffix(path, ".json"), m.MIME
		}
	}
	return nil
}
