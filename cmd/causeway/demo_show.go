package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"strings"

	"causeway/simulator"
)

// conversationView and messageView are what the demo reads of the API.
type conversationView struct {
	ID    int64 `json:"id"`
	Owner struct{ Type, ID, Name string }
}

type messageView struct {
	ID        int64  `json:"id"`
	Direction string `json:"direction"`
	Sender    struct{ Type, ID string }
	Text      string `json:"text"`
	Status    string `json:"status"`
	Private   bool   `json:"private"`
	Notes     []struct{ Path, Rule, From, To, Severity string }
}

// api calls our own REST interface, as any client does.
func (p *play) api(ctx context.Context, key, method, path string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, p.w.url+"/api/v1/"+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, oneLine(string(answer)))
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// step does one thing and keeps count of failures.
func (p *play) step(what string, do func() error) {
	if what != "" {
		p.print("  %s\n", what)
	}
	if err := do(); err != nil {
		p.failed = append(p.failed, err)
		p.print("  FAILED: %v\n", err)
	}
}

func (p *play) print(format string, args ...any) { fmt.Fprintf(p.out, format, args...) }

func (p *play) line(who, what string) { p.print("  %-5s %s\n", who, what) }

// onScreen is a message as the phone shows it, in one line.
func onScreen(s simulator.Shown) string {
	var parts []string
	if s.Media != nil {
		parts = append(parts, "("+s.Media.Kind+")")
	}
	for _, text := range []string{s.Header, s.Text, s.Caption, s.Footer} {
		if text != "" {
			parts = append(parts, oneLine(text))
		}
	}
	for _, row := range s.Buttons {
		for _, b := range row {
			label := "[" + b.Text + "]"
			if b.URL != "" {
				label = "[" + b.Text + " ↗]"
			}
			parts = append(parts, label)
		}
	}
	return strings.Join(parts, " ")
}

func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 100 {
		return string(runes[:99]) + "…"
	}
	return text
}

// indented indents what is written by a step of the script.
type indented struct{ w io.Writer }

func (i indented) Write(b []byte) (int, error) {
	if _, err := i.w.Write([]byte("  " + string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// picture draws a small picture, so that the providers have something to fetch.
func picture(w http.ResponseWriter, r *http.Request) {
	shade := uint8(60 + 40*(len(r.URL.Path)%4))
	img := image.NewRGBA(image.Rect(0, 0, 72, 28))
	for y := range 28 {
		for x := range 72 {
			img.Set(x, y, color.RGBA{R: 200, G: shade, B: uint8(3 * x), A: 255})
		}
	}
	w.Header().Set("Content-Type", "image/png")
	_ = png.Encode(w, img) // the reader may be gone
}

// whatNext says what to try while the demo serves.
func (p *play) whatNext(failed error) {
	if failed == nil {
		p.print("\nEvery step went well.")
	}
	p.print(` It serves on until you press Ctrl-C. Try, in another terminal:

  # be a person on Telegram, and see the phone
  curl -d '{"text":"links"}' %[1]s/sim/telegram/cafe_bot/people/77/say
  curl %[1]s/sim/telegram/cafe_bot/people/77/screen
  curl -d '{"button":"Talk to a person"}' %[1]s/sim/telegram/cafe_bot/people/77/tap

  # see it as an agent does, and answer
  curl -H 'Api-Key: %[3]s' '%[2]s/api/v1/conversations'
  curl -H 'Api-Key: %[3]s' --json '{"text":"Good to hear from you"}' %[2]s/api/v1/conversations/ID/messages
  curl -H 'Api-Key: %[3]s' -H 'Accept: text/event-stream' '%[2]s/api/v1/events?after=0'

  # why somebody was chosen, every webhook with its fate, all routes
  curl -H 'Api-Key: %[3]s' %[2]s/api/v1/conversations/ID/why
  curl -H 'Api-Key: %[4]s' %[2]s/api/v1/deliveries
  curl %[2]s/openapi.json

What else the simulated providers can do: curl %[1]s/sim
`, p.w.sim.URL(), p.w.url, p.w.ann, p.w.admin)
}
