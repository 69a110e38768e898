package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// debian is where its packages put the binaries, which are not in the path.
const debian = "/usr/lib/postgresql/*/bin"

// find returns the folder of the server's binaries.
func find() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	folders, err := filepath.Glob(debian)
	if err != nil {
		return "", err
	}
	for _, folder := range slices.Backward(folders) {
		if _, err := os.Stat(filepath.Join(folder, "initdb")); err == nil {
			return folder, nil
		}
	}
	return "", fmt.Errorf("there is no initdb, in the path or in %s", debian)
}

// need skips the test without a server to run, which is a failure in CI.
func need(tb testing.TB) string {
	tb.Helper()
	folder, err := find()
	switch {
	case err == nil:
		return folder
	case os.Getenv("CI") == "true": //nolint:forbidigo // tests are told by it, nothing else is
		tb.Fatalf("PostgreSQL is needed: %v", err)
	default:
		tb.Skipf("PostgreSQL is not installed: %v", err)
	}
	return ""
}
