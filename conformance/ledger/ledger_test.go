package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var testHead = Head{
	Run: "r-7f3a", Provider: "identity-service", Target: "https://id.example/api", Profile: "profile.yaml",
	Started: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC),
}

func create(t *testing.T) *Ledger {
	t.Helper()
	l, err := Create(filepath.Join(t.TempDir(), "run.ledger"), testHead)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func reopen(t *testing.T, path string) *Ledger {
	t.Helper()
	l, head, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	want := testHead
	want.Schema = Schema
	if diff := cmp.Diff(want, head); diff != "" {
		t.Errorf("head (-want +got):\n%s", diff)
	}
	return l
}

func intend(t *testing.T, l *Ledger, kind Kind, name, owner string) int {
	t.Helper()
	seq, err := l.Intend(kind, name, owner)
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

// story is a run with an entry in every state.
func story(t *testing.T, l *Ledger) {
	t.Helper()
	a := intend(t, l, Client, "client a", "")
	first := intend(t, l, Secret, "first", "client a")
	b := intend(t, l, Client, "client b \n\"é\"", "")
	lost := intend(t, l, Client, "lost", "")
	tomb := intend(t, l, Secret, "tomb", "an adopted client")
	for _, err := range []error{
		l.Made(a, map[string]string{"id": "1", "clientId": "c1"}),
		l.Made(b, map[string]string{"id": "2"}),
		l.Made(first, nil),
		l.Gone(a),
		l.Made(b, map[string]string{"clientId": "c2"}),
		l.Kept(tomb, "no operation removes it"),
		l.Gone(lost),
		l.Made(lost, map[string]string{"id": "3"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

var storyEntries = []Entry{
	{Seq: 1, Kind: Client, Name: "client a", IDs: map[string]string{"id": "1", "clientId": "c1"}, State: Gone},
	{Seq: 2, Kind: Secret, Name: "first", IDs: map[string]string{}, Owner: "client a", State: Made},
	{Seq: 3, Kind: Client, Name: "client b \n\"é\"", IDs: map[string]string{"id": "2", "clientId": "c2"}, State: Made},
	{Seq: 4, Kind: Client, Name: "lost", IDs: map[string]string{"id": "3"}, State: Made},
	{Seq: 5, Kind: Secret, Name: "tomb", Owner: "an adopted client", State: Kept, Note: "no operation removes it"},
}

func TestStory(t *testing.T) {
	t.Parallel()
	l := create(t)
	story(t, l)
	again := reopen(t, l.Path())
	for name, l := range map[string]*Ledger{"at once": l, "from the file": again} {
		if diff := cmp.Diff(storyEntries, l.All()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff([]Entry{storyEntries[3], storyEntries[2], storyEntries[1]}, l.Open()); diff != "" {
			t.Errorf("%s, open (-want +got):\n%s", name, diff)
		}
		if got := l.Torn(); got != "" {
			t.Errorf("%s: torn: %s", name, got)
		}
	}
	if got := intend(t, again, Client, "client c", ""); got != 6 {
		t.Errorf("goes on with %d, want 6", got)
	}
	if got := len(reopen(t, l.Path()).All()); got != 6 {
		t.Errorf("got %d entries, want 6", got)
	}
}

func TestEntriesAreCopies(t *testing.T) {
	t.Parallel()
	l := create(t)
	seq := intend(t, l, Client, "a", "")
	ids := map[string]string{"id": "1"}
	if err := l.Made(seq, ids); err != nil {
		t.Fatal(err)
	}
	ids["id"] = "changed"
	l.All()[0].IDs["id"] = "changed"
	l.Open()[0].IDs["id"] = "changed"
	if got := l.All()[0].IDs["id"]; got != "1" {
		t.Errorf("got %s, want 1", got)
	}
}

func TestFileIsPrivate(t *testing.T) {
	t.Parallel()
	info, err := os.Stat(create(t).Path())
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("got mode %o, want 600", got)
	}
}

func TestCreateErrors(t *testing.T) {
	t.Parallel()
	taken := create(t).Path()
	dangling := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(t.TempDir(), "elsewhere"), dangling); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		path string
		head Head
		want error
	}{
		"a file":       {taken, testHead, fs.ErrExist},
		"a folder":     {filepath.Dir(taken), testHead, fs.ErrExist},
		"a link":       {dangling, testHead, fs.ErrExist},
		"no folder":    {filepath.Join(taken+"s", "x"), testHead, fs.ErrNotExist},
		"other schema": {taken + "2", Head{Schema: "keyturn.conformance.ledger/2"}, nil},
		"not UTF-8":    {taken + "3", Head{Run: "\xff"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := Create(test.path, test.head)
			if err == nil {
				l.Close()
				t.Fatal("created")
			}
			if test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if !strings.Contains(err.Error(), test.path) {
				t.Errorf("%v does not name %s", err, test.path)
			}
			if _, err := os.Stat(test.path); test.want == nil && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("leaves a file behind: %v", err)
			}
		})
	}
}

func TestNoPermission(t *testing.T) {
	t.Parallel()
	path := create(t).Path()
	folder := filepath.Dir(path)
	if err := errors.Join(os.Chmod(path, 0), os.Chmod(folder, 0o500)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(folder, 0o700) })
	if f, err := os.Open(path); err == nil {
		f.Close()
		t.Skip("permissions do not bind this user")
	}
	if _, _, err := Open(path); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("opening: got %v, want %v", err, fs.ErrPermission)
	}
	if _, err := Create(path+"2", testHead); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("creating: got %v, want %v", err, fs.ErrPermission)
	}
}

