package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var names = []string{"junit.xml", "report.html", "report.json", "report.sarif", "report.txt", "summary.md"}

func render(t *testing.T, r *Report) map[string][]byte {
	t.Helper()
	files, err := r.Render()
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, names) {
		t.Fatalf("the files are %v, expected %v", got, names)
	}
	return files
}

func TestRenderIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	first := render(t, sample())
	for range 5 {
		for name, text := range render(t, sample()) {
			if !bytes.Equal(text, first[name]) {
				t.Fatalf("%s differs: %s", name, cmp.Diff(string(first[name]), string(text)))
			}
		}
	}
}

// TestRenderAnything sees that a run that came to nothing still has its forms.
func TestRenderAnything(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*Report{
		"empty": {},
		"bare result": {
			Schema: Schema, Outcome: Conformant, Counts: Counts{Pass: 1}, Results: []Result{{ID: "A-001", Verdict: Pass}},
			Rotations: []Rotation{{Check: "A-001", Kind: "rotate", Probes: []Probe{{Role: "new", Answer: "accepted"}}}},
		},
		"unknown words": {Outcome: "later", Counts: Counts{"later": 1}, Results: []Result{{ID: "A-001", Verdict: "later", Exchanges: []Exchange{{Status: 999, URL: "::"}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for file, text := range render(t, r) {
				if len(text) == 0 || !utf8.Valid(text) || bytes.Contains(text, []byte("NaN")) || bytes.Contains(text, []byte("ZgotmplZ")) {
					t.Errorf("%s is empty or broken:\n%s", file, text)
				}
			}
		})
	}
}

// TestNothingActs holds all forms but the JSON, which escapes, to showing what a
// target sent and never being steered by it.
func TestNothingActs(t *testing.T) {
	t.Parallel()
	files := render(t, sample())
	for name, text := range files {
		for _, bad := range []string{"\x1b", "\u202e", "<script>alert", "href=\"javascript", "ZgotmplZ"} {
			inText := name == "report.txt" && strings.HasPrefix(bad, "<")
			if strings.Contains(string(text), bad) && name != "report.json" && !inText {
				t.Errorf("%s has %q", name, bad)
			}
		}
	}
	cells := -1
	for line := range strings.SplitSeq(string(files["summary.md"]), "\n") {
		if !strings.HasPrefix(line, "|") {
			cells = -1
			continue
		}
		if n := strings.Count(line, "|"); cells >= 0 && n != cells {
			t.Errorf("a row has %d bars where its table has %d: %s", n, cells, line)
		} else {
			cells = n
		}
	}
	if bytes.Contains(files["report.json"], []byte("\x1b")) {
		t.Error("the JSON has a raw escape")
	}
}

func TestJUnitCounts(t *testing.T) {
	t.Parallel()
	r := sample()
	var read junitSuites
	if err := xml.Unmarshal(render(t, r)["junit.xml"], &read); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{"tests": read.Tests, "failures": read.Failures, "errors": read.Errors, "skipped": read.Skipped}
	want := map[string]int{
		"tests": len(r.Results), "failures": r.Counts[Fail], "errors": r.Counts[Error],
		"skipped": r.Counts[Untested] + r.Counts[NotApplicable] + r.Counts[Waived],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	inside := map[string]int{}
	for _, suite := range read.Suites {
		for _, c := range suite.Cases {
			inside["tests"]++
			for kind, problem := range map[string]*junitProblem{"failures": c.Failure, "errors": c.Error, "skipped": c.Skipped} {
				if problem != nil {
					inside[kind]++
				}
				if problem != nil && problem.Message == "" {
					t.Errorf("%s has no message", c.Name)
				}
			}
		}
	}
	if diff := cmp.Diff(want, inside); diff != "" {
		t.Errorf("the cases do not add up to the counts:\n%s", diff)
	}
}

func TestTextKeepsItsWidth(t *testing.T) {
	t.Parallel()
	for _, width := range []int{60, 80, 120} {
		var b bytes.Buffer
		if err := sample().WriteText(&b, TextOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			words := strings.Fields(line)
			alone := len(words) <= 2 || strings.HasPrefix(words[1], "digest") // a digest or an URL is not broken
			if columns(line) > width && !alone {
				t.Errorf("a line is %d wide, expected at most %d: %s", columns(line), width, line)
			}
		}
	}
}

// big is a report at the limits: every check failed and kept all its exchanges.
func big() *Report {
	r := sample()
	r.Results, r.Rotations = nil, nil
	body := `{"items":[` + strings.Repeat(`{"id":"sec-0071","value":"S1#a1b2"},`, 60) + `{}]}`
	for i := range 80 {
		result := failedEcho()
		result.ID = fmt.Sprintf("BIG-%03d", i+1)
		result.Family = "BIG"
		result.Findings = result.Findings[:1]
		result.Exchanges = nil
		for n := range 40 {
			result.Exchanges = append(result.Exchanges, full(n+1, "list", "GET", "/applications/app-1/secrets", body[:900], 200, body))
		}
		rotation := sampleRotations()[0]
		rotation.Check = result.ID
		for len(rotation.Probes) < 2000 {
			rotation.Probes = append(rotation.Probes, rotation.Probes...)
		}
		r.Results = append(r.Results, result)
		r.Rotations = append(r.Rotations, rotation)
	}
	r.Counts = Count(r.Results)
	return r
}

func TestBigReportsStaySmall(t *testing.T) {
	t.Parallel()
	files := render(t, big())
	for name, most := range map[string]int{"report.html": 3_000_000, "summary.md": 900_000} {
		if len(files[name]) > most {
			t.Errorf("%s has %d bytes, expected at most %d", name, len(files[name]), most)
		}
	}
	html := string(files["report.html"])
	if !strings.Contains(html, "For size this page leaves out") || !strings.Contains(html, "probes have no dot here") {
		t.Error("the page does not say that it leaves something out")
	}
	if n := strings.Count(html, `class="x guilty" id=`); n != 80 {
		t.Errorf("%d of 80 exchanges that findings point to have kept their messages", n)
	}
	if n := strings.Count(html, ` id="BIG-080-x`); n != 40 {
		t.Errorf("%d of 40 exchanges are listed", n)
	}
}

// TestPageIsAlone holds the page to having everything in it.
func TestPageIsAlone(t *testing.T) {
	t.Parallel()
	html := string(render(t, sample())["report.html"])
	for _, element := range []string{"<img", "<iframe", "<object", "<embed", "@import", "url(", " style=", " onclick=", "src="} {
		if strings.Contains(html, element) {
			t.Errorf("the page has %q", element)
		}
	}
	allowed := regexp.MustCompile(`content="(default-src [^"]*)"`).FindStringSubmatch(html)
	if allowed == nil || !strings.HasPrefix(allowed[1], "default-src &#39;none&#39;;") {
		t.Fatalf("the policy is %q", allowed)
	}
	for _, element := range []string{"style", "script"} {
		text := regexp.MustCompile(`(?s)<` + element + `>(.*?)</` + element + `>`).FindStringSubmatch(html)
		if text == nil {
			t.Fatalf("no %s", element)
		}
		want := element + "-src " + strings.ReplaceAll(digest(text[1]), "'", "&#39;")
		if !strings.Contains(strings.ReplaceAll(allowed[1], "&#43;", "+"), want) {
			t.Errorf("the policy does not have the digest of the %s as it stands: %s", element, allowed[1])
		}
	}
}
