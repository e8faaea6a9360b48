package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"

	"causeway/simulator"
)

const photos = 10

// picture is a small PNG, another one for each n.
func picture(t *testing.T, n int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 4+n, 4))
	img.Set(n, 0, color.White)
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestPhotosAtOnce: a person who is not known sends ten photos at once.
func TestPhotosAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", nil)
	w.start()
	zoe, lena := w.zoe(), w.lena()
	atOnce(photos, func(i int) { zoe.SendPhoto(picture(t, i), fmt.Sprint("photo ", i)) })
	atOnce(photos, func(i int) { lena.SendImage(picture(t, i), fmt.Sprint("photo ", i)) })
	w.hasPhotos(helper, "tg", "Zoë")
	w.hasPhotos(helper, "wa", "Lena")
}

// TestPhotosAfterOutage: the photos wait at the provider while the bridge is
// down, and then come at once, each of them several times.
func TestPhotosAfterOutage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", nil)
	zoe, lena := w.zoe(), w.lena()
	for i := range photos {
		zoe.SendPhoto(picture(t, i), fmt.Sprint("photo ", i))
		lena.SendImage(picture(t, i), fmt.Sprint("photo ", i))
	}
	w.start()
	for channel, post := range map[string]func(string, []byte) (answer, error){"tg": w.postTelegram, "wa": w.postWhatsApp} {
		waiting := w.sim.Webhooks(simulator.Filter{Kind: map[string]string{"tg": "telegram", "wa": "whatsapp"}[channel], Event: "message"})
		if len(waiting) != photos {
			t.Fatalf("%s: %d webhooks", channel, len(waiting))
		}
		atOnce(3*photos, func(i int) {
			if a, err := post(channel, waiting[i%photos].Body); err != nil || a.status != 200 {
				t.Errorf("%s: %d %s %v", channel, a.status, a.body, err)
			}
		})
	}
	if err := w.sim.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	w.hasPhotos(helper, "tg", "Zoë")
	w.hasPhotos(helper, "wa", "Lena")
}

// hasPhotos expects one conversation with ten photos, each of which the bot was
// told of and can be read at its address.
func (w *world) hasPhotos(helper *bot, channel, name string) {
	t := w.t
	t.Helper()
	conv := w.conversation(channel, name, nil)
	var received []entry
	eventually(t, "photos fetched", func() error {
		received = nil
		for _, m := range w.messages(conv.ID) {
			if m.Direction == "in" {
				received = append(received, m)
			}
		}
		for _, m := range received {
			if m.Content.Size == 0 || m.Content.MIME != "image/png" { // what the provider tells before is not that
				return fmt.Errorf("message %d is %+v", m.Seq, m.Content)
			}
		}
		if len(received) != photos {
			return fmt.Errorf("%d messages", len(received))
		}
		return nil
	})
	if all := w.conversations(channel); len(all) != 1 {
		t.Errorf("%s: %d conversations", channel, len(all))
	}
	seen := map[string]bool{}
	for _, m := range received {
		seen[m.Text] = true
		var n int
		if _, err := fmt.Sscanf(m.Text, "photo %d", &n); err != nil {
			t.Fatal(err)
		}
		w.serves(m, picture(t, n))
	}
	if len(seen) != photos {
		t.Errorf("%s: captions %v", channel, seen)
	}
	eventually(t, "the bot is told of each photo", func() error {
		files := map[string]int{}
		for _, c := range helper.messages() {
			if c.GroupID == conv.ID {
				files[attachment(t, c)]++
			}
		}
		if len(files) != photos {
			return fmt.Errorf("of %v", files)
		}
		for file, n := range files {
			if n != 1 {
				t.Fatalf("%s came %d times", file, n)
			}
		}
		return nil
	})
}

// attachment is the type, size and address path of the one file of a call.
func attachment(t *testing.T, c call) string {
	t.Helper()
	var m struct {
		Context struct {
			Attachments []struct {
				Type    string
				Payload struct {
					URL  string
					Size int
				}
			}
		} `json:"KM_CHAT_CONTEXT"`
	}
	if err := json.Unmarshal(c.Metadata, &m); err != nil || len(m.Context.Attachments) != 1 || c.EventName != "KOMMUNICATE_MEDIA_EVENT" {
		t.Fatalf("%s: %v: %s", c.EventName, err, c.Metadata)
	}
	a := m.Context.Attachments[0]
	got, err := http.Get(a.Payload.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	if err != nil || a.Type != "image/png" || len(body) != a.Payload.Size {
		t.Fatalf("the bot was told of %+v and read %d bytes: %v", a, len(body), err)
	}
	address, _, _ := strings.Cut(a.Payload.URL, "?")
	return address
}

// serves expects the message's file at its signed address, and nowhere else.
func (w *world) serves(m entry, want []byte) {
	t := w.t
	t.Helper()
	path, ok := strings.CutPrefix(m.Content.URL, w.url)
	if !ok {
		t.Fatalf("the file is at %q", m.Content.URL)
	}
	bare, query, _ := strings.Cut(path, "?")
	for _, c := range []struct {
		path, key string
		status    int
	}{
		{path, "", 200}, {bare, "", 401}, {bare, adminKey, 200}, {bare, annKey, 200}, {bare, "another", 401},
		{path + "0", "", 403}, {strings.Replace(path, bare, bare+"0", 1), "", 403},
		{bare + "?" + strings.Replace(query, "expires=1", "expires=2", 1), "", 403},
	} {
		var header []string
		if c.key != "" {
			header = []string{"Api-Key", c.key}
		}
		a, err := w.do("GET", c.path, nil, header...)
		if err != nil || a.status != c.status {
			t.Errorf("%s with key %q: %d %v, want %d", c.path, c.key, a.status, err, c.status)
		}
		switch {
		case c.status != 200:
			if bytes.Contains(a.body, want) {
				t.Errorf("%s with key %q shows the file", c.path, c.key)
			}
		case a.header.Get("Content-Type") != "image/png" || !bytes.Equal(a.body, want):
			t.Errorf("%s: %v, %d bytes, want %d", c.path, a.header, len(a.body), len(want))
		}
	}
}

// TestAFileThatIsNotToBeHad: a file that is too large to be kept is told as such,
// to the bot and to people.
func TestAFileThatIsNotToBeHad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config["media"] = strings.Replace(w.config["media"], "}", ", max_size: 1KB}", 1)
	helper := w.hire("helper", nil)
	w.start()
	w.zoe().SendPhoto(bytes.Repeat(picture(t, 1), 200), "my cat")
	c := helper.hears(t, 1)
	if !strings.Contains(string(c.Metadata), `"error":"`) || !strings.Contains(string(c.Metadata), `"url":""`) || c.Message != "my cat" {
		t.Errorf("the bot heard %q with %s", c.Message, c.Metadata)
	}
	conv := w.conversation("tg", "Zoë", nil)
	w.message(conv.ID, "the photo", func(m entry) bool { return m.Text == "my cat" && m.Content.URL == "" && m.Content.Missing != "" })
}
