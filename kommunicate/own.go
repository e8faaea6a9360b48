package kommunicate

// keyOwn is the key of metadata under which a message says what only Causeway
// understands: {"fallback": "a text"}.
const keyOwn = "causeway"

// fallback is the author's own text for channels that would lose something of
// the message.
func (r *reader) fallback(meta object) string {
	own := meta.object(keyOwn)
	if meta.has(keyOwn) && own == nil {
		r.note("has a %q in its metadata that is no JSON object", keyOwn)
	}
	for key := range own {
		if key != "fallback" {
			r.note("has %.50q under %q, which is not known", key, keyOwn)
		}
	}
	return own.text("fallback")
}
