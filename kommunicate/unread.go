package kommunicate

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"causeway/core"
)

// ofButton are the names that a button may have, on itself, in its action and in
// its action's payload.
const ofButton = " type name title label message text replyText url openLinkInNewTab isDeepLink replyMetadata updateLanguage" +
	" formAction formData requestType id description action payload "

// namesOf are the names that mean something in what is read, wherever in it they
// stand: in the payload of each template, and in the aids. Some are only about
// how a page looks (rows, cols, width, height, readonly, amPm), or say what is
// done anyhow (addFormLabelInMessage).
var namesOf = map[string][]string{
	"3":  strings.Fields(ofButton),
	"6":  strings.Fields(ofButton),
	"7":  strings.Fields(ofButton + "headerImgSrc headerText elements buttons imgSrc articleId source"),
	"8":  strings.Fields(ofButton + "buttonLabel buttons"),
	"9":  strings.Fields("url caption"),
	"10": strings.Fields(ofButton + "titleExt subtitle header imgSrc overlayText buttons"),
	"11": strings.Fields(ofButton),
	"12": strings.Fields("type data label title name value placeholder validation regex errorText options selected disabled rows cols readonly amPm" +
		" action formAction requestType message postBackToKommunicate postFormDataAsMessage addFormLabelInMessage metadata replyMetadata"),
	"13":          strings.Fields(ofButton),
	"14":          strings.Fields("url source caption width height type"),
	keyField:      strings.Fields("label field fieldType placeholder action updateUserDetails validation regex errorText"),
	keySuggestion: strings.Fields("placeholder source searchKey name message metadata url method headers"),
	actionUpdate:  strings.Fields("displayName email phoneNumber imageLink metadata"),
	"":            strings.Fields(ofMessage),
}

// ofMessage are the names around what a message says: those of an answer, those
// of the calls that send one, and those of the webhook, which bots give back.
const ofMessage = "platform message messageType ignoreTextResponse metadata contentType fileMeta" +
	" groupId clientGroupId fromUserName type source key to from deviceKey userKey conversationId topicId createdAt createdAtTime" +
	" timeToLive timeStamp botId applicationKey applicationId eventName status"

var (
	// nested are the names under which more of them stand.
	nested = strings.Fields("action payload header buttons elements options data validation source")
	// carried are the names of what is handed on as it is.
	carried = strings.Fields("replyMetadata formData metadata headers")
)

// strangers notes what stands under names that are not known, and what is no text
// where a text is read, so that a slip in writing is seen.
func (r *reader) strangers(known []string, v any) {
	switch v := unwrap(v).(type) {
	case []any:
		for _, e := range v {
			r.strangers(known, e)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			r.stranger(known, key, v[key])
		}
	}
}

func (r *reader) stranger(known []string, key string, v any) {
	switch {
	case nothing(v):
	case !slices.Contains(known, key):
		r.note("has %.50q, which is not known and was left out: %s", key, shortly(v))
	case slices.Contains(carried, key):
	case slices.Contains(nested, key):
		r.strangers(known, v)
	case textOf(v) == "":
		r.note("has a %s that is no text, which was left out: %s", key, shortly(v))
	}
}

// nothing reports whether v says nothing.
func nothing(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case bool:
		return !v
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !nothing(e) })
	case map[string]any:
		for _, e := range v {
			if !nothing(e) {
				return false
			}
		}
		return true
	}
	return false
}

// shortly is v as it was written, cut where it is very long.
func shortly(v any) string {
	const most = 1000 // runes
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return core.Cut(string(raw), most, core.Runes)
}

// unshown is what a template that is not shown is made of, for the end of a
// notice.
func (m rich) unshown() string {
	parts := map[string]any{}
	for _, key := range []string{keyPayload, keyFormAction, keyFormData, keyRequestType} {
		if v := m.meta[key]; !nothing(v) {
			parts[key] = v
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + shortly(parts)
}

// beside notes what a message has beside the template or the aid that is shown
// in its place.
func (r *reader) beside(o object, m rich, shown string) {
	if file := o.object("fileMeta"); file.text("url") != "" {
		r.note("has a file beside %s, which was left out: %s", shown, shortly(file))
	}
	if id := m.meta.text(keyTemplate); id != "" && id != shown {
		r.note("has template %q beside %s, which was left out: %s", id, shown, shortly(m.payload))
	}
	for _, key := range []string{keyFormAction, keyFormData, keyRequestType} {
		if v := m.meta[key]; !nothing(v) && !slices.Contains(r.taken, key) {
			r.note("has %s that nothing in it posts, which was left out: %s", key, shortly(v))
		}
	}
}

// takes is key, of which beside a payload use is made.
func (r *reader) takes(key string) string {
	r.taken = append(r.taken, key)
	return key
}

// flat is what stands in o itself: its metadata and files are read by themselves.
func flat(o object) map[string]any {
	out := map[string]any{}
	for key, v := range o {
		switch key {
		case "message", "metadata", "fileMeta": // told where they are read
		default:
			out[key] = v
		}
	}
	return out
}
