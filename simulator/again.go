package simulator

import (
	"context"
	"fmt"
	"maps"
	"sync"
)

// Redeliver posts past webhooks once more, byte for byte with the headers of
// their last try, over so many connections at once. It returns the statuses in
// the order of the webhooks, 0 where no answer came. What was never posted is
// left out.
func (s *Simulator) Redeliver(ctx context.Context, f Filter, concurrent int) []int {
	var past []Webhook
	for _, w := range s.Webhooks(f) {
		if w.Tries > 0 {
			past = append(past, w)
		}
	}
	statuses := make([]int, len(past))
	slots := make(chan struct{}, max(concurrent, 1))
	var wg sync.WaitGroup
	for i, w := range past {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			statuses[i], _ = s.post(ctx, w.URL, w.Header, w.Body)
		})
	}
	wg.Wait()
	return statuses
}

// Forgery is a way to post what the provider never signed.
type Forgery string

// The ways.
const (
	Unsigned    Forgery = "unsigned"     // no signature or secret header
	WrongSigned Forgery = "wrong_signed" // a signature or secret of the right form, made with another key
	Tampered    Forgery = "tampered"     // the true signature over another body (Telegram's secret covers no body)
)

// Forge posts a past webhook as a forger would, and returns the status of the
// answer. A webhook that was never posted is an error.
func (s *Simulator) Forge(ctx context.Context, w Webhook, how Forgery) (int, error) {
	if w.URL == "" {
		return 0, fmt.Errorf("webhook %d was never posted", w.N)
	}
	name := "X-Telegram-Bot-Api-Secret-Token"
	wrong := "another-secret"
	if w.Kind == kindWhatsApp {
		name, wrong = signatureHeader, sign("another app secret", w.Body)
	}
	h, body := maps.Clone(w.Header), w.Body
	switch how {
	case Unsigned:
		delete(h, name)
	case WrongSigned:
		h[name] = []string{wrong}
	case Tampered:
		body = append([]byte(" "), body...)
	default:
		return 0, fmt.Errorf("forgery %q is unknown", how)
	}
	status, _ := s.post(ctx, w.URL, h, body)
	return status, nil
}
