package report

import (
	_ "embed" // the style is a file, which editors know
	"io"
)

//go:embed matrix/matrix.css
var matrixStyle string

// WriteHTML writes one page that needs nothing else, in the style of a report's. It has
// no script, and its policy allows none.
func (m *Matrix) WriteHTML(w io.Writer) error {
	style := pageStyle + matrixStyle
	var b markup
	b.begin("Conformance, side by side: "+counted(len(m.Columns), "report"), policy(style, ""), fixed(style))
	b.put(`<body class="matrix">
<a class="skip" href="#checks">Skip to the checks</a>
<header class="top">
<p class="over">Conformance reports</p>
<h1>Side by side</h1>
<p class="lead">%v</p>
</header>
<main>
`, m.Summary())
	b.columns(m)
	b.counts(m)
	b.checks(m)
	b.put(`</main>
<footer><p>Schema <code>%v</code>. A dash is a report that does not have the check. This page holds everything it shows and asks for nothing from anywhere.</p></footer>
</body>
</html>
`, m.Schema)
	_, err := w.Write(b.Bytes())
	return err
}

func (m *markup) columns(matrix *Matrix) {
	m.raw(`<section id="reports"><h2>Reports</h2>` + "\n" + `<ol class="sides">`)
	for _, c := range matrix.Columns {
		m.put(`<li><p><b>%v</b> <span class="word %v">%v</span></p>`+"\n", c.Name, c.Outcome, c.Outcome.Headline())
		m.countbar(segments(c.Counts))
		m.put(`<p class="muted small">%v, exit %v, catalogue %v, mode %v, %v</p>
<p class="muted small">%v`, c.Provider, c.Exit, c.Catalogue, c.Mode, clock(c.Started), c.Target)
		if c.File != c.Name {
			m.put(", %v", c.File)
		}
		m.some(", %v", c.Says)
		m.raw("</p></li>\n")
	}
	m.raw("</ol></section>\n")
}

// heads begins a table with a column for each report.
func (m *markup) heads(matrix *Matrix, caption, first string) {
	m.put(`<table class="cells"><caption class="unseen">%v</caption>
<thead><tr><th scope="col">%v</th>`, caption, first)
	for _, c := range matrix.Columns {
		m.put(`<th scope="col" class="side">%v</th>`, c.Name)
	}
	m.raw("</tr></thead>\n")
}

func (m *markup) counts(matrix *Matrix) {
	m.raw(`<section id="counts"><h2>Counts</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Counts by report">`)
	m.heads(matrix, "Results by verdict and report", "Verdict")
	m.raw("<tbody>")
	for _, v := range matrix.used() {
		m.put(`<tr><th scope="row"><span class="pill p-%v">%v</span></th>`, v, v.Words())
		for _, c := range matrix.Columns {
			m.put(`<td class="n">%v</td>`, c.Counts[v])
		}
		m.raw("</tr>\n")
	}
	m.raw(`<tr><th scope="row">in all</th>`)
	for _, c := range matrix.Columns {
		m.put(`<td class="n">%v</td>`, c.Counts.Total())
	}
	m.raw("</tr></tbody></table></div></section>\n")
}

func (m *markup) checks(matrix *Matrix) {
	m.raw(`<section id="checks"><h2>Checks</h2>`)
	if len(matrix.Columns) > 1 {
		m.raw(`<p class="only"><input type="checkbox" id="differing"><label for="differing">Only those that differ</label></p>`)
	}
	m.raw("\n" + `<div class="scroll" tabindex="0" role="region" aria-label="Checks by report">`)
	m.heads(matrix, "Verdict of each check in each report", "Check")
	for _, set := range matrix.Families {
		class := "set"
		if set.Same() {
			class = "set same"
		}
		m.put(`<tbody class="%v"><tr><th scope="rowgroup" class="set" colspan="%v"><span><span class="fid">%v</span>%v</span></th></tr>`+"\n",
			class, len(matrix.Columns)+1, set.ID, set.Name)
		for _, row := range set.Rows {
			m.row(row)
		}
		m.raw("</tbody>\n")
	}
	m.raw("</table></div></section>\n")
}

func (m *markup) row(row MatrixRow) {
	m.raw("<tr")
	if !row.Differs {
		m.raw(` class="same"`)
	}
	m.put(`><th scope="row"><span class="rid">%v</span> <span class="level">%v</span><span class="what">%v</span></th>`, row.ID, row.Level, row.Title)
	for _, cell := range row.Cells {
		if cell.Verdict == "" {
			m.raw(`<td><span class="muted" title="not in this report">–</span></td>`)
			continue
		}
		m.put(`<td><span class="pill p-%v" title="%v">%v</span></td>`, cell.Verdict, cell.Message, cell.Short())
	}
	m.raw("</tr>\n")
}
