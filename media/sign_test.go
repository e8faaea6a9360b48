package media_test

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"causeway/core"
	"causeway/media"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func signed(t *testing.T, f *media.Folder, id int64) (path, expires, sig string) {
	t.Helper()
	u, err := url.Parse(f.URL(id, now))
	if err != nil {
		t.Fatal(err)
	}
	return u.Scheme + "://" + u.Host + u.Path, u.Query().Get("expires"), u.Query().Get("sig")
}

func TestURL(t *testing.T) {
	f := open(t, t.TempDir(), media.Options{BaseURL: "https://chat.example.com/", TTL: time.Hour})
	path, expires, sig := signed(t, f, 77)
	if path != "https://chat.example.com/api/v1/media/77" || expires != "1777640400" {
		t.Errorf("got %s, %s", path, expires)
	}
	flipped := []byte(sig)
	flipped[3] ^= 1
	for name, test := range map[string]struct {
		id           int64
		expires, sig string
		at           time.Time
		want         error
	}{
		"fresh":            {77, expires, sig, now, nil},
		"at the last":      {77, expires, sig, now.Add(time.Hour - time.Second), nil},
		"expired":          {77, expires, sig, now.Add(time.Hour), media.ErrExpired},
		"other file":       {78, expires, sig, now, media.ErrSignature},
		"longer":           {77, "1777640401", sig, now, media.ErrSignature},
		"other writing":    {77, "0" + expires, sig, now, media.ErrSignature},
		"shifted":          {7, "7" + expires, sig, now, media.ErrSignature},
		"tampered":         {77, expires, string(flipped), now, media.ErrSignature},
		"cut":              {77, expires, sig[:20], now, media.ErrSignature},
		"padded":           {77, expires, sig + "=", now, media.ErrSignature},
		"none":             {77, expires, "", now, media.ErrSignature},
		"nothing":          {77, "", "", now, media.ErrSignature},
		"expired tampered": {77, expires, string(flipped), now.Add(2 * time.Hour), media.ErrSignature},
	} {
		if err := f.Verify(test.id, test.expires, test.sig, test.at); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir, media.Options{})
	_, expires, sig := signed(t, first, 1)
	if err := open(t, dir, media.Options{}).Verify(1, expires, sig, now); err != nil {
		t.Errorf("the folder's key is not the same again: %v", err)
	}
	if err := open(t, t.TempDir(), media.Options{}).Verify(1, expires, sig, now); !errors.Is(err, media.ErrSignature) {
		t.Errorf("another folder: %v", err)
	}
	if err := open(t, dir, media.Options{ReadOnly: true}).Verify(1, expires, sig, now); !errors.Is(err, media.ErrSignature) {
		t.Errorf("without a key: %v", err)
	}
	given := media.Options{Key: core.Secret(strings.Repeat("k", 32))}
	_, expires, sig = signed(t, open(t, t.TempDir(), given), 1)
	if err := open(t, t.TempDir(), given).Verify(1, expires, sig, now); err != nil {
		t.Errorf("a key that was given: %v", err)
	}
	if _, err := media.Open(t.TempDir(), media.Options{Key: "short"}); err == nil || strings.Contains(err.Error(), "short\"") {
		t.Errorf("a short key: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".key"), []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := media.Open(dir, media.Options{}); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a damaged key: %v", err)
	}
}
