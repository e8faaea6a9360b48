package bots

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const (
	demoBody   = 256 << 10
	demoImages = "https://placehold.co"
)

// Demo is a small café's bot as an HTTP handler, for a listener of its own. It
// speaks the webhook as any customer's bot would, from the JSON alone, and
// keeps nothing. images is the base of the addresses of its pictures, such as
// "https://cdn.example.com/demo"; if it is empty they are placeholders of a
// public site.
func Demo(images string) http.Handler {
	if images == "" {
		images = demoImages
	}
	return &demo{images: strings.TrimRight(images, "/")}
}

type demo struct{ images string }

// heard is what the demo bot reads of a webhook.
type heard struct {
	Message   string `json:"message"`
	EventName string `json:"eventName"`
	Metadata  struct {
		Dish    string `json:"dish"` // reply metadata of our own cards
		Context struct {
			Attachments []struct {
				Type    string         `json:"type"`
				Payload map[string]any `json:"payload"`
			} `json:"attachments"`
		} `json:"KM_CHAT_CONTEXT"`
	} `json:"metadata"`
}

// says is one message of the answer.
type says struct {
	Message  string         `json:"message,omitempty"`
	Metadata map[string]any `json:"metadata,omitempty"`
}

func (d *demo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "this bot takes POST", http.StatusMethodNotAllowed)
		return
	}
	var h heard
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, demoBody))
	if err == nil {
		err = json.Unmarshal(body, &h)
	}
	if err != nil {
		http.Error(w, "this bot takes the JSON of a bot webhook", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(d.answer(h)) // the caller is gone if this fails
}

func (d *demo) answer(h heard) []says {
	switch {
	case h.EventName == "WELCOME":
		return []says{{Message: "Hello! I am the demo bot of a small café. What would you like to do?", Metadata: d.choices()}}
	case h.EventName == "KOMMUNICATE_MEDIA_EVENT":
		return h.attached()
	case h.EventName != "":
		return []says{{Message: "I heard the event " + h.EventName + "."}}
	case h.Metadata.Dish != "":
		return []says{{Message: "Noted: " + h.Metadata.Dish + ". Anything else?", Metadata: d.choices()}}
	}
	return d.reply(h.Message)
}

func (d *demo) reply(message string) []says {
	words := strings.ToLower(strings.Trim(message, " \t\r\n.!?"))
	switch words {
	case "menu", "hi", "hello", "help", "start", "/start":
		return []says{{Message: "Here is what I can do.", Metadata: d.choices()}}
	case "today's dishes", "dishes", "cards":
		return []says{{Message: "Today we have:", Metadata: d.dishes()}}
	case "show me the café", "photo", "image":
		return []says{{Metadata: rich("9", []any{
			map[string]any{"url": d.images + "/720x280.png", "caption": "The café in the morning"},
		})}}
	case "links", "link":
		return []says{{Message: "Read more:", Metadata: rich("3", []any{
			map[string]any{"type": "link", "name": "Opening hours", "url": "https://example.com/hours"},
			map[string]any{"type": "link", "name": "How to find us", "url": "https://example.com/map"},
		})}}
	case "talk to a person", "human", "agent", "person":
		return []says{{Message: "I will fetch somebody for you.", Metadata: map[string]any{"KM_ASSIGN_TO": ""}}}
	case "bye", "goodbye", "thanks, that is all":
		return []says{{Message: "Goodbye!", Metadata: map[string]any{"actionRequest": "resolveConversation"}}}
	}
	return []says{{
		Message: fmt.Sprintf("You said: “%s”. I am sorry, I don't know what to do about that. "+
			"I understand: menu, dishes, photo, links, human, bye.", message),
		Metadata: d.choices(),
	}}
}

func (d *demo) choices() map[string]any {
	return rich("6", []any{
		map[string]any{"title": "Today's dishes", "message": "Today's dishes"},
		map[string]any{"title": "Photo", "message": "Show me the café"},
		map[string]any{"title": "Links", "message": "Links"},
		map[string]any{"title": "Talk to a person", "message": "Talk to a person"},
	})
}

// dishes are cards whose buttons bring reply metadata back.
func (d *demo) dishes() map[string]any {
	card := func(title, price, about, size string) map[string]any {
		return map[string]any{
			"title": title, "subtitle": about,
			"header": map[string]any{"imgSrc": d.images + "/" + size + ".png", "overlayText": price},
			"buttons": []any{
				map[string]any{"name": "Order", "action": map[string]any{"type": "quickReply", "payload": map[string]any{
					"title": "Order", "message": "I would like the " + strings.ToLower(title),
					"replyMetadata": map[string]any{"dish": title},
				}}},
				map[string]any{"name": "Recipe", "action": map[string]any{"type": "link", "payload": map[string]any{
					"url": "https://example.com/recipes",
				}}},
			},
		}
	}
	return rich("10", []any{
		card("Tomato soup", "€6", "With basil and bread", "720x281"),
		card("Cheese toast", "€7", "Three sorts of cheese", "720x282"),
		card("Plum cake", "€4", "Made this morning", "720x283"),
	})
}

// attached answers a file or a place.
func (h heard) attached() []says {
	var out []says
	for _, a := range h.Metadata.Context.Attachments {
		if a.Type == "location" {
			out = append(out, says{Message: fmt.Sprintf("Thank you. You are at %v, %v.", a.Payload["lat"], a.Payload["lon"])})
			continue
		}
		name, _ := a.Payload["name"].(string)
		if name == "" {
			name = "your file"
		}
		out = append(out, says{Message: fmt.Sprintf("Thank you, I have got %s (%s).", name, a.Type)})
	}
	if out == nil {
		return []says{{Message: "You sent me something, but I cannot see what it is."}}
	}
	return out
}

func rich(template string, payload []any) map[string]any {
	return map[string]any{"contentType": "300", "templateId": template, "payload": payload}
}
