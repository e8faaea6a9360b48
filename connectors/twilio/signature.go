package twilio

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio signs with it, as an HMAC
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"

	"causeway/core"
)

// signed reports whether Twilio made the call, with one of the tokens: the
// signature covers the URL as it stands in Twilio's settings and the form's
// fields, or the URL alone, in which the body's hash stands. Twilio's page
// "Webhooks Security".
func signed(tokens []core.Secret, r core.Request, form url.Values) bool {
	given := r.Header["X-Twilio-Signature"]
	if given == "" || !bodyAsHashed(r) {
		return false
	}
	ok := false
	for _, token := range tokens {
		if token == "" {
			continue
		}
		for _, address := range ports(r.URL) {
			for _, fields := range written(form) {
				ok = hmac.Equal([]byte(signature(token, address, fields)), []byte(given)) || ok
			}
		}
	}
	return ok
}

func signature(token core.Secret, address, fields string) string {
	mac := hmac.New(sha1.New, []byte(token.Reveal()))
	mac.Write([]byte(address))
	mac.Write([]byte(fields))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// hashOf is the body's hash as the URL tells it; empty for a form.
func hashOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Query().Get("bodySHA256")
}

func bodyAsHashed(r core.Request) bool {
	told := hashOf(r.URL)
	if told == "" {
		return true
	}
	sum := sha256.Sum256(r.Body)
	return hmac.Equal([]byte(strings.ToLower(told)), []byte(hex.EncodeToString(sum[:])))
}

// written are the fields as they are signed: sorted by name, names and values
// without anything between. Twilio's libraries disagree on a name that is there
// twice: each value once and sorted, the first alone, or all as they came.
func written(form url.Values) []string {
	names := slices.Sorted(maps.Keys(form))
	write := func(values func([]string) []string) string {
		var b strings.Builder
		for _, name := range names {
			for _, v := range values(form[name]) {
				b.WriteString(name + v)
			}
		}
		return b.String()
	}
	each := write(func(v []string) []string { return slices.Compact(slices.Sorted(slices.Values(v))) })
	if !slices.ContainsFunc(names, func(n string) bool { return len(form[n]) > 1 }) {
		return []string{each}
	}
	return []string{
		each,
		write(func(v []string) []string { return v[:1] }),
		write(func(v []string) []string { return v }),
	}
}

// ports is the address with and without its scheme's own port.
func ports(address string) []string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return []string{address}
	}
	standard := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	if standard == "" {
		return []string{address}
	}
	other := u.Host + standard
	switch u.Port() {
	case "":
	case standard[1:]:
		other = strings.TrimSuffix(u.Host, standard)
	default:
		return []string{address}
	}
	return []string{address, strings.Replace(address, u.Host, other, 1)}
}
