package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}

// serveFails runs a serve that cannot start, to its end.
func serveFails(t *testing.T, args ...string) (code int, stderr string) {
	t.Helper()
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return ended(t, exec.Command(file, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...))
}

// ended runs the command and wants it to print nothing but diagnostics.
func ended(t *testing.T, command *exec.Cmd) (code int, stderr string) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	command.Stdout, command.Stderr = &out, &diagnostics
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(patience, func() { _ = command.Process.Kill() })
	defer timer.Stop()
	err := command.Wait()
	if exit := (&exec.ExitError{}); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if out.Len() > 0 {
		t.Errorf("it prints %s", out.String())
	}
	return command.ProcessState.ExitCode(), diagnostics.String()
}

// wantFailure wants one line with the words.
func wantFailure(t *testing.T, code int, stderr string, words ...string) {
	t.Helper()
	if code != exitFailure || strings.Count(stderr, "\n") != 1 {
		t.Errorf("got exit %d and %s, want %d and one line", code, stderr, exitFailure)
	}
	for _, word := range words {
		if !strings.Contains(stderr, word) {
			t.Errorf("no %q in %s", word, stderr)
		}
	}
}

// TestStateInUse starts a second server on the file of another, which goes on.
func TestStateInUse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	p := startServe(t, "--state", fileState+path)
	code, stderr := serveFails(t, "--state", fileState+path)
	wantFailure(t, code, stderr, path, "in use by another process")
	at := newAsker(p.URL)
	each(t, at, succeeds, succeeds)
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
	startServe(t, "--state", fileState+path) // a dead process holds nothing
}

// TestStateIsNone starts on files that are no whole state of this version.
func TestStateIsNone(t *testing.T) {
	t.Parallel()
	made := filepath.Join(t.TempDir(), "made.db")
	p := startServe(t, "--state", fileState+made)
	each(t, newAsker(p.URL), succeeds, succeeds)
	p.terminate(t)
	if code := p.exit(t); code != exitOK {
		t.Fatalf("got exit %d: %s", code, p.stderr)
	}
	whole, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(made, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("keyturn")).Put([]byte("format"), []byte{0, 0, 0, 0, 0, 0, 0, 9})
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	later, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"a text":         {[]byte("version: 1\nrealms: {}\n"), "no state file of keyturn"},
		"cut off":        {whole[:20_000], "a part of it at the end is missing"},
		"a later format": {later, "format 9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "state.db")
			if err := os.WriteFile(path, test.data, 0o600); err != nil {
				t.Fatal(err)
			}
			code, stderr := serveFails(t, "--state", fileState+path)
			wantFailure(t, code, stderr, path, test.want)
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, test.data) {
				t.Errorf("the file was changed (%v)", err)
			}
		})
	}
}
