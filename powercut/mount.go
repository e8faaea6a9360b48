//go:build linux

package powercut

import (
	"context"
	"fmt"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// Mount shows the disk at an empty folder until the function that it returns is
// called, which needs no program to have let go of it. It needs /dev/fuse, and
// the right to mount.
func (d *Disk) Mount(dir string) (unmount func() error, err error) {
	server, err := fs.Mount(dir, &folderNode{d: d, f: d.root}, &fs.Options{MountOptions: fuse.MountOptions{
		DirectMountStrict: true, FsName: "powercut", Name: "powercut",
	}})
	if err != nil {
		return nil, fmt.Errorf("mount a disk in memory: %w", err)
	}
	return func() error {
		err := unix.Unmount(dir, unix.MNT_DETACH)
		if err == nil {
			server.Wait()
		}
		return err
	}, nil
}

type folderNode struct {
	fs.Inode
	d *Disk
	f *folder
}

type fileNode struct {
	fs.Inode
	d *Disk
	f *file
}

var (
	_ fs.NodeLookuper  = (*folderNode)(nil)
	_ fs.NodeReaddirer = (*folderNode)(nil)
	_ fs.NodeMkdirer   = (*folderNode)(nil)
	_ fs.NodeCreater   = (*folderNode)(nil)
	_ fs.NodeUnlinker  = (*folderNode)(nil)
	_ fs.NodeRmdirer   = (*folderNode)(nil)
	_ fs.NodeRenamer   = (*folderNode)(nil)
	_ fs.NodeLinker    = (*folderNode)(nil)
	_ fs.NodeFsyncer   = (*folderNode)(nil)
	_ fs.NodeGetattrer = (*folderNode)(nil)
	_ fs.NodeSetattrer = (*folderNode)(nil)
	_ fs.NodeOpener    = (*fileNode)(nil)
	_ fs.NodeReader    = (*fileNode)(nil)
	_ fs.NodeWriter    = (*fileNode)(nil)
	_ fs.NodeFsyncer   = (*fileNode)(nil)
	_ fs.NodeGetattrer = (*fileNode)(nil)
	_ fs.NodeSetattrer = (*fileNode)(nil)
)

// node is the entry as the kernel is to know it; the disk is locked.
func (n *folderNode) node(ctx context.Context, e any, out *fuse.Attr) *fs.Inode {
	switch e := e.(type) {
	case *folder:
		out.Ino, out.Mode = e.id, syscall.S_IFDIR|0o700
		return n.NewInode(ctx, &folderNode{d: n.d, f: e}, fs.StableAttr{Mode: syscall.S_IFDIR, Ino: e.id})
	case *file:
		e.describe(out)
		return n.NewInode(ctx, &fileNode{d: n.d, f: e}, fs.StableAttr{Mode: syscall.S_IFREG, Ino: e.id})
	}
	return nil
}

func (f *file) describe(out *fuse.Attr) {
	out.Ino, out.Mode, out.Nlink = f.id, syscall.S_IFREG|0o600, uint32(f.names)
	out.Size = uint64(len(f.now))
	out.Blocks = (out.Size + sector - 1) / sector
}

func (n *folderNode) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (in *fs.Inode, errno syscall.Errno) {
	errno = n.d.on(func() syscall.Errno {
		e, ok := n.f.now[name]
		if !ok {
			return syscall.ENOENT
		}
		in = n.node(ctx, e, &out.Attr)
		return 0
	})
	return in, errno
}

func (n *folderNode) Readdir(context.Context) (s fs.DirStream, errno syscall.Errno) {
	var list []fuse.DirEntry
	errno = n.d.on(func() syscall.Errno {
		for name, e := range n.f.now {
			entry := fuse.DirEntry{Name: name, Mode: syscall.S_IFREG}
			if _, is := e.(*folder); is {
				entry.Mode = syscall.S_IFDIR
			}
			list = append(list, entry)
		}
		return 0
	})
	return fs.NewListDirStream(list), errno
}

func (n *folderNode) Mkdir(ctx context.Context, name string, _ uint32, out *fuse.EntryOut) (in *fs.Inode, errno syscall.Errno) {
	errno = n.d.on(func() syscall.Errno {
		made := newFolder(n.d.id())
		n.f.now[name] = made
		in = n.node(ctx, made, &out.Attr)
		return 0
	})
	return in, errno
}

func (n *folderNode) Create(ctx context.Context, name string, _, _ uint32, out *fuse.EntryOut) (in *fs.Inode, h fs.FileHandle, flags uint32, errno syscall.Errno) {
	errno = n.d.on(func() syscall.Errno {
		made := &file{id: n.d.id(), names: 1}
		n.f.now[name] = made
		in = n.node(ctx, made, &out.Attr)
		return 0
	})
	return in, nil, 0, errno
}

func (n *folderNode) Link(ctx context.Context, to fs.InodeEmbedder, name string, out *fuse.EntryOut) (in *fs.Inode, errno syscall.Errno) {
	errno = n.d.on(func() syscall.Errno {
		known, ok := to.(*fileNode)
		switch _, there := n.f.now[name]; {
		case !ok:
			return syscall.EPERM
		case there:
			return syscall.EEXIST
		}
		known.f.names++
		n.f.now[name] = known.f
		in = n.node(ctx, known.f, &out.Attr)
		return 0
	})
	return in, errno
}

func (n *folderNode) Unlink(_ context.Context, name string) syscall.Errno {
	return n.d.on(func() syscall.Errno {
		n.d.lost(n.f.now[name])
		delete(n.f.now, name)
		return 0
	})
}

// lost counts that an entry has a name less.
func (d *Disk) lost(e any) {
	if f, ok := e.(*file); ok {
		if f.names--; f.names == 0 {
			d.held -= len(f.now)
		}
	}
}

func (n *folderNode) Rmdir(_ context.Context, name string) syscall.Errno {
	return n.d.on(func() syscall.Errno {
		if f, ok := n.f.now[name].(*folder); ok && len(f.now) > 0 {
			return syscall.ENOTEMPTY
		}
		delete(n.f.now, name)
		return 0
	})
}

func (n *folderNode) Rename(_ context.Context, name string, to fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	return n.d.on(func() syscall.Errno {
		other, ok := to.(*folderNode)
		_, there := other.f.now[newName]
		switch {
		case !ok || flags&^unix.RENAME_NOREPLACE != 0:
			return syscall.EINVAL
		case flags != 0 && there:
			return syscall.EEXIST
		}
		n.d.lost(other.f.now[newName])
		other.f.now[newName] = n.f.now[name]
		delete(n.f.now, name)
		return 0
	})
}

func (n *folderNode) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	return n.d.on(func() syscall.Errno { n.f.sync(); return 0 })
}

