package simulator

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const kindTelegram = "telegram"

// TelegramBot describes a bot to play.
type TelegramBot struct {
	Token    string // "123456:secret": digits, a colon and more
	Username string // without @; "bot<ID>" if empty
	Name     string // Username if empty
	// FirstMessage is the first message_id in every chat, so that two chats
	// share their numbers, as Telegram may. Zero counts from the clock: a
	// restarted simulator does not repeat itself.
	FirstMessage int64
	// FirstUpdate is the first update_id; zero takes one from the clock.
	FirstUpdate int64
}

// Bot is one bot's account at the simulated Telegram.
type Bot struct {
	s   *Simulator
	opt TelegramBot
	id  int64

	fileSeq atomic.Int64

	mu       sync.Mutex // guards what follows
	people   map[int64]*TelegramPerson
	queries  map[string]*tapped
	updates  updates
	commands json.RawMessage
	perBot   *bucket // nil: no limit
	perChat  map[int64]*bucket
	limit    TelegramLimits
}

// tapped is a callback query that waits for its answer.
type tapped struct {
	person   *TelegramPerson
	at       time.Time
	answered bool
	text     string
}

// telegramCloud is the API server of all bots.
type telegramCloud struct {
	s    *Simulator
	mu   sync.Mutex
	bots map[string]*Bot // by token
}

func newTelegramCloud(s *Simulator) *telegramCloud {
	return &telegramCloud{s: s, bots: map[string]*Bot{}}
}

// Telegram registers a bot; a token that is known returns the bot it has.
func (s *Simulator) Telegram(o TelegramBot) *Bot {
	c := s.telegram
	c.mu.Lock()
	defer c.mu.Unlock()
	if b := c.bots[o.Token]; b != nil {
		return b
	}
	digits, _, _ := strings.Cut(o.Token, ":")
	id, _ := strconv.ParseInt(digits, 10, 64)
	if o.Username == "" {
		o.Username = "bot" + digits
	}
	if o.Name == "" {
		o.Name = o.Username
	}
	sinceDay1 := s.now().Unix() - time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	if o.FirstMessage == 0 {
		o.FirstMessage = max(sinceDay1, 1)
	}
	if o.FirstUpdate == 0 {
		o.FirstUpdate = max(sinceDay1, 1) * 10
	}
	b := &Bot{s: s, opt: o, id: id, people: map[int64]*TelegramPerson{}, queries: map[string]*tapped{}, perChat: map[int64]*bucket{}}
	b.updates = newUpdates(o.FirstUpdate)
	c.bots[o.Token] = b
	return b
}

// Username is the bot's name in the ledger and in the control API.
func (b *Bot) Username() string { return b.opt.Username }

// refusal is an error of the Bot API (Bot API, Making requests).
type refusal struct {
	code       int
	text       string
	retryAfter int
}

func bad(format string, a ...any) *refusal {
	return &refusal{code: http.StatusBadRequest, text: "Bad Request: " + fmt.Sprintf(format, a...)}
}

func (r *refusal) answer() answer {
	v := obj{"ok": false, "error_code": r.code, "description": r.text}
	if r.retryAfter > 0 {
		v["parameters"] = obj{"retry_after": r.retryAfter}
	}
	a := jsonAnswer(r.code, v)
	a.problem = r.text
	if r.retryAfter > 0 {
		a.header.Set("Retry-After", strconv.Itoa(r.retryAfter))
	}
	return a
}

// method is one method of the Bot API: its result, or why not.
type method func(ctx context.Context, p params) (any, *refusal)

// open understands /telegram/bot<token>/<method> (Bot API, Making requests).
func (c *telegramCloud) open(r *http.Request) exchange {
	x := exchange{call: Call{Kind: kindTelegram}, fail: telegramFailure}
	refuse := func(code int, text string) exchange {
		x.run = func(context.Context) answer { return (&refusal{code: code, text: text}).answer() }
		return x
	}
	path, isBot := strings.CutPrefix(r.URL.Path, "/telegram/bot")
	token, name, whole := strings.Cut(path, "/")
	x.call.Method = name
	p, err := readParams(r)
	x.call.Params, x.call.Files = p.values, p.sizes()
	if !isBot || !whole || !strings.Contains(token, ":") || strings.Contains(name, "/") {
		return refuse(http.StatusNotFound, "Not Found")
	}
	c.mu.Lock()
	b := c.bots[token]
	c.mu.Unlock()
	if b == nil {
		return refuse(http.StatusUnauthorized, "Unauthorized")
	}
	x.call.Account = b.opt.Username
	if err != nil {
		return refuse(err.code, err.text)
	}
	m, known := b.method(name)
	if !known {
		return refuse(http.StatusNotFound, "Not Found: method not found")
	}
	x.run = func(ctx context.Context) answer { return answerOf(m(ctx, p)) }
	return x
}

