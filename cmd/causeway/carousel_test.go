package main_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"causeway/simulator"
)

// TestCarousel: cards that are alike are one message on WhatsApp, with pictures
// that only we can reach, and a tap on one says what its author wrote.
func TestCarousel(t *testing.T) {
	t.Parallel()
	pictures := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(picture(t, 1))
	}))
	t.Cleanup(pictures.Close)
	var rooms []message
	for i := range 3 {
		rooms = append(rooms, message{
			"title": fmt.Sprint("Room ", i), "subtitle": "City view", "header": message{"imgSrc": fmt.Sprint(pictures.URL, "/", i, ".png")},
			"buttons": []message{{"name": fmt.Sprint("Book ", i), "action": message{"type": "quickReply", "payload": message{"message": fmt.Sprint("I want room ", i)}}}},
		})
	}
	w := newWorld(t)
	helper := w.hire("helper", unwelcome(func(c *call) {
		if c.Message == "rooms" {
			c.says(rich("Rooms", "10", rooms))
		}
	}))
	w.start()
	lena := w.lena()
	lena.Say("rooms")
	shown, err := lena.Wait(soon(t), func(s simulator.Shown) bool { return len(s.Cards) > 0 })
	if err != nil || len(shown.Cards) != 3 || shown.Text != "Rooms" || shown.Cards[2].Text != "Room 2\nCity view" {
		t.Fatalf("%+v %v", shown, err)
	}
	if err := lena.Tap("Book 1"); err != nil {
		t.Fatal(err)
	}
	if heard := helper.hears(t, 2); heard.Message != "I want room 1" {
		t.Errorf("the bot heard %q", heard.Message)
	}
	w.message(w.conversation("wa", "Lena", nil).ID, "nothing of it was changed", func(m entry) bool {
		return m.Direction == "out" && m.Content.Type == "cards" && len(m.Notes) == 0
	})
}