func (n *folderNode) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	return n.d.on(func() syscall.Errno { out.Ino, out.Mode = n.f.id, syscall.S_IFDIR|0o700; return 0 })
}

func (n *folderNode) Setattr(ctx context.Context, h fs.FileHandle, _ *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	return n.Getattr(ctx, h, out)
}

func (n *fileNode) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, 0, n.d.on(func() syscall.Errno { return 0 })
}

func (n *fileNode) Read(_ context.Context, _ fs.FileHandle, dest []byte, at int64) (r fuse.ReadResult, errno syscall.Errno) {
	errno = n.d.on(func() syscall.Errno {
		r = fuse.ReadResultData(nil)
		if at < int64(len(n.f.now)) {
			r = fuse.ReadResultData(append([]byte(nil), n.f.now[at:min(at+int64(len(dest)), int64(len(n.f.now)))]...))
		}
		return 0
	})
	return r, errno
}

func (n *fileNode) Write(_ context.Context, _ fs.FileHandle, data []byte, at int64) (written uint32, errno syscall.Errno) {
	errno = n.d.on(func() syscall.Errno {
		more := max(int(at)+len(data)-len(n.f.now), 0)
		if more > 0 && n.d.held+more > n.d.room {
			return syscall.ENOSPC
		}
		n.d.held += more
		n.f.write(int(at), append([]byte(nil), data...))
		return 0
	})
	return uint32(len(data)), errno
}

func (n *fileNode) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	return n.d.on(func() syscall.Errno {
		if n.d.failing > 0 {
			n.d.failing--
			n.d.failures++
			n.f.open = nil
			return syscall.EIO
		}
		n.d.syncs++
		n.f.sync()
		return 0
	})
}

func (n *fileNode) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	return n.d.on(func() syscall.Errno { n.f.describe(&out.Attr); return 0 })
}

func (n *fileNode) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	return n.d.on(func() syscall.Errno {
		if size, ok := in.GetSize(); ok {
			more := int(size) - len(n.f.now)
			if more > 0 && n.d.held+more > n.d.room {
				return syscall.ENOSPC
			}
			n.d.held += more
			n.f.resize(int(size))
		}
		n.f.describe(&out.Attr)
		return 0
	})
}
