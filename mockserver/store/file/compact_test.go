package file_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store/file"
	"github.com/keyturn/keyturn/mockserver/store/storetest"
)

// wasted makes a file in which little is left of much.
func wasted(t *testing.T, path string) (id string) {
	t.Helper()
	ctx := context.Background()
	b := mustOpen(t, path)
	kept, gone := newContent(t, b), newContent(t, b)
	fill(t, kept, 1_000)
	fill(t, gone, 60_000)
	if err := gone.Drop(ctx); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	// The sweeper was interrupted; the next one has its leftovers.
	b = mustOpen(t, path)
	waitUntil(t, func() bool { return file.Loose(b) == 0 })
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return kept.ID()
}

func waitUntil(t *testing.T, done func() bool) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("it takes too long")
		}
	}
}

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestCompaction(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := fresh(t)
	id := wasted(t, path)
	before := sizeOf(t, path)
	// A crash has left half a copy.
	if err := os.WriteFile(path+".compact", []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	b, err := file.Open(path, file.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if after := sizeOf(t, path); after > before/4 {
		t.Errorf("the file has %d bytes after %d", after, before)
	}
	for _, want := range []string{"the state file was compacted", "an unfinished copy of the state file was removed"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, &log)
		}
	}
	if left, err := os.ReadDir(strings.TrimSuffix(path, "/state")); err != nil || len(left) != 1 {
		t.Errorf("the folder has %v (%v)", left, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has the mode %v (%v), want 0600", info.Mode(), err)
	}
	if _, err := file.Open(path, file.Options{}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("the copy is not locked: %v", err)
	}
	c, err := b.Open(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1_000 {
		one := storetest.Numbered(i)
		if _, err := c.Update(ctx, one.Key, func(c *client.Client) error { c.Enabled = false; return nil }); i%100 == 0 && err != nil {
			t.Fatal(err)
		}
		if got, err := c.Get(ctx, one.Key); err != nil || got.Enabled {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, path)
}

// TestALockIsOfTheFileThatIsThere has a file replaced while somebody waits for its lock.
func TestALockIsOfTheFileThatIsThere(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	first := mustOpen(t, path)
	id := newContent(t, first).ID()
	if err := os.Rename(path, path+"-old"); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error)
	go func() {
		b, err := file.Open(path, file.Options{})
		if err == nil {
			_, err = b.Open(context.Background(), id)
			b.Close()
		}
		opened <- err
	}()
	if err := <-opened; client.KindOf(err) != client.NotFound {
		t.Errorf("got %v, want a new file without the content", err)
	}
}
