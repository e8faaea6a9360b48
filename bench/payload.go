package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"strconv"
	"time"
)

// What the channels of a bench are made of.
const (
	appSecret   = "secret-of-the-app"
	verifyWord  = "word-of-the-handshake"
	accessToken = "token-of-the-number"
	// stubsHeader tells the bare relay, which has no config, where the stubs are.
	stubsHeader = "X-Bench-Stubs"
	// mostPeople is how many people write at once at most.
	mostPeople = 10_000
)

// number is a WhatsApp number of ours. Each has a channel, and a bot of its own.
type number struct{ channel, id, bot string }

var numbers = []number{{"wa", "1065", "helper"}, {"wb", "1066", "second"}}

// person is somebody who writes; every second one writes to the second number.
type person int

func (p person) number() number { return numbers[int(p)%len(numbers)] }

// envelope is what the bare relay reads of a webhook call.
type envelope struct {
	Entry []struct {
		Changes []struct {
			Value struct {
				Metadata struct {
					ID string `json:"phone_number_id"`
				} `json:"metadata"`
				Messages []struct {
					From string `json:"from"`
					ID   string `json:"id"`
					Text struct {
						Body string `json:"body"`
					} `json:"text"`
				} `json:"messages"`
			} `json:"value"`
		} `json:"changes"`
	} `json:"entry"`
}

// writer makes the webhook calls of one connection. A body is what Meta's Cloud
// API sends for a text (page "Webhooks: text messages"), with the business-scoped
// user id; it is valid until the next one.
type writer struct {
	mac  hash.Hash
	body []byte
	sum  []byte
	seed uint64 // makes message ids differ from those of other runs
}

func newWriter(run uint64) *writer {
	return &writer{mac: hmac.New(sha256.New, []byte(appSecret)), seed: run << 52}
}

// text is p's n-th message with its signature, hex.
func (w *writer) text(p person, n int64) (body, signature []byte) {
	phone := strconv.Itoa(4915100000000 + int(p))
	user := "DE." + strconv.Itoa(81000000000000+int(p))
	b := append(w.body[:0], `{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"1555`...)
	b = append(append(b, p.number().id...), `","phone_number_id":"`...)
	b = append(append(b, p.number().id...), `"},"contacts":[{"profile":{"name":"Lena Vögt"},"wa_id":"`...)
	b = append(append(b, phone...), `","user_id":"`...)
	b = append(append(b, user...), `"}],"messages":[{"from":"`...)
	b = append(append(b, phone...), `","from_user_id":"`...)
	b = append(append(b, user...), `","id":"wamid.HBgN`...)
	b = append(w.id(b, p, n), `","timestamp":"`...)
	b = strconv.AppendInt(b, time.Now().Unix(), 10)
	b = append(b, `","text":{"body":"`...)
	b = w.name(b, p, n)
	b = append(b, `"},"type":"text"}]},"field":"messages"}]}]}`...)
	w.body = b
	w.mac.Reset()
	w.mac.Write(b)
	w.sum = w.mac.Sum(w.sum[:0])
	return b, hex.AppendEncode(nil, w.sum)
}

// id is the provider's id of a message: as long as a real one, and in no order,
// as those are.
func (w *writer) id(b []byte, p person, n int64) []byte {
	half := (w.seed + uint64(p)<<32 + uint64(n)) * 0x9e3779b97f4a7c15 // one to one
	half = (half ^ half>>32) * 0xd6e8feb86659fd93
	b = hex.AppendEncode(b, binary.BigEndian.AppendUint64(nil, half^half>>32))
	return hex.AppendEncode(b, binary.BigEndian.AppendUint64(nil, half*0xff51afd7ed558ccd))
}

// name is what the person says: who it is, and the message's number.
func (w *writer) name(b []byte, p person, n int64) []byte {
	b = strconv.AppendInt(append(b, 'p'), int64(p), 10)
	return strconv.AppendInt(append(b, '-'), n, 10)
}

// readName reads what name wrote.
func readName(s string) (p person, n int64, ok bool) {
	if len(s) < 4 || s[0] != 'p' {
		return 0, 0, false
	}
	for i := 1; i < len(s); i++ {
		if s[i] != '-' {
			continue
		}
		who, err := strconv.Atoi(s[1:i])
		if err != nil {
			return 0, 0, false
		}
		n, err = strconv.ParseInt(s[i+1:], 10, 64)
		return person(who), n, err == nil
	}
	return 0, 0, false
}
