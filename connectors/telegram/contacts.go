package telegram

import (
	"slices"
	"strings"

	"github.com/go-telegram/bot"

	"causeway/core"
)

// contacts is one call a card. A contact must have a phone; a card without one
// is shown in words, and so is what finds no room in a vCard. Bot API,
// "sendContact".
func (to place) contacts(c core.Contacts) ([]core.Payload, error) {
	var all []core.Payload
	for _, card := range c.Contacts {
		words := lines(append([]string{card.Name, card.Firm}, card.Emails...)...)
		if len(card.Phones) > 0 {
			var call core.Payload
			call, words = to.contact(card)
			all = append(all, call)
			to.reply = nil
		} else if words == "" {
			words = card.VCard
		}
		for _, piece := range core.Split(words, maxText, core.UTF16) {
			if strings.TrimSpace(piece) != "" {
				all = append(all, to.text(text{body: piece}, nil))
				to.reply = nil
			}
		}
	}
	return all, nil
}

// contact is a card with a phone, and what of it the call has no room for.
func (to place) contact(card core.AddressCard) (core.Payload, string) {
	name, rest := card.Name, ""
	if name == "" {
		name = card.Firm
	}
	if name == "" {
		name = card.Phones[0]
	}
	file := vcard(card, name)
	if len(file) > maxVCard {
		file = ""
	}
	for _, more := range slices.Concat([]string{card.Firm}, card.Phones[1:], card.Emails) {
		if !strings.Contains(file, escaped.Replace(more)) && more != name {
			rest = lines(rest, more)
		}
	}
	return core.Payload{Op: "sendContact", Body: &bot.SendContactParams{
		ChatID: to.chat, MessageThreadID: to.thread, PhoneNumber: card.Phones[0], FirstName: name, VCard: file, ReplyParameters: to.reply,
	}}, rest
}

// escaped: RFC 6350, "Property value escaping".
var escaped = strings.NewReplacer("\\", "\\\\", "\r", "", "\n", "\\n", ",", "\\,", ";", "\\;")

// vcard carries what a contact has besides name and phone; empty for nothing
// more.
func vcard(c core.AddressCard, name string) string {
	card := c.VCard
	if card == "" && (len(c.Phones) > 1 || len(c.Emails) > 0 || c.Firm != "") {
		rows := []string{"BEGIN:VCARD", "VERSION:3.0", "FN:" + escaped.Replace(name)}
		if c.Firm != "" {
			rows = append(rows, "ORG:"+escaped.Replace(c.Firm))
		}
		for _, p := range c.Phones {
			rows = append(rows, "TEL:"+escaped.Replace(p))
		}
		for _, e := range c.Emails {
			rows = append(rows, "EMAIL:"+escaped.Replace(e))
		}
		card = strings.Join(append(rows, "END:VCARD"), "\r\n")
	}
	return card
}
