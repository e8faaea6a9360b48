package simulator

import (
	"net/url"
	"strconv"
	"strings"
)

// Limits of the Cloud API's messages, in UTF-16 units (Cloud API, Text
// messages, Media messages, Interactive messages).
const (
	maxGraphBody     = 110 << 20
	waMaxText        = 4096
	waMaxCaption     = 1024
	waMaxBody        = 1024
	waMaxListBody    = 4096
	waMaxHeader      = 60
	waMaxFooter      = 60
	waMaxTitle       = 20
	waMaxButtonID    = 256
	waMaxButtons     = 3
	waMaxRows        = 10
	waMaxRowID       = 200
	waMaxRowTitle    = 24
	waMaxDescription = 72
	waMaxSections    = 10
	waMaxCallback    = 512
	waMaxContacts    = 257
	waMaxCardBody    = 160
)

// check finds what is wrong with a message, before its recipient is looked at.
func (n *Number) check(q *waRequest) *graphError {
	switch {
	case q.Product != "whatsapp":
		return schema("The parameter messaging_product is required.")
	case q.To == "" && q.Recipient == "":
		return schema("The parameter to is required.")
	case q.RecipientType != "" && q.RecipientType != "individual":
		return invalid("recipient_type %q: the simulator knows individual only", q.RecipientType)
	case units(q.Callback) > waMaxCallback:
		return invalid("biz_opaque_callback_data is longer than %d characters", waMaxCallback)
	}
	switch q.Type {
	case "", "text":
		return checkText(q.Text)
	case "image", "video", "audio", "document", "sticker":
		return n.checkMedia(q.Type, q.media())
	case "location":
		_, e := q.Location.read()
		return e
	case "contacts":
		return checkContacts(q.Contacts)
	case "reaction":
		return checkReaction(q)
	case "interactive":
		return n.checkInteractive(q.Interactive)
	case "template":
		return n.checkTemplate(q.Template)
	}
	return graph(400, 131051, "Unsupported message type %q.", q.Type)
}

func checkText(t *waText) *graphError {
	switch {
	case t == nil || strings.TrimSpace(t.Body) == "":
		return schema("The parameter text['body'] is required.")
	case units(t.Body) > waMaxText:
		return schema("Param text['body'] must be at most %d characters long.", waMaxText)
	}
	return nil
}

// checkMedia wants exactly one of id and link; audio and stickers have no
// caption (Cloud API, Media messages).
func (n *Number) checkMedia(kind string, m *waMedia) *graphError {
	switch {
	case m == nil:
		return missing(kind)
	case (m.ID == "") == (m.Link == ""):
		return schema("Param %s must have exactly one of id and link.", kind)
	case m.Caption != "" && (kind == "audio" || kind == "sticker"):
		return schema("Unexpected key \"caption\" on param %q.", kind)
	case units(m.Caption) > waMaxCaption:
		return invalid("%s caption is longer than %d characters", kind, waMaxCaption)
	case m.Filename != "" && kind != "document":
		return schema("Unexpected key \"filename\" on param %q.", kind)
	case m.Link != "" && !webURL(m.Link):
		return invalid("%s link is not a valid URI", kind)
	}
	if m.ID == "" {
		return nil
	}
	f, ok := n.s.files.find(n.opt.PhoneNumberID, m.ID)
	if !ok {
		return invalid("%s media id %s does not exist", kind, m.ID)
	}
	return fits(kind, f.mime, len(f.data))
}

func webURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// read checks a location; numbers may be strings.
func (l *waLocation) read() (Location, *graphError) {
	if l == nil {
		return Location{}, missing("location")
	}
	lat, err1 := strconv.ParseFloat(strings.Trim(string(l.Latitude), `"`), 64)
	lon, err2 := strconv.ParseFloat(strings.Trim(string(l.Longitude), `"`), 64)
	if err1 != nil || err2 != nil || lat < -90 || lat > 90 || lon < -180 || lon > 180 {
		return Location{}, invalid("location latitude or longitude is not valid")
	}
	if l.Address != "" && l.Name == "" {
		return Location{}, invalid("location address needs a name")
	}
	return Location{Latitude: lat, Longitude: lon, Name: l.Name, Address: l.Address}, nil
}

// checkContacts wants a formatted_name and one more part of the name (Cloud
// API, Contacts messages).
func checkContacts(list []waContact) *graphError {
	if len(list) == 0 {
		return missing("contacts")
	}
	if len(list) > waMaxContacts {
		return invalid("more than %d contacts", waMaxContacts)
	}
	for _, c := range list {
		if c.Name == nil || c.Name.Formatted == "" {
			return missing("contacts['name']['formatted_name']")
		}
		if c.Name.First+c.Name.Last+c.Name.Middle+c.Name.Prefix+c.Name.Suffix == "" {
			return invalid("contacts name needs formatted_name and at least one other part")
		}
	}
	return nil
}

func checkReaction(q *waRequest) *graphError {
	switch {
	case q.Reaction == nil || q.Reaction.MessageID == "":
		return missing("reaction['message_id']")
	case q.Reaction.Emoji == nil:
		return missing("reaction['emoji']")
	case q.Context != nil:
		return invalid("a reaction cannot be a reply")
	}
	return nil
}
