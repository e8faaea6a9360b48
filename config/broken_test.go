package config_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"causeway/config"
)

// broken are configs and all that is wrong with them: line:column key, and a
// part of the text.
var broken = []struct{ name, config, want string }{
	{"empty", "", "0:0 | is empty"},
	{"only a comment", "# nothing\n", "0:0 | is empty"},
	{"no keys", "hello", "1:1 | write keys with values"},
	{"a list", "- a\n- b", "1:1 | write keys with values"},
	{"not utf-8", "app_id: \xff", "0:0 | not UTF-8"},
	{"two documents", "app_id: a\n---\napp_id: b", "3:1 | second document"},
	{"unknown key", "app_id: a\nchanels: []", "2:1 chanels| did you mean channels?"},
	{"unknown nested key", "server:\n  listen: \"127.0.0.1:1\"\n  public: x", "3:3 server.public| did you mean public_url?"},
	{"unknown key far from all", "log:\n  colour_of_it: x", "2:3 log.colour_of_it| there are: format, level"},
	{"space forgotten", "channels:\n  - {id: a, kind: telegram, token: t, HUSH}", "2:39 channels[0].?| no key"},
	{"colon forgotten", "log:\n  level", "2:3 log| keys with values"},
	{"duplicate key", "app_id: a\nlog:\n  level: info\napp_id: b", "4:1 app_id| written twice; the first is in line 1"},
	{"duplicate nested key", "log: {level: info, level: debug}", "1:20 log.level| written twice"},
	{"anchor", "app_id: &x acme\nlog: {level: *x}", "1:9 app_id| not read here|2:14 log.level| not read here"},
	{"tag", "app_id: !!str acme", "1:9 app_id| not read here"},
	{"merge", "log:\n  <<: {level: info}", "2:3 log| plain word"},
	{"wrong types", "app_id: [a]\nserver: x\nagents: ann\nteams: {id: x}\nbots: 1\napi_keys: true\nchannels: {id: a}",
		"1:9 app_id| must be text|2:9 server| keys with values|3:9 agents| must be a list|4:9 teams| must be a list|5:7 bots| must be a list|6:11 api_keys| must be a list|7:12 channels| must be a list"},
	{"wrong scalars", "routing: {queue: \"false\"}\nagents:\n  - {id: ann, capacity: many}\n  - {id: bob, capacity: 1.5}\n  - {id: true}",
		"1:18 routing.queue| true or false|3:25 agents[0].capacity| whole number|4:25 agents[1].capacity| whole number|5:10 agents[2].id| in quotes"},
	{"empty item", "agents:\n  - \n  - {id: a}", "2:4 agents[0]| is empty"},
	{"durations", "outbound_ttl: soon\nretention: {deliveries: 30}\nmedia: {url_ttl: -1h}", "1:15 outbound_ttl| such as 30s|2:25 retention.deliveries| such as 30s|3:18 media.url_ttl| negative"},
	{"ranges", "outbound_ttl: 60d\nretention: {deliveries: 1s}\nmedia: {max_size: 12, url_ttl: 999d}", "1:15 outbound_ttl| between 1s and 30d|2:25 retention.deliveries| between|3:19 media.max_size| between|3:32 media.url_ttl| between"},
	{"sizes", "media:\n  max_size: 100XB", "2:13 media.max_size| such as 100MB"},
	{"endless size", "media:\n  max_size: 999999999999GB", "2:13 media.max_size| too large"},
	{"listen", "server: {listen: 8080}", "1:18 server.listen| host:port"},
	{"public url", "server:\n  public_url: chat.example.com", "2:15 server.public_url| https://"},
	{"listen and public url", "server: {listen: 8080, public_url: chat.example.com}", "1:18 server.listen| host:port|1:36 server.public_url| https://"},
	{"public url with user", "server:\n  public_url: https://u:pass@chat.example.com", "2:15 server.public_url| without user"},
	{"postgres", "store: {url: \"postgres://u:hush@host\"}", "1:14 store.url| /DATABASE"},
	{"store", "store: {url: mysql://x}\nmedia: {url: s3://x}", "1:14 store.url| sqlite:|2:14 media.url| file:"},
	{"log", "log: {level: loud, format: xml}", "1:14 log.level| one of: debug, info, warn, error|1:28 log.format| one of: text, json"},
	{"texts", "texts: {cancel: \" \"}", "1:17 texts.cancel| 1 to 1000 bytes"},
	{"egress", "egress:\n  allow_private: [\"10.0.0.0/8\", localhost]", "2:33 egress.allow_private[1]| address range"},
	{"app id", "app_id: \"a b\"", "1:9 app_id| without spaces"},

	{"unset, once", "app_id: \"${A}\"\nserver: {public_url: \"http://${A}/${B}\"}", "1:9 app_id| variable A is not set|2:22 server.public_url| variable B is not set"},
	{"bad variable", "app_id: \"${A\"\nlog: {level: \"${a-b}\"}", "1:9 app_id| after ${|2:14 log.level| after ${"},

	{"duplicate ids", "agents: [{id: a}, {id: a}]\nbots: [{id: a, url: \"http://b\"}]\nteams: [{id: a}, {id: a}]",
		"1:24 agents[1].id| same as agents[0].id, in line 1|2:13 bots[0].id| same as agents[0].id|3:23 teams[1].id| same as teams[0].id"},
	{"duplicate channels", "channels:\n  - {id: a, kind: telegram, token: t}\n  - {id: a, kind: telegram, token: t}", "3:10 channels[1].id| same as channels[0].id, in line 2"},
	{"missing ids", "agents: [{name: A}]\nbots: [{url: \"http://b\"}]\nteams: [{name: T}]\nchannels: [{kind: telegram, token: t}]\n",
		"1:11 agents[0].id| is missing|2:9 bots[0].id| is missing|3:10 teams[0].id| is missing|4:13 channels[0].id| is missing"},
	{"bad ids", "channels: [{id: \"a/b\", kind: telegram, token: t}]", "1:17 channels[0].id| without"},
	{"kinds", "channels:\n  - {id: a, kind: telegramm}\n  - {id: b}\n  - site", "2:19 channels[0].kind| the kinds are: telegram, whatsapp-cloud|3:6 channels[1].kind| is missing; the kinds are|4:5 channels[2]| keys with values"},
	{"settings", "channels:\n  - id: wa\n    kind: whatsapp-cloud\n    acces_token: x\n    app_secret: \"…\"\n    groups: maybe\n    reopen_template: {language: de}\n    pause: 3",
		"2:5 channels[0].access_token| is missing|2:5 channels[0].verify_token| is missing|4:5 channels[0].acces_token| did you mean access_token?|5:17 channels[0].app_secret| placeholder|6:13 channels[0].groups| true or false|7:23 channels[0].reopen_template.name| is missing|8:12 channels[0].pause| such as 30s"},
	{"a kind's word", "channels:\n  - id: tg\n    kind: telegram\n    token: t\n    mode: sideways", "5:11 channels[0].mode| must be webhook or polling, not the value"},
	{"placeholders", "api_keys:\n  - {name: a, key: \"...\", role: admin}\n  - {name: b, key: changeme, role: admin}\n  - {name: c, key: \"<your key>\", role: admin}\n  - {name: d, key: \" k\", role: admin}",
		"2:20 api_keys[0].key| placeholder|3:20 api_keys[1].key| placeholder|4:20 api_keys[2].key| placeholder|5:20 api_keys[3].key| space"},
	{"api keys", "api_keys:\n  - {name: a, role: admin}\n  - {name: a, key: k1, role: boss}\n  - {key: k1, role: agent}\n  - {name: d, key: k2, role: bot, bot: nobody}\n  - {name: e, key: k3, role: admin, agent: x}",
		"2:6 api_keys[0].key| is missing|3:12 api_keys[1].name| same as|3:30 api_keys[1].role| one of: admin, agent, bot|4:6 api_keys[2].agent| is missing|4:6 api_keys[2].name| is missing|4:11 api_keys[2].key| same as api_keys[1].key|5:40 api_keys[3].bot| there is no bot|6:44 api_keys[4].agent| role: agent alone"},
	{"references", "agents: [{id: ann}]\nbots: [{id: helper, url: \"http://b\"}]\nchannels: [{id: tg, kind: telegram, token: t}]\nteams:\n  - {id: sales, members: [ann, bob], default_agent: anne}\nrouting:\n  default_agent: an\n  default_team: sale\n  new_conversations_to_bot: ann\n  channels:\n    - {channel: wa, bot: helper}\n    - {channel: tg, team: x, agent: y}",
		"5:32 teams[0].members[1]| there are: ann|5:53 teams[0].default_agent| did you mean ann?|7:18 routing.default_agent| did you mean ann?|8:17 routing.default_team| did you mean sales?|9:29 routing.new_conversations_to_bot| there is no bot|11:17 routing.channels[0].channel| there are: tg|12:8 routing.channels[1]| exactly one|12:27 routing.channels[1].team| there is no team|12:37 routing.channels[1].agent| there is no agent"},
	{"rules", "agents: [{id: ann}]\nteams: [{id: t, members: [ann, ann], assignment: fair, hours: {zone: Mars, mon: \"9-5\"}}]\nrouting: {assignment: best}",
		"2:32 teams[0].members[1]| member already|2:50 teams[0].assignment| automatic or notify|2:70 teams[0].hours.zone| time zone|2:81 teams[0].hours.mon| 0900-1700|3:23 routing.assignment| automatic or notify"},
	{"no cascade from an id that is unset", "agents: [{id: \"${ANN}\"}]\nrouting: {default_agent: ann}", "1:15 agents[0].id| ANN is not set"},
	{"times", "bots: [{id: b, url: \"http://b\", burst: 2m}]\nrouting:\n  queue: true\n  reassign_away: true\n  offline_after: 2h", "1:40 bots[0].burst| must be between|5:18 routing.offline_after| must be between 1s and 1h"},
	{"bots", "bots:\n  - {id: a}\n  - {id: b, url: \"ftp://x\", timeout: 10m}\n  - {id: c, url: \"http://x\", header: {name: X-Token}}\n  - {id: d, url: \"http://x\", header: {name: \"a b\", value: v}, secret: whsec_?}\n  - {id: e, url: \"http://u:p@x\", header: {name: Host, value: v}}",
		"2:6 bots[0].url| is missing|3:18 bots[1].url| must be an address|3:38 bots[1].timeout| between 100ms and 2m|4:39 bots[2].header.value| is missing|5:45 bots[3].header.name| header's name|5:71 bots[3].secret| base64|6:18 bots[4].url| without a user|6:49 bots[4].header.name| set ourselves"},
	{"agents", "agents: [{id: a, role: boss, capacity: -1}]", "1:24 agents[0].role| one of: admin, agent|1:40 agents[0].capacity| between"},
}

