package config

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Size is a number of bytes, written as 100MB. KB, MB and GB count by 1024.
type Size int64

// String is the size in the largest unit that it is a whole number of.
func (s Size) String() string {
	for _, u := range []struct {
		name string
		size Size
	}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}} {
		if s >= u.size && s%u.size == 0 {
			return strconv.FormatInt(int64(s/u.size), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

var (
	sizeForm = regexp.MustCompile(`^([0-9]{1,18})\s*([kKmMgG]?)(i?[bB])?$`)
	dayForm  = regexp.MustCompile(`^([0-9]{1,6})d(.*)$`)
)

func parseSize(s string) (Size, error) {
	parts := sizeForm.FindStringSubmatch(strings.TrimSpace(s))
	if parts == nil {
		return 0, errors.New("must be a size such as 100MB (also KB, GB, or plain bytes)")
	}
	count, err := strconv.ParseInt(parts[1], 10, 64)
	shift := map[string]int{"": 0, "k": 10, "m": 20, "g": 30}[strings.ToLower(parts[2])]
	if err != nil || count > math.MaxInt64>>shift {
		return 0, errors.New("is too large a size")
	}
	return Size(count << shift), nil
}

// parseDuration reads Go's durations and days: 30s, 1h30m, 30d, 1d12h.
func parseDuration(s string) (time.Duration, error) {
	wrong := errors.New("must be a duration such as 30s, 15m, 24h or 30d")
	rest, days := s, time.Duration(0)
	if parts := dayForm.FindStringSubmatch(s); parts != nil {
		count, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil || count > 100_000 {
			return 0, errors.New("is too long a duration")
		}
		if days, rest = time.Duration(count)*24*time.Hour, parts[2]; rest == "" {
			return days, nil
		}
	}
	d, err := time.ParseDuration(rest)
	switch {
	case err != nil:
		return 0, wrong
	case d < 0:
		return 0, errors.New("must not be negative")
	case d > math.MaxInt64-days:
		return 0, errors.New("is too long a duration")
	}
	return days + d, nil
}

// duration is the form in which a config is written, days included.
func duration(d time.Duration) string {
	if d >= 24*time.Hour && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	s := d.String()
	s = strings.TrimSuffix(s, "0s")
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	if s == "" || !strings.ContainsAny(s[len(s)-1:], "hms") {
		return d.String()
	}
	return s
}

// parsePrefix reads an address range, or one address.
func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, errors.New(`must be an address range such as "10.0.0.0/8" or "fd00::/8"`)
	}
	return p.Masked(), nil
}

// samples are secrets that stand in examples everywhere.
var samples = []string{"changeme", "change-me", "change_me", "todo", "fixme", "xxx", "your-token", "your-secret", "your_token", "your_secret"}

// isPlaceholder reports whether a secret was copied from an example.
func isPlaceholder(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	return strings.Contains(s, "…") || strings.Contains(s, "...") ||
		strings.HasPrefix(s, "<") && strings.HasSuffix(s, ">") ||
		slices.Contains(samples, s)
}
