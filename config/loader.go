package config

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"causeway/core"
)

// loader fills a config from the tree and checks it.
type loader struct {
	*report
	root   *node
	config *Config
	kinds  []core.Kind
}

// wrong reports a problem with the value of a key, unless something was said of
// it already. A key that is not there is reported where it should stand.
func (l *loader) wrong(key, format string, args ...any) {
	if !l.quiet(key) {
		l.at(l.find(key), key, format, args...)
	}
}

// given reports whether the file has a value for the key.
func (l *loader) given(key string) bool {
	_, whole := l.walk(key)
	return whole
}

// find is the value of a key, or what comes nearest above it.
func (l *loader) find(key string) *node {
	n, _ := l.walk(key)
	return n
}

var steps = regexp.MustCompile(`[^.\[\]]+`)

func (l *loader) walk(key string) (n *node, whole bool) {
	n = l.root
	for _, step := range steps.FindAllString(key, -1) {
		next := n.child(step)
		if i, err := strconv.Atoi(step); next == nil && err == nil && i >= 0 && i < len(n.items) {
			next = n.items[i]
		}
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

// channels reads the channels, each strictly into the settings of its kind.
func (l *loader) channels() {
	n := l.root.child("channels")
	if n == nil || n.spoiled {
		return
	}
	if n.shape != list {
		l.wrong("channels", "must be a list; begin each channel with a - in front of its id")
		return
	}
	for i, item := range n.items {
		l.channel(item, fmt.Sprintf("channels[%d]", i))
	}
}

func (l *loader) channel(n *node, key string) {
	if n.shape != mapping {
		l.wrong(key, "must be keys with values, such as {id: tg, kind: telegram}")
		return
	}
	var common struct {
		ID   string `yaml:"id"`
		Kind string `yaml:"kind"`
	}
	d := decoder{l.report}
	d.into(n.child("id"), reflect.ValueOf(&common.ID), key+".id")
	d.into(n.child("kind"), reflect.ValueOf(&common.Kind), key+".kind")
	kind, ok := l.kind(common.Kind, key+".kind")
	channel := Channel{ID: core.ChannelID(common.ID), Kind: kind, Line: n.line}
	if ok {
		channel.Settings = l.settings(kind, n, key)
	}
	l.config.Channels = append(l.config.Channels, channel)
}

func (l *loader) kind(name, key string) (core.Kind, bool) {
	known := make([]string, len(l.kinds))
	for i, k := range l.kinds {
		if k.Name == name && name != "" {
			return k, true
		}
		known[i] = k.Name
	}
	if name == "" {
		l.wrong(key, "is missing; the kinds are: %s", strings.Join(known, ", "))
	} else {
		l.wrong(key, "is not a kind of channel that is known here; the kinds are: %s", strings.Join(known, ", "))
	}
	return core.Kind{}, false
}

// validator is what settings may do besides being filled in.
type validator interface{ Validate() []core.Problem }

func (l *loader) settings(kind core.Kind, n *node, key string) any {
	settings := kind.Settings()
	v := reflect.ValueOf(settings)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		l.wrong(key+".kind", "cannot be configured")
		return nil
	}
	decoder{l.report}.structure(n, v.Elem(), key, "id", "kind")
	if checked, ok := settings.(validator); ok {
		for _, p := range checked.Validate() {
			l.foreign(strings.TrimSuffix(join(key, p.Key), "."), p.Text)
		}
	}
	return settings
}

// foreign reports a problem that another package found, without the value that
// it may quote.
func (l *loader) foreign(key, problem string) {
	if n, whole := l.walk(key); whole {
		problem = without(problem, n.scalar)
	}
	l.wrong(key, "%s", problem)
}
