package kommunicate

import "causeway/core"

// suggested is a button of template 6.
func suggested(b core.Button) map[string]any {
	item := map[string]any{"title": b.Title, "message": b.Says()}
	common(item, b)
	put(item, "updateLanguage", b.Language)
	return item
}

// linked is a link of template 3.
func linked(b core.Button) map[string]any {
	item := map[string]any{"type": "link", "name": b.Title, "url": b.URL}
	common(item, b)
	opens(item, item, b)
	return item
}

// submitted is the submit button of template 3, whose form stands beside it.
func (w *written) submitted(b core.Button) map[string]any {
	item := map[string]any{"type": "submit", "name": b.Title}
	put(item, "replyText", b.Message)
	common(item, b)
	form(w.Metadata, b)
	return item
}

// mixed is a button of template 11.
func mixed(b core.Button) map[string]any {
	item := map[string]any{"name": b.Title, "action": acting(b, "message")}
	switch b.Type {
	case core.Link:
		item["type"] = "link"
	case core.Submit:
		item["type"] = "submit"
	case core.Reply:
		item["type"] = "suggestedReply"
	}
	put(item, "id", b.ID)
	put(item, "description", b.Description)
	return item
}

// acting is the action of a button of templates 7 and 11; says is the key of
// what a tap says.
func acting(b core.Button, says string) map[string]any {
	action := map[string]any{}
	switch b.Type {
	case core.Link:
		action["type"], action["url"] = "link", b.URL
		opens(action, action, b)
	case core.Submit:
		action["type"] = "submit"
		put(action, says, b.Message)
		form(action, b)
	case core.Reply:
		action["type"] = "quick_reply"
		action[says] = b.Says()
		put(action, "updateLanguage", b.Language)
	}
	if len(b.Metadata) > 0 {
		action[keyReplyMetadata] = b.Metadata
	}
	return action
}

// onCard is a button of template 10.
func onCard(b core.Button) map[string]any {
	payload, action := map[string]any{}, map[string]any{}
	switch b.Type {
	case core.Link:
		action["type"], payload["url"] = "link", b.URL
		opens(action, payload, b)
	case core.Submit:
		action["type"] = "submit"
		put(payload, "replyText", b.Message)
		form(payload, b)
	case core.Reply:
		action["type"] = "quickReply"
		payload["title"], payload["message"] = b.Title, b.Says()
		put(payload, "updateLanguage", b.Language)
	}
	if len(b.Metadata) > 0 {
		payload[keyReplyMetadata] = b.Metadata
	}
	action["payload"] = payload
	item := map[string]any{"name": b.Title, "action": action}
	put(item, "id", b.ID)
	put(item, "description", b.Description)
	return item
}

// common is what buttons of templates 3 and 6 carry on themselves.
func common(item map[string]any, b core.Button) {
	put(item, "id", b.ID)
	put(item, "description", b.Description)
	if len(b.Metadata) > 0 {
		item[keyReplyMetadata] = b.Metadata
	}
}

// opens says how a link opens, where that differs from the usual.
func opens(tab, deep map[string]any, b core.Button) {
	if b.SameTab {
		tab["openLinkInNewTab"] = false
	}
	if b.DeepLink {
		deep["isDeepLink"] = true
	}
}

func form(m map[string]any, b core.Button) {
	if b.Submission == nil {
		return
	}
	m[keyFormAction] = b.Submission.URL
	if len(b.Submission.Data) > 0 {
		m[keyFormData] = b.Submission.Data
	}
	if b.Submission.JSON {
		m[keyRequestType] = "json"
	}
}
