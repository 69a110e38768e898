package mockserver_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// TestEveryFuzzTargetRuns looks for fuzz targets that "make fuzz" forgets.
func TestEveryFuzzTargetRuns(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	root := os.DirFS("..")
	err = fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && entry.Name() == "node_modules" {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		for _, target := range fuzzTarget.FindAllSubmatch(text, -1) {
			found++
			if !strings.Contains(string(makefile), "'^"+string(target[1])+"$$'") {
				t.Errorf("%s: make fuzz does not run %s", path, target[1])
			}
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Fatalf("found %d fuzz targets: %v", found, err)
	}
}
