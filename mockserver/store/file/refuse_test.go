package file_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store/file"
	"github.com/keyturn/keyturn/mockserver/store/storetest"
)

// kept makes a file with some clients, and returns its bytes.
func kept(tb testing.TB, path string) []byte {
	tb.Helper()
	b := mustOpen(tb, path)
	fill(tb, newContent(tb, b), 500)
	if err := b.Close(); err != nil {
		tb.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func foreign(tb testing.TB, path string) []byte {
	tb.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		tb.Fatal(err)
	}
	if err := db.Update(func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte("theirs")); return err }); err != nil {
		tb.Fatal(err)
	}
	if err := db.Close(); err != nil {
		tb.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// TestRefusals opens what is not a whole state file. Each is left as it was.
func TestRefusals(t *testing.T) {
	t.Parallel()
	scratch := t.TempDir()
	whole, theirs := kept(t, filepath.Join(scratch, "whole")), foreign(t, filepath.Join(scratch, "theirs"))
	later := edited(t, filepath.Join(scratch, "later"), whole, func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("keyturn")).Put([]byte("format"), []byte{0, 0, 0, 0, 0, 0, 0, 7})
	})
	damaged := func(places ...int) []byte {
		data := bytes.Clone(whole)
		for _, place := range places {
			copy(data[place:], bytes.Repeat([]byte{0xa5}, 80))
		}
		return data
	}
	const page = 4096
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"a text", []byte("clients:\n  - id: one\n"), "no state file of keyturn"},
		{"a long text", bytes.Repeat([]byte("clients\n"), 10_000), "no state file of keyturn"},
		{"zeros", make([]byte, 1<<16), "no state file of keyturn"},
		{"another program's", theirs, "of another program"},
		{"a later format", later, "it is in format 7, this version of keyturn reads up to format 1"},
		{"both first pages are damaged", damaged(20, page+20), "damaged"},
		{"both first pages are gone", damaged(0, page), "damaged"},
		{"cut off", whole[:int(used(t, whole))*page/2], "a part of it at the end is missing"},
		{"cut off in the first page", whole[:100], "a part of it at the end is missing"},
		{"a page in the middle", damaged(int(used(t, whole))*page - 12*page), "damaged"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := fresh(t)
			if err := os.WriteFile(path, test.data, 0o600); err != nil {
				t.Fatal(err)
			}
			b, err := file.Open(path, file.Options{})
			if err == nil {
				b.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want the path and %q", err, test.want)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, test.data) {
				t.Errorf("the file was changed (%v)", err)
			}
			if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
				t.Errorf("there are %v beside it (%v)", left, err)
			}
		})
	}
}

// used counts the pages that belong to the file's newest state.
func used(tb testing.TB, data []byte) int64 {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "used")
	pages := int64(0)
	edited(tb, path, data, func(tx *bolt.Tx) error { pages = tx.Size() / 4096; return nil })
	return pages
}

func edited(tb testing.TB, path string, data []byte, edit func(*bolt.Tx) error) []byte {
	tb.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		tb.Fatal(err)
	}
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		tb.Fatal(err)
	}
	if err := db.Update(edit); err != nil {
		tb.Fatal(err)
	}
	if err := db.Close(); err != nil {
		tb.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return after
}

// TestDamageIsNoCrash changes single bytes anywhere in what is in use. It is opened or
// refused; what is opened is read or said to be damaged.
func TestDamageIsNoCrash(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	whole := kept(t, path)
	end := int(used(t, whole)) * 4096
	refused := 0
	for place := 0; place < end; place += 977 {
		data := bytes.Clone(whole)
		data[place] ^= 0xff
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := file.Open(path, file.Options{})
		if err != nil {
			refused++
			continue
		}
		if c, err := b.Open(context.Background(), "1"); err == nil {
			for i := range 500 {
				one := storetest.Numbered(i)
				if _, err := c.Get(context.Background(), one.Key); err != nil && client.KindOf(err) == client.Internal {
					t.Errorf("a byte at %d: %v", place, err)
				}
			}
		}
		b.Close()
	}
	t.Logf("%d of %d were refused", refused, end/977)
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, test := range []struct{ name, path, want string }{
		{"a folder", folder, "is no file"},
		{"no folder", filepath.Join(folder, "missing", "state"), "there is no folder " + filepath.Join(folder, "missing")},
	} {
		_, err := file.Open(test.path, file.Options{})
		if err == nil || !strings.Contains(err.Error(), test.path) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want the path and %q", test.name, err, test.want)
		}
	}
	empty := filepath.Join(folder, "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, empty)
	made := fresh(t)
	mustOpen(t, made)
	if info, err := os.Stat(made); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has the mode %v (%v), want 0600", info.Mode(), err)
	}
}

func TestTheFileIsLocked(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	first := mustOpen(t, path)
	_, err := file.Open(path, file.Options{})
	if err == nil || !strings.Contains(err.Error(), path+" is in use by another process") {
		t.Fatalf("got %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, path)
}

// TestAHalfFoundedFile has the engine's own pages and nothing in them,
// which is what a crash can leave of the first start.
func TestAHalfFoundedFile(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	newContent(t, mustOpen(t, path))
}
