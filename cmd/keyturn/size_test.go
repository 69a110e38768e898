package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

var (
	measureSize = flag.Bool("size", false, "build the binary and hold it to the size and to the table in doc.go")
	writeSize   = flag.Bool("write-size", false, "write the table of sizes in doc.go, in place of comparing it; implies -size")
)

const (
	sizeLimit  = 19_800_000 // bytes of the stripped binary: an image of 20 MB has certificates, too
	driftTotal = 0.05       // of the table's total
	driftPart  = 0.25       // of one part
	driftLeast = 100        // kB; less is no drift of a part
)

var sizeTable = regexp.MustCompile(`(?m)^//\t *kB  of the binary, .*\n(?://\t.*\n)*`)

// TestSize holds the binary for linux/amd64 to its limit and to the table in doc.go, and
// says what went up.
func TestSize(t *testing.T) {
	if !*measureSize && !*writeSize {
		t.Skip("-size builds the binary and measures it")
	}
	parts := measured(t)
	if total := parts.total(); total > sizeLimit {
		t.Errorf("the binary has %d bytes, want at most %d", total, sizeLimit)
	}
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	written := sizeTable.Find(source)
	if written == nil {
		t.Fatal("doc.go has no table of sizes")
	}
	if *writeSize {
		if err := os.WriteFile("doc.go", bytes.Replace(source, written, []byte(parts.table()), 1), 0o644); err != nil {
			t.Error(err)
		}
		return
	}
	for _, drift := range drifts(readSizes(string(written)), readSizes(parts.table())) {
		t.Errorf("%s (go test ./cmd/keyturn -run TestSize -write-size)", drift)
	}
}

func TestDrifts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		now  map[string]int
		want int
	}{
		"the same":           {map[string]int{totalSize: 1000, "a": 600, "b": 400}, 0},
		"a little":           {map[string]int{totalSize: 1040, "a": 690, "b": 350}, 0},
		"the total":          {map[string]int{totalSize: 1060, "a": 640, "b": 420}, 1},
		"one for another":    {map[string]int{totalSize: 1000, "a": 400, "b": 600}, 2},
		"something new":      {map[string]int{totalSize: 1000, "a": 500, "b": 350, "c": 150}, 1},
		"something is gone":  {map[string]int{totalSize: 1000, "a": 600}, 1},
		"something small":    {map[string]int{totalSize: 1000, "a": 560, "b": 400, "c": 40}, 0},
		"half of everything": {map[string]int{totalSize: 500, "a": 300, "b": 200}, 3},
	} {
		if got := drifts(map[string]int{totalSize: 1000, "a": 600, "b": 400}, test.now); len(got) != test.want {
			t.Errorf("%s: got %q, want %d", name, got, test.want)
		}
	}
}

// drifts compares what is written with what is, both in kB by part.
func drifts(written, now map[string]int) []string {
	var all []string
	for part := range merged(written, now) {
		least, share := driftLeast, driftPart
		if part == totalSize {
			least, share = 0, driftTotal
		}
		off := max(now[part]-written[part], written[part]-now[part])
		if off > least && float64(off) > share*float64(written[part]) {
			all = append(all, fmt.Sprintf("%s: the table says %d kB, it is %d", part, written[part], now[part]))
		}
	}
	return all
}

func merged(a, b map[string]int) map[string]bool {
	all := map[string]bool{}
	for _, one := range []map[string]int{a, b} {
		for name := range one {
			all[name] = true
		}
	}
	return all
}

// readSizes reads the rows of a table, in kB by part.
func readSizes(table string) map[string]int {
	sizes := map[string]int{}
	for line := range strings.Lines(table) {
		number, part, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "//")), "  ")
		if size, err := strconv.Atoi(number); err == nil {
			sizes[part] = size
		}
	}
	return sizes
}

const totalSize = "in all"

// table is the lines of the comment, largest first.
func (p parts) table() string {
	const least = 30_000 // bytes of a row of its own
	kB := func(size int) int { return (size + 500) / 1000 }
	var b strings.Builder
	fmt.Fprintf(&b, "//\t   kB  of the binary, linux/amd64, %s\n", runtime.Version())
	smaller, count := 0, 0
	for _, one := range p.sorted() {
		if one.size < least {
			smaller += one.size
			count++
			continue
		}
		fmt.Fprintf(&b, "//\t%5d  %s\n", kB(one.size), one.name)
	}
	fmt.Fprintf(&b, "//\t%5d  %d smaller parts\n", kB(smaller), count)
	fmt.Fprintf(&b, "//\t%5d  %s\n", kB(p.total()), totalSize)
	return b.String()
}

// measured builds the binary as it is shipped, and once more with its symbols.
func measured(t *testing.T) parts {
	t.Helper()
	folder := t.TempDir()
	stripped, full := filepath.Join(folder, "stripped"), filepath.Join(folder, "full")
	cold := coldFlags(t)
	goTool(t, append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", stripped}, append(cold, ".")...)...)
	goTool(t, append([]string{"build", "-trimpath", "-o", full}, append(cold, ".")...)...)
	packages, err := parsePackages(goTool(t, "list", "-deps", "-json=ImportPath,Dir,Standard,Imports,EmbedFiles,Module", "."))
	if err != nil {
		t.Fatal(err)
	}
	all, err := measureParts(stripped, full, packages)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// coldFlags are those with which the Makefile builds what no request runs through.
func coldFlags(t *testing.T) []string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "make", "--no-print-directory", "-C", "../..", "cold").Output()
	flags := strings.Fields(string(output))
	if err != nil || len(flags) == 0 {
		t.Fatalf("make cold: %v, %d flags", err, len(flags))
	}
	return flags
}

// goTool runs the go command for the platform of the table.
func goTool(t *testing.T, args ...string) []byte {
	t.Helper()
	var problems bytes.Buffer
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOAMD64=v1")
	command.Stderr = &problems
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", args[0], err, problems.Bytes())
	}
	return output
}
