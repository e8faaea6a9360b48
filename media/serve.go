package media

import (
	"mime"
	"net/http"
	"path"
	"strings"
	"unicode"
)

// shown are the types that a browser may show in place; all else is downloaded.
var shown = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/avif": true, "image/bmp": true,
	"audio/ogg": true, "audio/opus": true, "audio/mpeg": true, "audio/mp4": true, "audio/aac": true, "audio/amr": true,
	"audio/wave": true, "audio/wav": true, "audio/webm": true, "audio/flac": true,
	"video/mp4": true, "video/webm": true, "video/ogg": true, "video/quicktime": true, "video/3gpp": true,
	"application/ogg": true, "application/pdf": true,
}

// ServeHeaders is what to say with a file of the given type and name; the name
// may be empty. A file that a stranger sent cannot run in our page's name: what
// is not plainly a picture, a sound, a film or a PDF is downloaded, and nothing
// may load or run anything.
func ServeHeaders(mimeType, name string) http.Header {
	base, params, err := mime.ParseMediaType(mimeType)
	if err != nil || Active(base) {
		base, params = unknown, nil
	}
	h := http.Header{}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, max-age=3600")
	h.Set("Content-Type", mime.FormatMediaType(base, params))
	if shown[base] {
		h.Set("Content-Disposition", disposition("inline", name))
		h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'")
		return h
	}
	h.Set("Content-Disposition", disposition("attachment", name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	return h
}

// disposition names the file, without folders and without characters that hide
// or reorder others.
func disposition(how, name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > 150 {
		name = string(runes[len(runes)-150:])
	}
	if strings.Trim(name, "./ ") == "" {
		return how
	}
	if value := mime.FormatMediaType(how, map[string]string{"filename": name}); value != "" {
		return value
	}
	return how
}
