package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-telegram/bot"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

// Send implements core.Connector. What Telegram refused for its markup is sent
// as plain text, and a file that it does not fetch is uploaded: in both cases
// the refused call sent nothing.
func (c *Connector) Send(ctx context.Context, p core.Payload) (core.ProviderID, error) {
	id, f := c.call(ctx, p)
	if f != nil && f.Code == codeFetch {
		if up, file := c.uploaded(ctx, p); file != nil {
			id, f = c.call(ctx, up)
			file.Close()
		}
	}
	if f != nil && f.Code == codeMarkup {
		if plain, ok := unmarked(p); ok {
			id, f = c.call(ctx, plain)
		}
	}
	if f != nil {
		return "", f
	}
	return id, nil
}

// call makes one call through the library, and judges it by the bytes that came
// back: the library says neither the status nor, if it cannot decode what was
// sent, that it was sent.
func (c *Connector) call(ctx context.Context, p core.Payload) (core.ProviderID, *core.Fault) {
	seen := &record{}
	err := c.dispatch(context.WithValue(ctx, recordKey{}, seen), p.Body)
	if !seen.made {
		return "", &core.Fault{Kind: core.Permanent, Code: "request", Message: "the call cannot be written", Err: err}
	}
	if seen.err != nil {
		return "", kit.NoAnswer(seen.err)
	}
	return c.judge(seen.answer)
}

func (c *Connector) dispatch(ctx context.Context, body any) error {
	var err error
	switch b := body.(type) {
	case *bot.SendMessageParams:
		_, err = c.bot.SendMessage(ctx, b)
	case *bot.SendPhotoParams:
		_, err = c.bot.SendPhoto(ctx, b)
	case *bot.SendVideoParams:
		_, err = c.bot.SendVideo(ctx, b)
	case *bot.SendAudioParams:
		_, err = c.bot.SendAudio(ctx, b)
	case *bot.SendVoiceParams:
		_, err = c.bot.SendVoice(ctx, b)
	case *bot.SendDocumentParams:
		_, err = c.bot.SendDocument(ctx, b)
	case *bot.SendStickerParams:
		_, err = c.bot.SendSticker(ctx, b)
	case *bot.SendMediaGroupParams:
		_, err = c.bot.SendMediaGroup(ctx, b)
	case *bot.SendLocationParams:
		_, err = c.bot.SendLocation(ctx, b)
	case *bot.SendVenueParams:
		_, err = c.bot.SendVenue(ctx, b)
	case *bot.SendContactParams:
		_, err = c.bot.SendContact(ctx, b)
	case *bot.AnswerCallbackQueryParams:
		_, err = c.bot.AnswerCallbackQuery(ctx, b)
	default:
		err = fmt.Errorf("a %T is no call of the Bot API", body)
	}
	return err
}

// chatPause is the longest wait that is taken to bind one chat alone: Telegram
// does not tell its limit of a chat, about one message a second, from that of
// the bot. Bots FAQ, "My bot is hitting limits".
const chatPause = 5 * time.Second

// reply is the shape of every answer. Bot API, "Making requests".
type reply struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter float64 `json:"retry_after"`
		MigrateTo  int64   `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

func (c *Connector) judge(a kit.Answer) (core.ProviderID, *core.Fault) {
	var r reply
	if json.Unmarshal(a.Body, &r) != nil || (!r.OK && r.Code == 0) {
		if a.OK() {
			return "", &core.Fault{Kind: core.Ambiguous, Code: "unreadable_answer", Message: "Telegram answered, and it cannot be read"}
		}
		return "", kit.Sort(a, c.set.Token, c.set.Secret)
	}
	if r.OK {
		return sentAs(r.Result), nil
	}
	if done(r.Code, r.Description) {
		return "", nil
	}
	f := faults.Fault(r.Code, r.Description)
	if f == nil {
		f = kit.Sort(a, c.set.Token, c.set.Secret)
	}
	switch {
	case f.Kind == core.RateLimited:
		f.After = max(kit.Wait(r.Parameters.RetryAfter), kit.RetryAfter(a.Header, a.At))
		f.Pair = f.After <= chatPause
	case r.Parameters.MigrateTo != 0:
		f.Code, f.Message = "migrated", fmt.Sprintf("the group is now %d; write there", r.Parameters.MigrateTo)
	case refused(r.Code, r.Description) != "":
		f.Code = refused(r.Code, r.Description)
	}
	return "", f
}

// sentAs names what was sent: a message, or the first of a group. It is empty
// for a call that sends nothing, and for message 0, which was only scheduled.
func sentAs(result json.RawMessage) core.ProviderID {
	type sent struct {
		ID   int `json:"message_id"`
		Chat struct {
			ID int64 `json:"id"`
		} `json:"chat"`
	}
	var several []sent
	if json.Unmarshal(result, &several) != nil {
		several = make([]sent, 1)
		if json.Unmarshal(result, &several[0]) != nil {
			return ""
		}
	}
	if len(several) == 0 || several[0].ID == 0 {
		return ""
	}
	return providerID(several[0].Chat.ID, several[0].ID)
}

// wire is the library's way out. It keeps what passes for call.
type wire struct {
	client *egress.Client
	now    func() time.Time
}

type recordKey struct{}

// record is what passed in one call.
type record struct {
	made   bool
	answer kit.Answer
	err    error
}

// replayable bounds, in bytes, what is held of a request so that it can be
// written again on a connection that turned out dead before anything was.
const replayable = 256 << 10

// Do implements the library's HttpClient.
func (w wire) Do(req *http.Request) (*http.Response, error) {
	seen, _ := req.Context().Value(recordKey{}).(*record)
	if seen == nil {
		return nil, errors.New("a call that nobody watches")
	}
	seen.made = true
	if seen.err = hold(req); seen.err != nil {
		return nil, seen.err
	}
	resp, err := w.client.Do(req)
	if err != nil {
		seen.err = err
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		seen.err = err
		return nil, err
	}
	seen.answer = kit.Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, At: w.now()}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// hold reads a request's body, which the library streams, so that it has a
// length and can be read again. A longer one stays a stream.
func hold(req *http.Request) error {
	body, err := io.ReadAll(io.LimitReader(req.Body, replayable+1))
	if err != nil {
		return &egress.Error{Method: req.Method, Host: req.URL.Host, Err: err}
	}
	if len(body) > replayable {
		req.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(body), req.Body), req.Body}
		return nil
	}
	stream := req.Body
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody()
	req.ContentLength = int64(len(body))
	return stream.Close()
}
