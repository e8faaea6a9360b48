package core

import (
	"strings"
	"unicode"
)

// fold makes alike what people take for the same: letters without case and
// accents, digits of any script, single spaces.
func fold(s string) string {
	var out strings.Builder
	for _, r := range s {
		if r >= '！' && r <= '～' { // full width
			r -= '！' - '!'
		}
		r = unicode.ToLower(r)
		switch {
		case r < 0x80:
			out.WriteRune(r)
		case accent(r):
		case unicode.Is(unicode.Nd, r):
			out.WriteByte(digit(r))
		case letters[r] != "":
			out.WriteString(letters[r])
		default:
			out.WriteRune(r)
		}
	}
	return squeeze(out.String())
}

// accent reports whether r is a mark on the character before it that may be
// left out: an accent, a point of Hebrew or Arabic, or what makes an emoji of a
// character. Other scripts' marks are vowels.
func accent(r rune) bool {
	switch {
	case r >= 0x0300 && r <= 0x036f, r >= 0x0591 && r <= 0x05c7, r >= 0x064b && r <= 0x065f:
		return true
	case r == 0xfe0e, r == 0xfe0f, r == 0x20e3, r == 0x200b, r == 0x200e, r == 0x200f, r == 0xad:
		return true
	}
	return false
}

// digit is a decimal digit of any script as ASCII. The digits of a script stand
// in order from its zero, and so do whole sets of them.
func digit(r rune) byte {
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return byte('0' + (r-rune(t.Lo))%10)
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return byte('0' + (r-rune(t.Lo))%10)
		}
	}
	return '?'
}

// letters gives the plain form of letters with accents.
var letters = inverted(map[string]string{
	"a": "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ", "ae": "æǣǽ",
	"b": "ḃḅḇ",
	"c": "çćĉċčḉ",
	"d": "ďđðḋḍḏḑḓ",
	"e": "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ",
	"f": "ḟ",
	"g": "ĝğġģǧǵḡ",
	"h": "ĥħȟḣḥḧḩḫẖ",
	"i": "ìíîïĩīĭįıǐȉȋḭḯỉị",
	"j": "ĵǰ",
	"k": "ķǩḱḳḵ",
	"l": "ĺļľłḷḹḻḽ",
	"m": "ḿṁṃ",
	"n": "ñńņňǹṅṇṉṋ",
	"o": "òóôõöøǿōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ", "oe": "œ",
	"p": "ṕṗ",
	"r": "ŕŗřȑȓṙṛṝṟ",
	"s": "śŝşšșṡṣṥṧṩ", "ss": "ß",
	"t": "ţťŧțṫṭṯṱẗ", "th": "þ",
	"u": "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự",
	"v": "ṽṿ",
	"w": "ŵẁẃẅẇẉẘ",
	"x": "ẋẍ",
	"y": "ýÿŷȳẏẙỳỵỷỹ",
	"z": "źżžẑẓẕ",
	"α": "άἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ",
	"ε": "έἐἑἒἓἔἕὲέ",
	"η": "ήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ",
	"ι": "ΐίϊἰἱἲἳἴἵἶἷὶίῐῑῒΐῖῗ",
	"ο": "όὀὁὂὃὄὅὸό",
	"ρ": "ῤῥ",
	"σ": "ς",
	"υ": "ΰϋύὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ",
	"ω": "ώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ",
	"а": "ӑӓ", "г": "ѓ", "е": "ѐёӗ", "ж": "ӂӝ", "з": "ӟ", "и": "йѝӣӥ", "к": "ќ",
	"о": "ӧ", "у": "ўӯӱӳ", "ч": "ӵ", "ы": "ӹ", "э": "ӭ", "і": "ї",
})

func inverted(groups map[string]string) map[rune]string {
	one := map[rune]string{}
	for plain, group := range groups {
		for _, r := range group {
			one[r] = plain
		}
	}
	return one
}
