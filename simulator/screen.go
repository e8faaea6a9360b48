package simulator

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Who wrote a message, seen by the person.
const (
	Me       = "me"
	Business = "bot"
)

// Shown is one message as a person sees it.
type Shown struct {
	ID       string     `json:"id"`
	From     string     `json:"from"`   // me or bot
	Method   string     `json:"method"` // sendPhoto; on WhatsApp the type: text, interactive/list …
	Header   string     `json:"header,omitempty"`
	Text     string     `json:"text,omitempty"` // without markup
	Caption  string     `json:"caption,omitempty"`
	Footer   string     `json:"footer,omitempty"`
	Entities []Entity   `json:"entities,omitempty"`
	Media    *Media     `json:"media,omitempty"`
	Location *Location  `json:"location,omitempty"`
	Contacts []string   `json:"contacts,omitempty"` // names
	Buttons  [][]Button `json:"buttons,omitempty"`
	Cards    []Shown    `json:"cards,omitempty"` // of a WhatsApp carousel
	ReplyTo  string     `json:"reply_to,omitempty"`
	Album    string     `json:"album,omitempty"`
	Reaction string     `json:"reaction,omitempty"` // what the other side reacted with
	Edited   bool       `json:"edited,omitempty"`
	Deleted  bool       `json:"deleted,omitempty"`
	Status   string     `json:"status,omitempty"` // WhatsApp: sent, delivered, read, failed
	At       time.Time  `json:"at"`

	waited bool
}

// Entity is a formatted part of a text; Offset and Length count UTF-16 units.
type Entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url,omitempty"`
	Language string `json:"language,omitempty"`
	UserID   int64  `json:"-"`
	EmojiID  string `json:"custom_emoji_id,omitempty"`
}

// Media is a file in a message: its bytes if the simulator has them.
type Media struct {
	Kind string `json:"kind"` // photo, voice …; on WhatsApp image, audio …
	ID   string `json:"id,omitempty"`
	URL  string `json:"url,omitempty"` // that the sender named
	MIME string `json:"mime,omitempty"`
	Name string `json:"name,omitempty"`
	Size int    `json:"size"`
	Data []byte `json:"-"`
}

// Location is a place, with a name if it is a venue.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

// Button is what a person can press.
type Button struct {
	Kind        string `json:"kind"` // callback, url, keyboard; on WhatsApp reply, row, cta_url, quick_reply, flow …
	Text        string `json:"text"`
	Data        string `json:"data,omitempty"` // callback_data or id: the person does not see it
	URL         string `json:"url,omitempty"`
	Description string `json:"description,omitempty"`
	Section     string `json:"section,omitempty"`
}

// screen is one person's view of one chat. It is safe for concurrent use.
type screen struct {
	mu      sync.Mutex
	keep    int
	list    []*Shown
	byID    map[string]*Shown
	changed chan struct{} // closed and renewed when something is shown or changed
}

func newScreen(keep int) *screen {
	return &screen{keep: keep, byID: map[string]*Shown{}, changed: make(chan struct{})}
}

func (v *screen) show(m Shown) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.list) >= v.keep {
		for _, old := range v.list[:v.keep/4+1] {
			delete(v.byID, old.ID)
		}
		v.list = slices.Delete(v.list, 0, v.keep/4+1)
	}
	v.list = append(v.list, &m)
	v.byID[m.ID] = &m
	v.wake()
}

// change edits what is shown under id, and reports whether it was there.
func (v *screen) change(id string, edit func(*Shown)) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	m := v.byID[id]
	if m == nil {
		return false
	}
	edit(m)
	v.wake()
	return true
}

func (v *screen) find(id string) (Shown, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if m := v.byID[id]; m != nil {
		return *m, true
	}
	return Shown{}, false
}

// all copies the screen, oldest first; deleted messages are gone from it.
func (v *screen) all() []Shown {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := make([]Shown, 0, len(v.list))
	for _, m := range v.list {
		if !m.Deleted {
			out = append(out, *m)
		}
	}
	return out
}

// pressable finds the newest message with a button of this label.
func (v *screen) pressable(label string) (Shown, Button, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, m := range slices.Backward(v.list) {
		if m.Deleted || m.From != Business {
			continue
		}
		for _, part := range append([]Shown{*m}, m.Cards...) {
			for _, row := range part.Buttons {
				for _, b := range row {
					if b.Text == label {
						return *m, b, true
					}
				}
			}
		}
	}
	return Shown{}, Button{}, false
}

// wait returns the oldest message of the other side that matches and that no
// earlier wait returned; it blocks until there is one. An edit counts anew only
// if the message was not returned before.
func (v *screen) wait(ctx context.Context, match func(Shown) bool) (Shown, error) {
	for {
		v.mu.Lock()
		for _, m := range v.list {
			if m.From == Business && !m.waited && !m.Deleted && match(*m) {
				m.waited = true
				found := *m
				v.mu.Unlock()
				return found, nil
			}
		}
		n, changed := len(v.list), v.changed
		v.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return Shown{}, fmt.Errorf("no such message among the %d shown: %w", n, ctx.Err())
		}
	}
}

// wake tells those who wait. The lock is held.
func (v *screen) wake() {
	close(v.changed)
	v.changed = make(chan struct{})
}
