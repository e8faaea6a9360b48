package whatsapp

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
)

// What the account is judged by.
const (
	matterAccount     = "account"
	matterRestriction = "restriction"
	matterViolation   = "violation"
	matterQuality     = "quality"
	matterLimit       = "limit"
)

// violationShown is how long a violation is told of, which nothing takes back.
const violationShown = 30 * 24 * time.Hour

// verdict is what a change tells of the account or of a number of it: Meta's pages
// "account_update webhook" and "phone_number_quality_update webhook".
type verdict struct {
	Event   string `json:"event"`
	Display loose  `json:"display_phone_number"`
	Limit   string `json:"current_limit"`
	Ban     struct {
		State []string `json:"waba_ban_state"`
		Date  string   `json:"waba_ban_date"`
	} `json:"ban_info"`
	Violation struct {
		Type string `json:"violation_type"`
	} `json:"violation_info"`
	Restrictions []struct {
		Type       string `json:"restriction_type"`
		Expiration loose  `json:"expiration"`
	} `json:"restriction_info"`
}

// judge reads a change of such a field; ok is false for what says nothing of how
// the account stands.
func (rd reader) judge(field string, raw json.RawMessage) (core.Item, bool) {
	var v verdict
	if kit.Part(raw, &v) != nil {
		return core.Item{}, false
	}
	var e core.Judged
	switch field {
	case "account_update":
		e = v.account()
	case "phone_number_quality_update":
		e = v.number()
	}
	if e.Matter == "" {
		return core.Item{}, false
	}
	e.Code, e.At = v.Event, rd.at
	if e.Matter == matterViolation && !rd.at.IsZero() {
		e.Until = rd.at.Add(violationShown)
	}
	// The same may be said twice, at different times.
	key := kit.KeyOfBody(fmt.Appendf(nil, "%d %s %s", rd.at.Unix(), field, raw))
	return core.Item{Key: key, Account: rd.named(metadata{DisplayPhoneNumber: v.Display}), Event: e}, true
}

func (v verdict) account() core.Judged {
	state := strings.Join(v.Ban.State, " ")
	switch v.Event {
	case "DISABLED_UPDATE":
		switch {
		case strings.Contains(state, "REINSTATE"):
			return core.Judged{Matter: matterAccount, Health: core.Healthy, Text: "Meta has reinstated the account"}
		case strings.Contains(state, "SCHEDULE_FOR_DISABLE"):
			return core.Judged{Matter: matterAccount, Health: core.Warned, Text: "Meta will disable the account" + on(v.Ban.Date) + ": appeal in WhatsApp Manager > Account quality"}
		}
		return core.Judged{Matter: matterAccount, Health: core.Broken, Text: "Meta has disabled the account" + on(v.Ban.Date) + ": nothing is sent until it is reinstated; appeal in WhatsApp Manager > Account quality"}
	case "ACCOUNT_DELETED":
		return core.Judged{Matter: matterAccount, Health: core.Broken, Text: "the account was deleted: make another one, or take the channel out of the config"}
	case "ACCOUNT_OFFBOARDED":
		return core.Judged{Matter: matterAccount, Health: core.Broken, Text: "the number was taken off the Cloud API in the phone app: connect it there again"}
	case "ACCOUNT_RECONNECTED":
		return core.Judged{Matter: matterAccount, Health: core.Healthy, Text: "the number is on the Cloud API again"}
	case "ACCOUNT_VIOLATION":
		return core.Judged{Matter: matterViolation, Health: core.Warned, Text: "Meta found a violation of its policy" + of(v.Violation.Type) + ": see WhatsApp Manager > Account quality"}
	case "ACCOUNT_RESTRICTION":
		return v.restriction()
	}
	return core.Judged{}
}

// restriction ends with the last of those that are told, if all of them end.
func (v verdict) restriction() core.Judged {
	var named []string
	e := core.Judged{Matter: matterRestriction, Health: core.Warned}
	lasting := len(v.Restrictions) == 0
	for _, r := range v.Restrictions {
		named = append(named, r.Type)
		end := r.Expiration.At()
		lasting = lasting || end.IsZero()
		if end.After(e.Until) {
			e.Until = end
		}
	}
	if lasting {
		e.Until = time.Time{}
	}
	e.Text = "Meta restricts what the account may send" + of(strings.Join(named, ", ")) + ": see WhatsApp Manager > Account quality"
	return e
}

func (v verdict) number() core.Judged {
	whose := "the number"
	if v.Display != "" {
		whose += " " + string(v.Display)
	}
	switch v.Event {
	case "FLAGGED":
		return core.Judged{Matter: matterQuality, Health: core.Warned, Text: "the quality of " + whose + " is low, because contacts block or report it: send less that they did not ask for"}
	case "UNFLAGGED":
		return core.Judged{Matter: matterQuality, Health: core.Healthy, Text: "the quality of " + whose + " is good again"}
	case "DOWNGRADE":
		return core.Judged{Matter: matterLimit, Health: core.Warned, Text: "Meta lowered how many contacts " + whose + " may write to first" + to(v.Limit)}
	case "UPGRADE", "THROUGHPUT_UPGRADE", "ONBOARDING":
		return core.Judged{Matter: matterLimit, Health: core.Healthy, Text: "the limit of " + whose + " is as good as it was, or better" + to(v.Limit)}
	}
	return core.Judged{}
}

func on(date string) string  { return worded(" on ", date) }
func of(sort string) string  { return worded(" (", sort, ")") }
func to(limit string) string { return worded(": ", limit) }

// worded is a word of the provider's between what leads to it and what follows,
// or nothing without it.
func worded(before, word string, after ...string) string {
	if word == "" {
		return ""
	}
	if len(word) > kit.MaxQuoted {
		word = word[:kit.MaxQuoted] + "…"
	}
	return before + word + strings.Join(after, "")
}
