package routing

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones, also where the system has none

	"causeway/core"
)

// hours are opening hours, understood. The zero value is always open.
type hours struct {
	zone *time.Location
	days map[time.Weekday]span
}

// span is from and to in minutes after midnight.
type span struct{ from, to int }

const wholeDay = 24 * 60

// open reports whether it is open at now.
func (h hours) open(now time.Time) bool {
	if len(h.days) == 0 {
		return true
	}
	local := now.In(h.zone)
	minute := local.Hour()*60 + local.Minute()
	if s, ok := h.days[local.Weekday()]; ok && s.today(minute) {
		return true
	}
	s, ok := h.days[(local.Weekday()+6)%7]
	return ok && s.to < s.from && minute < s.to
}

// today reports whether the span that begins today covers the minute of today.
func (s span) today(minute int) bool {
	switch {
	case s.from == s.to:
		return true
	case s.from < s.to:
		return minute >= s.from && minute < s.to
	default:
		return minute >= s.from
	}
}

// read understands h, which stands at path in the config.
func (h Hours) read(path string) (hours, []core.Problem) {
	var problems []core.Problem
	zone, err := time.LoadLocation(h.Zone)
	if err != nil || h.Zone == "Local" {
		problems = append(problems, core.Problem{Key: path + ".zone", Text: fmt.Sprintf("there is no time zone %q; write one such as Europe/Berlin", h.Zone)})
		zone = time.UTC
	}
	days := map[time.Weekday]span{}
	for i, text := range []string{h.Sun, h.Mon, h.Tue, h.Wed, h.Thu, h.Fri, h.Sat} {
		if text == "" {
			continue
		}
		s, ok := readSpan(text)
		if !ok {
			key := strings.ToLower(time.Weekday(i).String()[:3])
			problems = append(problems, core.Problem{Key: path + "." + key, Text: fmt.Sprintf("%q is no time of day; write it as 0900-1700", text)})
			continue
		}
		days[time.Weekday(i)] = s
	}
	return hours{zone: zone, days: days}, problems
}

func readSpan(text string) (span, bool) {
	from, to, ok := strings.Cut(text, "-")
	if !ok {
		return span{}, false
	}
	start, okStart := readMinute(from)
	end, okEnd := readMinute(to)
	if start == wholeDay {
		return span{}, false
	}
	return span{from: start, to: end}, okStart && okEnd
}

// readMinute reads "HHmm", from 0000 to 2400.
func readMinute(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 16)
	minute := int(n/100)*60 + int(n%100)
	return minute, err == nil && len(text) == 4 && n%100 < 60 && minute <= wholeDay
}
