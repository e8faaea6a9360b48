package config_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"causeway/config"
	"causeway/core"
)

const canary = "CANARY5e2f"

// whole is a valid config in which every secret is a canary.
const whole = `app_id: acme
server: {public_url: "https://chat.example.com"}
api_keys:
  - {name: ops, key: CANARY5e2f-key, role: admin}
  - {name: ann, key: "${KEY}", role: agent, agent: ann}
channels:
  - {id: tg, kind: telegram, token: "1:CANARY5e2f", secret: CANARY5e2f-tg, extra: {b: [1, x], a: true}}
  - id: wa
    kind: whatsapp-cloud
    phone_number_id: "1065"
    access_token: "${KEY}x"
    app_secret: |-
      CANARY5e2f-app
    verify_token: 'CANARY5e2f-verify'
    reopen_template: {name: hello, language: de}
agents: [{id: ann}]
teams: [{id: sales, members: [ann]}]
bots:
  - {id: helper, url: "http://127.0.0.1:9000/?t=CANARY5e2f", header: {name: X-Token, value: CANARY5e2f-header}, secret: whsec_CANARY5e2fbo}
  - {id: plain, url: "http://127.0.0.1:9001/"}
routing: {default_agent: ann, channels: [{channel: tg, bot: helper}]}
egress: {allow_private: [10.1.2.3]}
`

var secretEnv = env("KEY=" + canary + "-env")

func TestRedacted(t *testing.T) {
	got := load(t, whole, secretEnv).Redacted()
	if strings.Contains(got, canary) {
		t.Errorf("a secret shows:\n%s", got)
	}
	for _, want := range []string{
		"public_url: https://chat.example.com", "max_size: 100MB", "url_ttl: 1d", "deliveries: 30d", "timeout: 30s",
		"key: \"[secret]\"", "token: \"[secret]\"", "app_secret: \"[secret]\"", "phone_number_id: \"1065\"", "resend: once",
		"kind: whatsapp-cloud", "url: http://127.0.0.1:9000/?redacted", "10.1.2.3/32", "default_agent: ann", "language: de",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %s:\n%s", want, got)
		}
	}
	if len(strings.Split(got, "channels:")) != 3 {
		t.Errorf("channels should stand once at the top and once under routing:\n%s", got)
	}
}

// TestRedactedIsAConfig: with secrets put back, what is shown is taken again,
// and shows the same.
func TestRedactedIsAConfig(t *testing.T) {
	shown := load(t, whole, secretEnv).Redacted()
	again := shown
	for i := 0; strings.Contains(again, `"[secret]"`); i++ {
		again = strings.Replace(again, `"[secret]"`, fmt.Sprintf("secret%02d", i), 1) // is base64 too
	}
	if got := load(t, again, none).Redacted(); got != shown {
		t.Errorf("got:\n%s\nwant:\n%s", got, shown)
	}
}

// TestNoSecretInErrors breaks a config in thousands of ways: whatever is said
// of it, no secret is.
func TestNoSecretInErrors(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	failed := 0
	for range 4_000 {
		_, err := config.Load(mutate(random, []byte(whole)), secretEnv, kinds())
		if err == nil {
			continue
		}
		failed++
		if shows(err.Error()) {
			t.Fatalf("a secret shows:\n%v", err)
		}
	}
	if failed < 2_000 {
		t.Errorf("only %d of 4000 configs were refused", failed)
	}
}

// shows reports whether a good part of a canary is in the text.
func shows(text string) bool { return strings.Contains(text, "ANARY-5e") }

// mutate makes a few small changes, such as people make.
func mutate(random *rand.Rand, data []byte) []byte {
	data = slices.Clone(data)
	for range 1 + random.IntN(3) {
		i := random.IntN(len(data))
		switch random.IntN(4) {
		case 0:
			data = slices.Delete(data, i, min(len(data), i+1+random.IntN(3)))
		case 1:
			signs := "{}[]:,-\"'\n\t #|&*!$%@…"
			data = slices.Insert(data, i, signs[random.IntN(len(signs))])
		case 2:
			data[i] = ":\n \"'{}"[random.IntN(7)]
		case 3:
			lines := strings.SplitAfter(string(data), "\n")
			j, k := random.IntN(len(lines)), random.IntN(len(lines))
			lines[j], lines[k] = lines[k], lines[j]
			data = []byte(strings.Join(lines, ""))
		}
	}
	return data
}

// TestKindsCannotShowSecrets: what a kind says of its settings is cleaned.
func TestKindsCannotShowSecrets(t *testing.T) {
	_, err := config.Load([]byte("channels:\n  - {id: tg, kind: telegram, token: bad-"+canary+"}"), none, kinds())
	if err == nil || strings.Contains(err.Error(), canary) || !strings.Contains(err.Error(), "cannot use [secret]") {
		t.Errorf("got %v", err)
	}
}

func TestSettingsThatAreNoStruct(t *testing.T) {
	for name, settings := range map[string]any{"nil": nil, "value": telegram{}, "number": new(int)} {
		kind := core.Kind{Name: "odd", Settings: func() any { return settings }}
		_, err := config.Load([]byte("channels: [{id: a, kind: odd}]"), none, []core.Kind{kind})
		if err == nil || !strings.Contains(err.Error(), "channels[0].kind: cannot be configured") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(whole)
	f.Add(string(config.Example))
	for _, b := range broken {
		f.Add(b.config)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := config.Load([]byte(text), secretEnv, kinds())
		if (c == nil) == (err == nil) {
			t.Fatalf("got %v and %v", c, err)
		}
		if err != nil && strings.Contains(err.Error(), canary+"-env") {
			t.Fatalf("a secret shows: %v", err)
		}
		if c != nil && c.Redacted() == "" {
			t.Fatal("nothing to show")
		}
	})
}
