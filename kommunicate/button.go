package kommunicate

import (
	"encoding/json"
	"strings"

	"causeway/core"
)

// tap is one button as written. What it needs may stand in its action's
// payload, in its action or on itself; a form may also stand beside the payload.
type tap struct{ inner, action, item, beside object }

// text is the first of keys that is there, the innermost place first.
func (t tap) text(keys ...string) string {
	for _, k := range keys {
		for _, o := range []object{t.inner, t.action, t.item} {
			if s := o.text(k); s != "" {
				return s
			}
		}
	}
	return ""
}

// object is the first object under key.
func (t tap) object(key string) object {
	for _, o := range []object{t.inner, t.action, t.item} {
		if v := o.object(key); v != nil {
			return v
		}
	}
	return nil
}

// flag is the first boolean under key.
func (t tap) flag(key string, otherwise bool) bool {
	for _, o := range []object{t.inner, t.action, t.item} {
		if o.has(key) {
			return o.flag(key, otherwise)
		}
	}
	return otherwise
}

// submits reports whether there is a form to be posted.
func (t tap) submits() bool {
	return t.text(keyFormAction, keyRequestType) != "" || t.beside.text(keyFormAction, keyRequestType) != ""
}

// button reads one button; beside is where a form may stand that all buttons
// share, and usual the type of a button that does not tell its own. It reports
// false, with a notice, for a button that cannot be shown.
func (r *reader) button(item, beside object, usual core.ButtonType) (core.Button, bool) {
	action := item.object("action")
	t := tap{item: item, action: action, inner: action.object("payload"), beside: beside}
	b := core.Button{
		Title:    strings.TrimSpace(t.title()),
		ID:       item.text("id"),
		Language: t.text("updateLanguage"),
	}
	b.Type = r.buttonType(t, usual)
	for _, o := range []object{t.inner, t.action, item} {
		for _, key := range []string{"action", keyPayload, keyReplyMetadata, keyFormData} {
			r.unread(o, key)
		}
	}
	b.Metadata = t.object(keyReplyMetadata).without()
	b.Description = item.text("description")
	if b.Type == core.Link {
		return r.linkButton(t, b)
	}
	if b.Title == "" {
		r.note("has a button without a name, which was left out: %s", shortly(item))
		return core.Button{}, false
	}
	if b.Type == core.Submit {
		return r.submitButton(t, b), true
	}
	b.Message = t.text("message", "text", "replyText")
	if inner := t.inner.text("title"); b.Message == "" && strings.TrimSpace(inner) != b.Title {
		b.Message = inner
	}
	return b, true
}

func (t tap) title() string {
	if title := t.item.text("name", "title", "label"); title != "" {
		return title
	}
	return t.text("title", "name", "message", "text")
}

// buttonType takes each spelling of each type wherever it stands.
func (r *reader) buttonType(t tap, usual core.ButtonType) core.ButtonType {
	told := t.item.text("type")
	if told == "" {
		told = t.action.text("type")
	}
	switch strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(told)) {
	case "link", "url":
		return core.Link
	case "submit", "action":
		return core.Submit
	case "quickreply", "suggestedreply", "reply":
		return core.Reply
	case "":
	default:
		r.note("has a button of type %q, which is not known", told)
	}
	switch {
	case usual != "":
		return usual
	case t.submits():
		return core.Submit
	case t.text("url") != "":
		return core.Link
	}
	return core.Reply
}

func (r *reader) linkButton(t tap, b core.Button) (core.Button, bool) {
	b.URL = r.link(t.text("url"), t.item)
	if b.URL == "" {
		return core.Button{}, false
	}
	if b.Title == "" {
		b.Title = b.URL
	}
	b.DeepLink = t.flag("isDeepLink", false)
	b.SameTab = !t.flag("openLinkInNewTab", true)
	return b, true
}

// toBot is the request type of a form that goes to the bot instead of a URL.
const toBot = "postBackToBotPlatform"

// submitButton reads what a submit button posts. One whose data go to the bot
// is a reply that carries them; so is one that names no address, with a notice.
func (r *reader) submitButton(t tap, b core.Button) core.Button {
	b.Message = t.text("replyText", "message", "text")
	address, requestType, data := t.text(keyFormAction), t.text(keyRequestType), t.object(keyFormData)
	if address == "" {
		address = t.beside.text(r.takes(keyFormAction))
	}
	if requestType == "" {
		requestType = t.beside.text(r.takes(keyRequestType))
	}
	if data == nil {
		data = t.beside.object(r.takes(keyFormData))
	}
	switch {
	case requestType == toBot:
		if address != "" {
			r.note("has a submit button %q whose data go to the bot, and not to %s", b.Title, shortly(address))
		}
		ctx := object(contextIn(b.Metadata)).with(keyFormData, map[string]any(data))
		b.Type, b.Metadata = core.Reply, object(b.Metadata).with(keyContext, map[string]any(ctx))
		return b
	case address == "" || !r.webAddress(address, "submit button", address):
		r.note("has a submit button %q without an address, so that a tap only replies, and this is not posted: %s", b.Title, shortly(data))
		b.Type = core.Reply
		return b
	}
	s := core.Submission{URL: strings.TrimSpace(address), JSON: requestType == "json" || requestType == "application/json"}
	for key, value := range data {
		if s.Data == nil {
			s.Data = map[string]string{}
		}
		s.Data[key] = formValue(value)
	}
	b.Submission = &s
	return b
}

// formValue is a value of a form in words; what is no scalar is JSON.
func formValue(v any) string {
	switch v.(type) {
	case map[string]any, []any:
		if raw, err := json.Marshal(v); err == nil {
			return string(raw)
		}
	}
	return textOf(v)
}
