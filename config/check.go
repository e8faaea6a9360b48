package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// check looks at what is beyond types: ranges, addresses, ids, references.
func (l *loader) check() {
	l.server()
	l.places()
	l.bounds()
	l.people()
	l.keys()
	l.bots()
	l.routing()
}

func (l *loader) server() {
	s := &l.config.Server
	host, port, err := net.SplitHostPort(s.Listen)
	number, bad := strconv.ParseUint(port, 10, 16)
	if err != nil || bad != nil {
		l.wrong("server.listen", `must be host:port, such as "127.0.0.1:8080"`)
	}
	if !l.given("server.public_url") {
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = "localhost"
		}
		s.PublicURL = "http://" + net.JoinHostPort(host, strconv.FormatUint(number, 10))
		return
	}
	s.PublicURL = strings.TrimRight(s.PublicURL, "/")
	if !isAddress(s.PublicURL) || strings.ContainsAny(s.PublicURL, "?#") {
		l.wrong("server.public_url", "must be the address where providers reach us, such as https://chat.example.com, without user, ? and #")
	}
}

// isAddress reports whether s is an http address without a user in it.
func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

// mostWriters is where more of them only wait for each other.
const mostWriters = 16

func (l *loader) places() {
	c := l.config
	if path, sqlite := strings.CutPrefix(c.Store.URL, "sqlite:"); !isPostgres(c.Store.URL) && (!sqlite || !isPath(path)) {
		l.wrong("store.url", "must be sqlite: and the path of a file, such as sqlite:causeway.db, or postgres://USER:PASSWORD@HOST/DATABASE")
	}
	if n := c.Store.Writers; n < 0 || n > mostWriters {
		l.wrong("store.writers", "must be between 1 and %d, or 0 for half of the processors, 1 to 4", mostWriters)
	}
	if path, file := strings.CutPrefix(c.Media.URL, "file:"); !file || !isPath(path) {
		l.wrong("media.url", "must be file: and the path of a folder, such as file:media")
	}
}

// isPostgres reports whether s is the address of a PostgreSQL database, as far as
// that can be seen.
func isPostgres(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && strings.Trim(u.Path, "/") != ""
}

func isPath(s string) bool {
	return strings.TrimSpace(s) == s && s != "" && !strings.ContainsAny(s, "?#\x00")
}

func (l *loader) bounds() {
	c := l.config
	if !isID(c.AppID) {
		l.wrong("app_id", "must be a name without spaces, such as acme")
	}
	if c.Media.MaxSize < 1<<10 || c.Media.MaxSize > 4<<30 {
		l.wrong("media.max_size", "must be between 1KB and 4GB")
	}
	l.between("media.url_ttl", c.Media.URLTTL, time.Minute, 366*24*time.Hour)
	l.between("retention.deliveries", c.Retention.Deliveries, time.Hour, 3660*24*time.Hour)
	l.between("outbound_ttl", c.OutboundTTL, time.Second, 30*24*time.Hour)
	l.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	l.oneOf("log.format", c.Log.Format, "text", "json")
	for key, said := range map[string]string{
		"texts.choose": c.Texts.Choose, "texts.resolved": c.Texts.Resolved,
		"texts.invalid": c.Texts.Invalid, "texts.cancel": c.Texts.Cancel,
	} {
		if strings.TrimSpace(said) == "" || len(said) > 1000 {
			l.wrong(key, "must be a text of 1 to 1000 bytes; leave the key out for ours")
		}
	}
	if len(c.Texts.Queue) > 1000 {
		l.wrong("texts.queue", "must be a text of at most 1000 bytes; leave the key out to say nothing")
	}
}

func (l *loader) between(key string, d, least, most time.Duration) {
	if d < least || d > most {
		l.wrong(key, "must be between %s and %s", duration(least), duration(most))
	}
}

func (l *loader) oneOf(key, word string, words ...string) {
	if !slices.Contains(words, word) {
		l.wrong(key, "must be one of: %s", strings.Join(words, ", "))
	}
}

// isID reports whether s can name something: it stands in paths, logs and JSON.
func isID(s string) bool {
	for _, r := range s {
		if r <= ' ' || r == 0x7f || strings.ContainsRune("/?#%\"'<>\\`", r) {
			return false
		}
	}
	return s != "" && s != "." && s != ".." && len(s) <= 200
}

// identify checks an id, and that nothing else has it.
func (l *loader) identify(key, id string, first map[string]string) {
	if id != "" && !isID(id) {
		l.wrong(key, `must be a name of at most 200 bytes without spaces and without / ? # %% < > and quotes`)
		return
	}
	l.distinct(key, id, first)
}

// distinct checks that a name is there and that nothing else has it. first says
// whose a name is.
func (l *loader) distinct(key, id string, first map[string]string) {
	switch owner, taken := first[id]; {
	case id == "":
		l.wrong(key, "is missing; write a name that nothing else has")
	case taken:
		l.wrong(key, "is the same as %s, in line %d; each must differ", owner, l.find(owner).line)
	default:
		first[id] = key
	}
}

func at(list string, i int, key string) string { return fmt.Sprintf("%s[%d].%s", list, i, key) }

func index(i int) string { return fmt.Sprintf("[%d]", i) }
