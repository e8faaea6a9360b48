package media

import (
	"bytes"
	"mime"
	"net/http"
	"strings"
)

// sniffed is how many bytes at the beginning tell a file's type.
const sniffed = 512

// unknown is the type of a file that tells nothing about itself.
const unknown = "application/octet-stream"

// TypeOf is the type of a file that begins with head. What the other side
// claims is kept only if the file may be that; what a browser would run is
// never believed to be it on a claim.
func TypeOf(head []byte, claimed string) string {
	found := sniff(head)
	base, params, err := mime.ParseMediaType(claimed)
	if err != nil || len(claimed) > 200 {
		return found
	}
	if !may(found, base) {
		return found
	}
	if codecs := params["codecs"]; codecs != "" {
		return mime.FormatMediaType(base, map[string]string{"codecs": codecs})
	}
	if strings.HasPrefix(base, "text/") {
		return base + "; charset=utf-8"
	}
	return base
}

// marks are the beginnings of files that net/http does not know.
var marks = []struct {
	offset int
	bytes  string
	mime   string
}{
	{28, "OpusHead", "audio/ogg; codecs=opus"},
	{0, "OggS", "application/ogg"},
	{4, "ftypM4A", "audio/mp4"},
	{4, "ftypM4B", "audio/mp4"},
	{4, "ftyp3gp", "video/3gpp"},
	{4, "ftyp3g2", "video/3gpp2"},
	{4, "ftypqt", "video/quicktime"},
	{4, "ftypheic", "image/heic"},
	{4, "ftypheix", "image/heic"},
	{4, "ftypmif1", "image/heif"},
	{4, "ftypavif", "image/avif"},
	{4, "ftyp", "video/mp4"},
	{0, "#!AMR", "audio/amr"},
	{0, "\xff\xf1", "audio/aac"},
	{0, "\xff\xf9", "audio/aac"},
	{0, "\xff\xfb", "audio/mpeg"},
	{0, "\xff\xf3", "audio/mpeg"},
	{0, "fLaC", "audio/flac"},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"},
	{0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"},
	{0, "II*\x00", "image/tiff"},
	{0, "MM\x00*", "image/tiff"},
}

func sniff(head []byte) string {
	for _, m := range marks {
		if len(head) > m.offset && bytes.HasPrefix(head[m.offset:], []byte(m.bytes)) {
			return m.mime
		}
	}
	return http.DetectContentType(head)
}

// families are containers: a file that is found to be the first may well be
// one of the others.
var families = map[string][]string{
	"application/ogg":           {"audio/ogg", "video/ogg", "audio/opus"},
	"audio/ogg":                 {"audio/opus", "application/ogg"},
	"video/mp4":                 {"audio/mp4", "audio/m4a", "audio/x-m4a", "audio/aac", "video/quicktime", "video/x-m4v", "video/3gpp", "audio/3gpp"},
	"audio/mp4":                 {"audio/m4a", "audio/x-m4a", "audio/aac"},
	"video/3gpp":                {"audio/3gpp", "video/mp4"},
	"video/quicktime":           {"video/mp4"},
	"video/webm":                {"audio/webm", "video/x-matroska", "audio/x-matroska"},
	"audio/mpeg":                {"audio/mp3", "audio/x-mpeg"},
	"audio/wave":                {"audio/wav", "audio/x-wav", "audio/vnd.wave"},
	"audio/amr":                 {"audio/amr-wb", "audio/3gpp"},
	"image/heic":                {"image/heif"},
	"image/heif":                {"image/heic", "image/avif"},
	"image/x-icon":              {"image/vnd.microsoft.icon"},
	"application/x-gzip":        {"application/gzip", "application/x-tgsticker", "application/x-tar", "application/x-gtar"},
	"application/x-ole-storage": {"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/vnd.ms-outlook", "application/x-msi"},
	"application/zip":           {"application/epub+zip", "application/x-zip-compressed", "application/java-archive"},
	"text/plain":                {"application/json", "application/rtf", "application/x-subrip", "application/x-yaml", "application/yaml", "application/toml"},
}

// may reports whether a file found to be one type may be claimed as another.
func may(found, claimed string) bool {
	found, _, _ = strings.Cut(found, ";")
	if found == claimed {
		return true
	}
	if Active(claimed) {
		return false
	}
	for _, other := range families[found] {
		if other == claimed {
			return true
		}
	}
	switch found {
	case "text/plain":
		return strings.HasPrefix(claimed, "text/")
	case "application/zip":
		return strings.HasPrefix(claimed, "application/vnd.")
	case unknown:
		return !telling(claimed)
	default:
		return false
	}
}

// telling reports whether files of the type tell it by their beginning, so that
// one which does not is something else.
func telling(claimed string) bool {
	switch claimed {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "application/pdf", "application/zip", "audio/ogg", "video/webm":
		return true
	}
	return strings.HasPrefix(claimed, "text/")
}

// Active reports whether a browser might run what is of this type as a page or
// a script.
func Active(mimeType string) bool {
	base, _, _ := strings.Cut(strings.ToLower(mimeType), ";")
	base = strings.TrimSpace(base)
	for _, word := range []string{"html", "xml", "svg", "script", "css", "flash", "wasm", "java"} {
		if strings.Contains(base, word) {
			return !strings.HasPrefix(base, "application/vnd.openxmlformats")
		}
	}
	return false
}
