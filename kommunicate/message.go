package kommunicate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"causeway/core"
)

// ReadMessage reads one message that was posted in Kommunicate's form, with
// notices on what of it is not shown. What such a message can only do in a
// bot's answer (hand-offs, actions) is a notice too. The error is
// core.ErrInvalid where there is nothing to say, or ErrTooLarge.
func ReadMessage(body []byte) (core.Saying, []string, error) {
	o, err := readObject(body)
	if err != nil {
		return core.Saying{}, nil, fmt.Errorf("read a message: %w", err)
	}
	r := &reader{place: "The message"}
	saying, ok := r.saying(o)
	meta := o.object("metadata")
	for _, key := range []string{keyAssignTo, keyAssignTeam, keyAction, keyTrigger} {
		if meta.has(key) {
			r.note("has %s, which is only heeded in a bot's answer", key)
		}
	}
	if !ok {
		return core.Saying{}, r.notices, fmt.Errorf("the message has neither text nor a template with something in it: %w", core.ErrInvalid)
	}
	return saying, r.notices, nil
}

// ReadBotMessage reads one message that a bot posted in Kommunicate's form by
// itself: what it says and does is as in an answer. The error is core.ErrInvalid
// where it says and does nothing, or ErrTooLarge.
func ReadBotMessage(body []byte) (core.Answer, error) {
	o, err := readObject(body)
	if err != nil {
		return core.Answer{}, fmt.Errorf("read a message: %w", err)
	}
	a := &answer{}
	r := &reader{place: "The message"}
	a.take(r, o)
	if o.object("metadata").has(keyTrigger) {
		r.note("has %s, which is only heeded in a hidden message of an agent's", keyTrigger)
	}
	a.Notices = r.notices
	if len(a.Say) == 0 && len(a.Does()) == 0 {
		return core.Answer{}, fmt.Errorf("the message has neither text nor a template with something in it, and asks for nothing: %w", core.ErrInvalid)
	}
	return a.Answer, nil
}

// ReadTrigger reads a hidden message that stands for an event, as in "Trigger
// event on bot platform". It reports false for any other body.
func ReadTrigger(body []byte) (core.BotEvent, bool) {
	o, err := readObject(body)
	if err != nil {
		return core.BotEvent{}, false
	}
	meta := o.object("metadata")
	hidden := strings.EqualFold(meta.text(keyCategory), "HIDDEN") || o.text(keyContentType) == strconv.Itoa(typeNotice)
	name := meta.text(keyTrigger)
	return core.BotEvent{Name: name, Data: meta.without(keyTrigger, keyCategory)}, hidden && name != ""
}

func readObject(body []byte) (object, error) {
	if len(body) > MaxBody {
		return nil, ErrTooLarge
	}
	v, err := parse(body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, core.ErrInvalid)
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("it is no JSON object: %w", core.ErrInvalid)
	}
	return o, nil
}

// reader reads one message and gathers what it could not read.
type reader struct {
	place   string
	notices []string
	taken   []string // what was read of what stands beside a payload
}

// note adds a notice that begins with the place. The same one is not said twice,
// and of very many the rest is summed up.
func (r *reader) note(format string, args ...any) {
	text := r.place + " " + fmt.Sprintf(format, args...) + "."
	switch {
	case len(r.notices) > maxNotices, slices.Contains(r.notices, text):
	case len(r.notices) == maxNotices:
		r.notices = append(r.notices, r.place+" has more that could not be read.")
	default:
		r.notices = append(r.notices, text)
	}
}

// unread notes that there stands something under key which is no object.
func (r *reader) unread(o object, key string) {
	if textOf(o[key]) != "" && o.object(key) == nil || o.list(key) != nil {
		r.note("has a %s that is no JSON object, which was left out: %s", key, shortly(o[key]))
	}
}

// rich is a message with its template, if it has one.
type rich struct {
	text    string
	format  core.Format
	meta    object
	payload any
}

