package kommunicate

import (
	"strings"

	"causeway/core"
)

// dialog writes choices as template 8, if that is how they could have come: HTML
// with a title or a label, above replies that say whether the bot hears a tap.
func (w *written) dialog(c core.Choices) bool {
	if c.Header+c.Footer == "" || c.Media != nil || strings.TrimSpace(c.Body) != "" && c.Format != core.HTML {
		return false
	}
	var buttons []any
	for _, b := range c.Buttons {
		if _, told := b.Metadata["skipBot"]; !told || b.Type != core.Reply {
			return false
		}
		item := map[string]any{"name": b.Title}
		put(item, "message", b.Message)
		put(item, "updateLanguage", b.Language)
		common(item, b)
		buttons = append(buttons, item)
	}
	payload := map[string]any{"buttons": buttons}
	put(payload, "title", c.Header)
	put(payload, "description", c.Body)
	put(payload, "buttonLabel", c.Footer)
	w.Message = ""
	w.template("8", payload)
	return true
}
