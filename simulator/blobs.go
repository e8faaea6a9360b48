package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
)

// maxFilesTotal bounds the bytes of all files kept; the oldest go first.
const maxFilesTotal = 256 << 20

// blob is one file at a provider.
type blob struct {
	id, account, kind, name, mime, path string
	unique                              string
	data                                []byte
}

// blobs keeps files by their provider's id.
type blobs struct {
	mu    sync.Mutex
	limit int
	total int
	order []string
	byID  map[string]*blob
	paths map[string]*blob // by account and path
}

func newBlobs(limit int) *blobs {
	return &blobs{limit: limit, byID: map[string]*blob{}, paths: map[string]*blob{}}
}

func (l *blobs) put(b *blob) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.byID[b.id] = b
	l.paths[b.account+"/"+b.path] = b
	l.order = append(l.order, b.id)
	l.total += len(b.data)
	for l.total > l.limit && len(l.order) > 1 {
		l.remove(l.order[0])
		l.order = l.order[1:]
	}
}

func (l *blobs) find(account, id string) (*blob, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.byID[id]
	return b, b != nil && b.account == account
}

// at finds a file by its path.
func (l *blobs) at(account, path string) (*blob, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.paths[account+"/"+path]
	return b, b != nil
}

func (l *blobs) drop(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remove(id)
}

// remove forgets a file. The lock is held.
func (l *blobs) remove(id string) {
	if b := l.byID[id]; b != nil {
		l.total -= len(b.data)
		delete(l.byID, id)
		delete(l.paths, b.account+"/"+b.path)
	}
}

// Fetched is a file that was loaded by its URL.
type Fetched struct {
	Type string // Content-Type
	Data []byte
}

// errForeign refuses an address outside this machine.
var errForeign = errors.New("only loopback addresses are fetched")

// fetch loads a URL that a message names, at most limit bytes.
func (s *Simulator) fetch(ctx context.Context, address string, limit int) (Fetched, error) {
	if s.opt.Fetch != nil {
		return s.opt.Fetch(ctx, address)
	}
	u, err := url.Parse(address)
	if err != nil {
		return Fetched{}, fmt.Errorf("fetch: %w", err)
	}
	if !loopbackHost(u.Hostname()) {
		return Fetched{}, errForeign
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Fetched{}, fmt.Errorf("fetch: %w", err)
	}
	w, err := s.client.Do(r)
	if err != nil {
		return Fetched{}, fmt.Errorf("fetch: %w", err)
	}
	defer w.Body.Close()
	if w.StatusCode != http.StatusOK {
		return Fetched{}, fmt.Errorf("fetch: answered %d", w.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(w.Body, int64(limit)+1))
	if err != nil {
		return Fetched{}, fmt.Errorf("fetch: %w", err)
	}
	if len(data) > limit {
		return Fetched{}, fmt.Errorf("fetch: over %d bytes", limit)
	}
	return Fetched{Type: w.Header.Get("Content-Type"), Data: data}, nil
}
