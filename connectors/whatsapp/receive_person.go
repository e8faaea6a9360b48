package whatsapp

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// A number's address begins with "+"; a business-scoped user id looks like
// "DE.9281…" or "DE.ENT.1181…" (Meta's page "Business-scoped user IDs"); a
// group's has the prefix below. Render tells them apart by that.
const groupPrefix = "group:"

var (
	userIDForm = regexp.MustCompile(`^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$`)
	digitsForm = regexp.MustCompile(`^\+?[0-9]{3,20}$`)
)

var errNobody = errors.New("it does not tell who sent it")

// contact is an entry of "contacts". Every key may be missing.
type contact struct {
	Profile struct {
		Name     string `json:"name"`
		Username string `json:"username"`
	} `json:"profile"`
	WaID   loose `json:"wa_id"`
	UserID loose `json:"user_id"`
}

// people are the contacts of a call, by their ids and by every form of their
// numbers: a call may bring a thousand of them.
type people struct {
	only    *contact // where there is but one
	byID    map[string]contact
	byPhone map[string]contact
}

// readContacts leaves out what it cannot read: a name is lost, no message. Of two
// that are the same person, the first is taken.
func readContacts(raws []json.RawMessage) people {
	all := people{byID: map[string]contact{}, byPhone: map[string]contact{}}
	n := 0
	for _, raw := range raws {
		var c contact
		if kit.Part(raw, &c) != nil {
			continue
		}
		if n++; n == 1 {
			all.only = &c
		} else {
			all.only = nil
		}
		if _, there := all.byID[string(c.UserID)]; !there && c.UserID != "" {
			all.byID[string(c.UserID)] = c
		}
		phone := phoneOf(string(c.WaID))
		if phone == "" {
			continue
		}
		for _, form := range forms(phone) {
			if _, there := all.byPhone[form]; !there {
				all.byPhone[form] = c
			}
		}
	}
	return all
}

// sender is who wrote a message, as the message itself tells. A person with a
// username may have no number for us; older providers put the user id in "from".
type sender struct {
	From       loose `json:"from"`
	FromUserID loose `json:"from_user_id"`
}

func (s sender) phone() string { return phoneOf(string(s.From)) }

func (s sender) userID() string {
	for _, id := range []string{string(s.FromUserID), string(s.From)} {
		if userIDForm.MatchString(id) {
			return id
		}
	}
	return ""
}

// person joins what the message and its contact entry tell. Both forms of a
// number that has two are keys; the address is the one that WhatsApp goes by.
func (s sender) person(among people) (core.Person, error) {
	phone, userID := s.phone(), s.userID()
	c := among.match(phone, userID)
	if told := phoneOf(string(c.WaID)); phone == "" || samePhone(phone, told) {
		phone = told
	}
	if userID == "" && userIDForm.MatchString(string(c.UserID)) {
		userID = string(c.UserID)
	}
	p := core.Person{
		Name: c.Profile.Name, Username: strings.TrimPrefix(c.Profile.Username, "@"), Phone: phone,
		Keys: keys(userID, phone),
	}
	switch {
	case phone != "":
		p.Address = core.Address(phone)
	case userID != "":
		p.Address = core.Address(userID)
	default:
		return p, errNobody
	}
	p.UserID = "whatsapp:" + string(p.Address)
	return p, nil
}

// keys are the lasting names of who has this id, this number, or both.
func keys(userID, phone string) []string {
	var all []string
	if userID != "" {
		all = append(all, userID)
	}
	if phone != "" {
		all = append(all, forms(phone)...)
	}
	return all
}

// match finds the entry of the same person. An only entry belongs to a message
// that names nobody.
func (p people) match(phone, userID string) contact {
	if c, ok := p.byID[userID]; ok && userID != "" {
		return c
	}
	if c, ok := p.byPhone[phone]; ok && phone != "" {
		return c
	}
	if p.only != nil && phone == "" && userID == "" {
		return *p.only
	}
	return contact{}
}