// saying is what a message says, and whether it says anything.
func (r *reader) saying(o object) (core.Saying, bool) {
	meta := o.object("metadata")
	if o.has("metadata") && meta == nil {
		r.note("has metadata that is no JSON object")
	}
	m := rich{text: r.words(o), meta: meta, payload: unwrap(meta[keyPayload])}
	if strings.EqualFold(o.text("messageType"), "html") || o.text(keyContentType) == strconv.Itoa(typeHTML) {
		m.format = core.HTML
	}
	if form := strings.ToLower(o.text("messageType")); !slices.Contains([]string{"", "html", "text", "plain", "default"}, form) {
		r.note("has messageType %q, which is not known, so that its text is shown as it is", form)
	}
	if strings.EqualFold(meta.text(keyCategory), "HIDDEN") {
		r.note("is marked as hidden and was not sent: %s", shortly(m.text))
		return core.Saying{}, false
	}
	r.strangers(namesOf[""], flat(o))
	say := core.Saying{Metadata: meta.without(understood...)}
	r.own(meta, &say)
	shown := ""
	if say.Content, shown = r.aided(m); say.Content == nil {
		say.Content, shown = r.template(m)
	}
	if say.Content != nil {
		r.beside(o, m, shown)
		return say, true
	}
	say.Content = r.plain(o, m)
	if action := meta.text(keyAction); action != actionUpdate && action != actionTags {
		say.Metadata = meta.without(instructions...)
	}
	if say.Content == nil && len(say.Native) > 0 {
		r.note("has native calls, but no text that other channels and people could read, and was left out")
	}
	return say, say.Content != nil
}

// instructions are keys of metadata that are for us alone; understood are those
// and what a template is made of.
var (
	instructions = []string{keyAssignTo, keyAssignTeam, keyEvent, keyAction, keyContentType}
	understood   = append([]string{keyTemplate, keyPayload, keyFormAction, keyFormData, keyRequestType}, instructions...)
)

// words is the text of a message.
func (r *reader) words(o object) string {
	text := textOf(o["message"])
	if o.has("message") && text == "" && o["message"] != "" {
		r.note("has a text that is no string, which was left out: %s", shortly(o["message"]))
	}
	return text
}

// template is the content of a rich message, and the id of its template; nil if
// there is none to be read.
func (r *reader) template(m rich) (core.Content, string) {
	id := strings.TrimSpace(m.meta.text(keyTemplate))
	if id == "" {
		if m.meta.text(keyContentType) == richMessage {
			r.note("is a rich message without templateId, so that only its text is shown%s", m.unshown())
		}
		return nil, ""
	}
	read, known := templates[id]
	if !known {
		r.note("has template %q, which is not known, so that only its text is shown%s", id, m.unshown())
		return nil, ""
	}
	c := read(r, m)
	if c == nil {
		r.note("has a payload that template %s cannot be read from, so that only its text is shown%s", id, m.unshown())
		return nil, ""
	}
	r.strangers(namesOf[id], m.payload)
	return c, id
}

// plain is a message without template: a file, a place or words. It is nil
// where there is nothing of it.
func (r *reader) plain(o object, m rich) core.Content {
	file := o.object("fileMeta")
	if address := file.text("url"); address != "" && r.webAddress(address, "file", file) {
		mime := file.text("contentType")
		size, _ := strconv.ParseInt(file.text("size"), 10, 64)
		return core.Media{
			Media: mediaOf(mime), URL: strings.TrimSpace(address), MIME: mime, Name: file.text("name"), Size: max(size, 0),
			Caption: m.text, Format: m.format,
		}
	}
	if o.text(keyContentType) == strconv.Itoa(typeLocation) {
		if at, ok := unwrap(m.text).(map[string]any); ok {
			lat, errLat := json.Number(object(at).text("lat")).Float64()
			lon, errLon := json.Number(object(at).text("lon")).Float64()
			if errLat == nil && errLon == nil {
				return core.Location{Latitude: lat, Longitude: lon, Name: object(at).text("name"), Address: object(at).text("address")}
			}
		}
		r.note("is a location without lat and lon")
	}
	if strings.TrimSpace(m.text) == "" {
		return nil
	}
	return core.Text{Body: m.text, Format: m.format}
}

func mediaOf(mime string) core.MediaType {
	switch sort, _, _ := strings.Cut(mime, "/"); sort {
	case "image":
		return core.Image
	case "video":
		return core.Video
	case "audio":
		return core.Audio
	}
	return core.File
}