func TestWrongEvents(t *testing.T) {
	t.Parallel()
	l := create(t)
	story(t, l)
	intended := func(kind Kind, name, owner string) error {
		_, err := l.Intend(kind, name, owner)
		return err
	}
	tests := map[string]struct {
		err  error
		want string
	}{
		"name twice":         {intended(Client, "lost", ""), `"lost" is that of entry 4`},
		"no name":            {intended(Client, "", ""), "without a name"},
		"other kind":         {intended("token", "x", ""), `kind "token"`},
		"secret of nobody":   {intended(Secret, "x", ""), `secret "x" with the owner ""`},
		"owned client":       {intended(Client, "x", "lost"), `client "x" with the owner "lost"`},
		"not UTF-8":          {intended(Client, "\xff", ""), "UTF-8"},
		"unknown entry":      {l.Made(6, nil), "there is no entry 6"},
		"no entry":           {l.Gone(0), "there is no entry 0"},
		"negative entry":     {l.Kept(-1, ""), "there is no entry -1"},
		"keeping what is no": {l.Kept(1, "why"), "entry 1 is gone"},
	}
	for name, test := range tests {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) || !strings.Contains(test.err.Error(), l.Path()) {
			t.Errorf("%s: got %v, want %s and the path", name, test.err, test.want)
		}
	}
	if diff := cmp.Diff(storyEntries, reopen(t, l.Path()).All()); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	l := create(t)
	const workers, each = 8, 20
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			for i := range each {
				seq, err := l.Intend(Client, fmt.Sprintf("client %d of %d", i, worker), "")
				if err != nil {
					t.Error(err)
					return
				}
				if err := l.Made(seq, map[string]string{"id": fmt.Sprint(seq)}); err != nil {
					t.Error(err)
				}
				if i%2 == 0 {
					if err := l.Gone(seq); err != nil {
						t.Error(err)
					}
				}
				l.Open()
			}
		})
	}
	wg.Wait()
	again := reopen(t, l.Path())
	if diff := cmp.Diff(l.All(), again.All()); diff != "" {
		t.Errorf("the file says otherwise (-want +got):\n%s", diff)
	}
	open := again.Open()
	if got, want := len(open), workers*each/2; got != want {
		t.Errorf("got %d open, want %d", got, want)
	}
	for i, entry := range open {
		if entry.IDs["id"] != fmt.Sprint(entry.Seq) || i > 0 && entry.Seq >= open[i-1].Seq {
			t.Errorf("entry %d has id %s and follows %d", entry.Seq, entry.IDs["id"], open[max(0, i-1)].Seq)
		}
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	l := create(t)
	seq := intend(t, l, Client, "a", "")
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Intend(Client, "b", ""); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v, want %v", err, os.ErrClosed)
	}
	if err := l.Gone(seq); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v, want %v", err, os.ErrClosed)
	}
	if got := l.Open(); len(got) != 0 {
		t.Errorf("got %v, want what is known to be gone not to be open", got)
	}
}
