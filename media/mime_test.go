package media_test

import (
	"mime"
	"strings"
	"testing"

	"causeway/media"
)

func TestTypeOf(t *testing.T) {
	const (
		png  = "\x89PNG\r\n\x1a\n"
		zip  = "PK\x03\x04"
		docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	)
	opus := "OggS" + strings.Repeat("\x00", 24) + "OpusHead"
	for _, test := range []struct{ head, claimed, want string }{
		{png, "image/png", "image/png"},
		{png, "", "image/png"},
		{png, "text/html", "image/png"},
		{png, "image/jpeg", "image/png"},
		{"\xff\xd8\xff\xe0", "IMAGE/JPEG", "image/jpeg"},
		{"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", "image/webp"},
		{opus, "audio/ogg; codecs=opus", "audio/ogg; codecs=opus"},
		{opus, "", "audio/ogg; codecs=opus"},
		{opus, "audio/opus", "audio/opus"},
		{"OggS\x00", "audio/ogg", "audio/ogg"},
		{"OggS\x00", "image/png", "application/ogg"},
		{"\x00\x00\x00\x18ftypmp42", "video/mp4", "video/mp4"},
		{"\x00\x00\x00\x18ftypmp42", "audio/mp4", "audio/mp4"},
		{"\x00\x00\x00\x18ftypM4A ", "audio/x-m4a", "audio/x-m4a"},
		{"\x00\x00\x00\x18ftypheic", "", "image/heic"},
		{"\x00\x00\x00\x18ftypqt  ", "video/quicktime", "video/quicktime"},
		{"#!AMR\n", "audio/amr", "audio/amr"},
		{"ID3\x03", "audio/mpeg", "audio/mpeg"},
		{"%PDF-1.4", "application/pdf", "application/pdf"},
		{"%PDF-1.4", "text/html", "application/pdf"},
		{"not a pdf\x00\x01", "application/pdf", "application/octet-stream"},
		{zip, docx, docx},
		{zip, "text/html", "application/zip"},
		{"\x1f\x8b\x08", "application/x-tgsticker", "application/x-tgsticker"},
		{"BEGIN:VCARD", "text/vcard", "text/vcard; charset=utf-8"},
		{"a,b", "text/csv", "text/csv; charset=utf-8"},
		{`{"a":1}`, "application/json", "application/json"},
		{"plain", "text/html", "text/plain; charset=utf-8"},
		{"<html><script>", "text/plain", "text/html; charset=utf-8"},
		{"<html><script>", "image/png", "text/html; charset=utf-8"},
		{"<svg xmlns=", "image/svg+xml", "text/plain; charset=utf-8"},
		{"alert(1)", "text/javascript", "text/plain; charset=utf-8"},
		{"\x00\x01\x02", "application/x-something", "application/x-something"},
		{"\x00\x01\x02", "image/png", "application/octet-stream"},
		{"\x00\x01\x02", "text/plain", "application/octet-stream"},
		{"\x00\x01\x02", "application/xhtml+xml", "application/octet-stream"},
		{"\x00\x01\x02", "nonsense;;;", "application/octet-stream"},
		{"\x00\x01\x02", "a/b; x=\"\r\nSet-Cookie: y\"", "application/octet-stream"},
		{"", "", "text/plain; charset=utf-8"},
	} {
		if got := media.TypeOf([]byte(test.head), test.claimed); got != test.want {
			t.Errorf("%.12q claimed as %q: got %s, want %s", test.head, test.claimed, got, test.want)
		}
	}
}

func TestServeHeaders(t *testing.T) {
	for _, test := range []struct{ mime, name, wantType, disposition string }{
		{"image/png", "a.png", "image/png", "inline"},
		{"audio/ogg; codecs=opus", "", "audio/ogg; codecs=opus", "inline"},
		{"application/pdf", "x.pdf", "application/pdf", "inline"},
		{"text/html; charset=utf-8", "x.html", "application/octet-stream", "attachment"},
		{"TEXT/HTML", "", "application/octet-stream", "attachment"},
		{"image/svg+xml", "x.svg", "application/octet-stream", "attachment"},
		{"application/xhtml+xml", "", "application/octet-stream", "attachment"},
		{"text/javascript", "", "application/octet-stream", "attachment"},
		{"text/plain; charset=utf-8", "x.txt", "text/plain; charset=utf-8", "attachment"},
		{"", "", "application/octet-stream", "attachment"},
		{"nonsense\r\nX: y", "", "application/octet-stream", "attachment"},
		{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "x", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment"},
	} {
		h := media.ServeHeaders(test.mime, test.name)
		how, _, err := mime.ParseMediaType(h.Get("Content-Disposition"))
		csp := h.Get("Content-Security-Policy")
		if err != nil || how != test.disposition || h.Get("Content-Type") != test.wantType ||
			h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(csp, "default-src 'none'") ||
			strings.Contains(csp, "sandbox") != (how == "attachment") {
			t.Errorf("%q: %v", test.mime, h)
		}
	}
	for name, want := range map[string]string{
		"../../etc/passwd": "passwd", `C:\x\y.doc`: "y.doc", "a\r\nSet-Cookie: b": "aSet-Cookie: b", "gpj.\u202eexe": "gpj.exe",
		"Übersicht 1.pdf": "Übersicht 1.pdf", `q"uote`: `q"uote`, "..": "", "": "", strings.Repeat("x", 400) + ".png": strings.Repeat("x", 146) + ".png",
	} {
		value := media.ServeHeaders("image/png", name).Get("Content-Disposition")
		how, params, err := mime.ParseMediaType(value)
		if err != nil || how != "inline" || params["filename"] != want || strings.ContainsAny(value, "\r\n") {
			t.Errorf("%q: got %q (%v)", name, value, err)
		}
	}
}
