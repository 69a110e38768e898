package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden holds the forms that are read by people and by CI to what they were. The
// JSON one is also the page's example, which the browser opens.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := sample().Render()
	if err != nil {
		t.Fatal(err)
	}
	var coloured bytes.Buffer
	if err := sample().WriteText(&coloured, TextOptions{Colour: true, Width: 72}); err != nil {
		t.Fatal(err)
	}
	files["coloured.txt"] = coloured.Bytes()
	for _, name := range []string{"report.json", "report.txt", "coloured.txt", "junit.xml", "report.sarif", "summary.md"} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, files[name], 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(files[name])); diff != "" {
			t.Errorf("%s is not what it was (-update writes it anew):\n%s", name, diff)
		}
	}
}
