package main_test

// otherMessages are the templates beside those of richMessages, and what has no
// template.
func otherMessages(pictures string) []shownAs {
	reply := func(name, says string) message {
		return message{"name": name, "action": message{"type": "quick_reply", "text": says}}
	}
	return []shownAs{{
		name: "list", says: rich("Menu", "7", message{
			"headerText": "Our menu", "headerImgSrc": pictures + "/h.png",
			"elements": []message{
				{"title": "Tea", "description": "Hot", "action": message{"type": "quick_reply", "text": "I want tea"}},
				{"title": "Site", "action": message{"type": "link", "url": way}},
			}, "buttons": []message{reply("Call us", "Call me")},
		}),
		shown: map[string][]string{"tg": {"(photo)", "Our menu / Menu / • Tea: Hot [Tea] [Site → " + way + "] [Call us]"}, "wa": {"(image)", "Our menu Menu / Site: " + way + " [Tea] [Call us]"}},
		notes: map[string][]string{"tg": {"image media_before same", "items[0].button.description description_in_body same", "header header_in_body same"}, "wa": {"image media_before same", "items[1].button link_text same"}},
	}, {
		name: "dialog", says: rich("", "8", message{
			"title": "Refunds?", "description": "Within <b>30</b> days", "buttonLabel": "Was this helpful?", "buttons": []message{{"name": "Sure"}, {"name": "Not at all"}},
		}),
		shown: map[string][]string{"tg": {"Refunds? / Within 30 days / Was this helpful? [Sure] [Not at all]"}, "wa": {"Refunds? Within *30* days Was this helpful? [Sure] [Not at all]"}},
		notes: map[string][]string{"tg": {"footer footer_in_body same", "header header_in_body same"}},
	}, {
		name: "mixed buttons", says: rich("Choose", "11", []message{
			{"type": "suggestedReply", "name": "Track", "action": message{"message": "Track order"}},
			{"type": "link", "name": "Way", "action": message{"url": way}},
		}),
		shown: map[string][]string{"tg": {"Choose [Track] [Way → " + way + "]"}, "wa": {"Choose / Way: " + way + " [Track]"}},
		notes: map[string][]string{"wa": {"buttons[1] link_text same"}},
	}, {
		name: "mixed buttons, as 13 and as a string", says: rich("Choose", "13", `[{"type":"quickReply","name":"Follow","action":"{\"message\":\"Follow order\"}"}]`),
		shown: map[string][]string{"tg": {"Choose [Follow]"}, "wa": {"Choose [Follow]"}},
	}, {
		name: "a page with a film", says: rich("Watch", "14", []message{{"url": way, "source": "youtube", "caption": "Talk"}}),
		shown: map[string][]string{"tg": {"Watch [Talk → " + way + "]"}, "wa": {"Watch [Talk → " + way + "]"}},
	}, {
		name: "html", says: message{"message": "<p>Hello</p><ul><li><b>A</b></li><li>B</li></ul>", "messageType": "html"},
		shown: map[string][]string{"tg": {"Hello / • A / • B"}, "wa": {"Hello / • *A* / • B"}},
	}, {
		name: "suggestions", says: message{"message": "Which city?", "metadata": message{"KM_AUTO_SUGGESTION": message{"placeholder": "city", "source": []any{"Oslo", message{"searchKey": "Pune", "message": "To Pune"}}}}},
		shown: map[string][]string{"tg": {"Which city? / (city) [Oslo] [Pune]"}, "wa": {"Which city? / (city) [Oslo] [Pune]"}},
	}, {
		name: "a place", says: message{"message": `{"lat":"59.91","lon":10.75}`, "contentType": 2},
		shown: map[string][]string{"tg": {"(at 59.91, 10.75)"}, "wa": {"(at 59.91, 10.75)"}},
	}, {
		name: "a file", says: message{"message": "Read it", "contentType": 1, "fileMeta": message{"url": pictures + "/a.pdf", "name": "a.pdf", "contentType": "application/pdf"}},
		shown: map[string][]string{"tg": {"(document) Read it"}, "wa": {"(document) Read it"}},
		notes: map[string][]string{"tg": {"name name_unused same"}},
	}, {
		name: "a template of tomorrow", says: rich("Words", "99", []message{{"x": "y"}}),
		shown: map[string][]string{"tg": {"Words"}, "wa": {"Words"}},
	}, {
		name: "an input field", says: message{"message": "Your e-mail address?", "metadata": message{"KM_FIELD": message{"field": "email", "fieldType": "EMAIL", "placeholder": "a@b.c"}}},
		shown: map[string][]string{"tg": {"Your e-mail address? / (a@b.c)"}, "wa": {"Your e-mail address? / (a@b.c)"}},
		notes: map[string][]string{"tg": {"fields[0] asked same", "submit delivered same"}, "wa": {"fields[0] asked same", "submit delivered same"}},
	}}
}
