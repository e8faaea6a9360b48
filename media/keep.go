package media

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"causeway/core"
)

// unfinished begins the name of a file that is not kept yet.
const unfinished = ".part-"

// stale is the age after which an unfinished file belongs to nobody, even
// though other processes use the folder.
const stale = time.Hour

// Keep implements core.Keeper. Nothing of the file is found in the folder
// before all of it is on disk. A file that is there already under the id stays
// as it is, and body is not read. Keep does not close body.
func (f *Folder) Keep(ctx context.Context, id int64, body core.OpenFile) (core.Kept, error) {
	if id <= 0 || f.options.ReadOnly {
		return core.Kept{}, fmt.Errorf("keep media %d: %w", id, core.ErrInvalid)
	}
	leave, err := f.enter(ctx, id)
	if err != nil {
		return core.Kept{}, fmt.Errorf("keep media %d: %w", id, err)
	}
	defer leave()

	kept, err := f.kept(id, body.MIME)
	if errors.Is(err, core.ErrNotFound) {
		kept, err = f.store(ctx, id, body)
	}
	if err != nil {
		return core.Kept{}, fmt.Errorf("keep media %d: %w", id, err)
	}
	return kept, nil
}

// enter waits until nobody else in this process keeps the same file.
func (f *Folder) enter(ctx context.Context, id int64) (leave func(), err error) {
	for {
		f.mu.Lock()
		other := f.busy[id]
		if other == nil {
			done := make(chan struct{})
			f.busy[id] = done
			f.mu.Unlock()
			return func() {
				f.mu.Lock()
				delete(f.busy, id)
				f.mu.Unlock()
				close(done)
			}, nil
		}
		f.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// kept is what an earlier call kept under the id.
func (f *Folder) kept(id int64, claimed string) (core.Kept, error) {
	file, size, _, err := f.OpenFile(id)
	if err != nil {
		return core.Kept{}, err
	}
	defer file.Close()
	head := make([]byte, sniffed)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return core.Kept{}, err
	}
	// The call that kept it may have died, or may not be through yet, between
	// giving the file its name and bringing the name to disk.
	if err := f.sync(path.Dir(place(id))); err != nil {
		return core.Kept{}, onDisk(err)
	}
	return core.Kept{MIME: TypeOf(head[:n], claimed), Size: size}, nil
}

func (f *Folder) store(ctx context.Context, id int64, body core.OpenFile) (core.Kept, error) {
	if body.Size > f.options.MaxSize {
		return core.Kept{}, f.tooLarge()
	}
	to := place(id)
	if err := f.makeShard(path.Dir(to)); err != nil {
		return core.Kept{}, onDisk(err)
	}
	part, name, err := f.create(path.Dir(to))
	if err != nil {
		return core.Kept{}, onDisk(err)
	}
	kept, err := f.fill(ctx, part, body)
	if err == nil {
		err = onDisk(f.root.Rename(name, to))
	}
	if err != nil {
		return core.Kept{}, errors.Join(err, f.root.Remove(name))
	}
	if err := f.sync(path.Dir(to)); err != nil {
		return core.Kept{}, onDisk(err)
	}
	return kept, nil
}

// fill writes body to the file, through to the disk, and closes it.
func (f *Folder) fill(ctx context.Context, file *os.File, body core.OpenFile) (core.Kept, error) {
	var to io.Writer = file
	if f.through != nil {
		to = f.through(file)
	}
	head := &head{}
	from := &source{ctx: ctx, from: io.LimitReader(body.Body, f.options.MaxSize+1)}
	size, err := io.Copy(io.MultiWriter(to, head), from)
	switch {
	case from.err != nil:
		err = fmt.Errorf("read it: %w", from.err)
	case err != nil:
		err = onDisk(err)
	case size > f.options.MaxSize:
		err = f.tooLarge()
	default:
		err = onDisk(file.Sync())
	}
	if err := errors.Join(err, onDisk(file.Close())); err != nil {
		return core.Kept{}, err
	}
	return core.Kept{MIME: TypeOf(head.Bytes(), body.MIME), Size: size}, nil
}

func (f *Folder) tooLarge() error {
	return &core.Fault{
		Kind: core.Permanent, Code: "too_large",
		Message: fmt.Sprintf("the file is larger than %d bytes (media.max_size)", f.options.MaxSize),
	}
}

func onDisk(err error) error {
	if err == nil {
		return nil
	}
	return &core.Fault{Kind: core.Temporary, Code: core.CodeDisk, Message: "the file could not be written to disk", Err: err}
}

// create begins an unfinished file, and says its path in the folder.
func (f *Folder) create(folder string) (*os.File, string, error) {
	random := make([]byte, 12)
	if _, err := io.ReadFull(f.options.Random, random); err != nil {
		return nil, "", err
	}
	name := path.Join(folder, unfinished+hex.EncodeToString(random))
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	return file, name, err
}

func (f *Folder) makeShard(shard string) error {
	err := f.root.Mkdir(shard, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.sync(".")
}

// sync makes the names in a folder as durable as the files.
func (f *Folder) sync(folder string) error {
	dir, err := f.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// sweep removes unfinished files: all of them if no other process uses the
// folder, else those that are too old to be anybody's.
func (f *Folder) sweep(alone bool) error {
	return fs.WalkDir(f.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() || !strings.HasPrefix(entry.Name(), unfinished) {
			return nil
		}
		info, err := entry.Info()
		if err == nil && (alone || f.options.Now().Sub(info.ModTime()) > stale) {
			err = f.root.Remove(name)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// source reads until the context ends, and remembers that it was the reading
// which failed.
type source struct {
	ctx  context.Context
	from io.Reader
	err  error
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = err
		return 0, err
	}
	n, err := s.from.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// head keeps the first bytes that are written to it.
type head struct{ bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	h.Buffer.Write(p[:min(len(p), sniffed-h.Len())])
	return len(p), nil
}
