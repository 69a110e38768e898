package ledger

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/go-json-experiment/json"
)

// Ledger is safe for concurrent use. Only one process at a time may have a file open.
type Ledger struct {
	path string
	torn string

	mu      sync.Mutex
	file    file
	size    int64 // of the lines that are whole
	entries entries
	broken  error // why nothing can be written any more
	unsafe  error // why nothing more can be intended
}

// file is what a ledger needs of an *os.File that is open for appending.
type file interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
}

// Create starts a ledger in a new file that only its owner can read. A file that is
// there already is an error, so that no run forgets another's.
func Create(path string, head Head) (*Ledger, error) {
	if head.Schema != "" && head.Schema != Schema {
		return nil, fmt.Errorf("creating the ledger %s: schema %q, want %q", path, head.Schema, Schema)
	}
	head.Schema = Schema
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600) //nolint:gosec // whoever runs the command names the file
	if err != nil {
		return nil, fmt.Errorf("creating the ledger: %w", err)
	}
	l := &Ledger{path: path, file: f}
	if err := errors.Join(l.write(head), f.Sync()); err != nil {
		f.Close()
		os.Remove(path)
		return nil, fmt.Errorf("creating the ledger %s: %w", path, err)
	}
	syncFolder(filepath.Dir(path))
	return l, nil
}

// syncFolder makes a new file's name as lasting as its content. Not every system can do
// that to a folder, and none tells that from a failure in the same way.
func syncFolder(path string) {
	if folder, err := os.Open(path); err == nil { //nolint:gosec // as above
		_ = folder.Sync()
		folder.Close()
	}
}

// Intend writes down that something is about to be made and returns its number. It is
// on the disk when Intend returns. After an error nothing may be made: nobody would
// know to remove it.
func (l *Ledger) Intend(kind Kind, name, owner string) (seq int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := event{State: Intended, Seq: len(l.entries) + 1, Kind: kind, Name: name, Owner: owner}
	if err := l.entries.check(e); err != nil {
		return 0, l.wrap(err)
	}
	if l.unsafe != nil {
		return 0, l.wrap(l.unsafe)
	}
	if err := l.write(e); err != nil {
		return 0, l.wrap(err)
	}
	if err := l.file.Sync(); err != nil {
		// Later syncs may be told to be done though they are not. The line may stay: an
		// intention too many does no harm.
		l.unsafe = fmt.Errorf("an earlier sync failed: %w", err)
		return 0, l.wrap(err)
	}
	l.entries.apply(e)
	return e.Seq, nil
}

// Made writes down that the service made an entry and what it calls it. Of ids that
// were there before, those of the same key are replaced. An entry that is Gone is Made
// again: the service's word that it is there comes before a guess that it is not.
func (l *Ledger) Made(seq int, ids map[string]string) error {
	return l.change(event{State: Made, Seq: seq, IDs: ids})
}

// Gone writes down that an entry was removed, or is known never to have been made.
func (l *Ledger) Gone(seq int) error { return l.change(event{State: Gone, Seq: seq}) }

// Kept writes down that an entry stays because the API has no way to remove it, and
// says why.
func (l *Ledger) Kept(seq int, note string) error {
	return l.change(event{State: Kept, Seq: seq, Note: note})
}

// change applies an event even if it cannot be written: this process can then still
// clean up, and a later one finds a thing gone rather than not at all.
func (l *Ledger) change(e event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.entries.check(e); err != nil {
		return l.wrap(err)
	}
	l.entries.apply(e)
	if err := l.write(e); err != nil {
		return l.wrap(err)
	}
	return nil
}

// write appends a line in a single write. Of one that fails nothing stays, or else the
// next would be glued to it.
func (l *Ledger) write(line any) error {
	if l.broken != nil {
		return l.broken
	}
	text, err := json.Marshal(line, json.Deterministic(true))
	if err != nil {
		return err
	}
	n, err := l.file.Write(append(text, '\n'))
	if err != nil {
		if n > 0 {
			if undo := l.file.Truncate(l.size); undo != nil {
				l.broken = fmt.Errorf("it ends in the middle of a line: %w", errors.Join(err, undo))
			}
		}
		return err
	}
	l.size += int64(n)
	return nil
}

func (l *Ledger) wrap(err error) error { return fmt.Errorf("ledger %s: %w", l.path, err) }

// Open returns what may still be there: the entries that are Intended or Made, the
// newest first, as a secret goes before its client.
func (l *Ledger) Open() []Entry {
	open := slices.DeleteFunc(l.All(), func(e Entry) bool { return e.State != Intended && e.State != Made })
	slices.Reverse(open)
	return open
}

// All returns every entry in the order of their numbers.
func (l *Ledger) All() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := slices.Clone([]Entry(l.entries))
	for i := range all {
		all[i].IDs = maps.Clone(all[i].IDs)
	}
	return all
}

// Path is the file's, as it was given.
func (l *Ledger) Path() string { return l.path }

// Torn says what Open had to drop from the end of the file; it is empty where nothing
// was.
func (l *Ledger) Torn() string { return l.torn }

// Close ends the writing. The entries can still be read.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(l.broken, os.ErrClosed) {
		return nil
	}
	l.broken = os.ErrClosed
	if err := l.file.Close(); err != nil {
		return l.wrap(err)
	}
	return nil
}
