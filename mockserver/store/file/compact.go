package file

import (
	"fmt"
	"log/slog"
	"os"

	bolt "go.etcd.io/bbolt"
)

const (
	// wasteful is how many free bytes are worth the time that it takes to get rid of them.
	wasteful = 16 << 20
	// compactBatch bounds a transaction of the copy, in bytes.
	compactBatch = 8 << 20
)

func sibling(path string) string { return path + ".compact" }

// discard removes the copy that a crash has left. Who has the lock of the file is the only
// one who makes one.
func discard(path string, logger *slog.Logger) {
	left := sibling(path)
	if _, err := os.Lstat(left); err != nil {
		return
	}
	if err := os.Remove(left); err != nil {
		logger.Error("an unfinished copy of the state file cannot be removed", "file", left, "error", err)
		return
	}
	logger.Info("an unfinished copy of the state file was removed", "file", left)
}

// compacted returns an engine over the file without its free pages where they are more than
// half of it, for a file never becomes smaller by itself. When that fails it is the engine
// that there is.
func compacted(db *bolt.DB, path string, logger *slog.Logger) *bolt.DB {
	size, free := extent(db)
	if free < wasteful || free < size/2 {
		return db
	}
	small, err := compact(db, path)
	if err != nil {
		logger.Warn("the state file is mostly empty and could not be compacted", "file", path, "bytes", size, "free", free, "error", err)
		return db
	}
	after, _ := extent(small)
	logger.Info("the state file was compacted", "file", path, "before", size, "after", after)
	return small
}

// extent is how large the file is in use, and how much of it is free, in bytes.
func extent(db *bolt.DB) (size, free int64) {
	_ = db.View(func(tx *bolt.Tx) error {
		size = tx.Size()
		return nil
	})
	return size, int64(db.Stats().FreePageN) * int64(db.Info().PageSize)
}

// compact copies the file, and puts the copy in its place when it is on the disk. Both are
// locked until then, and the copy afterwards. The name always leads to a whole file.
func compact(from *bolt.DB, path string) (*bolt.DB, error) {
	name := sibling(path)
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the path is the caller's
	if err != nil {
		return nil, err
	}
	size, _ := extent(from)
	to, err := engine(f, name, size) // it is given as much room
	if err != nil {
		f.Close()
		os.Remove(name)
		return nil, err
	}
	if err = copyInto(to, from); err == nil {
		err = os.Rename(name, path)
	}
	if err != nil {
		_ = to.Close()
		os.Remove(name)
		return nil, err
	}
	// From here on the file is the copy, whatever fails.
	_ = syncFolder(path)
	_ = from.Close()
	return to, nil
}

func copyInto(to, from *bolt.DB) error {
	to.NoSync, to.AllocSize = true, growth(0)
	if err := bolt.Compact(to, from, compactBatch); err != nil {
		return fmt.Errorf("copying it: %w", err)
	}
	to.NoSync = false
	return to.Sync()
}
