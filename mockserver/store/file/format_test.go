package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/keyturn/keyturn/mockserver/client"
)

func opened(t *testing.T, path string) *Backend {
	t.Helper()
	b, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// TestMigrations runs steps that there are not yet.
func TestMigrations(t *testing.T) {
	t.Parallel()
	mark := func(name string) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error { return tx.Bucket(tableNamed[tableSelf]).Put([]byte(name), []byte{1}) }
	}
	refusal := errors.New("refused")
	for _, test := range []struct {
		name  string
		steps map[uint64]func(*bolt.Tx) error
		want  uint64
		err   string
	}{
		{"none are needed", nil, 1, ""},
		{"two", map[uint64]func(*bolt.Tx) error{1: mark("one"), 2: mark("two")}, 3, ""},
		{"one is missing", map[uint64]func(*bolt.Tx) error{1: mark("one")}, 2, "nothing leads from its format 2 to format 3"},
		{"one fails", map[uint64]func(*bolt.Tx) error{1: mark("one"), 2: func(*bolt.Tx) error { return refusal }}, 2, "from format 2 to format 3: refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := opened(t, filepath.Join(t.TempDir(), "state"))
			to := uint64(format)
			if test.steps != nil {
				to = 3
			}
			err := migrate(b.db, format, to, test.steps)
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got %v, want %q", err, test.err)
			}
			if found, _, err := formatOf(b.db); err != nil || found != test.want {
				t.Errorf("the format is %d (%v), want %d", found, err, test.want)
			}
		})
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	path := func(op string, errno syscall.Errno) error { return &fs.PathError{Op: op, Path: "state", Err: errno} }
	for _, test := range []struct {
		err  error
		want string
		safe bool
	}{
		{path("write", syscall.ENOSPC), "the disk is full", true},
		{path("write", syscall.EDQUOT), "the quota of disk space is used up", true},
		{path("write", syscall.EROFS), "the file system is read-only", true},
		{path("write", syscall.EIO), "the device reports an error", true},
		{fmt.Errorf("file resize error: %s", path("truncate", syscall.ENOSPC)), "the disk is full", true},
		{fmt.Errorf("file sync error: %s", path("sync", syscall.EIO)), "the device reports an error", false},
		{syscall.EIO, "the device reports an error", false},
		{syscall.ENOSPC, "the disk is full", false},
		{berrors.ErrMaxSizeReached, "it has grown to all the room that was set aside in memory when it was opened", false},
		{fmt.Errorf("%w: page 7", errCrash), "the engine has failed", false},
		{errors.New("anything"), "the system refuses", false},
	} {
		if got, safe := reason(test.err); got != test.want || safe != test.safe {
			t.Errorf("%v: got %q, %t, want %q, %t", test.err, got, safe, test.want, test.safe)
		}
	}
}

// TestAfterAFailedSynchronisation refuses all that writes, and reads on.
func TestAfterAFailedSynchronisation(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "state")
	b := opened(t, path)
	c, err := b.New(ctx)
	if err != nil {
		t.Fatal(err)
	}
	key := client.Key{Realm: "realm", ID: "a"}
	if _, err := c.Create(ctx, client.Client{Key: key, ClientID: "a"}); err != nil {
		t.Fatal(err)
	}
	_ = b.failed(syscall.EIO)
	_, err = c.Update(ctx, key, func(*client.Client) error { return nil })
	want := "the state file " + path + " cannot be written: the device reports an error; it takes nothing more until it is opened again"
	if client.KindOf(err) != client.Unavailable || client.AsError(err).Message != want {
		t.Errorf("got %v, want %q", err, want)
	}
	if _, err := c.Get(ctx, key); err != nil {
		t.Errorf("it cannot be read: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	again, err := opened(t, path).Open(ctx, c.ID())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Update(ctx, key, func(*client.Client) error { return nil }); err != nil {
		t.Errorf("opened again: %v", err)
	}
}

// TestACommitThatIsNotShown has the engine's commit on its way to the disk.
func TestACommitThatIsNotShown(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b := opened(t, filepath.Join(t.TempDir(), "state"))
	c, err := b.New(ctx)
	if err != nil {
		t.Fatal(err)
	}
	of := c.(*content)
	one := client.Client{Key: client.Key{Realm: "realm", ID: "a"}, ClientID: "a"}
	list, err := entries(of.view.Load().generation, &one)
	if err != nil {
		t.Fatal(err)
	}
	err = b.db.Update(func(tx *bolt.Tx) error {
		for _, e := range list {
			if err := tx.Bucket(tableNamed[e.in]).Put(e.key, e.value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Get(ctx, one.Key); client.KindOf(err) != client.NotFound {
		t.Errorf("got %+v, %v of what nobody has acknowledged", got, err)
	}
}
