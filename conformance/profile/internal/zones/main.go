// Command zones writes zones.gz into the current folder, which has to be that of package
// profile: the time zones of the Go release that runs it, and under the name VERSION
// which release that is. Where the zones are the same, the file stays as it is. Run it by
// "make generate".
package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/keyturn/keyturn/specs/packed"
)

const (
	file    = "zones.gz"
	version = "VERSION"
)

func main() {
	if err := write(); err != nil {
		panic(fmt.Errorf("zones: %w", err))
	}
}

func write() error {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	zones, err := read(filepath.Join(strings.TrimSpace(string(root)), "lib/time/zoneinfo.zip"))
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(file); err == nil {
		held, err := packed.Unpack(string(old))
		delete(held, version)
		if err == nil && maps.EqualFunc(held, zones, bytes.Equal) {
			return nil
		}
	}
	zones[version] = []byte(runtime.Version())
	return packed.Renew(file, zones)
}

// read returns every file of the archive.
func read(path string) (map[string][]byte, error) {
	content, err := os.ReadFile(path) //nolint:gosec // of the Go release that runs this
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	zones := map[string][]byte{}
	for _, entry := range archive.File {
		if entry.FileInfo().IsDir() {
			continue
		}
		if zones[entry.Name], err = fs.ReadFile(archive, entry.Name); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return zones, nil
}
