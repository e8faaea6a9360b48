package instagram

import (
	"context"
	"strings"
	"testing"

	"causeway/connectors/kit"
	"causeway/core"
)

func TestNameOf(t *testing.T) {
	for name, c := range map[string]struct {
		kind     func(kit.Env) core.Kind
		settings string
		status   int
		body     string
		query    string
		want     core.Person
		fault    core.FaultKind
	}{
		"on Instagram":   {Instagram, igSettings, 200, `{"id":"61","name":"Lena Vogt","username":"lena.v"}`, "fields=name%2Cusername", core.Person{Name: "Lena Vogt", Username: "lena.v"}, ""},
		"no name":        {Instagram, igSettings, 200, `{"id":"61"}`, "fields=name%2Cusername", core.Person{}, ""},
		"on Messenger":   {Messenger, fbSettings, 200, `{"first_name":"Lena","last_name":"Vogt"}`, "fields=first_name%2Clast_name", core.Person{Name: "Lena Vogt"}, ""},
		"one name alone": {Messenger, fbSettings, 200, `{"last_name":"Vogt"}`, "fields=first_name%2Clast_name", core.Person{Name: "Vogt"}, ""},
		"not consented":  {Instagram, igSettings, 400, `{"error":{"code":230,"message":"User consent is required"}}`, "fields=name%2Cusername", core.Person{}, core.ChannelBroken},
		"no profile":     {Messenger, fbSettings, 400, `{"error":{"code":100,"error_subcode":2018218,"message":"SECRETTOKEN"}}`, "fields=first_name%2Clast_name", core.Person{}, core.Permanent},
		"no JSON":        {Messenger, fbSettings, 200, `<html>`, "fields=first_name%2Clast_name", core.Person{}, core.Temporary},
		"other shape":    {Messenger, fbSettings, 200, `{"first_name":1}`, "fields=first_name%2Clast_name", core.Person{}, core.Temporary},
	} {
		t.Run(name, func(t *testing.T) {
			api, got, _ := answering(t, c.status, c.body)
			who, err := at(t, api, c.kind, c.settings).NameOf(context.Background(), "61")
			if got.Method != "GET" || got.URL.Path != "/v25.0/61" || got.URL.RawQuery != c.query || got.Header.Get("Authorization") != "Bearer SECRETTOKEN" {
				t.Errorf("the call was %s %s", got.Method, got.URL)
			}
			if who.Name != c.want.Name || who.Username != c.want.Username {
				t.Errorf("the name is %+v, want %+v", who, c.want)
			}
			if f := core.FaultOf(err); f == nil && c.fault != "" || f != nil && f.Kind != c.fault {
				t.Errorf("the fault is %v, want %q", err, c.fault)
			}
			if err != nil && strings.Contains(err.Error(), "SECRET") {
				t.Errorf("the token shows: %v", err)
			}
		})
	}
}

// What is no id of a person is asked of nobody, nor is anything where names are off.
func TestNameOfAsksForNothingElse(t *testing.T) {
	for _, who := range []core.Address{"", "..", "a/b", "61?x=1", "me\n"} {
		if got, err := opened(t, Instagram, igSettings).NameOf(context.Background(), who); err != nil || got.Name != "" {
			t.Errorf("%q: %v %v", who, got, err)
		}
	}
	quiet := opened(t, Messenger, `{"names":false,`+fbSettings[1:])
	if _, err := quiet.NameOf(context.Background(), "61"); err != nil {
		t.Error(err)
	}
}
