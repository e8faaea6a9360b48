package simulator

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	maxTelegramFile  = 50 << 20 // Bot API, Sending files: "10 MB max size for photos, 50 MB for other files"
	maxTelegramPhoto = 10 << 20
	maxValue         = 1 << 20 // of one parameter: our own bound
)

// params are a call's parameters in one form, however they came: nested values
// are JSON texts (Bot API, Making requests).
type params struct {
	values map[string]string
	files  map[string]upload
}

type upload struct {
	name, mime string
	data       []byte
}

// readParams reads query, urlencoded, JSON and multipart parameters. Multipart
// may be streamed without a length.
func readParams(r *http.Request) (params, *refusal) {
	p := params{values: map[string]string{}, files: map[string]upload{}}
	p.take(r.URL.Query())
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || r.Method == http.MethodGet {
		return p, nil
	}
	switch kind {
	case "multipart/form-data":
		return p, p.readMultipart(r)
	case "application/json":
		return p, p.readJSON(r.Body)
	case "application/x-www-form-urlencoded":
		body, err := io.ReadAll(io.LimitReader(r.Body, maxValue))
		if err != nil {
			return p, bad("can't read the request")
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return p, bad("can't parse the request")
		}
		p.take(form)
	}
	return p, nil
}

func (p params) take(form url.Values) {
	for k, v := range form {
		p.values[k] = v[0]
	}
}

func (p params) readJSON(body io.Reader) *refusal {
	var fields map[string]json.RawMessage
	if err := json.NewDecoder(io.LimitReader(body, maxValue)).Decode(&fields); err != nil && !errors.Is(err, io.EOF) {
		return bad("can't parse JSON object")
	}
	for k, v := range fields {
		var text string
		switch {
		case string(v) == "null":
		case json.Unmarshal(v, &text) == nil:
			p.values[k] = text
		default:
			p.values[k] = string(v)
		}
	}
	return nil
}

func (p params) readMultipart(r *http.Request) *refusal {
	parts, err := r.MultipartReader()
	if err != nil {
		return bad("can't parse multipart")
	}
	for total := 0; ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return bad("can't parse multipart")
		}
		data, err := io.ReadAll(io.LimitReader(part, maxTelegramFile+1))
		if err != nil {
			return bad("can't read multipart")
		}
		if total += len(data); total > maxTelegramFile {
			return &refusal{code: http.StatusRequestEntityTooLarge, text: "Request Entity Too Large"}
		}
		if part.FileName() == "" {
			p.values[part.FormName()] = string(data)
			continue
		}
		p.files[part.FormName()] = upload{name: part.FileName(), mime: part.Header.Get("Content-Type"), data: data}
	}
}

func (p params) sizes() map[string]int {
	if len(p.files) == 0 {
		return nil
	}
	sizes := map[string]int{}
	for k, f := range p.files {
		sizes[k] = len(f.data)
	}
	return sizes
}

func (p params) int(name string) (int64, bool) {
	n, err := strconv.ParseInt(p.values[name], 10, 64)
	return n, err == nil
}

func (p params) float(name string) (float64, bool) {
	n, err := strconv.ParseFloat(p.values[name], 64)
	return n, err == nil
}

func (p params) bool(name string) bool {
	switch strings.ToLower(p.values[name]) {
	case "true", "1", "yes", "t":
		return true
	}
	return false
}

// json decodes a nested value, and reports whether it was there and whole.
func (p params) json(name string, into any) bool {
	return json.Unmarshal([]byte(p.values[name]), into) == nil
}
