package store

import (
	"context"
	"testing"
	"time"

	"causeway/core"
	"causeway/routing"
)

// What says nothing opens no reply window: what is held stays held, and the
// contact is not asked to write once more.
func TestAReactionOpensNoWindow(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	tries := make(chan core.ContentType, 9)
	b.works(func(_ context.Context, w core.Work) core.Outcome {
		s, ok := w.(core.SendWork)
		if !ok {
			return nil
		}
		tries <- s.Message.Content.Type()
		if s.Message.Content.Type() == core.TypeTemplate {
			return core.CallMade{Provider: "t", Last: true}
		}
		return core.SendFailed{Fault: &core.Fault{Kind: core.WindowClosed}, Hold: true, Reopen: &core.Template{Name: "again", Language: "en"}}
	})
	time.Sleep(2 * time.Millisecond) // the template is younger than what the contact wrote
	b.say(id, ann, b.says(core.Text{Body: "late"}))
	b.rest()
	for i, c := range []core.Content{
		core.Reaction{To: "5:1", Emoji: "👍"}, core.Edited{Of: "5:1", New: core.Text{Body: "hi!"}}, core.Deleted{Of: "5:1"},
	} {
		item := heard("5", string(rune('a'+i)), "")
		h, _ := item.Event.(core.Heard)
		h.Content = c
		item.Event = h
		b.hear(item)
		b.rest()
	}
	b.say(id, ann, b.says(core.Text{Body: "later"}))
	b.rest()
	b.hear(heard("5", "2", "here I am"))
	b.rest()
	close(tries)
	count := map[core.ContentType]int{}
	for c := range tries {
		count[c]++
	}
	// Two are tried when they are said and once more when the contact writes; then
	// the window is closed anew, and the template is sent anew.
	if count[core.TypeText] != 4 || count[core.TypeTemplate] != 2 {
		t.Errorf("tried %v", count)
	}
}

// A link that led a contact here is told, also where we hear of it only after
// what they wrote; known things stay as they are.
func TestWhatLedHereIsKeptWhenItComesLate(t *testing.T) {
	b := open(t, routing.Config{})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	opened := func(ref string) core.Opened {
		return core.Opened{From: core.Person{Address: "5"}, Metadata: core.Metadata{core.MetaStart: ref}, At: time.Now().Add(-time.Minute)}
	}
	if f := b.event("o1", opened("flyer")); f.Fate != core.FateStatus || f.Conversation != id {
		t.Errorf("%+v", f)
	}
	if f := b.event("o2", opened("older")); f.Fate != core.FateDuplicate {
		t.Errorf("%+v", f)
	}
	if got := b.conversation(id).Metadata[core.MetaStart]; got != "flyer" {
		t.Errorf("the conversation began by %v", got)
	}
}
