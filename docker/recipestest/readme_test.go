package recipestest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	block = regexp.MustCompile("(?ms)^```(\\w+)(?: (\\S+))?\n(.*?)^```$")
	link  = regexp.MustCompile(`\]\(([^)]+)\)`)
)

// TestReadme wants each block that names a file to be a run of its lines, at whatever
// indentation, and each link to lead somewhere.
func TestReadme(t *testing.T) {
	t.Parallel()
	files := texts(t)
	readme := files["README.md"]
	shown := 0
	for _, found := range block.FindAllStringSubmatch(readme, -1) {
		file, excerpt := found[2], found[3]
		if file == "" {
			continue
		}
		shown++
		if !contains(files[file], excerpt) {
			t.Errorf("%s has no such lines:\n%s", file, excerpt)
		}
	}
	if shown < 6 {
		t.Errorf("%d excerpts, which cannot be all", shown)
	}
	for _, found := range link.FindAllStringSubmatch(readme, -1) {
		_, err := os.Stat(filepath.Join("..", filepath.FromSlash(found[1])))
		leads := strings.HasPrefix(found[1], "../") && err == nil
		for name := range files {
			leads = leads || name == found[1] || strings.HasPrefix(name, found[1]+"/")
		}
		if !leads {
			t.Errorf("the link to %s leads nowhere", found[1])
		}
	}
}

// contains reports whether the lines of the excerpt follow each other in the text, all
// moved to the right by the same space.
func contains(text, excerpt string) bool {
	lines, want := strings.Split(text, "\n"), strings.Split(strings.TrimSuffix(excerpt, "\n"), "\n")
	for start := 0; start+len(want) <= len(lines); start++ {
		space, found := strings.CutSuffix(lines[start], want[0])
		if !found || strings.TrimLeft(space, " ") != "" {
			continue
		}
		same := 0
		for same < len(want) && lines[start+same] == space+want[same] {
			same++
		}
		if same == len(want) {
			return true
		}
	}
	return false
}

func TestContains(t *testing.T) {
	t.Parallel()
	const text = "a:\n  b: 1\n  c:\n    d: 2\n"
	for excerpt, want := range map[string]bool{
		"b: 1\nc:\n": true, "b: 1\nc:\n  d: 2\n": true, "a:\n  b: 1\n": true,
		"b: 1\nd: 2\n": false, "b: 1\nc:\nd: 2\n": false, "b: 1\nc: 3\n": false, "e:\n": false,
	} {
		if contains(text, excerpt) != want {
			t.Errorf("%q: want %t", excerpt, want)
		}
	}
}
