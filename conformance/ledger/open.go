package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/go-json-experiment/json"
)

// maxSize is far above any run's: a file beyond it is no ledger.
const maxSize = 64 << 20

// Open reads a ledger to go on with it. A last line that a crash left unfinished is
// dropped from the file (see Torn); that loses no creation, as none is begun before its
// line is on the disk. Any other damage is an error that begins with file:line, and
// leaves the file as it is.
func Open(path string) (*Ledger, Head, error) {
	text, err := read(path)
	if err != nil {
		return nil, Head{}, err
	}
	l := &Ledger{path: path}
	head, err := l.replay(text)
	if err != nil {
		return nil, Head{}, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0) //nolint:gosec // whoever runs the command names the file
	if err != nil {
		return nil, Head{}, fmt.Errorf("opening the ledger: %w", err)
	}
	l.file = f
	if err := l.mend(text); err != nil {
		f.Close()
		return nil, Head{}, fmt.Errorf("mending the end of the ledger %s: %w", path, err)
	}
	return l, head, nil
}

// read refuses what is no ordinary file: a pipe would be waited for.
func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("opening the ledger: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("opening the ledger %s: it is no ordinary file", path)
	case info.Size() > maxSize:
		return nil, fmt.Errorf("opening the ledger %s: %d bytes, want at most %d", path, info.Size(), maxSize)
	}
	text, err := os.ReadFile(path) //nolint:gosec // whoever runs the command names the file
	if err != nil {
		return nil, fmt.Errorf("opening the ledger: %w", err)
	}
	return text, nil
}

// replay applies every line. The size is then that of the lines that are whole.
func (l *Ledger) replay(text []byte) (Head, error) {
	var head Head
	number := 0
	for line := range bytes.Lines(text) {
		number++
		var err error
		if number == 1 {
			head, err = readHead(line)
		} else {
			err = l.replayEvent(line)
		}
		switch {
		case err == nil:
			l.size += int64(len(line))
		case number > 1 && errors.Is(err, errUnreadable) && !bytes.HasSuffix(line, []byte("\n")):
			l.torn = fmt.Sprintf("%s:%d: %d bytes of an unfinished line were dropped", l.path, number, len(line))
		default:
			return Head{}, fmt.Errorf("%s:%d: %w", l.path, number, err)
		}
	}
	if number == 0 {
		return Head{}, fmt.Errorf("%s:1: an empty file, want the head of a ledger", l.path)
	}
	return head, nil
}

var errUnreadable = errors.New("not the JSON of a line of a ledger")

func readHead(line []byte) (Head, error) {
	// The schema comes first: another one may have other members.
	var versioned struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(line, &versioned); err != nil {
		return Head{}, fmt.Errorf("%w, want its head: %w", errUnreadable, err)
	}
	if versioned.Schema != Schema {
		return Head{}, fmt.Errorf("schema %q, want %q", versioned.Schema, Schema)
	}
	var head Head
	if err := json.Unmarshal(line, &head, json.RejectUnknownMembers(true)); err != nil {
		return Head{}, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	return head, nil
}

func (l *Ledger) replayEvent(line []byte) error {
	var e event
	if err := json.Unmarshal(line, &e, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("%w: %w", errUnreadable, err)
	}
	if err := l.entries.check(e); err != nil {
		return err
	}
	l.entries.apply(e)
	return nil
}

// mend makes the file end with a whole line.
func (l *Ledger) mend(text []byte) error {
	if l.size < int64(len(text)) {
		return l.file.Truncate(l.size)
	}
	if !bytes.HasSuffix(text, []byte("\n")) { // all but the line break was written
		n, err := l.file.Write([]byte("\n"))
		l.size += int64(n)
		return err
	}
	return nil
}
