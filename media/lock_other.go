//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package media

import "os"

// enterFolder cannot tell here who else uses the folder.
func enterFolder(*os.Root) (mark *os.File, alone bool, err error) { return nil, false, nil }

func stayIn(*os.File) error { return nil }
