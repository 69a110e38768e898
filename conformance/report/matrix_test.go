package report

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"
)

// sides are the sample, what became of it, and another provider's report with a name
// that acts.
func sides(t *testing.T) []NamedReport {
	t.Helper()
	other := sample()
	other.Profile.Provider, other.Target.URL, other.Target.Identity = "angusgm", "https://other.example/"+hostile, nil
	other.Outcome, other.Exit = Conformant, 0
	other.Results = other.Results[:6]
	for i := range other.Results {
		other.Results[i].Verdict = Pass
	}
	other.Results = append(other.Results, Result{ID: "ATR-001", Verdict: Fail, Title: hostile, Family: "ATR", FamilyName: "A family with a very long name", Level: "MUST", Message: hostile})
	return []NamedReport{{"a/report.json", sample()}, {"b/report.json", later(t)}, {"c/report.json", other}}
}

func table(t *testing.T) *Matrix {
	t.Helper()
	m, err := NewMatrix(sides(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMatrixForms(t *testing.T) {
	t.Parallel()
	m := table(t)
	golden(t, "matrix.json", m.WriteJSON)
	golden(t, "matrix.txt", func(w io.Writer) error { return m.WriteText(w, TextOptions{}) })
	golden(t, "matrix.md", m.WriteMarkdown)
}

// TestMatrixPageIsAlone holds the page to having everything in it, and no script.
func TestMatrixPageIsAlone(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := table(t).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, bad := range []string{"<script", "\x1b", "\u202e", "<img", "@import", "url(", " style=", " onclick=", "src=", "ZgotmplZ"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(page)
	allowed := regexp.MustCompile(`content="(default-src [^"]*)"`).FindStringSubmatch(page)
	if style == nil || allowed == nil || !strings.Contains(strings.NewReplacer("&#43;", "+", "&#39;", "'").Replace(allowed[1]), "style-src "+digest(style[1])+";") {
		t.Errorf("the policy does not have the digest of the style as it stands: %v", allowed)
	}
}

func TestMatrixPlacesVerdicts(t *testing.T) {
	t.Parallel()
	m := table(t)
	cells, differing := map[string]string{}, map[string]bool{}
	for _, set := range m.Families {
		for _, row := range set.Rows {
			var words []string
			for _, cell := range row.Cells {
				words = append(words, cell.Short())
			}
			cells[row.ID] = strings.Join(words, " ")
			differing[row.ID] = row.Differs
		}
	}
	for id, want := range map[string]string{
		"AUTH-001": "pass pass pass", "ROT-001": "pass fail pass", "TEN-003": "n/a n/a –", "ZZZ-001": "– fail –", "DEL-001": "pass – –", "ATR-001": "– – fail",
	} {
		if cells[id] != want {
			t.Errorf("%s is %q, expected %q", id, cells[id], want)
		}
	}
	for id, want := range map[string]bool{"AUTH-001": false, "ROT-001": true, "TEN-003": false, "DEL-001": false, "DEL-003": true} {
		if differing[id] != want {
			t.Errorf("%s, %s, differs: %v", id, cells[id], !want)
		}
	}
	for i, column := range m.Columns {
		if column.Counts.Total() != len(sides(t)[i].Results) {
			t.Errorf("column %d counts %d", i, column.Counts.Total())
		}
	}
	if m.Columns[0].Name != "a/report.json" || !strings.HasPrefix(m.Columns[2].Name, "other.example/") {
		t.Errorf("the columns are called %q and %q", m.Columns[0].Name, m.Columns[2].Name)
	}
}

func TestMatrixFollowsNames(t *testing.T) {
	t.Parallel()
	old := sample()
	find(t, old, "SEC-001").ID = "OLD-001"
	m, err := NewMatrix([]NamedReport{{"a", old}, {"b", sample()}}, func(id string) string { return strings.Replace(id, "OLD-001", "SEC-001", 1) })
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Summary(); got != "23 checks in 2 reports, of which 0 differ." {
		t.Errorf("got %s", got)
	}
}

func TestMatrixOfLittle(t *testing.T) {
	t.Parallel()
	if _, err := NewMatrix(nil, nil); err == nil {
		t.Error("no report makes a table")
	}
	m, err := NewMatrix([]NamedReport{{"a.json", &Report{Outcome: Incomplete}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(io.Writer) error{"JSON": m.WriteJSON, "Markdown": m.WriteMarkdown, "HTML": m.WriteHTML, "text": func(w io.Writer) error { return m.WriteText(w, TextOptions{}) }} {
		var b bytes.Buffer
		if err := write(&b); err != nil || !strings.Contains(b.String(), "a.json") {
			t.Errorf("%s: %v, %s", name, err, b.String())
		}
	}
}

func TestMarkdownTablesAreWhole(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := table(t).WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	if err := compared(t).WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	bars := -1
	for line := range strings.SplitSeq(b.String(), "\n") {
		n := strings.Count(line, "|")
		switch {
		case !strings.HasPrefix(line, "|"):
			bars = -1
		case bars >= 0 && n != bars:
			t.Errorf("a row has %d bars where its table has %d: %s", n, bars, line)
		default:
			bars = n
		}
	}
}
