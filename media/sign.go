package media

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// Errors of Verify.
var (
	ErrSignature = errors.New("the address is not signed by us")
	ErrExpired   = errors.New("the address has expired")
)

// keyName is the file of the folder's own key, and keySize its length in bytes.
const (
	keyName = ".key"
	keySize = 32
)

// URL implements core.Keeper. The address holds for Options.TTL from now. It
// does not matter whether the file is kept yet.
func (f *Folder) URL(id int64, now time.Time) string {
	expires := strconv.FormatInt(now.Add(f.options.TTL).Unix(), 10)
	return fmt.Sprintf("%s/api/v1/media/%d?expires=%s&sig=%s", f.options.BaseURL, id, expires,
		base64.RawURLEncoding.EncodeToString(f.signature(id, expires)))
}

// Verify checks the query of an address that URL made. It returns ErrSignature
// or ErrExpired.
func (f *Folder) Verify(id int64, expires, sig string, now time.Time) error {
	given, err := base64.RawURLEncoding.Strict().DecodeString(sig)
	if err != nil || len(f.key) == 0 || !hmac.Equal(given, f.signature(id, expires)) {
		return ErrSignature
	}
	at, err := strconv.ParseInt(expires, 10, 64)
	if err != nil {
		return ErrSignature
	}
	if now.Unix() >= at {
		return ErrExpired
	}
	return nil
}

func (f *Folder) signature(id int64, expires string) []byte {
	mac := hmac.New(sha256.New, f.key)
	mac.Write(fmt.Appendf(nil, "causeway media\n%d\n%s", id, expires))
	return mac.Sum(nil)
}

// signingKey is the key given, or the folder's own, which is made once.
func (f *Folder) signingKey() ([]byte, error) {
	if given := f.options.Key.Reveal(); given != "" {
		if len(given) < keySize {
			return nil, fmt.Errorf("the key is shorter than %d bytes", keySize)
		}
		return []byte(given), nil
	}
	key, err := f.readKey()
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := f.makeKey(); err != nil {
		return nil, err
	}
	return f.readKey()
}

func (f *Folder) readKey() ([]byte, error) {
	text, err := f.root.ReadFile(keyName)
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keySize {
		return nil, fmt.Errorf("the file %s in it is damaged; delete it, and a new one is made (addresses given out stop working)", keyName)
	}
	return key, nil
}

// makeKey writes a new key unless another process was quicker: the first one
// stays.
func (f *Folder) makeKey() error {
	key := make([]byte, keySize)
	if _, err := io.ReadFull(f.options.Random, key); err != nil {
		return err
	}
	file, name, err := f.create(".")
	if err != nil {
		return err
	}
	_, err = file.WriteString(hex.EncodeToString(key) + "\n")
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = f.root.Link(name, keyName)
	}
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	return errors.Join(err, f.root.Remove(name), f.sync("."))
}
