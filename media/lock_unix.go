//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package media

import (
	"errors"
	"os"
	"syscall"
)

// lockName is the file by which processes see each other in the folder.
const lockName = ".lock"

// enterFolder says whether nobody else uses the folder. If so, others wait
// until stayIn; the mark goes when the file is closed or the process ends.
func enterFolder(root *os.Root) (mark *os.File, alone bool, err error) {
	mark, err = root.OpenFile(lockName, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, err
	}
	return mark, flock(mark, syscall.LOCK_EX|syscall.LOCK_NB) == nil, nil
}

// stayIn marks the folder as used, and lets others in.
func stayIn(mark *os.File) error { return flock(mark, syscall.LOCK_SH) }

func flock(file *os.File, how int) error {
	for {
		err := syscall.Flock(int(file.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
