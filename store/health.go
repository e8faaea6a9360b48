package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"causeway/core"
	"causeway/db"
)

// judged keeps what a provider says of the account, unless something later is
// known of the same matter.
func (t *tx) judged(item core.Arrived, e core.Judged) (core.ItemFate, error) {
	fate := core.ItemFate{Key: item.Key, Fate: core.FateStatus, Why: db.Clean(e.Matter + ": " + string(e.Health))}
	at, until := t.now, int64(0)
	if !e.At.IsZero() {
		at = millis(e.At)
	}
	if !e.Until.IsZero() {
		until = millis(e.Until)
	}
	var kept int64
	err := t.Row(`INSERT INTO channel_health(channel, matter, health, code, text, at, until) VALUES($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT(channel, matter) DO UPDATE SET health = excluded.health, code = excluded.code, text = excluded.text, at = excluded.at, until = excluded.until
		WHERE channel_health.at < excluded.at OR channel_health.at = excluded.at AND channel_health.text <> excluded.text RETURNING at`,
		[]any{string(item.Channel.ID), db.Clean(e.Matter), string(e.Health), db.Clean(e.Code), db.Clean(e.Text), at, until}, &kept)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		fate.Fate, fate.Why = core.FateDuplicate, "as much or more is known"
		return fate, nil
	case err != nil:
		return fate, fmt.Errorf("keep a channel's health: %w", err)
	}
	return fate, t.note("channel.health", 0, map[string]any{
		"channel": item.Channel.ID, "matter": e.Matter, "health": e.Health, "code": e.Code, "text": e.Text,
	})
}

// optedOut keeps whether a contact wants marketing, and says so to agents.
func (t *tx) optedOut(item core.Arrived, e core.OptedOut) (core.ItemFate, error) {
	fate := core.ItemFate{Key: item.Key, Fate: core.FateStatus, Why: "the contact wants no marketing"}
	text := "The contact wants no marketing here any more. Anything else still arrives."
	if !e.Out {
		fate.Why, text = "the contact wants marketing again", "The contact wants marketing here again."
	}
	who, err := t.identify(item.Channel.ID, e.From)
	if err != nil {
		return fate, err
	}
	at := t.now
	if !e.At.IsZero() {
		at = millis(e.At)
	}
	changed, err := t.Exec(`UPDATE identity SET no_marketing = $1, marketing_at = $2 WHERE id = $3 AND marketing_at < $2`, flag(e.Out), at, who.id)
	if err != nil {
		return fate, fmt.Errorf("keep an opt-out: %w", err)
	}
	if changed == 0 {
		fate.Fate, fate.Why = core.FateDuplicate, "as much or more is known"
		return fate, nil
	}
	return fate, t.inPresent(who, &fate, func(c *conversation) error {
		if err := t.notice(c, text); err != nil {
			return err
		}
		return t.note("conversation.updated", c.ID, map[string]any{"no_marketing": e.Out})
	})
}

// Health implements core.Reader.
func (s *Store) Health(ctx context.Context) ([]core.ChannelHealth, error) {
	rows, err := s.db.Rows(ctx, `SELECT channel, matter, health, code, text, at, until FROM channel_health
		WHERE until = 0 OR until > $1 ORDER BY channel, matter`, s.now())
	if err != nil {
		return nil, fmt.Errorf("read the channels' health: %w", err)
	}
	all, err := collect(rows, func(scan func(...any) error) (h core.ChannelHealth, err error) {
		var at, until int64
		err = scan(&h.Channel, &h.Matter, &h.Health, &h.Code, &h.Text, &at, &until)
		h.At = timeOf(at)
		if until > 0 {
			end := timeOf(until)
			h.Until = &end
		}
		return h, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the channels' health: %w", err)
	}
	pauses, err := s.lanes.Pauses(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the channels' pauses: %w", err)
	}
	for _, p := range pauses {
		all = append(all, core.ChannelHealth{
			Channel: core.ChannelID(p.Scope), Matter: core.MatterSends, Health: core.Warned, Code: "paused",
			Text: "what is to be sent waits, and is tried again: " + p.Reason, Until: &p.Until,
		})
	}
	return all, nil
}
