package whatsapp

import (
	"slices"
	"strings"
)

// phoneOf is digits with a plus, or empty if s is no number.
func phoneOf(s string) string {
	if !digitsForm.MatchString(s) {
		return ""
	}
	return "+" + strings.TrimPrefix(s, "+")
}

// forms are the ways in which the same number is written, the given one first.
// WhatsApp names a person by one of them and takes messages to either (Meta's
// page "WhatsApp phone numbers", Brazil and Mexico; Argentina is the same case).
func forms(phone string) []string {
	if other := otherForm(phone); other != "" {
		return []string{phone, other}
	}
	return []string{phone}
}

// otherForm is empty for numbers that are written in one way alone. Brazil put
// a 9 in front of mobile numbers, which until then began with 6 to 9; Argentina
// and Mexico have a 9 and a 1 after the country code that dialling may leave out.
func otherForm(phone string) string {
	d := strings.TrimPrefix(phone, "+")
	switch long, short := len(d) == 13, len(d) == 12; {
	case long && strings.HasPrefix(d, "55") && d[4] == '9' && d[5] >= '6':
		return "+" + d[:4] + d[5:]
	case short && strings.HasPrefix(d, "55") && d[4] >= '6':
		return "+" + d[:4] + "9" + d[4:]
	case long && strings.HasPrefix(d, "549"):
		return "+54" + d[3:]
	case short && strings.HasPrefix(d, "54") && d[2] != '9':
		return "+549" + d[2:]
	case long && strings.HasPrefix(d, "521"):
		return "+52" + d[3:]
	case short && strings.HasPrefix(d, "52") && d[2] != '1':
		return "+521" + d[2:]
	}
	return ""
}

// samePhone reports whether two numbers are the same, in whatever form.
func samePhone(a, b string) bool { return a != "" && slices.Contains(forms(a), b) }

// onePhone is one name for a number, in whatever form and with whatever marks
// people put between its digits. It is empty if there are no digits.
func onePhone(s string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
	phone := phoneOf(digits)
	if phone == "" {
		return ""
	}
	return slices.Min(forms(phone))
}
