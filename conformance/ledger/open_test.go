package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func bytesOf(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// told is what the lines of a text say that are whole, with or without the last break.
func told(t *testing.T, text []byte) []Entry {
	t.Helper()
	l := &Ledger{}
	for _, line := range strings.Split(string(text), "\n")[1:] {
		if err := l.replayEvent([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	return l.All()
}

// A crash may end the file anywhere.
func TestCutAtEveryByte(t *testing.T) {
	t.Parallel()
	whole := create(t)
	story(t, whole)
	text := bytesOf(t, whole.Path())
	head := bytes.IndexByte(text, '\n')
	path := filepath.Join(t.TempDir(), "cut.ledger")
	for size := range len(text) + 1 {
		cut := text[:size]
		if err := os.WriteFile(path, cut, 0o600); err != nil {
			t.Fatal(err)
		}
		l, _, err := Open(path)
		if size < head {
			if err == nil || !strings.Contains(err.Error(), path+":1: ") {
				t.Fatalf("%d bytes: got %v, want an error in the first line", size, err)
			}
			if diff := cmp.Diff(cut, bytesOf(t, path)); diff != "" {
				t.Fatalf("%d bytes: a file that is refused was changed (-want +got):\n%s", size, diff)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		want := []Entry(nil)
		last := cut[bytes.LastIndexByte(cut, '\n')+1:]
		isTorn := len(last) > 0 && !(bytes.HasSuffix(last, []byte("}")) && (size == len(text) || text[size] == '\n'))
		if isTorn {
			want = told(t, cut[:len(cut)-len(last)-1])
		} else {
			want = told(t, bytes.TrimSuffix(cut, []byte("\n")))
		}
		if diff := cmp.Diff(want, l.All()); diff != "" {
			t.Fatalf("%d bytes (-want +got):\n%s", size, diff)
		}
		if wantTorn := fmt.Sprintf("%s:%d: %d bytes", path, bytes.Count(cut, []byte("\n"))+1, len(last)); isTorn != strings.HasPrefix(l.Torn(), wantTorn) || !isTorn && l.Torn() != "" {
			t.Fatalf("%d bytes: torn is %q, want it to begin with %q: %t", size, l.Torn(), wantTorn, isTorn)
		}
		goOn(t, l, want)
	}
}

// goOn adds to a ledger that was mended.
func goOn(t *testing.T, l *Ledger, before []Entry) {
	t.Helper()
	seq := intend(t, l, Client, "after the crash", "")
	if err := errors.Join(l.Made(seq, map[string]string{"id": "9"}), l.Close()); err != nil {
		t.Fatal(err)
	}
	again := reopen(t, l.Path())
	want := append(slices.Clone(before), Entry{Seq: len(before) + 1, Kind: Client, Name: "after the crash", IDs: map[string]string{"id": "9"}, State: Made})
	if diff := cmp.Diff(want, again.All()); diff != "" || again.Torn() != "" {
		t.Fatalf("gone on, torn %q (-want +got):\n%s", again.Torn(), diff)
	}
	again.Close()
}

func TestDamage(t *testing.T) {
	t.Parallel()
	const (
		head = `{"schema":"keyturn.conformance.ledger/1","run":"r","provider":"p","target":"u","started":"2026-01-02T03:04:05Z"}` + "\n"
		one  = `{"state":"intended","seq":1,"kind":"client","name":"a"}` + "\n"
	)
	tests := map[string]struct {
		text string
		line int
		want string
	}{
		"empty":             {"", 1, "empty"},
		"no ledger":         {"openapi: 3.1.0\n", 1, "not the JSON"},
		"other JSON":        {"{}\n" + one, 1, `schema "", want`},
		"an array":          {"[1]\n", 1, "not the JSON"},
		"later schema":      {`{"schema":"keyturn.conformance.ledger/2","more":1}` + "\n", 1, `schema "keyturn.conformance.ledger/2", want "keyturn.conformance.ledger/1"`},
		"member of a head":  {strings.Replace(head, `"run"`, `"ran"`, 1), 1, "ran"},
		"a report":          {`{` + "\n" + `  "schema": "keyturn.conformance.report/1"`, 1, "not the JSON"},
		"no head":           {one + one, 1, "schema"},
		"garbage":           {head + "garbage\n" + one, 2, "not the JSON"},
		"a torn line":       {head + one[:20] + "\n" + one, 2, "not the JSON"},
		"glued lines":       {head + strings.TrimSpace(one) + one, 2, "not the JSON"},
		"empty line":        {head + "\n" + one, 2, "not the JSON"},
		"zeros, then more":  {head + strings.Repeat("\x00", 9) + one, 2, "not the JSON"},
		"unknown member":    {head + `{"state":"intended","seq":1,"kind":"client","name":"a","secret":"x"}` + "\n", 2, "secret"},
		"unknown state":     {head + one + `{"state":"lost","seq":1}` + "\n", 3, `state "lost", want`},
		"a line is missing": {head + strings.Replace(one, ":1", ":2", 1), 2, "entry 2, want 1 next"},
		"a line is twice":   {head + one + one, 3, "entry 1, want 2 next"},
		"unknown entry":     {head + one + `{"state":"gone","seq":2}`, 3, "there is no entry 2"},
		"name is twice":     {head + one + strings.Replace(one, ":1", ":2", 1), 3, `"a" is that of entry 1`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "x.ledger")
			if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, _, err := Open(path)
			if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("%s:%d: ", path, test.line)) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want line %d and %s", err, test.line, test.want)
			}
			if got := string(bytesOf(t, path)); got != test.text {
				t.Errorf("the file was changed to %q", got)
			}
		})
	}
}

// What a file system leaves of the last block may be zeros.
func TestZerosAtTheEnd(t *testing.T) {
	t.Parallel()
	l := create(t)
	intend(t, l, Client, "a", "")
	text := bytesOf(t, l.Path())
	if err := os.WriteFile(l.Path(), append(text, make([]byte, 4096)...), 0o600); err != nil {
		t.Fatal(err)
	}
	again := reopen(t, l.Path())
	if got, want := again.Torn(), l.Path()+":3: 4096 bytes"; len(again.Open()) != 1 || !strings.HasPrefix(got, want) {
		t.Errorf("got %v, torn %q, want %q", again.Open(), got, want)
	}
	if diff := cmp.Diff(text, bytesOf(t, l.Path())); diff != "" {
		t.Errorf("mended file (-want +got):\n%s", diff)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	large := filepath.Join(folder, "large")
	if err := errors.Join(os.WriteFile(large, nil, 0o600), os.Truncate(large, maxSize+1)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(filepath.Join(folder, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want %v", err, fs.ErrNotExist)
	}
	for path, want := range map[string]string{folder: "no ordinary file", os.DevNull: "no ordinary file", large: "want at most"} {
		if _, _, err := Open(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
}
