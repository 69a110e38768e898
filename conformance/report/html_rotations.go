package report

// rotations is how long changes of secrets took, in figures and as timelines.
func (m *markup) rotations(p *page) {
	if len(p.Latencies) == 0 {
		return
	}
	m.raw(`<section id="rotations"><h2>Changes of secrets</h2>
<p>From the moment the change was acknowledged until the new secret was accepted for good, and until the old one was refused for good.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Latencies by kind of change"><table class="latencies"><caption class="unseen">Latencies by kind of change: minimum, median and maximum</caption>
<thead><tr><th scope="col" rowspan="2">Change</th><th scope="col" rowspan="2" class="n">Times</th><th scope="colgroup" colspan="3" class="group">New accepted after</th><th scope="colgroup" colspan="3" class="group">Old refused after</th>`)
	if p.Missing {
		m.raw(`<th scope="col" rowspan="2">Not seen</th>`)
	}
	const columns = `<th scope="col" class="n">min</th><th scope="col" class="n">median</th><th scope="col" class="n">max</th>`
	m.raw("</tr>\n<tr>" + columns + columns + "</tr></thead>\n<tbody>")
	for _, row := range p.Latencies {
		m.put(`<tr><th scope="row">%v</th><td class="n">%v</td>`, row.Kind, row.Number)
		m.stats(row.Accepted)
		m.stats(row.Refused)
		if p.Missing {
			m.raw("<td>")
			m.missing("new accepted: %v ", row.Accepted.Missing)
			m.missing("old refused: %v", row.Refused.Missing)
			m.raw("</td>")
		}
		m.raw("</tr>")
	}
	m.raw("</tbody></table></div>")
	if len(p.Rotated) > 0 {
		m.raw(`<ul class="legend">`)
		for _, answer := range []string{"accepted", "refused", "unclear"} {
			m.put(`<li><svg class="swatch" viewBox="0 0 12 12" aria-hidden="true"><circle class="d-%v" cx="6" cy="6" r="4"></circle></svg>%v</li>`, answer, answer)
		}
		m.raw(`<li><svg class="swatch" viewBox="0 0 12 12" aria-hidden="true"><path class="bound" d="M6 0V12"></path></svg>declared bound</li></ul>`)
	}
	m.raw("\n")
	for _, view := range p.Rotated {
		m.put(`<details class="fold rotated" id="rotations-%v"`, view.Check)
		if view.Open {
			m.raw(" open")
		}
		m.put(`><summary><a href="#%v">%v</a>, %v</summary>`+"\n", view.Check, view.Check, view.Words())
		for i := range view.Lines {
			m.timeline(&view.Lines[i])
		}
		m.raw("</details>\n")
	}
	m.raw("</section>\n")
}

func (m *markup) stats(s latency) {
	low, mid, high := "–", "–", "–"
	if s.Seen > 0 {
		low, mid, high = span(s.Min), span(s.Median), span(s.Max)
	}
	m.put(`<td class="n">%v</td><td class="n">%v</td><td class="n">%v</td>`, low, mid, high)
}

func (m *markup) missing(format fixed, number int) {
	if number != 0 {
		m.put(format, number)
	}
}

// sources is which checks stand on which clause, line or practice.
func (m *markup) sources(p *page) {
	if len(p.Sources) == 0 {
		return
	}
	m.raw(`<section id="sources"><h2>By source</h2>
<p>Which checks stand on which clause, line or practice.</p>
`)
	for _, kind := range p.Sources {
		m.put(`<details class="fold"><summary>%v <span class="muted">%v</span></summary>
<table class="bysource"><caption class="unseen">%v and the checks that stand on them</caption><thead><tr><th scope="col">Source</th><th scope="col">Checks</th></tr></thead>
<tbody>`, kind.Title, len(kind.Sources), kind.Title)
		for _, row := range kind.Sources {
			m.raw(`<tr><th scope="row">`)
			m.link(row.URL, row.Text)
			m.raw("</th><td>")
			for _, r := range row.Results {
				m.put(`<a class="chip p-%v" href="#%v" aria-label="%v, %v">%v <span>%v</span></a>`, r.Verdict, r.ID, r.ID, r.Verdict.Words(), r.ID, r.Verdict.Words())
			}
			m.raw("</td></tr>")
		}
		m.raw("</tbody></table></details>\n")
	}
	m.raw("</section>")
}
