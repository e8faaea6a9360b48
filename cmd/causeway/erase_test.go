package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const regret = "regretted-4417"

// TestWhatIsUnsentIsErased: what a person unsends on Instagram or Messenger is
// found nowhere: not in any file, not by the API, not in the event stream. The
// rest stays, and every delivery is accounted for.
func TestWhatIsUnsentIsErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	graph := newMeta(t)
	photo := append(picture(t, 1), regret...)
	graph.files["/photo.png"] = photo
	w.config["channels"] += graph.instagram("ig", "17841") + graph.messenger("fb", "10203")
	w.start()
	for _, ch := range []struct{ id, object, account string }{{"ig", "instagram", "17841"}, {"fb", "page", "10203"}} {
		tell := func(event string) { w.told(ch.id, ch.object, ch.account, event) }
		tell(`"message":{"mid":"one","text":"the first ` + regret + `"}`)
		tell(`"message_edit":{"mid":"one","text":"the edited ` + regret + `","num_edit":1}`)
		tell(`"message":{"mid":"two","attachments":[{"type":"image","payload":{"url":"` + graph.URL + `/photo.png"}}]}`)
		tell(`"message":{"mid":"three","text":"what stays"}`)
		conv := w.conversation(ch.id, "Lena Vogt", nil)
		image := w.message(conv.ID, "the photo", func(m entry) bool { return m.Content.Size == len(photo) })
		tell(`"message":{"mid":"one","is_deleted":true}`)
		tell(`"message":{"mid":"two","is_deleted":true}`)
		tell(`"message":{"mid":"one","text":"the first ` + regret + `"}`) // Meta repeats it
		tell(`"message":{"mid":"four","is_deleted":true}`)
		tell(`"message":{"mid":"four","text":"late ` + regret + `"}`)
		eventually(t, "it is found nowhere", func() error { return errors.Join(w.found(regret, conv.ID), w.inFiles(regret)) })
		address, _ := strings.CutPrefix(image.Content.URL, w.url)
		if a, err := w.do("GET", address, nil); err != nil || a.status != 404 {
			t.Errorf("the photo: %d %s %v", a.status, a.body, err)
		}
		var said []string
		for _, m := range w.messages(conv.ID) {
			said = append(said, m.Content.Type+" "+m.Text)
		}
		sameTexts(t, "the conversation", said, []string{"deleted ", "deleted ", "deleted ", "text what stays", "deleted ", "deleted ", "deleted "})
	}
}

// found says where the API shows the word.
func (w *world) found(word string, conversation int64) error {
	for _, path := range []string{
		fmt.Sprintf("/api/v1/conversations/%d/messages", conversation), fmt.Sprintf("/api/v1/conversations/%d", conversation),
		"/api/v1/events?limit=200", "/api/v1/deliveries",
	} {
		a, err := w.do("GET", path, nil, "Api-Key", adminKey)
		if err != nil || a.status != 200 || bytes.Contains(a.body, []byte(word)) {
			return fmt.Errorf("%s: %d %v %s", path, a.status, err, a.body)
		}
	}
	return nil
}

// inFiles says in which file of the world the word stands: the database, what
// lies beside it, files that were kept, the log.
func (w *world) inFiles(word string) error {
	for _, dir := range []string{w.dir, w.data} {
		if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err == nil && bytes.Contains(data, []byte(word)) {
				err = fmt.Errorf("%s has %q", path, word)
			}
			return err
		}); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
