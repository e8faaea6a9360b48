package core

import (
	"strconv"
	"strings"
)

// TokenOf names an option of a message: what a button carries over the wire and
// brings back. It means nothing outside the conversation that the message is in.
func TokenOf(m MessageID, option int) string {
	return strconv.FormatInt(int64(m), 36) + "." + strconv.Itoa(option)
}

// ReadToken reads what TokenOf wrote.
func ReadToken(token string) (m MessageID, option int, ok bool) {
	id, n, found := strings.Cut(token, ".")
	if !found {
		return 0, 0, false
	}
	message, err := strconv.ParseInt(id, 36, 64)
	if err != nil || message <= 0 {
		return 0, 0, false
	}
	option, err = strconv.Atoi(n)
	if err != nil || option < 0 || TokenOf(MessageID(message), option) != token {
		return 0, 0, false
	}
	return MessageID(message), option, true
}

// KeyOf is a message's key: unique for ever, the same on every try.
func KeyOf(m MessageID) string { return "m-" + strconv.FormatInt(int64(m), 36) }

// RefOf names one native call of a message to providers that send it back.
func RefOf(m MessageID, call int) string { return TokenOf(m, call) }
