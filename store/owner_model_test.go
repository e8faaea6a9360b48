package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"causeway/core"
)

// What can happen to a conversation while its bot is thinking. Each step is one
// transaction of the store, and a bot's turn is two of them, with the answer as
// the second: so every interleaving is an order of steps.
const (
	newMessage = "new message"
	answered   = "answer"
	takeOver   = "take-over"
	resolved   = "resolve"
	givenBack  = "given back"
)

// answers are what a bot may answer, by its wish.
var answers = map[string]func(*core.TurnDone){
	"words":         func(*core.TurnDone) {},
	"to the rules":  func(o *core.TurnDone) { o.HandOff = &core.HandOff{} },
	"to a bot":      func(o *core.TurnDone) { o.HandOff = &core.HandOff{To: "other", Event: &core.BotEvent{Name: "TAKE"}} },
	"and resolve":   func(o *core.TurnDone) { o.Resolve = true },
	"it has failed": func(o *core.TurnDone) { o.Failed, o.Say = true, nil },
}

// orders lists every order of steps once.
func orders(steps []string) [][]string {
	if len(steps) == 0 {
		return [][]string{nil}
	}
	var all [][]string
	seen := map[string]bool{}
	for i, first := range steps {
		if seen[first] {
			continue
		}
		seen[first] = true
		for _, rest := range orders(slices.Concat(steps[:i:i], steps[i+1:])) {
			all = append(all, append([]string{first}, rest...))
		}
	}
	return all
}

// stage keeps every turn until its answer is due.
type stage struct {
	*bench
	hasty bool // bots answer at once, now this and now that
	mu    sync.Mutex
	held  map[core.ConversationID]*held
	sent  map[core.MessageID]int
}

// held is a turn whose bot is thinking.
type held struct {
	work   core.TurnWork
	answer chan core.TurnDone
}

func newStage(t *testing.T) *stage {
	s := &stage{bench: open(t, toHelper), held: map[core.ConversationID]*held{}, sent: map[core.MessageID]int{}}
	s.works(s.act)
	return s
}

func (s *stage) act(ctx context.Context, w core.Work) core.Outcome {
	switch w := w.(type) {
	case core.SendWork:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.sent[w.Message.ID]++
		return core.CallMade{Provider: core.ProviderID(w.Message.ID.String()), Last: true}
	case core.TurnWork:
		if w.Event != nil && w.Event.Name == core.WelcomeEvent {
			return core.TurnDone{}
		}
		h := &held{w, make(chan core.TurnDone, 1)}
		if s.hasty {
			wishes := slices.Sorted(maps.Keys(answers))
			s.answer(h, wishes[int(w.At.UnixMilli()+int64(len(w.ID)))%len(wishes)])
			return <-h.answer
		}
		s.mu.Lock()
		s.held[w.Conversation.ID] = h
		s.mu.Unlock()
		select {
		case o := <-h.answer:
			return o
		case <-ctx.Done():
			return core.Later{}
		}
	}
	return nil
}

