package kommunicate

// inputField is KM_FIELD: one question, whose answer may become a detail of the
// contact.
func (s shaper) inputField() schema {
	field := objectOf("", schema{
		"field": wording("The key of the answer.", mostName), "label": text("Asked, where there is no message.", mostName),
		"fieldType":   schema{"enum": []any{"EMAIL", "NAME", "PHONE_NUMBER", "TEXT"}},
		"placeholder": text("", mostName), "validation": checked(),
		"action": objectOf("", schema{"updateUserDetails": schema{"type": "boolean"}}),
	}, "field")
	event := objectOf("", schema{keyTrigger: text("The event with which the bot hears the answer.", mostName)})
	meta := objectOf("", schema{keyField: field, keyReplyMetadata: event}, keyField)
	return messageOf("Asks for one thing.", schema{"message": wording("Asked. "+s.splits(), mostText), "metadata": meta}, "message", "metadata")
}

// suggestions is KM_AUTO_SUGGESTION with a list, which is shown to pick from.
func (s shaper) suggestions(p picks) schema {
	item := objectOf("", schema{
		"searchKey": s.title("What is shown.", p.long), "message": wording("What a pick says for the contact; searchKey without it.", mostSaid),
		"metadata": anything("Comes back with a pick."),
	}, "searchKey")
	source := schema{"placeholder": text("", mostName), "source": arrayOf(1, min(p.most, mostSuggested), schema{"anyOf": []any{item, s.title("", p.long)}})}
	meta := objectOf("", schema{keySuggestion: objectOf("", source, "source")}, keySuggestion)
	return messageOf("Suggestions to pick from.", schema{"message": s.body(), "metadata": meta}, "message", "metadata")
}

// action is a message that does something to the conversation or the contact; it
// may say something too.
func (s shaper) action() schema {
	ends := objectOf("Ends the conversation.", schema{keyAction: schema{"const": actionResolve}}, keyAction)
	tag := objectOf("Puts tags on the conversation.", schema{
		keyAction:  schema{"const": actionTags},
		keyPayload: objectOf("", schema{"tags": arrayOf(1, maxItems, wording("", mostName))}, "tags"),
	}, keyAction, keyPayload)
	details := objectOf("", schema{
		"displayName": text("", mostName), "email": text("", mostName), "phoneNumber": text("", mostName), "imageLink": text("", mostName),
		"metadata": schema{"type": "object", "additionalProperties": true, "minProperties": 1},
	})
	details["minProperties"] = 1
	update := objectOf("Changes what is known of the contact.", schema{keyAction: schema{"const": actionUpdate}, keyPayload: details}, keyAction, keyPayload)
	return messageOf("Does something, and may say something.",
		schema{"message": text(s.splits(), mostText), "metadata": schema{"anyOf": []any{ends, tag, update}}}, "metadata")
}

// handOff is a message that gives the conversation away, to somebody or to a team.
func (s shaper) handOff() schema {
	team := text("The team whose rules count.", mostName)
	event := objectOf("What the bot that takes over hears.", schema{"name": wording("", mostName), "data": anything("")}, "name")
	ways := []any{
		objectOf("", schema{keyAssignTo: text("An agent's or a bot's id, or empty for the rules.", mostName), keyAssignTeam: team, keyEvent: event}, keyAssignTo),
		objectOf("", schema{keyAssignTeam: team}, keyAssignTeam),
	}
	return messageOf("Gives the conversation away.", schema{"message": text("", mostText), "metadata": schema{"anyOf": ways}}, "metadata")
}

// handsOver holds for a message that gives the conversation away.
func handsOver() schema {
	var ways []any
	for _, key := range []string{keyAssignTo, keyAssignTeam} {
		ways = append(ways, schema{"type": "object", "required": []any{key}, "additionalProperties": true})
	}
	return schema{
		"type": "object", "required": []any{"metadata"}, "additionalProperties": true, "properties": schema{"metadata": schema{"anyOf": ways}},
	}
}
