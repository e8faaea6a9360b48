package main

import (
	"fmt"
	"strings"
)

// conversations are the statements that make people known, each with a
// conversation that its bot owns.
func (g *filler) conversations() []string {
	return []string{
		`INSERT INTO contact(id, user_id, name, username, phone, email, image_link, language, metadata, created_at)
		SELECT PERSON, 'whatsapp:' || PHONE, 'Lena Vögt', '', PHONE, '', '', '', '', NOW FROM people`,
		`INSERT INTO identity(id, channel, contact_id, address)
		SELECT PERSON, CHANNEL, PERSON, PHONE FROM people`,
		`INSERT INTO identity_key(channel, name, identity_id)
		SELECT CHANNEL, PHONE, PERSON FROM people UNION ALL SELECT CHANNEL, USER, PERSON FROM people`,
		`INSERT INTO conversation(id, channel, kind, identity_id, contact_id, present, status, owner_type, owner_id, owner_name, owner_epoch, team, tags, metadata,
			title, title_given, unread, last_seq, heard_at, window_ms, last_agent, terms, hops, dialogue, created_at, updated_at)
		SELECT PERSON, CHANNEL, 'whatsapp-cloud', PERSON, PERSON, 1, 'open', 'bot', BOT, BOT, 1, '', 'null', 'null', BOT, 0, 1, EACH, NOW, 86400000, '', '{}', 0, '', NOW, NOW FROM people`,
		`INSERT INTO assignment(id, conversation_id, at, owner_type, owner_id, owner_name, team, epoch, cause, why)
		SELECT PERSON, PERSON, NOW, 'bot', BOT, BOT, '', 1, 'new', '[{"rule":"channel","chosen":true,"text":"The channel belongs to the bot."}]' FROM people`,
		`INSERT INTO lane(id, kind, scope, okey, head, tail, due_at, owner, epoch, woken, attempts, parked, last_error)
		SELECT 'bot:' || PERSON, 'bot', '', PERSON, EACH, EACH, NULL, NULL, 1, EACH, 0, NULL, '' FROM people`,
		`INSERT INTO lane(id, kind, scope, okey, head, tail, due_at, owner, epoch, woken, attempts, parked, last_error)
		SELECT 'send:' || PERSON, 'send', CHANNEL, PERSON, EACH, EACH, NULL, NULL, 1, EACH, 0, NULL, '' FROM people`,
		`INSERT INTO log(seq, type, conversation_id, at, data)
		SELECT i * 2 + 1, 'conversation.created', PERSON, NOW, '{"channel":"' || CHANNEL || '","kind":"whatsapp-cloud","contact_id":' || PERSON || '}' FROM people`,
		`INSERT INTO log(seq, type, conversation_id, at, data)
		SELECT i * 2 + 2, 'owner.changed', PERSON, NOW, '{"cause":"new","owner":{"type":"bot","id":"' || BOT || '","name":"' || BOT || '"},"owner_epoch":1,"team":""}' FROM people`,
	}
}

// messages are the statements of everybody's j-th message. The odd ones came in,
// each with its delivery; the even ones are the bot's answers.
func (g *filler) messages(j int64) []string {
	id := g.base + (j+1)*g.people // below it are the people's things
	logged := 2*g.people + (j-1)/2*3*g.people
	queries := []string{
		`INSERT INTO message(id, conversation_id, seq, channel, direction, sender_type, sender_id, sender_name, content, text, metadata, private, reply_to, provider_id, event_key,
			said_at, status, fault, notes, details, parts, options, live, answer, made, resent, once, turn, created_at)
		SELECT MESSAGE, PERSON, SEQ, CHANNEL, 'in', 'contact', '' || PERSON, 'Lena Vögt', '{"type":"text","body":"Do you deliver on Sundays?"}', 'Do you deliver on Sundays?', '', 0, 0,
			'wamid.HBgN' || hex(randomblob(16)), 'm:wamid.HBgN' || hex(randomblob(16)), NOW, 'received', '', '', '', '', '', 0, 0, 0, 0, NULL, 'done', NOW FROM people`,
		`INSERT INTO delivery(id, channel, at, body, packed, items)
		SELECT MESSAGE, CHANNEL, NOW, '{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15551065","phone_number_id":"1065"},"contacts":[{"profile":{"name":"Lena Vögt"},"wa_id":"' || PHONE || '","user_id":"' || USER || '"}],"messages":[{"from":"' || PHONE || '","from_user_id":"' || USER || '","id":"wamid","timestamp":"1795210673","text":{"body":"Do you deliver on Sundays?"},"type":"text"}]},"field":"messages"}]}]}', 0,
			'[{"key":"m:wamid","fate":"message","message":' || MESSAGE || ',"conversation":' || PERSON || '}]' FROM people`,
		`INSERT INTO log(seq, type, conversation_id, at, data)
		SELECT FIRST + i + 1, 'message.created', PERSON, NOW, '{"message":{"direction":"in","id":' || MESSAGE || ',"private":false,"sender":{"type":"contact","id":"1","name":"Lena Vögt"},"seq":SEQ,"status":"received","text":"Do you deliver on Sundays?","type":"text"}}' FROM people`,
	}
	if j%2 == 0 {
		logged += g.people
		queries = answers
	}
	with := strings.NewReplacer("MESSAGE", fmt.Sprintf("(%d + i)", id), "SEQ", fmt.Sprint(j), "FIRST", fmt.Sprint(logged))
	out := make([]string, len(queries))
	for i, query := range queries {
		out[i] = with.Replace(query)
	}
	return out
}

var answers = []string{
	`INSERT INTO message(id, conversation_id, seq, channel, direction, sender_type, sender_id, sender_name, content, text, metadata, private, reply_to, provider_id, event_key,
		said_at, status, fault, notes, details, parts, options, live, answer, made, resent, once, turn, created_at)
	SELECT MESSAGE, PERSON, SEQ, CHANNEL, 'out', 'bot', BOT, BOT, '{"type":"text","body":"Yes, from ten to six."}', 'Yes, from ten to six.', '', 0, 0,
		'wamid.HBgO' || MESSAGE, NULL, 0, 'sent', '', '', '', '[{"type":"text","body":"Yes, from ten to six."}]', '', 0, MESSAGE, 1, 0, NULL, '', NOW FROM people`,
	`INSERT INTO call(channel, provider_id, message_id, n)
	SELECT CHANNEL, 'wamid.HBgO' || MESSAGE, MESSAGE, 0 FROM people`,
	`INSERT INTO log(seq, type, conversation_id, at, data)
	SELECT FIRST + i * 2 + 1, 'message.created', PERSON, NOW, '{"message":{"direction":"out","id":' || MESSAGE || ',"private":false,"sender":{"type":"bot","id":"helper","name":"helper"},"seq":SEQ,"status":"queued","text":"Yes, from ten to six.","type":"text"}}' FROM people`,
	`INSERT INTO log(seq, type, conversation_id, at, data)
	SELECT FIRST + i * 2 + 2, 'message.updated', PERSON, NOW, '{"message":{"fault":null,"id":' || MESSAGE || ',"status":"sent"}}' FROM people`,
}
