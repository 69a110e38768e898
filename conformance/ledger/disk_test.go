package ledger

import (
	"errors"
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// faultyFile is a file of which parts fail.
type faultyFile struct {
	file

	calls    []string
	room     int // bytes that a write may still write, or -1
	sync     error
	truncate error
}

func (f *faultyFile) Write(text []byte) (int, error) {
	f.calls = append(f.calls, "write")
	if f.room < 0 || len(text) <= f.room {
		return f.file.Write(text)
	}
	n, err := f.file.Write(text[:f.room])
	return n, errors.Join(err, syscall.ENOSPC)
}

func (f *faultyFile) Sync() error {
	f.calls = append(f.calls, "sync")
	return errors.Join(f.sync, f.file.Sync())
}

func (f *faultyFile) Truncate(size int64) error {
	if f.truncate != nil {
		return f.truncate
	}
	return f.file.Truncate(size)
}

func faulty(t *testing.T) (*Ledger, *faultyFile) {
	t.Helper()
	l := create(t)
	f := &faultyFile{file: l.file, room: -1}
	l.file = f
	return l, f
}

func TestOneWriteALine(t *testing.T) {
	t.Parallel()
	l, f := faulty(t)
	seq := intend(t, l, Client, "a", "")
	if err := errors.Join(l.Made(seq, nil), l.Kept(seq, "why"), l.Gone(seq)); err != nil {
		t.Fatal(err)
	}
	if want := []string{"write", "sync", "write", "write", "write"}; !slices.Equal(f.calls, want) {
		t.Errorf("got %v, want %v", f.calls, want)
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	for _, room := range []int{0, 1, 20} {
		l, f := faulty(t)
		seq := intend(t, l, Client, "a", "")
		f.room = room
		if _, err := l.Intend(Client, "b", ""); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("got %v, want %v", err, syscall.ENOSPC)
		}
		if err := l.Made(seq, map[string]string{"id": "1"}); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("got %v, want %v", err, syscall.ENOSPC)
		}
		if got := l.Open(); len(got) != 1 || got[0].State != Made {
			t.Errorf("got %v, want what was made to be known here", got)
		}
		f.room = -1
		if got := intend(t, l, Client, "b", ""); got != 2 {
			t.Errorf("got %d, want 2", got)
		}
		want := []Entry{{Seq: 1, Kind: Client, Name: "a", State: Intended}, {Seq: 2, Kind: Client, Name: "b", State: Intended}}
		if diff := cmp.Diff(want, reopen(t, l.Path()).All()); diff != "" {
			t.Errorf("the file, after %d bytes of a line (-want +got):\n%s", room, diff)
		}
	}
}

func TestHalfALineThatStays(t *testing.T) {
	t.Parallel()
	l, f := faulty(t)
	seq := intend(t, l, Client, "a", "")
	f.room, f.truncate = 20, syscall.EIO
	if _, err := l.Intend(Client, "b", ""); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v, want %v", err, syscall.ENOSPC)
	}
	f.room = -1
	if err := l.Gone(seq); !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v, want nothing to be written behind half a line", err)
	}
	again := reopen(t, l.Path())
	if got := again.Open(); len(got) != 1 || again.Torn() == "" {
		t.Errorf("got %v, torn %q, want the first entry and half a line", got, again.Torn())
	}
}

func TestFailedSync(t *testing.T) {
	t.Parallel()
	l, f := faulty(t)
	seq := intend(t, l, Client, "a", "")
	f.sync = syscall.EIO
	if _, err := l.Intend(Client, "b", ""); !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v, want %v", err, syscall.EIO)
	}
	f.sync = nil
	if _, err := l.Intend(Client, "c", ""); !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v, want no trust in later syncs", err)
	}
	if err := l.Gone(seq); err != nil {
		t.Errorf("what is known can no longer be noted: %v", err)
	}
	if got := l.Open(); len(got) != 0 {
		t.Errorf("got %v, want nothing to clean up", got)
	}
	if got := reopen(t, l.Path()).Open(); len(got) > 1 || len(got) == 1 && got[0].Name != "b" {
		t.Errorf("got %v, want at most what was intended last", got)
	}
}

func TestDeviceThatIsFull(t *testing.T) {
	t.Parallel()
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no such device")
	}
	defer f.Close()
	l := &Ledger{path: "/dev/full", file: f}
	if _, err := l.Intend(Client, "a", ""); !errors.Is(err, syscall.ENOSPC) || len(l.Open()) != 0 {
		t.Errorf("got %v and %v, want %v and nothing", err, l.Open(), syscall.ENOSPC)
	}
}
