package core_test

import (
	"testing"

	"causeway/core"
)

func option(title string, number int) core.Option {
	return core.Option{Button: core.Button{Type: core.Reply, Title: title, Message: "says " + title, ID: title}, Number: number}
}

func TestResolve(t *testing.T) {
	numbered := core.Offered{Message: 30, Answer: 3, Options: []core.Option{option("Monday", 1), option("Tuesday", 2)}}
	counted := core.Offered{Message: 31, Answer: 3, Options: []core.Option{option("Café Noir", 3), option("Straße", 4)}}
	older := core.Offered{Message: 20, Answer: 2, Options: []core.Option{option("Monday", 1), option("Help me!", 7)}}
	third := core.Offered{Message: 10, Answer: 1, Options: []core.Option{option("Third", 9)}}
	fourth := core.Offered{Message: 5, Answer: 0, Options: []core.Option{option("Fourth", 9)}}
	sets := []core.Offered{counted, numbered, older, third, fourth}
	for _, c := range []struct {
		said  string
		title string // empty for no pick
		of    core.MessageID
	}{
		{"2", "Tuesday", 30},
		{"2.", "Tuesday", 30},
		{" 2) ", "Tuesday", 30},
		{"#2", "Tuesday", 30},
		{"(2)", "Tuesday", 30},
		{"02", "Tuesday", 30},
		{"2!", "Tuesday", 30},
		{"２", "Tuesday", 30},
		{"２．", "Tuesday", 30},
		{"٢", "Tuesday", 30},
		{"२", "Tuesday", 30},
		{"2️⃣", "Tuesday", 30},
		{"3", "Café Noir", 31},
		{"2. Tuesday", "Tuesday", 30},
		{"2: tuesday!", "Tuesday", 30},
		{"2. Monday", "", 0},
		{"2 people", "", 0},
		{"2.5", "", 0},
		{"-2", "", 0},
		{"+2", "", 0},
		{"2%", "", 0},
		{"0", "", 0},
		{"5", "", 0},
		{"7", "", 0}, // of an older answer
		{"99999999999999999999", "", 0},
		{"tuesday", "Tuesday", 30},
		{" TUESDAY. ", "Tuesday", 30},
		{"«Tuesday»", "Tuesday", 30},
		{"cafe noir", "Café Noir", 31},
		{"CAFE\u0301   NOIR", "Café Noir", 31},
		{"strasse", "Straße", 31},
		{"ｔｕｅｓｄａｙ", "Tuesday", 30},
		{"help me", "Help me!", 20},
		{"Help me!", "Help me!", 20},
		{"monday", "Monday", 30}, // in two sets: the newest
		{"tues…", "Tuesday", 30},
		{"third", "Third", 10},
		{"fourth", "", 0}, // four answers ago
		{"Tuesday please", "", 0},
		{"Tues", "", 0},
		{"", "", 0},
		{"…", "", 0},
		{"?!", "", 0},
	} {
		got, of, ok := core.Resolve(sets, c.said)
		if ok != (c.title != "") || ok && (got.Button.Title != c.title || of != c.of) {
			t.Errorf("%q is %q of %d (%v), not %q of %d", c.said, got.Button.Title, of, ok, c.title, c.of)
		}
	}
}

func TestResolveWhenTitlesAreAlike(t *testing.T) {
	buy := func(message, id string) core.Option {
		return core.Option{Button: core.Button{Type: core.Reply, Title: "Buy", Message: message, ID: id}}
	}
	older := core.Offered{Message: 1, Answer: 1, Options: []core.Option{buy("older", "")}}
	for _, c := range []struct {
		name    string
		options []core.Option
		said    string
		want    string
	}{
		{"nobody knows which", []core.Option{buy("room 1", "1"), buy("room 2", "2")}, "buy", ""},
		{"the second by the name that Fit gave it", []core.Option{buy("room 1", "1"), buy("room 2", "2")}, "Buy (2)", "room 2"},
		{"there is no third", []core.Option{buy("room 1", "1"), buy("room 2", "2")}, "Buy (3)", ""},
		{"it makes no difference", []core.Option{buy("room", ""), buy("room", "")}, "buy", "room"},
		{"signs tell them apart", []core.Option{option("+1", 0), option("-1", 0)}, "-1", "says -1"},
		{"but not if left out", []core.Option{option("+1", 0), option("-1", 0)}, "1", ""},
		{"a title that is a number", []core.Option{option("3", 1), option("1", 2)}, "1", "says 3"},
		{"a number that was not shown", []core.Option{option("A", 0), option("B", 0)}, "2", ""},
		{"other letters stay apart", []core.Option{option("कि", 0), option("कु", 0)}, "कु", "says कु"},
		{"one letter written in two ways", []core.Option{option("Домой", 0)}, "домои\u0306", "says Домой"},
		{"a sign before the title", []core.Option{option("👍 Yes", 0)}, "yes", "says 👍 Yes"},
		{"a sign alone", []core.Option{option("👍", 0), option("👎", 0)}, "👎", "says 👎"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, ok := core.Resolve([]core.Offered{{Message: 2, Answer: 2, Options: c.options}, older}, c.said)
			if ok != (c.want != "") || ok && got.Button.Says() != c.want {
				t.Errorf("%q is %q (%v), not %q", c.said, got.Button.Says(), ok, c.want)
			}
		})
	}
}

func TestResolveWithNothingOffered(t *testing.T) {
	if _, _, ok := core.Resolve(nil, "1"); ok {
		t.Error("a pick of nothing")
	}
}

func FuzzResolve(f *testing.F) {
	f.Add("2.", "Tuesday")
	f.Add("x (2)", "x")
	f.Add("１️⃣", "İ")
	f.Fuzz(func(t *testing.T, said, title string) {
		sets := []core.Offered{{Message: 1, Options: []core.Option{option(title, 1), option("b", 2)}}}
		if got, of, ok := core.Resolve(sets, said); ok && (of != 1 || got.Number == 0) {
			t.Errorf("%q of %q is %+v of %d", said, title, got, of)
		}
	})
}
