package connectortest

import (
	"encoding/json"
	"testing"
	"time"

	"causeway/core"
)

// The shapes in which fixtures show what core has no JSON of.
type (
	itemShown struct {
		Key      string         `json:"key"`
		Account  string         `json:"account,omitempty"`
		Fate     core.Fate      `json:"fate,omitempty"`
		Why      string         `json:"why,omitempty"`
		Heard    *heardShown    `json:"heard,omitempty"`
		Reported *reportedShown `json:"reported,omitempty"`
		Reached  *reachedShown  `json:"reached,omitempty"`
		Echo     *echoShown     `json:"echo,omitempty"`
		Moved    *movedShown    `json:"moved,omitempty"`
		Opened   *openedShown   `json:"opened,omitempty"`
		Blocked  *blockedShown  `json:"blocked,omitempty"`
		Judged   *judgedShown   `json:"judged,omitempty"`
		OptedOut *optedOutShown `json:"opted_out,omitempty"`
		Acks     []core.Payload `json:"acks,omitempty"`
	}
	echoShown struct {
		To       personShown     `json:"to"`
		Provider core.ProviderID `json:"provider"`
		Ref      string          `json:"ref,omitempty"`
		Content  json.RawMessage `json:"content"`
		ReplyTo  core.ProviderID `json:"reply_to,omitempty"`
		By       string          `json:"by,omitempty"`
		At       time.Time       `json:"at,omitzero"`
	}
	reachedShown struct {
		Who    personShown `json:"who"`
		Status core.Status `json:"status"`
		Until  time.Time   `json:"until"`
	}
	openedShown struct {
		personShown
		Metadata core.Metadata `json:"metadata,omitempty"`
	}
	movedShown struct {
		Keys []string    `json:"keys"`
		To   personShown `json:"to"`
		At   time.Time   `json:"at,omitzero"`
	}
	blockedShown struct {
		From    personShown `json:"from"`
		Blocked bool        `json:"blocked"`
		At      time.Time   `json:"at,omitzero"`
	}
	judgedShown struct {
		Matter string      `json:"matter"`
		Health core.Health `json:"health"`
		Code   string      `json:"code"`
		Text   string      `json:"text"`
		At     time.Time   `json:"at,omitzero"`
		Until  time.Time   `json:"until,omitzero"`
	}
	optedOutShown struct {
		From personShown `json:"from"`
		Out  bool        `json:"out"`
		At   time.Time   `json:"at,omitzero"`
	}
	heardShown struct {
		From     personShown     `json:"from"`
		Provider core.ProviderID `json:"provider"`
		Content  json.RawMessage `json:"content"`
		ReplyTo  core.ProviderID `json:"reply_to,omitempty"`
		Metadata core.Metadata   `json:"metadata,omitempty"`
		At       time.Time       `json:"at,omitzero"`
	}
	personShown struct {
		Address  core.Address `json:"address"`
		Keys     []string     `json:"keys,omitempty"`
		UserID   string       `json:"user_id"`
		Name     string       `json:"name,omitempty"`
		Username string       `json:"username,omitempty"`
		Phone    string       `json:"phone,omitempty"`
		Language string       `json:"language,omitempty"`
	}
	reportedShown struct {
		Provider core.ProviderID `json:"provider,omitempty"`
		Ref      string          `json:"ref,omitempty"`
		Keys     []string        `json:"keys,omitempty"`
		Status   core.Status     `json:"status"`
		Fault    *faultShown     `json:"fault,omitempty"`
		At       time.Time       `json:"at,omitzero"`
		Details  core.Metadata   `json:"details,omitempty"`
	}
	faultShown struct {
		Kind    core.FaultKind `json:"kind"`
		Code    string         `json:"code,omitempty"`
		After   string         `json:"after,omitempty"`
		Scope   core.Scope     `json:"scope,omitempty"`
		Link    string         `json:"link,omitempty"`
		Message string         `json:"message,omitempty"`
	}
)

func shown(t testing.TB, items []core.Item) []any {
	t.Helper()
	all := []any{}
	for _, i := range items {
		s := itemShown{Key: i.Key, Account: i.Account, Fate: i.Fate, Why: i.Why, Acks: i.Acks}
		switch e := i.Event.(type) {
		case core.Heard:
			content, err := core.MarshalContent(e.Content)
			if err != nil {
				t.Fatalf("item %s: %v", i.Key, err)
			}
			s.Heard = &heardShown{personShown(e.From), e.Provider, content, e.ReplyTo, e.Metadata, e.At}
		case core.Echo:
			content, err := core.MarshalContent(e.Content)
			if err != nil {
				t.Fatalf("item %s: %v", i.Key, err)
			}
			s.Echo = &echoShown{personShown(e.To), e.Provider, e.Ref, content, e.ReplyTo, e.By, e.At}
		case core.Moved:
			s.Moved = &movedShown{e.Keys, personShown(e.To), e.At}
		case core.Opened:
			s.Opened = &openedShown{personShown(e.From), e.Metadata}
		case core.Blocked:
			s.Blocked = &blockedShown{personShown(e.From), e.Blocked, e.At}
		case core.Judged:
			s.Judged = &judgedShown{e.Matter, e.Health, e.Code, e.Text, e.At, e.Until}
		case core.OptedOut:
			s.OptedOut = &optedOutShown{personShown(e.From), e.Out, e.At}
		case core.Reached:
			s.Reached = &reachedShown{personShown(e.Who), e.Status, e.Until}
		case core.Reported:
			s.Reported = &reportedShown{e.Provider, e.Ref, e.Keys, e.Status, showFault(e.Fault), e.At, e.Details}
		case nil:
		default:
			t.Fatalf("the event %T is not known here", e)
		}
		all = append(all, s)
	}
	return all
}

func showFault(f *core.Fault) *faultShown {
	if f == nil {
		return nil
	}
	s := &faultShown{Kind: f.Kind, Code: f.Code, Message: f.Message, Scope: f.Scope, Link: f.Link}
	if f.After > 0 {
		s.After = f.After.String()
	}
	return s
}