// thinking is the turn under way, nil if there is none, once the lane has come
// that far.
func (s *stage) thinking(id core.ConversationID) *held {
	s.t.Helper()
	var h *held
	s.until("the lane rests, or its bot thinks", func() bool {
		var tasks int
		if err := s.DB().Row(s.t.Context(), `SELECT count(*) FROM task WHERE lane_id = $1`, []any{botLane(id)}, &tasks); err != nil {
			s.t.Fatal(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		h = s.held[id]
		return h != nil || tasks == 0
	})
	return h
}

// answer lets the bot answer, and returns what it said and did.
func (s *stage) answer(h *held, wish string) core.TurnDone {
	o := core.TurnDone{Say: []core.Spoken{s.says(core.Text{Body: h.work.Bot + " to " + h.work.ID})}}
	answers[wish](&o)
	o.Tags = []string{"answered " + h.work.ID}
	s.mu.Lock()
	delete(s.held, h.work.Conversation.ID)
	s.mu.Unlock()
	h.answer <- o
	return o
}

func (s *stage) speak(id core.ConversationID, from core.Sender) error {
	_, err := s.Say(s.t.Context(), core.Utterance{Conversation: id, Sender: from, Say: []core.Spoken{s.says(core.Text{Body: "from " + from.ID})}})
	return err
}

func (s *stage) change(id core.ConversationID, c core.Change) {
	s.t.Helper()
	if _, err := s.Change(s.t.Context(), id, c); err != nil {
		s.t.Error(err)
	}
}

// play plays one order of steps to a new contact. What must hold after each step
// is looked at here; what must hold of the whole is in neverTwoSpeakers.
func (s *stage) play(contact string, order []string, wish string) {
	id := s.hear(heard(contact, "1", "one"))[0].Conversation
	for _, step := range order {
		h := s.thinking(id)
		before := s.conversation(id)
		switch step {
		case newMessage:
			s.hear(heard(contact, "2", "two"))
		case takeOver:
			if err := s.speak(id, core.Sender{Type: core.FromAgent, ID: "ann"}); err != nil {
				s.t.Error(err)
			}
		case resolved:
			status := core.Resolved
			s.change(id, core.Change{Status: &status})
		case givenBack:
			helper := "helper"
			s.change(id, core.Change{Owner: &helper})
		case answered:
			if h == nil {
				continue // nobody was asked
			}
			late := before.OwnerEpoch != h.work.Conversation.OwnerEpoch
			o := s.answer(h, wish)
			s.thinking(id)
			s.holdsBack(id, late, before, o, fmt.Sprintf("%s: %s", wish, strings.Join(order, ", ")))
		}
		s.othersAreRefused(id)
	}
	for h := s.thinking(id); h != nil; h = s.thinking(id) { // the second message, or a hand-off's event
		s.answer(h, "words")
	}
	if owner := s.conversation(id).Owner; owner.Type == core.BotOwner {
		if err := s.speak(id, core.Sender{Type: core.FromBot, ID: owner.ID}); err != nil {
			s.t.Errorf("%+v owns and may not speak: %v", owner, err)
		}
	}
}

// holdsBack expects of a late answer that it is kept, shown and without effect,
// and of one in time that it is not held back.
func (s *stage) holdsBack(id core.ConversationID, late bool, before core.Conversation, o core.TurnDone, story string) {
	s.t.Helper()
	after := s.conversation(id)
	if did := slices.Contains(after.Tags, o.Tags[0]); did == late {
		s.t.Errorf("%s: late is %v, and the tags are %q", story, late, after.Tags)
	}
	if late && (after.Status != before.Status || after.OwnerEpoch != before.OwnerEpoch) {
		s.t.Errorf("%s: a late answer changed %+v to %+v", story, before, after)
	}
	for _, spoken := range o.Say {
		m, err := s.Message(s.t.Context(), spoken.ID)
		suppressed := m.Status == core.Suppressed && m.Fault != nil && m.Fault.Code == "owner_changed"
		if err != nil || suppressed != late {
			s.t.Errorf("%s: late is %v, and the answer is %s %v, %v", story, late, m.Status, m.Fault, err)
		}
	}
}

// othersAreRefused tries to speak with the keys of bots that do not own.
func (s *stage) othersAreRefused(id core.ConversationID) {
	s.t.Helper()
	owner := s.conversation(id).Owner
	for _, bot := range []string{"helper", "other"} {
		if owner.Is(core.Owner{Type: core.BotOwner, ID: bot}) {
			continue
		}
		if err := s.speak(id, core.Sender{Type: core.FromBot, ID: bot}); !errors.Is(err, core.ErrNotOwner) {
			s.t.Errorf("%+v owns, and %s spoke: %v", owner, bot, err)
		}
	}
}

// TestNeverTwoSpeakers plays every interleaving of two messages, two answers, a
// take-over, a resolve and a way back to the bot, with all that an answer may
// want.
func TestNeverTwoSpeakers(t *testing.T) {
	s := newStage(t)
	all := orders([]string{newMessage, answered, answered, takeOver, resolved, givenBack})
	if len(all) != 360 {
		t.Fatalf("%d orders", len(all))
	}
	places := make(chan struct{}, 24)
	var wg sync.WaitGroup
	for wish := range answers {
		for i, order := range all {
			if (testing.Short() || raceDetector) && i%12 != 0 {
				continue
			}
			places <- struct{}{}
			wg.Go(func() {
				defer func() { <-places }()
				s.play(fmt.Sprintf("%s/%d", wish, i), order, wish)
			})
		}
	}
	wg.Wait()
	s.rest()
	s.neverTwoSpeakers()
}

// logged is an entry of the log, as far as it matters here.
type logged struct {
	Owner core.Owner `json:"owner"`
	Epoch int64      `json:"owner_epoch"`
	Said  struct {
		ID     core.MessageID
		Sender core.Sender
		Status core.Status
	} `json:"message"`
}

// neverTwoSpeakers reads the whole log, which is in the order of commits: a bot
// says only what it says while it owns, and the rest is suppressed and not sent.
func (s *stage) neverTwoSpeakers() {
	s.t.Helper()
	owners, epochs, said := map[core.ConversationID]core.Owner{}, map[core.ConversationID]int64{}, 0
	for after := int64(0); ; {
		page, err := s.Log(s.t.Context(), after, 500)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			after = e.Seq
			var l logged
			if err := json.Unmarshal(e.Data, &l); err != nil {
				s.t.Fatal(err)
			}
			switch {
			case e.Type == "owner.changed":
				if l.Epoch != epochs[e.Conversation]+1 {
					s.t.Errorf("conversation %d: epoch %d after %d", e.Conversation, l.Epoch, epochs[e.Conversation])
				}
				owners[e.Conversation], epochs[e.Conversation] = l.Owner, l.Epoch
			case e.Type == "message.created" && l.Said.Sender.Type == core.FromBot:
				said++
				s.spokeByRight(e.Conversation, l, owners[e.Conversation])
			}
		}
	}
	var pending int
	if err := s.DB().Row(s.t.Context(), `SELECT count(*) FROM message WHERE turn = 'pending'`, nil, &pending); err != nil || pending != 0 {
		s.t.Errorf("%d turns are neither over nor waited for, %v", pending, err)
	}
	if said == 0 {
		s.t.Error("no bot said anything")
	}
}

// spokeByRight holds what a bot said against the owner at that moment.
func (s *stage) spokeByRight(id core.ConversationID, l logged, owner core.Owner) {
	s.t.Helper()
	suppressed := l.Said.Status == core.Suppressed
	if !suppressed && !owner.Is(core.Owner{Type: core.BotOwner, ID: l.Said.Sender.ID}) {
		s.t.Errorf("conversation %d: %s spoke while %+v owned", id, l.Said.Sender.ID, owner)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.sent[l.Said.ID]; suppressed != (n == 0) || n > 1 {
		s.t.Errorf("message %d is %s, and was sent %d times", l.Said.ID, l.Said.Status, n)
	}
}

// TestNeverTwoSpeakersAtOnce lets all of it happen at the same moment.
func TestNeverTwoSpeakersAtOnce(t *testing.T) {
	s := newStage(t)
	s.hasty = true
	helper, status := "helper", core.Resolved
	var wg sync.WaitGroup
	for i := range 40 {
		contact := fmt.Sprint(i)
		id := s.hear(heard(contact, "1", "one"))[0].Conversation
		for _, do := range []func(){
			func() { s.hear(heard(contact, "2", "two")) },
			func() { s.hear(heard(contact, "3", "three")) },
			func() { _ = s.speak(id, core.Sender{Type: core.FromAgent, ID: "ann"}) },
			func() { _ = s.speak(id, core.Sender{Type: core.FromBot, ID: "helper"}) }, // by right or refused
			func() { s.change(id, core.Change{Owner: &helper}) },
			func() { s.change(id, core.Change{Status: &status}) },
		} {
			wg.Go(do)
		}
	}
	wg.Wait()
	s.rest()
	s.neverTwoSpeakers()
}
