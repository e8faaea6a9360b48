package store

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"causeway/core"
)

const (
	choicesLive   = 24 * 3600 * 1000 // milliseconds in which numbers and titles may be typed
	answersAsked  = 3                // the newest answers whose options may be typed
	longestTyped  = 120              // runes; longer texts are no picks
	messagesAsked = 30
)

// tapped fills in a pick from what was offered in this conversation. The token
// alone counts; buttons never die.
func (t *tx) tapped(c *conversation, s core.Selection) (core.Content, error) {
	s.ID, s.Message, s.Of, s.Metadata, s.Language = "", "", 0, nil, ""
	message, option, ok := core.ReadToken(s.Token)
	if !ok {
		return s, nil
	}
	var text string
	var answer int64
	err := t.Row(`SELECT options, answer FROM message WHERE id = $1 AND conversation_id = $2 AND direction = 'out'`,
		[]any{int64(message), int64(c.ID)}, &text, &answer)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up pick: %w", err)
	}
	var options []core.Option
	if err := unpack(text, &options); err != nil {
		return nil, fmt.Errorf("look up pick: %w", err)
	}
	for _, o := range options {
		if o.Button.Token == core.TokenOf(message, option) {
			return picked(s.Token, message, o), t.endAnswer(answer)
		}
	}
	return s, nil
}

func picked(token string, of core.MessageID, o core.Option) core.Selection {
	b := o.Button
	return core.Selection{
		Token: token, Title: b.Title, ID: b.ID, Message: b.Says(), Of: of,
		Button: b.Type, Metadata: b.Metadata, Language: b.Language,
	}
}

// typed reads "2" or a title as a pick, if it names one of what was shown last.
func (t *tx) typed(c *conversation, said core.Text) (core.Content, error) {
	if !c.live && !t.batch().live[c.ID] || utf8.RuneCountInString(said.Body) > longestTyped {
		return said, nil
	}
	sets, err := t.offered(c)
	if err == nil {
		sets, err = t.ofQuestion(c, sets)
	}
	if err != nil || len(sets) == 0 {
		return said, err
	}
	option, of, ok := core.Resolve(sets, said.Body)
	if !ok {
		return said, nil
	}
	for _, set := range sets {
		if set.Message == of {
			return picked(option.Button.Token, of, option), t.endAnswer(set.Answer)
		}
	}
	return said, nil
}

// ofQuestion leaves, of what was offered, what belongs to the question of a form
// that stands open: "2" is an answer to it, and not to a menu further up.
func (t *tx) ofQuestion(c *conversation, sets []core.Offered) ([]core.Offered, error) {
	if len(sets) == 0 || c.dialogue == "" || c.Owner.Type != core.BotOwner {
		return sets, nil
	}
	var d core.Dialogue
	if err := unpack(c.dialogue, &d); err != nil {
		return nil, err
	}
	var newest int64
	err := t.Row(`SELECT answer FROM message WHERE conversation_id = $1 AND direction = 'out' AND private = 0 AND sender_type = 'bot'
		AND status <> 'suppressed' ORDER BY seq DESC LIMIT 1`, []any{int64(c.ID)}, &newest)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("look for the last question: %w", err)
	}
	return slices.DeleteFunc(sets, func(o core.Offered) bool { return o.Message < d.Form || o.Answer != newest }), nil
}

// offered lists the options of the newest answers whose sending has begun, the
// newest first.
func (t *tx) offered(c *conversation) ([]core.Offered, error) {
	rows, err := t.Rows(`SELECT m.id, m.answer, m.options FROM message m WHERE m.conversation_id = $1 AND m.live = 1 AND m.created_at > $2
		AND (m.status NOT IN ('queued', 'held', 'suppressed') OR EXISTS (SELECT 1 FROM task k WHERE k.lane_id = $3 AND k.ref = m.id AND k.starts > 0))
		ORDER BY m.seq DESC LIMIT $4`, int64(c.ID), t.now-choicesLive, sendLane(c.ID), messagesAsked)
	if err != nil {
		return nil, fmt.Errorf("read choices: %w", err)
	}
	sets, err := collect(rows, func(scan func(...any) error) (core.Offered, error) {
		var o core.Offered
		var text string
		if err := scan(&o.Message, &o.Answer, &text); err != nil {
			return o, err
		}
		err := unpack(text, &o.Options)
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("read choices: %w", err)
	}
	answers := map[int64]bool{}
	for i, o := range sets {
		if answers[o.Answer] = true; len(answers) > answersAsked {
			return sets[:i], nil
		}
	}
	return sets, nil
}

// endAnswer ends the typed meaning of an answer's options: a set is used once.
func (t *tx) endAnswer(answer int64) error {
	if _, err := t.Exec(`UPDATE message SET live = 0 WHERE answer = $1 AND live = 1 AND answer <> 0`, answer); err != nil {
		return fmt.Errorf("end choices: %w", err)
	}
	return nil
}

// endChoices ends them all: a person answers now.
func (t *tx) endChoices(id core.ConversationID) error {
	if _, err := t.Exec(`UPDATE message SET live = 0 WHERE conversation_id = $1 AND live = 1`, int64(id)); err != nil {
		return fmt.Errorf("end choices: %w", err)
	}
	return nil
}
