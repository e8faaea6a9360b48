package whatsapp

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"causeway/connectors/kit"
	"causeway/core"
)

// change is what a message of type system tells (Meta's page "Webhooks:
// messages: system"): the names that its sender has from now on.
type change struct {
	Type     string `json:"type"`
	Body     string `json:"body"`
	WaID     loose  `json:"wa_id"`
	UserID   loose  `json:"user_id"`
	Previous loose  `json:"previous_user_id"`
}

func (rd reader) system(key, account string, h head, raw json.RawMessage) core.Item {
	var m struct {
		System change `json:"system"`
	}
	if err := kit.Part(raw, &m); err != nil {
		return quarantined(key, account, err)
	}
	switch m.System.Type {
	case "user_changed_number", "user_changed_user_id":
	case "":
		return ignored(key, account, "system message")
	default:
		return ignored(key, account, "system message "+kit.Quoted(m.System.Type))
	}
	moved, err := m.System.moved(h.sender)
	if err != nil {
		return quarantined(key, account, err)
	}
	moved.At = h.Timestamp.At()
	return core.Item{Key: key, Account: account, Event: moved}
}

var (
	errNoNewName = errors.New("it does not tell who the contact is from now on")
	errNoOldName = errors.New("it does not tell who the contact was")
)

func (c change) moved(from sender) (core.Moved, error) {
	to, err := sender{From: c.WaID, FromUserID: c.UserID}.person(people{})
	if err != nil {
		return core.Moved{}, errNoNewName
	}
	was := []string{from.userID()}
	if id := string(c.Previous); userIDForm.MatchString(id) {
		was = append(was, id)
	}
	was = append(was, c.before()...)
	if phone := from.phone(); phone != "" {
		was = append(was, forms(phone)...)
	}
	return move(was, to)
}

// told is the end of a system message's text. Whatever stands before is the
// contact's own name for themselves, and may pretend to be this.
var told = regexp.MustCompile(` changed from (\S+) to (\S+)$`)

// before is the old name as the text tells it, and nothing unless the text
// agrees with the new one: an old user id stands nowhere else.
func (c change) before() []string {
	found := told.FindStringSubmatch(c.Body)
	if found == nil {
		return nil
	}
	old, now := found[1], found[2]
	switch {
	case userIDForm.MatchString(old) && now == string(c.UserID):
		return []string{old}
	case phoneOf(old) != "" && samePhone(phoneOf(now), phoneOf(string(c.WaID))):
		return forms(phoneOf(old))
	}
	return nil
}

// move leaves out of the old names what is empty or there twice.
func move(was []string, to core.Person) (core.Moved, error) {
	var old []string
	for _, name := range was {
		if name != "" && !slices.Contains(old, name) {
			old = append(old, name)
		}
	}
	if len(old) == 0 {
		return core.Moved{}, errNoOldName
	}
	return core.Moved{Keys: old, To: to}, nil
}

// userIDUpdates: Meta's page "Business-scoped user IDs", webhook user_id_update.
func (rd reader) userIDUpdates(v value, account string) []core.Item {
	among := readContacts(v.Contacts)
	var items []core.Item
	for _, raw := range v.UserIDUpdates {
		items = append(items, userIDUpdate(raw, account, among))
	}
	return items
}

func userIDUpdate(raw json.RawMessage, account string, among people) core.Item {
	var u struct {
		WaID   loose `json:"wa_id"`
		UserID struct {
			Previous loose `json:"previous"`
			Current  loose `json:"current"`
		} `json:"user_id"`
		Timestamp loose `json:"timestamp"`
	}
	if err := kit.Part(raw, &u); err != nil {
		return quarantined(kit.KeyOfBody(raw), account, err)
	}
	was, now := string(u.UserID.Previous), string(u.UserID.Current)
	key := fmt.Sprintf("u:%s:%s:%s", was, now, string(u.Timestamp))
	if !userIDForm.MatchString(now) {
		return quarantined(kit.KeyOfBody(raw), account, errNoNewName)
	}
	if !userIDForm.MatchString(was) {
		return quarantined(kit.KeyOfBody(raw), account, errNoOldName)
	}
	to, err := sender{From: u.WaID, FromUserID: u.UserID.Current}.person(among)
	if err != nil {
		return quarantined(key, account, err)
	}
	moved, err := move([]string{was}, to)
	if err != nil {
		return quarantined(key, account, err)
	}
	moved.At = u.Timestamp.At()
	return core.Item{Key: key, Account: account, Event: moved}
}

// userPreferences: who stops marketing still gets, and may still be sent, all
// else, so that this blocks nobody (Meta's page "user_preferences webhook").
func (rd reader) userPreferences(v value, account string) []core.Item {
	var items []core.Item
	for _, raw := range v.UserPreferences {
		item, why := rd.preference(raw, readContacts(v.Contacts))
		if why != "" {
			item = ignored(kit.KeyOfBody(raw), account, why)
		}
		item.Account = account
		items = append(items, item)
	}
	return items
}

func (rd reader) preference(raw json.RawMessage, among people) (item core.Item, why string) {
	var p struct {
		WaID     loose  `json:"wa_id"`
		UserID   loose  `json:"user_id"`
		Category string `json:"category"`
		Value    string `json:"value"`
		At       loose  `json:"timestamp"`
	}
	switch err := kit.Part(raw, &p); {
	case err != nil || p.Category == "" || p.Value != "stop" && p.Value != "resume":
		return item, "a preference that cannot be read"
	case p.Category != "marketing_messages":
		return item, "preference " + kit.Quoted(p.Category)
	}
	who, err := sender{From: p.WaID, FromUserID: p.UserID}.person(among)
	if err != nil {
		return item, "a preference of nobody: " + err.Error()
	}
	return core.Item{Key: kit.KeyOfBody(raw), Event: core.OptedOut{From: who, Out: p.Value == "stop", At: p.At.At()}}, ""
}
