package kommunicate

import (
	"bytes"
	"fmt"
	"maps"

	"causeway/core"
)

// ReadAnswer reads what a bot answered: an array of messages, each of which
// may say something and do something. One message alone, not in an array, is
// taken too; an empty body is a bot with nothing to say.
//
// What a message has that is not known or cannot be read becomes a notice, and
// the rest of the answer stands. ErrTooLarge and ErrUnreadable are for an answer
// of which nothing can be told.
func ReadAnswer(body []byte) (core.Answer, error) {
	if len(body) > MaxBody {
		return core.Answer{}, fmt.Errorf("read a bot's answer: %w", ErrTooLarge)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return core.Answer{}, nil
	}
	v, err := parse(body)
	if err != nil {
		return core.Answer{}, fmt.Errorf("read a bot's answer: %w: %w", ErrUnreadable, err)
	}
	a := &answer{}
	switch v := v.(type) {
	case nil:
	case map[string]any:
		a.message(1, v)
	case []any:
		a.messages(v)
	default:
		return core.Answer{}, fmt.Errorf("read a bot's answer: %w", ErrUnreadable)
	}
	return a.Answer, nil
}

// answer is an answer that is being read.
type answer struct{ core.Answer }

func (a *answer) messages(all []any) {
	for i, v := range all {
		if i == MaxMessages {
			a.notice("The answer has %d messages; only the first %d are taken, and not these: %s.", len(all), MaxMessages, shortly(all[MaxMessages:]))
			return
		}
		o, ok := v.(map[string]any)
		if !ok {
			a.notice("Message %d of the answer is not an object and was left out: %s.", i+1, shortly(v))
			continue
		}
		a.message(i+1, o)
	}
}

func (a *answer) message(n int, o object) {
	if len(o) > 0 && !o.has("message") && !o.has("metadata") {
		a.notice("Message %d of the answer has neither message nor metadata and was left out: %s.", n, shortly(o))
		return
	}
	r := &reader{place: fmt.Sprintf("Message %d of the answer", n)}
	a.take(r, o)
	a.Notices = append(a.Notices, r.notices...)
}

// take takes in what a message says and does.
func (a *answer) take(r *reader, o object) {
	if saying, ok := r.saying(o); ok {
		a.Say = append(a.Say, saying)
	}
	a.do(r, o.object("metadata"))
}

// do takes in what a message wants done, beside what it says.
func (a *answer) do(r *reader, meta object) {
	if hand := r.handOff(meta); hand != nil {
		if a.HandOff != nil {
			r.note("hands over once more; the last one counts")
		}
		a.HandOff = hand
	}
	switch action := meta.text(keyAction); action {
	case "":
		if meta.has(keyAction) && meta[keyAction] != "" {
			r.note("asks for an action that is no text, which was left out")
		}
	case actionResolve:
		a.Resolve = true
	case actionRating:
		a.AskRating = true
	case actionUpdate:
		a.update(r, meta.object(keyPayload))
	case actionTags:
		a.tag(r, meta.object(keyPayload).list("tags"))
	default:
		r.note("asks for action %q, which is not known", action)
	}
}

// The actions that a message can ask for.
const (
	actionResolve = "resolveConversation"
	actionUpdate  = "updateUserDetail"
	actionTags    = "addTags"
	actionRating  = "askCSAT"
)

// handOff reads KM_ASSIGN_TO and KM_ASSIGN_TEAM. Empty values mean the rules.
func (r *reader) handOff(meta object) *core.HandOff {
	event := meta.object(keyEvent)
	if !meta.has(keyAssignTo) && !meta.has(keyAssignTeam) {
		if meta.has(keyEvent) {
			r.note("has an event, but hands over to no bot that could hear it: %s", shortly(meta[keyEvent]))
		}
		return nil
	}
	for _, key := range []string{keyAssignTo, keyAssignTeam} {
		if meta.has(key) && meta.text(key) == "" && meta[key] != "" {
			r.note("has a %s that is no text, and hands over to whoever the rules say", key)
		}
	}
	hand := &core.HandOff{To: meta.text(keyAssignTo), Team: meta.text(keyAssignTeam)}
	if name := event.text("name"); name == "" && meta.has(keyEvent) {
		r.note("has an event without a name, of which nobody is told")
	} else if name != "" {
		hand.Event = &core.BotEvent{Name: name, Data: event.object("data").without()}
	}
	return hand
}

// update reads updateUserDetail. What is there is changed, also to empty.
func (a *answer) update(r *reader, details object) {
	patch := core.ContactPatch{}
	if a.Contact != nil {
		patch = *a.Contact
	}
	set := false
	for _, detail := range []struct {
		key string
		to  **string
	}{{"displayName", &patch.Name}, {"email", &patch.Email}, {"phoneNumber", &patch.Phone}, {"imageLink", &patch.ImageLink}} {
		switch value, words := details[detail.key], details.text(detail.key); {
		case value == nil:
		case words == "" && value != "":
			r.note("asks for %s whose %s is no text, which was left out", actionUpdate, detail.key)
		default:
			*detail.to, set = &words, true
		}
	}
	if more := details.object("metadata"); len(more) > 0 {
		merged := maps.Clone(patch.Metadata)
		if merged == nil {
			merged = core.Metadata{}
		}
		maps.Copy(merged, more)
		patch.Metadata, set = merged, true
	}
	r.strangers(nil, map[string]any(details.without(namesOf[actionUpdate]...)))
	if !set {
		r.note("asks for %s without any detail", actionUpdate)
		return
	}
	a.Contact = &patch
}

func (a *answer) tag(r *reader, tags []any) {
	if len(tags) == 0 {
		r.note("asks for %s without tags", actionTags)
	}
	for _, v := range tags {
		tag := textOf(v)
		if o, ok := v.(map[string]any); ok {
			tag = object(o).text("name")
		}
		if tag == "" {
			r.note("has a tag that is no text")
			continue
		}
		a.Tags = append(a.Tags, tag)
	}
}

func (a *answer) notice(format string, args ...any) {
	a.Notices = append(a.Notices, fmt.Sprintf(format, args...))
}
