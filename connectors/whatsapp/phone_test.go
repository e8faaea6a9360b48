package whatsapp

import (
	"slices"
	"testing"
)

func TestForms(t *testing.T) {
	for phone, other := range map[string]string{
		"+5511987654321": "+551187654321",
		"+551187654321":  "+5511987654321",
		"+553161234567":  "+5531961234567",
		"+5491123456789": "+541123456789",
		"+541123456789":  "+5491123456789",
		"+5215512345678": "+525512345678",
		"+525512345678":  "+5215512345678",
		"+5511954321234": "", // 9 and then 5: there was no shorter form, only somebody's landline
		"+551132654321":  "", // a landline
		"+55119876543":   "",
		"+549112345678":  "",
		"+521551234567":  "",
		"+4915112345678": "",
		"+15551230000":   "",
	} {
		if got := otherForm(phone); got != other {
			t.Errorf("%s is also %q, want %q", phone, got, other)
		}
		if other != "" && (!samePhone(phone, other) || !samePhone(other, phone)) {
			t.Errorf("%s and %s are not the same", phone, other)
		}
		if got := forms(phone); got[0] != phone || slices.Contains(got, "") {
			t.Errorf("the forms of %s are %q", phone, got)
		}
	}
	if samePhone("", "") || samePhone("", "+1555") || samePhone("+4915112345678", "+4915112345679") {
		t.Error("two numbers that are not the same are")
	}
}

func TestOnePhone(t *testing.T) {
	for s, want := range map[string]string{
		"+49 30 / 1234-56": "+4930123456",
		"4930123456":       "+4930123456",
		"5511987654321":    "+551187654321",
		"+55 11 8765-4321": "+551187654321",
		"":                 "",
		"none":             "",
		"12":               "",
	} {
		if got := onePhone(s); got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
}
