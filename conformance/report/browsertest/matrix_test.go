//go:build browser

package browsertest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"github.com/keyturn/keyturn/conformance/report"
)

// matrix is the page of the example beside one in which everything passed.
func matrix(t *testing.T) string {
	t.Helper()
	fine := example(t)
	fine.Target.URL = "https://id.staging.example.com/with/a/path/that/is/rather/long"
	for i := range fine.Results {
		fine.Results[i].Verdict = report.Pass
	}
	table, err := report.NewMatrix([]report.NamedReport{{File: "a.json", Report: example(t)}, {File: "b.json", Report: fine}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "matrix.html"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := table.WriteHTML(file); err != nil {
		t.Fatal(err)
	}
	return file.Name()
}

// TestMatrix reads the table on a narrow screen, in light and dark, and has it show
// only the rows that differ.
func TestMatrix(t *testing.T) {
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) {
			b := open(t, matrix(t),
				command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}),
				command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 400, Height: 800, DeviceScaleFactor: 1, Mobile: true}))
			for _, faint := range ask[[]string](b, contrasts) {
				t.Error("too faint: " + faint)
			}
			if wide := ask[int](b, `document.documentElement.scrollWidth`); wide > 400 {
				t.Errorf("the page is %d wide on a screen of 400", wide)
			}
			const rows = `Array.from(document.querySelectorAll("#checks tbody tr")).filter(r => r.checkVisibility() && r.querySelector("td")).length`
			all := ask[int](b, rows)
			b.run(`document.querySelector("#differing").click()`)
			differing := ask[int](b, rows)
			same := 0
			for _, result := range example(t).Results {
				if result.Verdict == report.Pass {
					same++
				}
			}
			if all != len(example(t).Results) || differing != all-same {
				t.Errorf("%d rows, and %d that differ, expected %d and %d", all, differing, len(example(t).Results), all-same)
			}
		})
	}
}
