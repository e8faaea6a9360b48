package twilio

import (
	"regexp"
	"strings"

	"causeway/core"
)

// A person is "+15551230000" or "whatsapp:+15551230000" at Twilio, and
// "whatsapp:US.1349…", a business-scoped user id, where the number is hidden.
// Twilio's page "WhatsApp usernames and BSUIDs".
var (
	userIDForm = regexp.MustCompile(`^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$`)
	phoneForm  = regexp.MustCompile(`^\+?[0-9]{5,20}$`)
)

// channelled matches an address of another channel than SMS.
var channelled = regexp.MustCompile(`^[a-z]+:`)

// wayOf is the channel that parameters are of. Some of WhatsApp have come
// without the prefix.
func wayOf(p params) way {
	for _, name := range []string{"From", "To", "ExternalUserId"} {
		if strings.HasPrefix(p[name], string(whatsAppWay)) {
			return whatsAppWay
		}
	}
	if p["ChannelPrefix"] == "whatsapp" || p["WaId"] != "" {
		return whatsAppWay
	}
	return smsWay
}

// at is an address with the prefix that it must have.
func (w way) at(address string) string {
	if address == "" || channelled.MatchString(address) {
		return address
	}
	return string(w) + address
}

// person is who sent p.
func (w way) person(p params) core.Person {
	if w == smsWay {
		return texter(p["From"])
	}
	given := strings.TrimPrefix(p["From"], string(whatsAppWay))
	userID := strings.TrimPrefix(p["ExternalUserId"], string(whatsAppWay))
	if !userIDForm.MatchString(userID) {
		userID = ""
	}
	if userID == "" && userIDForm.MatchString(given) {
		userID = given
	}
	phone := phoneOf(given)
	person := core.Person{Name: p["ProfileName"], Address: core.Address(w.at(given))}
	if phone != "" {
		person.Address = core.Address(w.at(phone))
	} else {
		phone = phoneOf(p["WaId"])
	}
	person.Phone = phone
	if userID != "" {
		person.Keys = append(person.Keys, w.at(userID))
	}
	for _, form := range forms(phone) {
		person.Keys = append(person.Keys, w.at(form))
	}
	switch {
	case phone != "":
		person.UserID = w.at(phone)
	case userID != "":
		person.UserID = w.at(userID)
	default:
		person.UserID = string(person.Address)
	}
	return person
}

// texter is a person who writes by SMS, or a channel that we do not know.
func texter(from string) core.Person {
	p := core.Person{Address: core.Address(from), UserID: from}
	if !channelled.MatchString(from) {
		p.UserID = "sms:" + from
	}
	if strings.HasPrefix(from, "+") {
		p.Phone = phoneOf(from)
	}
	return p
}

// phoneOf is digits with a plus, or empty if s is no number.
func phoneOf(s string) string {
	if !phoneForm.MatchString(s) {
		return ""
	}
	return "+" + strings.TrimPrefix(s, "+")
}

// forms are the ways in which WhatsApp writes the same number, the given one
// first: Brazil has put a 9 before mobile numbers, and Argentina and Mexico have
// a 9 and a 1 after the country code that may be left out. Meta's page
// "WhatsApp phone numbers".
func forms(phone string) []string {
	if phone == "" {
		return nil
	}
	d := phone[1:]
	other := ""
	switch long, short := len(d) == 13, len(d) == 12; {
	case long && strings.HasPrefix(d, "55") && d[4] == '9' && d[5] >= '6':
		other = d[:4] + d[5:]
	case short && strings.HasPrefix(d, "55") && d[4] >= '6':
		other = d[:4] + "9" + d[4:]
	case long && strings.HasPrefix(d, "549"), long && strings.HasPrefix(d, "521"):
		other = d[:2] + d[3:]
	case short && strings.HasPrefix(d, "54") && d[2] != '9':
		other = "549" + d[2:]
	case short && strings.HasPrefix(d, "52") && d[2] != '1':
		other = "521" + d[2:]
	}
	if other == "" {
		return []string{phone}
	}
	return []string{phone, "+" + other}
}