func TestBroken(t *testing.T) {
	for _, b := range broken {
		t.Run(b.name, func(t *testing.T) {
			c, err := config.Load([]byte(b.config), none, kinds())
			var problems *config.Errors
			if c != nil || !errors.As(err, &problems) {
				t.Fatalf("got %+v, %v", c, err)
			}
			var got []string
			for _, p := range problems.Problems {
				got = append(got, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Key), p.Text)
			}
			want := strings.Split(b.want, "|")
			ok := len(got) == len(want)
			for i := 0; ok && i < len(want); i += 2 {
				ok = got[i] == want[i] && strings.Contains(got[i+1], strings.TrimSpace(want[i+1]))
			}
			if !ok {
				t.Errorf("got:\n%v\nwant:\n%s", err, strings.ReplaceAll(b.want, "|", "\n"))
			}
		})
	}
}

func TestNotYAML(t *testing.T) {
	for text, line := range map[string]int{
		"app_id: a\n  b: c":             1,
		"app_id: \"open":                1,
		"a: b\nserver: {listen: x":      2,
		"a: b\nserver: [x, y":           2,
		"a: b\n\tc: d":                  2,
		"a: b\nx: %y":                   0,
		"a: b\nc: d: CANARY":            2,
		"a: b\n\"\\q CANARY\": c":       2,
		strings.Repeat("[", 5000):       0,
		strings.Repeat("a: {b: ", 3000): 0,
		strings.Repeat("- ", 5000):      0,
	} {
		c, err := config.Load([]byte(text), none, kinds())
		var problems *config.Errors
		if c != nil || !errors.As(err, &problems) {
			t.Errorf("%.40q: got %+v, %v", text, c, err)
			continue
		}
		if p := problems.Problems[0]; line != 0 && p.Line != line {
			t.Errorf("%.40q: got line %d, want %d: %v", text, p.Line, line, err)
		}
		if strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%.40q: the error quotes the file: %v", text, err)
		}
	}
}
