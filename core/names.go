package core

import (
	"context"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

const (
	// namePlaces is how many contacts may be asked about at once; who finds no
	// place is asked about when they write again.
	namePlaces = 8
	// nameAgain is how long nobody asks twice about a contact, and namePause how
	// long nobody asks on a channel whose provider would not have it.
	nameAgain, namePause = 24 * time.Hour, 10 * time.Minute
	// mostAsked is how many contacts are remembered as asked about.
	mostAsked = 20_000
)

// names asks providers what contacts are called, aside: it delays nothing, and
// whatever goes wrong leaves things as they are.
type names struct {
	places chan struct{}
	mu     sync.Mutex
	until  map[string]time.Time // nobody is asked about before
}

// due reports whether key may be asked about, and notes that it is.
func (n *names) due(now time.Time, channel ChannelID, key string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now.Before(n.until[string(channel)]) || now.Before(n.until[key]) {
		return false
	}
	if len(n.until) >= mostAsked {
		clear(n.until) // they are asked about once more, which does no harm
	}
	n.until[key] = now.Add(nameAgain)
	return true
}

// rest keeps the channel's provider from being asked for a while.
func (n *names) rest(channel ChannelID, until time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.until[string(channel)] = until
}

// nameless is who an item is from, if it does not tell what they are called.
func nameless(e Event) (Person, bool) {
	switch e := e.(type) {
	case Heard:
		return e.From, e.From.Name == ""
	case Opened:
		return e.From, e.From.Name == ""
	case Reported, Reached, Echo, Moved, Blocked, Judged, OptedOut, nil:
	}
	return Person{}, false
}

// askName asks what a contact is called, once what they said is on disk.
func (e *Engine) askName(ch Channel, item Item) {
	namer, ok := ch.Connector.(Namer)
	who, unnamed := nameless(item.Event)
	if !ok || !unnamed {
		return
	}
	select {
	case e.names.places <- struct{}{}:
	default:
		return
	}
	if !e.names.due(e.o.Now(), ch.ID, string(ch.ID)+"\x00"+string(who.Address)) {
		<-e.names.places
		return
	}
	e.acks.Go(func() {
		defer func() { <-e.names.places }()
		ctx, cancel := context.WithTimeout(context.Background(), ackTimeout)
		defer cancel()
		begun := e.o.Now()
		found, err := namer.NameOf(ctx, who.Address)
		result := "name_ok"
		if err != nil {
			f := FaultOf(err)
			result = "name_" + string(f.Kind)
			if f.Kind != Permanent {
				e.names.rest(ch.ID, e.o.Now().Add(max(f.After, namePause)))
			}
			e.o.Log.WithFields(logrus.Fields{"channel": ch.ID, "fault": f.Kind, "code": f.Code}).Info("the provider does not say what a contact is called")
		}
		e.o.Observer.Call(ch.ID, result, e.o.Now().Sub(begun))
		if err != nil || found.Name == "" && found.Username == "" {
			return
		}
		who.Name, who.Username = found.Name, found.Username
		if err := e.o.Store.Named(ctx, ch.ID, who); err != nil {
			e.o.Log.WithError(err).WithField("channel", ch.ID).Warn("a contact's name could not be kept")
		}
	})
}
