package instagram

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// identity is whose token it is, as Meta answers.
type identity struct {
	ID       loose `json:"id"`
	UserID   loose `json:"user_id"`
	Business struct {
		ID loose `json:"id"`
	} `json:"instagram_business_account"`
}

// Check implements core.Checker: it asks whose the token is, and which webhooks
// are switched on. A fault of kind ChannelBroken says that the account cannot
// send; Permanent, that it can and something is to be put right. Where the app's
// webhooks go, a token of the account may not see.
func (a *account) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var who identity
	call := kit.Call{Method: http.MethodGet, URL: a.self, Header: a.key, Secrets: a.secrets}
	if err := a.env.JSON(ctx, a.client, call, &who, a.sort); err != nil {
		return unread(err)
	}
	if wrong := a.owns(who); wrong != "" {
		return &core.Fault{Kind: core.ChannelBroken, Code: "another_account", Message: wrong}
	}
	on, err := a.switchedOn(ctx)
	if err != nil {
		return nil //nolint:nilerr // what may not be seen is believed
	}
	var missing []string
	for _, field := range a.fields {
		if !slices.Contains(on.all(), field) {
			missing = append(missing, field)
		}
	}
	if len(missing) > 0 {
		return &core.Fault{
			Kind: core.Permanent, Code: "not_subscribed",
			Message: "Meta does not send this account's " + strings.Join(missing, ", ") + " to the app: causeway check -fix switches them on",
		}
	}
	return nil
}

// subscriptions are the apps to which an account's webhooks go, with their fields.
type subscriptions []struct {
	Fields []string `json:"subscribed_fields"`
}

func (s subscriptions) all() []string {
	var all []string
	for _, app := range s {
		all = append(all, app.Fields...)
	}
	return all
}

func (a *account) switchedOn(ctx context.Context) (subscriptions, error) {
	var now struct {
		Data subscriptions `json:"data"`
	}
	call := kit.Call{Method: http.MethodGet, URL: a.subscribed, Header: a.key, Secrets: a.secrets}
	if err := a.env.JSON(ctx, a.client, call, &now, a.sort); err != nil {
		return nil, unread(err)
	}
	return now.Data, nil
}

// ownsLogin: with Instagram Login an account has two ids, and webhooks name it
// by user_id (Meta's page "Instagram API with Instagram Login: Get started").
func (s InstagramSettings) ownsLogin(who identity) string {
	switch account := loose(s.AccountID); {
	case who.UserID == account || who.UserID == "" && who.ID == account:
		return ""
	case who.ID == account:
		return "account_id is the id within the app; webhooks name the account " + kit.Quoted(string(who.UserID)) + ": put that into account_id"
	}
	return "the access_token is of the account " + kit.Quoted(or(string(who.UserID), string(who.ID))) +
		", not of " + s.AccountID + ": make one for the right account, or put its id into account_id"
}

func (s InstagramSettings) ownsPage(who identity) string {
	if wrong := ownsPage(s.PageID, who); wrong != "" {
		return wrong
	}
	switch who.Business.ID {
	case loose(s.AccountID):
		return ""
	case "":
		return "the Page has no Instagram account, or the access_token may not see it: link the account in the Page's settings, and give the token instagram_basic"
	}
	return "the Page's Instagram account is " + kit.Quoted(string(who.Business.ID)) + ", not " + s.AccountID + ": put that into account_id"
}

func (s MessengerSettings) owns(who identity) string { return ownsPage(s.PageID, who) }

func ownsPage(page string, who identity) string {
	if string(who.ID) == page {
		return ""
	}
	return "the access_token is not of the Page " + page + " but of " + kit.Quoted(string(who.ID)) +
		": take a token of the Page, not of a person, from Messenger > API settings of the Meta app"
}

// loginFields and pageFields are the webhooks that are read: Meta's pages
// "Instagram Platform: Webhooks" and "Webhooks for Messenger Platform".
func loginFields() []string {
	return []string{
		"message_echoes", "message_edit", "message_reactions", "messages", "messaging_postbacks", "messaging_referral", "messaging_seen",
	}
}

func pageFields() []string {
	return []string{
		"message_deliveries", "message_echoes", "message_edits", "message_reactions", "message_reads", "messages", "messaging_postbacks",
		"messaging_referrals",
	}
}

// Subscribe implements core.Subscriber: it switches on the account's webhooks
// for the app of the token, and leaves on what else the app asked for. The
// address that they go to is the app's, which an app's own token may set alone:
// the fault, of code "by_hand", says what is to be entered.
func (a *account) Subscribe(ctx context.Context, webhook string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	now, err := a.switchedOn(ctx)
	if err != nil {
		return err
	}
	wanted := slices.Clone(a.fields)
	if len(now) == 1 { // it is known to be this app
		wanted = append(wanted, now[0].Fields...)
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	if len(now) != 1 || len(wanted) != len(now[0].Fields) {
		if err := a.switchOn(ctx, wanted); err != nil {
			return err
		}
	}
	return &core.Fault{
		Kind: core.Permanent, Code: "by_hand",
		Message: "the account's webhooks are on; where they go is the Meta app's, if it is not yet so: in the App Dashboard, " + dashboard[a.kind] +
			", enter the callback URL " + webhook + " and the verify_token, and subscribe to " + strings.Join(a.fields, ", "),
	}
}

// dashboard is where the app's webhooks are entered.
var dashboard = map[string]string{
	kindInstagram: "Instagram > API setup > Configure webhooks (for an account of a Page, Webhooks > Instagram)",
	kindMessenger: "Messenger > API settings > Configure webhooks",
}

func (a *account) switchOn(ctx context.Context, fields []string) error {
	var done struct {
		Success bool `json:"success"`
	}
	query := url.Values{"subscribed_fields": {strings.Join(fields, ",")}}
	call := kit.Call{URL: a.subscribed + "?" + query.Encode(), Header: a.key, Secrets: a.secrets}
	if err := a.env.JSON(ctx, a.client, call, &done, a.sort); err != nil {
		return unread(err) // it may be done twice
	}
	if !done.Success {
		return &core.Fault{Kind: core.Permanent, Code: "not_subscribed", Message: "Meta did not switch the webhooks on, and gave no reason"}
	}
	return nil
}
