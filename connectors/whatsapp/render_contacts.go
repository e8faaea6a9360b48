package whatsapp

import (
	"errors"
	"slices"
	"strings"

	"causeway/core"
)

func contactsMessage(c core.Contacts) (message, error) {
	m := message{Type: "contacts"}
	for _, in := range c.Contacts {
		if out, ok := cardOf(withVCard(in)); ok {
			m.Contacts = append(m.Contacts, out)
		}
	}
	if len(m.Contacts) == 0 {
		return message{}, errors.New("there is no contact with a name, a number or an e-mail in it")
	}
	return m, nil
}

// cardOf reports false for a card with nothing on it. Meta demands a name.
func cardOf(in core.AddressCard) (addressCard, bool) {
	var out addressCard
	all := slices.Concat([]string{in.Name, in.Firm}, in.Phones, in.Emails)
	i := slices.IndexFunc(all, func(s string) bool { return strings.TrimSpace(s) != "" })
	if i < 0 {
		return out, false
	}
	out.Name = cardName{Formatted: all[i], First: all[i]}
	if in.Firm != "" {
		out.Org = &cardOrg{Company: in.Firm}
	}
	for _, p := range in.Phones {
		out.Phones = append(out.Phones, cardPhone{Phone: p})
	}
	for _, e := range in.Emails {
		out.Emails = append(out.Emails, cardEmail{Email: e})
	}
	return out, true
}

// withVCard fills what a card leaves open from its vCard (RFC 6350), which the
// format has no place for.
func withVCard(in core.AddressCard) core.AddressCard {
	if in.VCard == "" {
		return in
	}
	out := in
	for line := range strings.Lines(in.VCard) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			continue
		}
		name, _, _ = strings.Cut(name, ";")
		value = strings.TrimSpace(unescaped.Replace(value))
		switch strings.ToUpper(name) {
		case "FN":
			out.Name = or(in.Name, value)
		case "ORG":
			out.Firm = or(in.Firm, strings.Trim(value, "; "))
		case "TEL":
			if len(in.Phones) == 0 {
				out.Phones = append(out.Phones, strings.TrimPrefix(value, "tel:"))
			}
		case "EMAIL":
			if len(in.Emails) == 0 {
				out.Emails = append(out.Emails, value)
			}
		}
	}
	return out
}

var unescaped = strings.NewReplacer(`\\`, `\`, `\n`, " ", `\,`, ",", `\;`, ";")

func or(first, second string) string {
	if first != "" {
		return first
	}
	return second
}
