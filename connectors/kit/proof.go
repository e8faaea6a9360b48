package kit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"causeway/core"
)

// Signed reports whether header is prefix and the lower-case hexadecimal
// HMAC-SHA256 of body under secret: exactly 64 digits, compared in constant
// time. An empty secret signs nothing.
func Signed(secret core.Secret, prefix, header string, body []byte) bool {
	digits, ok := strings.CutPrefix(header, prefix)
	if !ok || secret == "" || len(digits) != 2*sha256.Size {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write(body)
	return hmac.Equal([]byte(digits), []byte(hex.EncodeToString(mac.Sum(nil))))
}

// Sign is what Signed accepts, for tests and fakes.
func Sign(secret core.Secret, prefix string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write(body)
	return prefix + hex.EncodeToString(mac.Sum(nil))
}

// Same reports whether given is the secret, in a time that tells nothing of
// either, not even the length. An empty secret is nobody's.
func Same(secret core.Secret, given string) bool {
	a, b := sha256.Sum256([]byte(secret.Reveal())), sha256.Sum256([]byte(given))
	return hmac.Equal(a[:], b[:]) && secret != ""
}

// KeyOfBody is an event key for a body that names none: the same bytes have the
// same key.
func KeyOfBody(body []byte) string {
	sum := sha256.Sum256(body)
	return "body:" + hex.EncodeToString(sum[:16])
}
