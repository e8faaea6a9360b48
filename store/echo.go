package store

import (
	"encoding/json"
	"fmt"

	"causeway/core"
	"causeway/db"
)

// postponed is an echo as it waits for the end of a send.
type postponed struct {
	Content json.RawMessage `json:"content"`
	ReplyTo core.ProviderID `json:"reply_to,omitempty"`
	By      string          `json:"by,omitempty"`
	At      int64           `json:"at,omitempty"`
}

// postponeEcho keeps an echo that may yet turn out to be ours.
func (t *tx) postponeEcho(c *conversation, key string, e core.Echo) error {
	content, err := core.MarshalContent(e.Content)
	if err != nil {
		return fmt.Errorf("postpone echo: %w", err)
	}
	body, err := pack(postponed{Content: content, ReplyTo: e.ReplyTo, By: e.By, At: millis(e.At)})
	if err != nil {
		return err
	}
	if _, err := t.Exec(`INSERT INTO echo(channel, provider_id, conversation_id, event_key, body) VALUES($1, $2, $3, $4, $5) ON CONFLICT(channel, provider_id) DO NOTHING`,
		string(c.Channel), db.Clean(string(e.Provider)), int64(c.ID), db.Clean(key), body); err != nil {
		return fmt.Errorf("postpone echo: %w", err)
	}
	return nil
}

// settleEchoes ends the wait: echoes of calls that are known now were ours, and
// the others become messages. The send of task is ending.
func (t *tx) settleEchoes(id core.ConversationID) error {
	rows, err := t.Rows(`DELETE FROM echo WHERE conversation_id = $1 RETURNING provider_id, event_key, body,
		EXISTS (SELECT 1 FROM call k WHERE k.channel = echo.channel AND k.provider_id = echo.provider_id)`, int64(id))
	if err != nil {
		return fmt.Errorf("settle echoes: %w", err)
	}
	type found struct {
		provider core.ProviderID
		key      string
		body     string
		ours     bool
	}
	echoes, err := collect(rows, func(scan func(...any) error) (f found, err error) {
		err = scan(&f.provider, &f.key, &f.body, &f.ours)
		return f, err
	})
	if err != nil || len(echoes) == 0 {
		return err
	}
	c, err := t.load(id)
	if err != nil {
		return err
	}
	for _, f := range echoes {
		if f.ours {
			continue
		}
		if err := t.keepPostponed(c, f.key, f.provider, f.body); err != nil {
			return err
		}
	}
	return t.save(c)
}

func (t *tx) keepPostponed(c *conversation, key string, provider core.ProviderID, body string) error {
	var p postponed
	if err := unpack(body, &p); err != nil {
		return err
	}
	content, err := core.UnmarshalContent(p.Content)
	if err != nil {
		return fmt.Errorf("settle echo: %w", err)
	}
	_, err = t.keepEcho(c, key, core.Echo{Provider: provider, Content: content, ReplyTo: p.ReplyTo, By: p.By, At: timeOf(p.At)})
	return err
}
