package instagram

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// profileFields are what is asked of a person: Meta's pages "User Profile API"
// of Instagram and of Messenger.
var profileFields = map[string]string{kindInstagram: "name,username", kindMessenger: "first_name,last_name"}

// NameOf implements core.Namer. Meta tells it of people who have written, and not
// of all of them.
func (a *account) NameOf(ctx context.Context, who core.Address) (core.Person, error) {
	if !a.names || !scopedForm.MatchString(string(who)) {
		return core.Person{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var told struct {
		Name     string `json:"name"`
		Username string `json:"username"`
		First    string `json:"first_name"`
		Last     string `json:"last_name"`
	}
	address := a.base + url.PathEscape(string(who)) + "?" + url.Values{"fields": {profileFields[a.kind]}}.Encode()
	call := kit.Call{Method: http.MethodGet, URL: address, Header: a.key, Secrets: a.secrets}
	if err := a.env.JSON(ctx, a.client, call, &told, a.sort); err != nil {
		return core.Person{}, unread(err)
	}
	return core.Person{Name: or(told.Name, strings.TrimSpace(told.First+" "+told.Last)), Username: told.Username}, nil
}
