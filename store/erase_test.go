package store

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"causeway/core"
)

const regret = "regretted-4417"

// files is a keeper that holds nothing back.
type files struct {
	mu   sync.Mutex
	gone []int64
}

func (f *files) act(_ context.Context, w core.Work) core.Outcome {
	switch w := w.(type) {
	case core.EraseWork:
		f.mu.Lock()
		defer f.mu.Unlock()
		f.gone = append(f.gone, w.Files...)
		return core.Erased{}
	case core.FetchWork:
		return core.Fetched{Kept: core.Kept{MIME: "image/png", Size: 3}}
	default:
		return core.TurnDone{}
	}
}

// brings records a delivery with the body in which the word stands.
func (b *bench) brings(items ...core.Item) []core.ItemFate {
	b.t.Helper()
	a := arrival(items...)
	a.Body = []byte(`{"mid":"5:1","text":"` + regret + `"}`)
	fates, err := b.Record(b.t.Context(), a)
	if err != nil {
		b.t.Fatal(err)
	}
	return fates
}

func unsent(of string) core.Item {
	item := heard("5", "unsent", "")
	h, _ := item.Event.(core.Heard)
	h.Content = core.Deleted{Of: core.ProviderID(of), Erased: true}
	item.Event = h
	return item
}

func changed(id string) core.Item {
	item := heard("5", id, "")
	h, _ := item.Event.(core.Heard)
	h.Content = core.Edited{Of: "5:1", New: core.Text{Body: regret + "!"}}
	item.Event = h
	return item
}

// What a contact takes back is found nowhere, whatever the provider sends again.
func TestWhatIsTakenBackIsErased(t *testing.T) {
	b := open(t, toHelper)
	first := b.brings(heard("5", "1", regret))[0]
	b.brings(changed("2"))
	b.brings(heard("5", "1", regret))
	b.brings(core.Item{Key: "odd", Fate: core.FateQuarantined, Why: "odd"})
	b.hear(heard("5", "3", "what stays"))
	b.hear(unsent("5:1"))
	if f := b.brings(heard("5", "1", regret))[0]; f.Fate != core.FateDuplicate {
		t.Errorf("it was recorded again: %+v", f)
	}
	b.brings(changed("4"))
	var file files
	b.works(file.act)
	b.rest()
	b.kept(regret)
	list := b.messages(first.Conversation)
	var types []string
	for _, m := range list {
		types = append(types, string(m.Content.Type())+" "+m.Text)
	}
	want := []string{"deleted ", "deleted ", "text what stays", "deleted ", "edited " + core.Mask}
	if !slices.Equal(types, want) {
		t.Errorf("%q, want %q", types, want)
	}
}

// The provider keeps no order: what is taken back before it came is not kept when it comes.
func TestWhatIsTakenBackBeforeItCameIsNotKept(t *testing.T) {
	b := open(t, toHelper)
	id := b.hear(unsent("5:1"))[0].Conversation
	if f := b.brings(heard("5", "1", regret))[0]; f.Fate != core.FateDuplicate {
		t.Errorf("it was recorded: %+v", f)
	}
	if f := b.hear(unsent("5:1"))[0]; f.Fate != core.FateDuplicate {
		t.Errorf("the deletion was recorded twice: %+v", f)
	}
	b.works((&files{}).act)
	b.rest()
	b.kept(regret)
	if got := b.messages(id); len(got) != 1 || got[0].Content.Type() != core.TypeDeleted {
		t.Errorf("%+v", got)
	}
}

// A file goes with its message, also when it is being fetched in that moment.
func TestAFileThatIsTakenBackIsRemoved(t *testing.T) {
	b := open(t, toHelper)
	item := heard("5", "1", "")
	h, _ := item.Event.(core.Heard)
	h.Content = core.Media{Media: core.Image, Ref: "https://files.example/" + regret, Caption: regret}
	item.Event = h
	conversation := b.brings(item)[0].Conversation
	var file files
	fetching, goOn := make(chan struct{}), make(chan struct{})
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		if _, ok := w.(core.FetchWork); ok {
			close(fetching)
			<-goOn
		}
		return file.act(ctx, w)
	})
	<-fetching
	b.hear(unsent("5:1"))
	b.until("the file is removed", func() bool { file.mu.Lock(); defer file.mu.Unlock(); return len(file.gone) == 1 })
	close(goOn)
	b.rest()
	if len(file.gone) != 2 || file.gone[0] != file.gone[1] {
		t.Errorf("removed %v: what was fetched meanwhile stays", file.gone)
	}
	m, err := b.Media(t.Context(), file.gone[0])
	if err != nil || m.State != mediaErased || strings.Contains(m.Name, regret) {
		t.Errorf("%+v %v", m, err)
	}
	b.kept(regret)
	if got := b.messages(conversation); got[0].Content.Type() != core.TypeDeleted || got[0].Text != "" {
		t.Errorf("%+v", got[0])
	}
}
