//go:build linux

// Package powercut is a disk in memory, for tests, that does what a disk does
// when the power fails: it forgets what was written and not synced. It can also
// fail a sync as disks and kernels do, where the data stays readable until the
// power fails and is gone then, although a later sync succeeds.
//
// It is a FUSE file system: a program under test uses it by its path, knows
// nothing of it, and needs no change. It keeps names as strictly as data: a file
// that was made or renamed is there after a cut only if its folder was synced.
// It knows nothing of databases, and has no permissions.
package powercut

import (
	"maps"
	"math/rand/v2"
	"sync"
	"syscall"
)

// Disk is one disk, mounted or not. Its methods may be called while programs use
// it.
type Disk struct {
	mu       sync.Mutex
	root     *folder
	nextID   uint64
	dead     bool // the power is off: every call fails
	failing  int  // so many syncs fail from now on
	room     int  // bytes that files may hold
	held     int
	syncs    int // that succeeded
	failures int // that failed
}

// New makes an empty disk that holds so many bytes.
func New(room int) *Disk {
	d := &Disk{room: room}
	d.root = newFolder(d.id())
	return d
}

// After says what a cut leaves of what was not synced.
type After int

// What a cut leaves.
const (
	Nothing After = iota // all of it is gone
	Pieces               // of each write some sectors are there and some are not, and of names some
)

// Cut takes the power away: what is not synced is gone, and every call fails,
// until Restore. What was told to be synced before Cut returns is there.
func (d *Disk) Cut(left After) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead, d.failing = true, 0
	d.root.cut(left)
	d.held = 0
	for f := range d.root.files(map[*file]int{}) {
		d.held += len(f.now)
	}
}

// Restore gives the power back. The disk must be mounted anew before, because the
// system remembers what was on it.
func (d *Disk) Restore() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = false
}

// FailSyncs lets the next n syncs of files fail with an I/O error. What they
// should have made safe can be read until the next cut, and is gone after it:
// the kernel takes it for written and tries no more.
func (d *Disk) FailSyncs(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failing = n
}

// Resize changes how many bytes the disk holds; it may hold more already.
func (d *Disk) Resize(room int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.room = room
}

// Held is how many bytes files hold.
func (d *Disk) Held() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.held
}

// Syncs counts the syncs of files that succeeded and those that failed.
func (d *Disk) Syncs() (done, failed int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.syncs, d.failures
}

func (d *Disk) id() uint64 {
	d.nextID++
	return d.nextID
}

// on runs f with the disk to itself, if it has power.
func (d *Disk) on(f func() syscall.Errno) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return syscall.EIO
	}
	return f()
}

// folder is names: as programs see them, and as they are after a cut.
type folder struct {
	id        uint64
	now, safe map[string]any // *folder or *file
}

func newFolder(id uint64) *folder {
	return &folder{id: id, now: map[string]any{}, safe: map[string]any{}}
}

func (f *folder) sync() { f.safe = maps.Clone(f.now) }

func (f *folder) cut(left After) {
	after := maps.Clone(f.safe)
	for name, e := range f.now {
		if after[name] != e && left == Pieces && rand.IntN(2) == 0 {
			after[name] = e
		}
	}
	for name := range f.safe {
		if f.now[name] == nil && left == Pieces && rand.IntN(2) == 0 {
			delete(after, name)
		}
	}
	f.now, f.safe = after, maps.Clone(after)
	for _, e := range f.now {
		switch e := e.(type) {
		case *folder:
			e.cut(left)
		case *file:
			e.cut(left)
		}
	}
}

// files counts the names of all files below.
func (f *folder) files(names map[*file]int) map[*file]int {
	for _, e := range f.now {
		switch e := e.(type) {
		case *folder:
			e.files(names)
		case *file:
			names[e]++
			e.names = names[e]
		}
	}
	return names
}

// change is a write, or a cut to a size, that is not synced.
type change struct {
	at   int
	data []byte // nil: the file was cut or grown to at
}

// file is bytes: as programs see them, as they are after a cut, and the changes
// between.
type file struct {
	id        uint64
	names     int
	now, safe []byte
	open      []change
}

func (f *file) write(at int, data []byte) {
	f.now = put(f.now, at, data)
	f.open = append(f.open, change{at, data})
}

func (f *file) resize(to int) {
	f.now = resized(f.now, to)
	f.open = append(f.open, change{at: to})
}

func (f *file) sync() {
	for _, c := range f.open {
		f.safe = c.apply(f.safe)
	}
	f.open = nil
}

const sector = 512

func (f *file) cut(left After) {
	for _, c := range f.open {
		switch {
		case left == Nothing:
		case c.data == nil && rand.IntN(2) == 0:
			f.safe = c.apply(f.safe)
		default:
			for i := 0; i < len(c.data); i += sector {
				if rand.IntN(2) == 0 {
					f.safe = put(f.safe, c.at+i, c.data[i:min(i+sector, len(c.data))])
				}
			}
		}
	}
	f.open = nil
	f.now = append([]byte(nil), f.safe...)
}

func (c change) apply(to []byte) []byte {
	if c.data == nil {
		return resized(to, c.at)
	}
	return put(to, c.at, c.data)
}

func put(into []byte, at int, data []byte) []byte {
	if end := at + len(data); end > len(into) {
		into = resized(into, end)
	}
	copy(into[at:], data)
	return into
}

func resized(b []byte, to int) []byte {
	if to <= len(b) {
		clear(b[to:])
		return b[:to]
	}
	return append(b, make([]byte, to-len(b))...)
}
