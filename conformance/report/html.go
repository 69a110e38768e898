package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"
)

//go:embed page
var pageFiles embed.FS

// pageTemplate is the page's parts; page/page.tmpl puts them together. They are read when
// they are needed: a start of the stand-in should not wait for them.
var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page.tmpl").Funcs(template.FuncMap{
		"span": span, "pack": pack, "web": web, "gap": gap, "above": above, "below": below, "top": top, "under": under, "aside": aside, "counted": counted, "chart": chartOf, "middle": middle, "inner": inner, "over": over,
	}).ParseFS(pageFiles, "page/*.tmpl")
})

// WriteHTML writes one page that needs nothing else: style and script are in it, and
// its policy allows those two by their digests and no connection to anywhere. It is
// whole without its script, which only filters, copies and opens. Of a very large run
// the page leaves bodies out and says so; see allowance.
func (r *Report) WriteHTML(w io.Writer) error {
	shown := r.printable()
	p, err := newPage(shown)
	if err != nil {
		return err
	}
	parts, err := pageTemplate()
	if err != nil {
		return fmt.Errorf("the page's parts: %w", err)
	}
	var b bytes.Buffer
	if err := parts.Execute(&b, p); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// page is what the template draws.
type page struct {
	*Report

	Style     template.CSS
	Script    template.JS
	Policy    string // the content security policy
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

func newPage(r *Report) (*page, error) {
	style, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		return nil, fmt.Errorf("read the page's style: %w", err)
	}
	script, err := pageFiles.ReadFile("page/script.js")
	if err != nil {
		return nil, fmt.Errorf("read the page's script: %w", err)
	}
	p := &page{
		Report:    r,
		Style:     template.CSS(style), //nolint:gosec // our own file
		Script:    template.JS(script), //nolint:gosec // our own file
		Policy:    policy(style, script),
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
	return p, nil
}

// web tells whether an address may be a link: what a report holds is not trusted.
func web(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}

func policy(style, script []byte) string {
	return "default-src 'none'; style-src " + digest(style) + "; script-src " + digest(script) +
		"; img-src data:; base-uri 'none'; form-action 'none'"
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
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
