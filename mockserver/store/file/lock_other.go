//go:build !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd

package file

import "os"

// hold leaves it to the engine to take the lock: here it is one that is not taken twice.
func hold(*os.File) (bool, error) { return true, nil }
