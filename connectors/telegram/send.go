package telegram

import (
	"context"
	"fmt"

	"github.com/go-telegram/bot"

	"causeway/connectors/kit"
	"causeway/core"
)

// Send implements core.Connector. A file that Telegram cannot fetch is uploaded.
// What Telegram refused, and would take in another form, is sent in that form:
// the refused call sent nothing. Each cure is tried once.
func (c *Connector) Send(ctx context.Context, p core.Payload) (core.ProviderID, error) {
	tried := map[cure]bool{}
	if !c.set.LinkPreviews {
		p = unpreviewed(p)
	}
	upload := ownErrand(p)
	v := c.call(ctx, p, upload)
	if upload && v.cure == cureFetch { // no file to be had by us: perhaps by Telegram
		upload, tried[cureFetch] = false, true
		v = c.call(ctx, p, false)
	}
	for v.fault != nil && v.cure != noCure && !tried[v.cure] {
		tried[v.cure] = true
		next, can := cured(p, v)
		if !can {
			break
		}
		refused := v.fault
		upload = v.cure == cureFetch || v.cure == curePicture || upload && v.cure != cureLarge
		if v = c.call(ctx, next, upload); v.cure == cureFetch && upload {
			return "", refused // what Telegram said of the file says it better
		}
		p = next
	}
	if v.fault != nil {
		return "", v.fault
	}
	return v.id, nil
}

// verdict is what came of one call.
type verdict struct {
	id    core.ProviderID
	fault *core.Fault
	cure  cure
	moved int64 // the chat's new id, if it has one
}

// call makes one call through the library, and judges it by the bytes that came
// back. upload has its files fetched by us and sent along.
func (c *Connector) call(ctx context.Context, p core.Payload, upload bool) verdict {
	load := &cargo{}
	defer load.close()
	if upload {
		var v *verdict
		if p, v = c.load(ctx, p, load); v != nil {
			return *v
		}
	}
	seen := &record{}
	err := c.dispatch(context.WithValue(ctx, recordKey{}, seen), p.Op, p.Body)
	switch {
	case !seen.made:
		return verdict{fault: &core.Fault{Kind: core.Permanent, Code: "request", Message: "the call cannot be written", Err: err}}
	case seen.err != nil && load.err() != nil:
		return spilt(load.err())
	case seen.err != nil:
		return verdict{fault: kit.NoAnswer(seen.err)}
	}
	return c.judge(seen.answer)
}

func (c *Connector) dispatch(ctx context.Context, op string, body any) error {
	var err error
	switch b := body.(type) {
	case *bot.SendMessageParams:
		_, err = c.bot.SendMessage(ctx, b)
	case *bot.SendPhotoParams:
		_, err = c.bot.SendPhoto(ctx, b)
	case *bot.SendAnimationParams:
		_, err = c.bot.SendAnimation(ctx, b)
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
	case *bot.EditMessageReplyMarkupParams:
		_, err = c.bot.EditMessageReplyMarkup(ctx, b)
	case *bot.EditMessageTextParams:
		_, err = c.bot.EditMessageText(ctx, b)
	case *bot.DeleteMessageParams:
		_, err = c.bot.DeleteMessage(ctx, b)
	case *bot.SetMessageReactionParams:
		_, err = c.bot.SetMessageReaction(ctx, b)
	case *bot.SendChatActionParams:
		_, err = c.bot.SendChatAction(ctx, b)
	case native:
		err = c.post(ctx, op, b)
	default:
		err = fmt.Errorf("a %T is no call of the Bot API", body)
	}
	return err
}
