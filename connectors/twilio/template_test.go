package twilio

import (
	"encoding/json"
	"maps"
	"testing"
)

// Each parameter of WhatsApp's own components is a variable, in order, also those
// of a carousel's cards; none is left out in silence.
func TestVariablesOfComponents(t *testing.T) {
	got, err := variablesOf(json.RawMessage(`[
		{"type":"header","parameters":[{"type":"image","image":{"link":"https://cdn.example.com/h.jpg"}}]},
		{"type":"body","parameters":[{"type":"text","text":"Lena"},{"type":"currency","currency":{"fallback_value":"12,50","code":"EUR","amount_1000":12500}}]},
		{"type":"limited_time_offer","parameters":[{"type":"limited_time_offer","limited_time_offer":{"expiration_time_ms":1791900000000}}]},
		{"type":"button","sub_type":"copy_code","index":"0","parameters":[{"type":"coupon_code","coupon_code":"HERBST20"}]},
		{"type":"carousel","cards":[{"card_index":0,"components":[{"type":"button","parameters":[{"type":"payload","payload":"c0"}]}]}]}]`))
	want := map[string]string{"1": "https://cdn.example.com/h.jpg", "2": "Lena", "3": "12,50", "4": "1791900000000", "5": "HERBST20", "6": "c0"}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v %v, want %v", got, err, want)
	}
	for _, p := range []string{`{"type":"image","image":{"id":"1204567890123456"}}`, `{"type":"action","action":{"flow_token":"t"}}`, `{"type":"location","location":{"latitude":"1"}}`, `{}`} {
		if got, err := variablesOf(json.RawMessage(`[{"type":"body","parameters":[` + p + `]}]`)); err == nil {
			t.Errorf("%s is %v", p, got)
		}
	}
}
