package instagram

import (
	"context"
	"encoding/json"

	"causeway/connectors/kit"
	"causeway/core"
)

// hasUpload reports whether a file of the message stands where Meta cannot fetch it.
func (m sent) hasUpload() bool {
	return m.Attachment != nil && m.Attachment.Payload.URL != "" && !kit.Fetchable(m.Attachment.Payload.URL)
}

// uploaded is o with its file given to Meta, and named by its id, which lives 90
// days: Meta's page "Attachment Upload API". A failure of it is never Ambiguous: a
// file that was given twice does no harm.
func (a *account) uploaded(ctx context.Context, o outgoing) (outgoing, error) {
	id, err := a.upload(ctx, *o.Message.Attachment)
	if err != nil {
		return o, kit.Harmless(err, "the file could not be given to Meta; it is tried again")
	}
	o.Message.Attachment = &attached{Type: o.Message.Attachment.Type, Payload: shown{ID: id}}
	return o, nil
}

func (a *account) upload(ctx context.Context, of attached) (string, error) {
	file, err := a.env.Load(ctx, of.Payload.URL, mostBytes(of.Type), "Meta")
	if err != nil {
		return "", err
	}
	defer file.Body.Close() //nolint:errcheck // read only
	// Reusable, because our own call may be made again.
	message, err := json.Marshal(map[string]any{"attachment": map[string]any{"type": of.Type, "payload": map[string]any{"is_reusable": true}}})
	if err != nil {
		return "", &core.Fault{Kind: core.Permanent, Code: "upload", Message: "the file cannot be written into a form", Err: err}
	}
	fields := [][2]string{{"message", string(message)}}
	if a.platform != "" {
		fields = append(fields, [2]string{"platform", a.platform})
	}
	req, err := file.Form(ctx, a.attachments, "filedata", file.Type("", nil, byEnd), fields...)
	if err != nil {
		return "", err
	}
	return a.env.Upload(a.client, req, a.key, "attachment_id", a.sort, a.secrets...)
}

// mostBytes is the largest file of a type, as for those that Meta fetches.
func mostBytes(as string) int64 {
	if as == attachmentTypes[core.Image] {
		return maxImage
	}
	return maxFile
}

// byEnd are the sorts by the end of a file's name.
var byEnd = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
	".mp4": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime", ".avi": "video/x-msvideo", ".ogv": "video/ogg",
	".m4a": "audio/mp4", ".aac": "audio/aac", ".wav": "audio/wav", ".mp3": "audio/mpeg", ".pdf": "application/pdf",
}
