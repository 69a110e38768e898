package file_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/file"
	"github.com/keyturn/keyturn/mockserver/store/storetest"
)

// variable tells a process that it is a child, what it is to do and where.
const variable = "KEYTURN_FILE_CHILD"

var children = map[string]func(t *testing.T, path string){
	"a size limit": limited, "a full disk": fullDisk, "not for writing": notForWriting,
}

// TestChild is what the other processes run.
func TestChild(t *testing.T) { //nolint:paralleltest // it is alone
	name, path, ok := strings.Cut(os.Getenv(variable), ":")
	if !ok {
		t.Skip("it is run by other tests, in a process of its own")
	}
	children[name](t, path)
}

func run(t *testing.T, name, path string, before ...string) (string, error) {
	t.Helper()
	words := append(slices.Clone(before), os.Args[0], "-test.run", "^TestChild$", "-test.v", "-test.count", "1")
	child := exec.Command(words[0], words[1:]...)
	child.Env = append(os.Environ(), variable+"="+name+":"+path)
	out, err := child.CombinedOutput()
	if err == nil && !strings.Contains(string(out), "--- PASS: TestChild") {
		err = errors.New("it did not run")
	}
	return string(out), err
}

func TestASizeLimit(t *testing.T) {
	t.Parallel()
	if out, err := run(t, "a size limit", fresh(t)); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// limited lets the file become no larger, which any user can: a full disk as far as the
// file can tell.
func limited(t *testing.T, path string) {
	b := mustOpen(t, path)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	before := limit.Cur
	set := func(size uint64) {
		limit.Cur = size
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
	}
	set(uint64(info.Size()))
	fillsUp(t, b, path, "it has reached the largest size that a file may have here", func() { set(before) })
}

// TestAFullDisk needs a file system of its own, in a name space of its own.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	apart := []string{"unshare", "-m"}
	if os.Getuid() != 0 {
		apart = []string{"unshare", "-rm"}
	}
	if out, err := exec.Command(apart[0], append(apart[1:], "true")...).CombinedOutput(); err != nil {
		t.Skipf("no name space of mounts can be had here (%v %s); a size limit stands for a full disk in the other test", err, out)
	}
	folder := t.TempDir()
	mounted := append(slices.Clone(apart), "sh", "-c", `mount -t tmpfs -o size=3m none "$0" && exec "$@"`, folder)
	if out, err := run(t, "a full disk", filepath.Join(folder, "state"), mounted...); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func fullDisk(t *testing.T, path string) {
	b := mustOpen(t, path)
	ballast := path + "-ballast"
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	fillsUp(t, b, path, "the disk is full", func() {
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	})
}

// fillsUp creates clients until there is no room, and after there is room again.
func fillsUp(t *testing.T, b *file.Backend, path, want string, makeRoom func()) {
	t.Helper()
	ctx := context.Background()
	c := newContent(t, b)
	var err error
	created := 0
	for ; created < 100_000; created++ {
		if _, err = c.Create(ctx, storetest.Numbered(created)); err != nil {
			break
		}
	}
	if client.KindOf(err) != client.Unavailable || !strings.Contains(client.AsError(err).Message, path) || !strings.Contains(client.AsError(err).Message, want) {
		t.Fatalf("after %d clients: %v, want the path and %q", created, err, want)
	}
	t.Logf("%d clients, then: %s", created, client.AsError(err).Message)
	one := storetest.Numbered(created)
	for range 3 {
		if _, err := c.Create(ctx, storetest.Numbered(created)); client.KindOf(err) != client.Unavailable {
			t.Fatalf("the next one: %v", err)
		}
		if _, err := c.Get(ctx, one.Key); client.KindOf(err) != client.NotFound {
			t.Fatalf("what was refused is there: %v", err)
		}
	}
	whole := func(c store.Content, n int) {
		t.Helper()
		page, err := c.List(ctx, store.Query{Realm: "realm"})
		if err != nil || page.Total != n || len(page.Clients) != n {
			t.Fatalf("%d of %d clients are listed, want %d (%v)", len(page.Clients), page.Total, n, err)
		}
	}
	whole(c, created)
	makeRoom()
	if _, err := c.Create(ctx, storetest.Numbered(created)); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	whole(c, created+1)
	id := c.ID()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := mustOpen(t, path).Open(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	whole(again, created+1)
}

func TestAFileThatMayNotBeWritten(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	kept(t, path)
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	if out, err := run(t, "not for writing", path); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// notForWriting is an ordinary user: root may write anything.
func notForWriting(t *testing.T, path string) {
	if os.Getuid() == 0 {
		if err := os.Chmod(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Setuid(65534); err != nil {
			t.Fatal(err)
		}
	}
	_, err := file.Open(path, file.Options{})
	if err == nil || !strings.Contains(err.Error(), path+" cannot be opened for writing: permission denied") {
		t.Errorf("got %v", err)
	}
}

// TestAFileThatBecomesUnchangeable takes what only root can do, and only to some file
// systems.
func TestAFileThatBecomesUnchangeable(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := fresh(t)
	b := mustOpen(t, path)
	c := newContent(t, b)
	all := fill(t, c, 10)
	if out, err := exec.Command("chattr", "+i", path).CombinedOutput(); err != nil {
		t.Skipf("a file cannot be made unchangeable here (%v %s); the limit of the file's size takes the same way", err, out)
	}
	thaw := func() {
		if out, err := exec.Command("chattr", "-i", path).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
	}
	t.Cleanup(thaw)
	disable := func() error {
		_, err := c.Update(ctx, all[0].Key, func(c *client.Client) error { c.Enabled = false; return nil })
		return err
	}
	err := disable()
	if client.KindOf(err) != client.Unavailable || !strings.Contains(client.AsError(err).Message, path+" cannot be written: it was made unchangeable") {
		t.Fatalf("got %v", err)
	}
	if got, err := c.Get(ctx, all[0].Key); err != nil || !got.Enabled {
		t.Fatalf("got %+v, %v, want it as it was", got, err)
	}
	thaw()
	if err := disable(); err != nil {
		t.Fatalf("after it may be changed again: %v", err)
	}
}
