package file

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Options are what a backend is given from outside.
type Options struct {
	// Logger is told what an operator should know. Nil for nobody.
	Logger *slog.Logger
	// System is the time of the machine, time.Now if it is nil.
	System func() time.Time
}

// Place is where the state is, as it can be shown.
func (b *Backend) Place() string { return "file:" + b.path }

// patience is how long Open waits for another process to let go of the file.
const patience = time.Second

// Open opens the file, or makes it when there is none or an empty one. Its folder must be
// there. Errors name the path; a file that is not of this package is left as it was.
func Open(path string, options Options) (*Backend, error) {
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	if options.System == nil {
		options.System = time.Now
	}
	f, err := claim(path)
	if err != nil {
		return nil, err
	}
	db, err := prepare(f, path, options.Logger)
	if err != nil {
		return nil, err
	}
	b := newBackend(db, path, options)
	if err := b.start(); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("the state file %s: %w", path, err)
	}
	return b, nil
}

// start reads what is in memory all the time.
func (b *Backend) start() error {
	tx, err := b.db.Begin(false)
	if err != nil {
		return err
	}
	b.state = newState(tx, 1)
	b.newest.Store(1)
	if err = b.readRecords(b.state); err != nil {
		b.state.release()
		return err
	}
	if limit := b.state.get(tableSelf, keyNumbers); len(limit) == 8 {
		b.numbers.next, b.numbers.limit = numberOf(limit), numberOf(limit)
	}
	b.numbers.next = max(b.numbers.next, 1)
	b.sweeper.wake()
	return nil
}

// claim opens the file and locks it.
func claim(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file: the state is kept in one file", path)
	} else if errors.Is(err, fs.ErrNotExist) {
		if folder := filepath.Dir(path); !isFolder(folder) {
			return nil, fmt.Errorf("the state file %s cannot be made: there is no folder %s", path, folder)
		}
	}
	for until := time.Now().Add(patience); ; {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the path is the caller's
		if err != nil {
			return nil, fmt.Errorf("the state file %s cannot be opened for writing: %w", path, cause(err))
		}
		held, err := hold(f)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("the state file %s cannot be locked: %w", path, err)
		}
		// Who had the lock before may have put another file in the place of this one.
		if held && sameFile(f, path) {
			return f, nil
		}
		f.Close()
		if time.Now().After(until) {
			return nil, inUse(path)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func inUse(path string) error {
	return fmt.Errorf("the state file %s is in use by another process", path)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func sameFile(f *os.File, path string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(open, there)
}

// cause is a path's error without the path.
func cause(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}

// prepare opens the engine over a file that is locked, and makes sure that it is of this
// format and not mostly empty. It closes the file when it fails.
func prepare(f *os.File, path string, logger *slog.Logger) (*bolt.DB, error) {
	size, err := inspect(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("the state file %s: %w", path, err)
	}
	db, err := engine(f, path, size)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("the state file %s: %w", path, err)
	}
	if err = adopt(db, path); err == nil && size == 0 {
		err = syncFolder(path)
	}
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	discard(path, logger)
	return compacted(db, path, logger), nil
}

// room is how much memory is set aside for the file to grow into, in bytes. It is only
// addresses: what is not in the file takes none.
func room(size int64) int {
	if strconv.IntSize < 64 || runtime.GOOS == "windows" { // there the file becomes as large
		return 1 << 30
	}
	wanted := max(64<<30, 4*size)
	for wanted > max(1<<30, 2*size) && !available(int(wanted)) {
		wanted /= 2
	}
	return int(wanted)
}

// engine opens bbolt over the file. Readers keep a transaction open at all times, so the
// file must never be mapped anew: it is mapped larger than it will be, and is not allowed
// to become larger than that.
func engine(f *os.File, path string, size int64) (db *bolt.DB, err error) {
	defer func() {
		if crash := recover(); crash != nil {
			db, err = nil, fmt.Errorf("it is damaged: %v", crash)
		}
	}()
	bound := room(size)
	options := bolt.Options{
		Timeout: patience, InitialMmapSize: bound, MaxSize: bound, MmapFlags: populate,
		NoFreelistSync: true, FreelistType: bolt.FreelistMapType,
		OpenFile: func(string, int, os.FileMode) (*os.File, error) { return f, nil },
	}
	db, err = bolt.Open(path, 0o600, &options)
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, errors.New("it is in use by another process")
	case err != nil:
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	db.AllocSize = growth(size)
	return db, nil
}

// growth is by how much the file grows at once when it is so large, in bytes: by an eighth,
// so that it seldom has to.
func growth(size int64) int { return int(min(max(size/8, 1<<20), 64<<20)) }

// syncFolder makes sure that the file's name is on the disk.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" { // a folder cannot be opened there
		return nil
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
