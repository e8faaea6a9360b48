package kit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"

	"causeway/core"
	"causeway/egress"
)

// Form is a call that gives a file to a provider: fields, and then the file as
// the part of that name and MIME type. Its length is told beforehand, and no
// copy of the file is made.
func (f *File) Form(ctx context.Context, address, part, sort string, fields ...[2]string) (*http.Request, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range fields {
		if err := w.WriteField(field[0], field[1]); err != nil {
			return nil, unwritten(err)
		}
	}
	if _, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="` + part + `"; filename="` + f.Name() + `"`},
		"Content-Type":        {sort},
	}); err != nil {
		return nil, unwritten(err)
	}
	before := b.Len()
	if err := w.Close(); err != nil {
		return nil, unwritten(err)
	}
	whole := io.MultiReader(bytes.NewReader(b.Bytes()[:before]), f.Body, bytes.NewReader(b.Bytes()[before:]))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, whole)
	if err != nil {
		return nil, unwritten(errors.New("the URL cannot be read")) // the error would show it
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.ContentLength = int64(b.Len()) + f.Size
	return req, nil
}

// Upload makes the call that gives a file to a provider, and returns the id under
// which the provider keeps it: that field of its answer. sort makes a Fault of an
// answer that refuses, nil if it knows nothing of it.
func (e Env) Upload(client *egress.Client, req *http.Request, key http.Header, id string, sort func(Answer) *core.Fault, secrets ...core.Secret) (string, error) {
	got, err := e.Do(client, req, key)
	if err != nil {
		return "", err
	}
	if !got.OK() {
		if f := sort(got); f != nil {
			return "", f
		}
		return "", Sort(got, secrets...)
	}
	var answer map[string]json.RawMessage
	if err := json.Unmarshal(got.Body, &answer); err == nil {
		var named string
		var number json.Number // as which some write it
		if json.Unmarshal(answer[id], &named) != nil && json.Unmarshal(answer[id], &number) == nil {
			named = number.String()
		}
		if named != "" {
			return named, nil
		}
	}
	return "", &core.Fault{Kind: core.Temporary, Code: "no_file_id", Message: "the provider took the file, but its answer names no id"}
}

func unwritten(err error) *core.Fault {
	return &core.Fault{Kind: core.Permanent, Code: "upload", Message: "the file cannot be written into a form", Err: err}
}

// Do makes a call that was written elsewhere, with the headers of key, and
// returns the whole answer. Its error is a Fault: see NoAnswer.
func (e Env) Do(client *egress.Client, req *http.Request, key http.Header) (Answer, error) {
	for name, values := range key {
		req.Header[name] = values
	}
	resp, err := client.Do(req)
	if err != nil {
		return Answer{}, NoAnswer(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return Answer{}, NoAnswer(err)
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, At: e.Time()}, nil
}

// Harmless makes the error of a call that may be made twice safe to repeat,
// whatever became of it; says is what is told then.
func Harmless(err error, says string) error {
	var f *core.Fault
	if !errors.As(err, &f) || f.Kind != core.Ambiguous {
		return err
	}
	again := *f
	again.Kind, again.Message = core.Temporary, says
	return &again
}
