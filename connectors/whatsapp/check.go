package whatsapp

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// standing is what Meta says of a number: its page "Business phone numbers".
type standing struct {
	ID       loose  `json:"id"`
	Quality  string `json:"quality_rating"`
	Name     string `json:"name_status"`
	Code     string `json:"code_verification_status"`
	Status   string `json:"status"`
	Webhooks object `json:"webhook_configuration"`
}

const phoneFields = "id,quality_rating,name_status,code_verification_status,status,webhook_configuration"

// down are the states in which a number sends nothing.
var down = map[string]string{
	"PENDING":      "the number is not registered yet: register it in WhatsApp > API Setup",
	"UNVERIFIED":   "the number is not verified: verify it in WhatsApp Manager > Phone numbers",
	"DISCONNECTED": "the number is not connected: register it anew in WhatsApp > API Setup",
	"DELETED":      "the number was deleted: put another phone_number_id into the config",
	"MIGRATED":     "the number was moved to another account: put its new phone_number_id into the config",
	"BANNED":       "Meta has banned the number: see WhatsApp Manager > Account quality",
	"RESTRICTED":   "Meta restricts the number: see WhatsApp Manager > Account quality",
}

// Check implements core.Checker. A fault of kind ChannelBroken says that the
// number cannot send; Permanent, that it can and something is to be put right.
func (c *cloud) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	p, err := c.standing(ctx)
	if err != nil {
		return err
	}
	if down[p.Status] != "" {
		return &core.Fault{Kind: core.ChannelBroken, Code: "status_" + strings.ToLower(p.Status), Message: down[p.Status]}
	}
	wrong := p.wrong()
	if at := p.webhook(); at != "" && !besides(at, c.ours) {
		wrong = append(wrong, "Meta sends what people write to "+bare(at)+" and not here: causeway check -fix sets it")
	}
	if !c.subscribed(ctx) {
		wrong = append(wrong, "no Meta app is subscribed to the WhatsApp account, so that nothing that people write arrives: causeway check -fix subscribes the app of the access_token (subscribed_apps)")
	}
	if len(wrong) == 0 {
		return nil
	}
	return &core.Fault{Kind: core.Permanent, Code: "check", Message: strings.Join(wrong, "; ")}
}

func (c *cloud) standing(ctx context.Context) (standing, error) {
	var p standing
	call := kit.Call{Method: http.MethodGet, URL: c.self + "?fields=" + phoneFields, Header: c.key, Secrets: c.secrets}
	err := c.env.JSON(ctx, c.client, call, &p, func(a kit.Answer) *core.Fault {
		if readAnswer(a.Body).Code == "100" {
			return c.notReached()
		}
		return c.sort(a)
	})
	switch {
	case err != nil:
		return p, kit.Harmless(err, "the provider did not answer")
	case string(p.ID) != c.account:
		return p, c.notReached()
	}
	return p, nil
}

func (c *cloud) notReached() *core.Fault {
	return &core.Fault{
		Kind: core.ChannelBroken, Code: "100",
		Message: "the access_token does not reach the number " + c.account +
			": put the \"Phone number ID\" of WhatsApp > API Setup into phone_number_id, and give the token's system user access to the WhatsApp account",
	}
}

// wrong is what is to be put right about a number that works. That the proof of
// its code has expired is no harm: it counts while the number is registered.
func (p standing) wrong() []string {
	var all []string
	if p.Quality == "RED" {
		all = append(all, "the number's quality is low (RED), and Meta may restrict it: send less that was not asked for; see WhatsApp Manager > Phone numbers")
	}
	if p.Status != "" && p.Status != "CONNECTED" {
		all = append(all, "the number's status is "+kit.Quoted(p.Status)+" and not CONNECTED: see WhatsApp Manager > Phone numbers")
	}
	if p.Code == "NOT_VERIFIED" || p.Code == "UNVERIFIED" {
		all = append(all, "the number is not verified: verify it by the code in WhatsApp Manager > Phone numbers")
	}
	if p.Name == "DECLINED" {
		all = append(all, "Meta has declined the number's display name: choose another in WhatsApp Manager > Phone numbers")
	}
	if p.Webhooks != nil && p.webhook() == "" {
		all = append(all, "the Meta app has no webhook address: causeway check -fix sets one for this number; or enter this channel's in WhatsApp > Configuration")
	}
	return all
}

// webhook is where what people write goes: a number's own address is taken before
// the WhatsApp account's, and that before the app's (Meta's page "Webhook
// overrides").
func (p standing) webhook() string {
	for _, of := range []string{"phone_number", "whatsapp_business_account", "application"} {
		if at, _ := p.Webhooks[of].(string); at != "" {
			return at
		}
	}
	return ""
}

// besides reports whether at is an address of ours: that of another channel of
// the same app will do. What is not known is believed.
func besides(at, ours string) bool {
	of := ours[:strings.LastIndexByte(ours, '/')+1]
	return of == "" || strings.HasPrefix(at, of)
}

// bare is an address without what may be a secret in it.
func bare(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "another address"
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// subscribed reports whether the WhatsApp account sends its webhooks to any app.
// Without waba_id, or where the token may not ask, it is believed.
func (c *cloud) subscribed(ctx context.Context) bool {
	if c.waba == "" {
		return true
	}
	var answer struct {
		Data *[]any `json:"data"`
	}
	call := kit.Call{Method: http.MethodGet, URL: c.waba + "/subscribed_apps", Header: c.key, Secrets: c.secrets}
	err := c.env.JSON(ctx, c.client, call, &answer, c.sort)
	return err != nil || answer.Data == nil || len(*answer.Data) > 0
}
