package simulator

import (
	"math"
	"time"
)

// bucket is a token bucket: so many a second, so many at once. Its owner's lock
// guards it.
type bucket struct {
	rate, burst, tokens float64
	at                  time.Time
}

func newBucket(perSecond float64, burst int, now time.Time) *bucket {
	return &bucket{rate: perSecond, burst: float64(burst), tokens: float64(burst), at: now}
}

// take spends one token; if there is none it says in how many seconds there
// will be. A nil bucket never refuses.
func (b *bucket) take(now time.Time) (wait int, ok bool) {
	if b == nil {
		return 0, true
	}
	if passed := now.Sub(b.at).Seconds(); passed > 0 {
		b.tokens = min(b.burst, b.tokens+passed*b.rate)
		b.at = now
	}
	if b.tokens < 1 {
		return max(int(math.Ceil((1-b.tokens)/b.rate)), 1), false
	}
	b.tokens--
	return 0, true
}
