// Package media keeps the files that contacts sent, in a folder, and signs the
// addresses under which they can be read for a while. It does not fetch them
// and does not serve them: connectors open, the API answers. It knows no
// message, no channel and no database: a file is a number.
package media

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"causeway/core"
)

// Options says how a Folder behaves.
type Options struct {
	// MaxSize is the largest file kept, in bytes; 100 MB if 0.
	MaxSize int64
	// TTL is how long a signed address holds; a day if 0.
	TTL time.Duration
	// BaseURL is where the API is reached from outside, without a slash at the end.
	BaseURL string
	// Key signs addresses; at least 32 bytes. If it is empty, the folder makes
	// a key of its own once and keeps it beside the files.
	Key core.Secret
	// ReadOnly opens a folder that another process uses: nothing is made, swept
	// or kept, and no address can be signed.
	ReadOnly bool
	// Now is the clock by which leftovers are old; time.Now if nil.
	Now func() time.Time
	// Random makes the key and the names of unfinished files; crypto/rand if nil.
	Random io.Reader
}

// Folder keeps files on disk. It is safe for concurrent use, and several
// processes may use the same folder.
type Folder struct {
	root    *os.Root
	mark    *os.File
	options Options
	key     []byte
	// through lets a test stand between a file and the disk.
	through func(io.Writer) io.Writer

	mu   sync.Mutex
	busy map[int64]chan struct{}
}

var _ core.Keeper = (*Folder)(nil)

// Open opens the folder, makes it (0700) if there is none, and sweeps what
// crashed processes left unfinished. The caller closes it.
func Open(dir string, o Options) (*Folder, error) {
	o = o.withDefaults()
	if !o.ReadOnly {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the media folder: %w", err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the media folder: %w", err)
	}
	f := &Folder{root: root, options: o, busy: map[int64]chan struct{}{}}
	if o.ReadOnly {
		return f, nil
	}
	if err := f.begin(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (o Options) withDefaults() Options {
	if o.MaxSize <= 0 {
		o.MaxSize = 100 << 20
	}
	if o.TTL <= 0 {
		o.TTL = 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	return o
}

func (f *Folder) begin() error {
	mark, alone, err := enterFolder(f.root)
	if err != nil {
		return fmt.Errorf("mark the media folder as used: %w", err)
	}
	f.mark = mark
	if err := f.sweep(alone); err != nil {
		return fmt.Errorf("sweep the media folder: %w", err)
	}
	if err := stayIn(mark); err != nil {
		return fmt.Errorf("mark the media folder as used: %w", err)
	}
	f.key, err = f.signingKey()
	if err != nil {
		return fmt.Errorf("read the signing key of the media folder: %w", err)
	}
	return nil
}

// Close lets go of the folder. Files that are open stay readable.
func (f *Folder) Close() error {
	var err error
	if f.mark != nil {
		err = f.mark.Close()
	}
	return errors.Join(err, f.root.Close())
}

// OpenFile opens a kept file, with its size in bytes and the time when it was
// kept. The caller closes it. The error is core.ErrNotFound if there is none.
func (f *Folder) OpenFile(id int64) (io.ReadSeekCloser, int64, time.Time, error) {
	file, err := f.root.Open(place(id))
	if errors.Is(err, fs.ErrNotExist) {
		err = core.ErrNotFound
	}
	if err != nil {
		return nil, 0, time.Time{}, fmt.Errorf("open media %d: %w", id, err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = core.ErrNotFound
	}
	if err != nil {
		return nil, 0, time.Time{}, errors.Join(fmt.Errorf("open media %d: %w", id, err), file.Close())
	}
	return file, info.Size(), info.ModTime(), nil
}

// Remove deletes a file. It is no error if there is none.
func (f *Folder) Remove(id int64) error {
	err := f.root.Remove(place(id))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove media %d: %w", id, err)
	}
	return nil
}

// Stored is one file in the folder.
type Stored struct {
	ID   int64
	Size int64 // bytes
	At   time.Time
}

// List goes through all kept files, in no order. It ends at the first error.
func (f *Folder) List() iter.Seq2[Stored, error] {
	return func(yield func(Stored, error) bool) {
		err := fs.WalkDir(f.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			id, err := strconv.ParseInt(path.Base(name), 10, 64)
			if entry.IsDir() || err != nil || name != place(id) {
				return nil
			}
			info, err := entry.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			if !yield(Stored{ID: id, Size: info.Size(), At: info.ModTime()}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Stored{}, fmt.Errorf("list media: %w", err))
		}
	}
}

// place is a file's path in the folder: 256 sub-folders, filled evenly although
// ids grow with time.
func place(id int64) string {
	shard := uint64(id) * 0x9E3779B97F4A7C15 >> 56 // Fibonacci hashing
	return fmt.Sprintf("%02x/%d", shard, id)
}
