package report

import (
	"crypto/sha256"
	_ "embed" // the style and the script are files, which editors know
	"encoding/base64"
	"io"
	"slices"
	"strings"
)

var (
	//go:embed page/style.css
	pageStyle string
	//go:embed page/script.js
	pageScript string
)

// WriteHTML writes one page that needs nothing else: style and script are in it, and
// its policy allows those two by their digests and no connection to anywhere. It is
// whole without its script, which only filters, copies and opens. Of a very large run
// the page leaves bodies out and says so; see allowance.
func (r *Report) WriteHTML(w io.Writer) error {
	p := newPage(r.printable())
	var m markup
	m.begin(p.Outcome.Headline()+": "+p.Target.URL, policy(pageStyle, pageScript), fixed(pageStyle))
	m.raw("<body>\n" + `<a class="skip" href="#results">Skip to the results</a>` + "\n")
	m.header(p)
	m.raw("<main>\n")
	m.first(p)
	m.results(p)
	m.rotations(p)
	m.sources(p)
	m.facts(p)
	m.put("</main>\n<footer><p>Schema <code>%v</code>. This page holds everything it shows and asks for nothing from anywhere.</p></footer>\n", p.Schema)
	m.raw("<script>" + fixed(pageScript) + "</script>\n</body>\n</html>\n")
	_, err := w.Write(m.Bytes())
	return err
}

// page is what is drawn.
type page struct {
	*Report

	Mood      string // class of the headline
	Total     int
	Subtitle  string
	Bar       []segment
	Wrongs    []*resultView
	Untested  []*resultView
	Foreign   []*resultView // not applicable
	Facts     []pair
	Declared  []pair // the policy vector
	Families  []familyView
	Sources   []sourceKind
	Latencies []latencyRow
	Missing   bool // something that was awaited was not seen
	Rotated   []rotatedView
	Thinned   bool // exchanges or dots were left out for size
}

type familyView struct {
	ID, Name string
	Counts   []segment
	Results  []*resultView
	Open     bool
}

func newPage(r *Report) *page {
	p := &page{
		Report:    r,
		Mood:      string(r.Outcome),
		Total:     r.Counts.Total(),
		Subtitle:  strings.Join(nonEmpty(r.Target.URL, r.Profile.Title, clock(r.Run.Started)), " · "),
		Bar:       segments(r.Counts),
		Facts:     nonEmptyPairs(facts(r)),
		Declared:  pairs(r.Profile.Policy),
		Sources:   bySource(r),
		Latencies: latencies(r.Rotations),
	}
	p.Missing = slices.ContainsFunc(p.Latencies, func(row latencyRow) bool { return row.Accepted.Missing+row.Refused.Missing > 0 })
	views := p.results(r)
	for _, result := range of(r, Error, Fail, Waived, Review, Warn) {
		p.Wrongs = append(p.Wrongs, views[result])
	}
	for _, result := range of(r, Untested) {
		p.Untested = append(p.Untested, views[result])
	}
	for _, result := range of(r, NotApplicable) {
		p.Foreign = append(p.Foreign, views[result])
	}
	for _, f := range families(r) {
		view := familyView{ID: f.ID, Name: f.Name, Counts: segments(f.Counts), Open: f.Counts[Fail]+f.Counts[Error] > 0}
		for _, result := range f.Results {
			view.Results = append(view.Results, views[result])
		}
		p.Families = append(p.Families, view)
	}
	var thinned bool
	p.Rotated, thinned = rotated(r)
	p.Thinned = p.Thinned || thinned
	return p
}

// web tells whether an address may be a link: what a report holds is not trusted.
func web(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}

// policy allows the style, the script where there is one, and nothing else.
func policy(style, script string) string {
	rules := "default-src 'none'; style-src " + digest(style)
	if script != "" {
		rules += "; script-src " + digest(script)
	}
	return rules + "; img-src data:; base-uri 'none'; form-action 'none'"
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// segment is a verdict's part of a bar that is 1000 wide.
type segment struct {
	Verdict  Verdict
	Number   int
	X, Width float64
}

// segments gives even a single result of a large run a width that can be seen.
func segments(c Counts) []segment {
	const whole, least = 1000.0, 8.0
	var list []segment
	x, total := 0.0, c.Total()
	widths := 0.0
	for _, v := range Verdicts {
		if c[v] > 0 {
			list = append(list, segment{Verdict: v, Number: c[v], Width: max(whole*float64(c[v])/float64(total), least)})
			widths += list[len(list)-1].Width
		}
	}
	for i := range list {
		list[i].Width = round(list[i].Width * whole / widths)
		list[i].X = round(x)
		x += list[i].Width
	}
	return list
}

func nonEmpty(words ...string) []string {
	var kept []string
	for _, word := range words {
		if word != "" {
			kept = append(kept, word)
		}
	}
	return kept
}

func nonEmptyPairs(list []pair) []pair {
	var kept []pair
	for _, p := range list {
		if p.Value != "" {
			kept = append(kept, p)
		}
	}
	return kept
}
