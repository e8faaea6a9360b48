package main_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestAFileOfOursIsUploaded: what a contact sent on Instagram, an agent sends on
// to others, on Instagram and on Messenger. Only we can reach it, so it is
// given to Meta, byte for byte.
func TestAFileOfOursIsUploaded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	graph := newMeta(t)
	photo := picture(t, 3)
	graph.files["/photo.png"] = photo
	w.config["channels"] += graph.instagram("ig", "17841") + graph.messenger("fb", "10203")
	w.start()
	w.told("ig", "instagram", "17841", `"message":{"mid":"one","attachments":[{"type":"image","payload":{"url":"`+graph.URL+`/photo.png"}}]}`)
	w.told("fb", "page", "10203", `"message":{"mid":"one","text":"hello"}`)
	from := w.message(w.conversation("ig", "Lena Vogt", nil).ID, "the photo", func(m entry) bool { return m.Content.Size == len(photo) })
	for channel, account := range map[string]string{"ig": "17841", "fb": "10203"} {
		to := w.conversation(channel, "Lena Vogt", nil).ID
		a := w.ask(annKey, "POST", fmt.Sprintf("conversations/%d/messages", to), map[string]any{"content": map[string]any{"type": "media", "media": "image", "mime": "image/png", "url": from.Content.URL}})
		if a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		w.message(to, "it is sent", func(m entry) bool { return m.Direction == "out" && m.Status == "sent" })
		uploads := graph.sent(string(photo))
		if len(uploads) == 0 || !strings.HasSuffix(uploads[len(uploads)-1].path, account+"/message_attachments") {
			t.Fatalf("%s: uploaded at %+v", channel, uploads)
		}
		if sends := graph.sent(`"attachment_id":"att-`); len(sends) == 0 || !strings.HasSuffix(sends[len(sends)-1].path, account+"/messages") {
			t.Errorf("%s: sent %+v", channel, sends)
		}
	}
}
