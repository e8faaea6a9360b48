package core

// instead is s as its author's fallback text. It reports false if there is none,
// or if the channel loses nothing of the content. f is at the message's place in
// its answer, and stays there: a text takes no numbers and offers nothing.
func (f fitter) instead(s Saying) (Fitted, bool) {
	if blank(s.Fallback) || s.Private {
		return Fitted{}, false
	}
	before := f.Notes[:len(f.Notes):len(f.Notes)]
	f.unseen(s.Content)
	f.add(s.Content)
	if !loses(f.Notes) {
		return Fitted{}, false
	}
	f.Fitted = Fitted{Saying: s, Notes: before}
	f.degrade("", "fallback", leaves(s.Content), s.Fallback)
	f.text("fallback", prose{text: s.Fallback})
	return f.Fitted, true
}

func loses(notes []Note) bool {
	for _, n := range notes {
		if n.Severity == Lost {
			return true
		}
	}
	return false
}

// leaves names all that stands in c.
func leaves(c Content) string {
	raw, err := MarshalContent(c)
	if err != nil {
		return PlainText(c)
	}
	return string(raw)
}