func answerOf(result any, r *refusal) answer {
	if r != nil {
		return r.answer()
	}
	whole := obj{"ok": true, "result": result}
	if d, ok := result.(described); ok {
		whole["description"] = d.description
	}
	a := jsonAnswer(http.StatusOK, whole)
	if list, ok := result.([]obj); ok && len(list) > 0 {
		result = list[0]
	}
	if m, ok := result.(obj); ok {
		if chat, ok := m["chat"].(obj); ok {
			a.messageID = fmt.Sprintf("%v/%v", chat["id"], m["message_id"])
		}
	}
	return a
}

func telegramFailure(status, retryAfter int) answer {
	r := &refusal{code: status, text: http.StatusText(status), retryAfter: retryAfter}
	if status == http.StatusTooManyRequests {
		r.text = fmt.Sprintf("Too Many Requests: retry after %d", retryAfter)
	}
	return r.answer()
}

// method finds a method by its name, which is not case-sensitive.
func (b *Bot) method(name string) (method, bool) {
	m, ok := map[string]method{
		"getme": b.getMe, "getupdates": b.getUpdates, "setwebhook": b.setWebhook, "deletewebhook": b.deleteWebhook,
		"getwebhookinfo": b.getWebhookInfo, "sendmessage": b.sendMessage, "sendlocation": b.sendLocation, "sendvenue": b.sendVenue,
		"sendcontact": b.sendContact, "sendmediagroup": b.sendMediaGroup, "sendchataction": b.sendChatAction,
		"sendphoto": b.sendFile("photo"), "sendvideo": b.sendFile("video"), "sendaudio": b.sendFile("audio"),
		"sendvoice": b.sendFile("voice"), "senddocument": b.sendFile("document"), "sendanimation": b.sendFile("animation"),
		"sendsticker": b.sendFile("sticker"), "sendvideonote": b.sendFile("video_note"),
		"answercallbackquery": b.answerCallbackQuery, "editmessagetext": b.editMessageText, "editmessagecaption": b.editMessageCaption,
		"editmessagereplymarkup": b.editMessageReplyMarkup, "deletemessage": b.deleteMessage, "getfile": b.getFile,
		"setmessagereaction": b.setMessageReaction, "getchat": b.getChat,
		"setmycommands": b.setMyCommands, "getmycommands": b.getMyCommands, "deletemycommands": b.deleteMyCommands,
	}[strings.ToLower(name)]
	return m, ok
}

// user is the bot as Telegram shows it (Bot API, User).
func (b *Bot) user() obj {
	return obj{"id": b.id, "is_bot": true, "first_name": b.opt.Name, "username": b.opt.Username}
}

func (b *Bot) getMe(context.Context, params) (any, *refusal) {
	u := b.user()
	u["can_join_groups"], u["can_read_all_group_messages"], u["supports_inline_queries"] = true, false, false
	u["can_connect_to_business"], u["has_main_web_app"] = false, false
	return u, nil
}

func (b *Bot) getChat(_ context.Context, p params) (any, *refusal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	z, r := b.reachable(p)
	if r != nil {
		return nil, r
	}
	c := z.chat()
	c["accent_color_id"], c["max_reaction_count"] = 0, 11
	return c, nil
}

// setMyCommands keeps the list for getMyCommands (Bot API, setMyCommands: at
// most 100).
func (b *Bot) setMyCommands(_ context.Context, p params) (any, *refusal) {
	var list []struct{ Command, Description string }
	if !p.json("commands", &list) || len(list) > 100 {
		return nil, bad("can't parse list of bot commands")
	}
	for _, c := range list {
		if c.Command == "" || len(c.Command) > 32 || c.Description == "" || units(c.Description) > 256 {
			return nil, bad("BOT_COMMAND_INVALID")
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.commands = json.RawMessage(p.values["commands"])
	return true, nil
}

func (b *Bot) getMyCommands(context.Context, params) (any, *refusal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.commands == nil {
		return []obj{}, nil
	}
	return b.commands, nil
}

func (b *Bot) deleteMyCommands(context.Context, params) (any, *refusal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.commands = nil
	return true, nil
}
