package report

// header is the verdict and the way to the parts of the page.
func (m *markup) header(p *page) {
	m.put(`<header class="top %v">
<p class="over">Conformance report</p>
<h1>%v</h1>
<p class="lead">%v</p>
<p class="under">%v</p>
`, p.Mood, p.Outcome.Headline(), p.Summary, p.Subtitle)
	m.bar(p)
	m.raw(`<nav aria-label="Parts of this page"><ul>`)
	for _, part := range []struct {
		there      bool
		name, text string
	}{
		{len(p.Wrongs) > 0, "wrong", "Not as promised"},
		{true, "untested", "Not tested"},
		{true, "results", "Results"},
		{len(p.Latencies) > 0, "rotations", "Changes of secrets"},
		{len(p.Sources) > 0, "sources", "By source"},
		{true, "facts", "The run"},
		{len(p.Declared) > 0, "policy", "Policy"},
	} {
		if part.there {
			m.put("<li><a href=\"#%v\">%v</a></li>\n", part.name, part.text)
		}
	}
	m.raw("</ul></nav>\n</header>\n")
}

func (m *markup) bar(p *page) {
	m.put(`<figure class="counts" aria-label="%v results by verdict">`+"\n", p.Total)
	m.countbar(p.Bar)
	m.raw(`<figcaption><ul class="legend" id="counts">`)
	for _, s := range p.Bar {
		m.put(`<li data-verdict="%v"><span class="key k-%v" aria-hidden="true"></span><b>%v</b> %v</li>`, s.Verdict, s.Verdict, s.Number, s.Verdict.Words())
	}
	m.put(`
<li class="all"><b>%v</b> in all</li>
</ul></figcaption>
</figure>
`, p.Total)
}

func (m *markup) countbar(bar []segment) {
	m.raw(`<svg class="countbar" viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">`)
	for _, s := range bar {
		m.put(`<rect class="f-%v" x="%v" y="0" width="%v" height="14"></rect>`, s.Verdict, s.X, s.Width)
	}
	m.raw("</svg>\n")
}

// first is what a reader should see before the results.
func (m *markup) first(p *page) {
	m.section(`<section class="notes" aria-label="Notes"><h2>Before you trust the rest</h2>`, p.Notes)
	if len(p.Leftovers) > 0 {
		m.raw(`<section class="alarm" id="leftovers"><h2>Left behind</h2>
<p>The run could have removed these and did not.</p>`)
		m.things(p.Leftovers)
		m.raw("</section>\n")
	}
	m.section(`<section class="alarm" id="stale"><h2>Stale waivers</h2>`, p.Stale)
	if len(p.Wrongs) > 0 {
		m.raw(`<section id="wrong"><h2>Not as promised</h2>`)
		m.brief(p.Wrongs)
		m.raw("</section>\n")
	}
	m.raw(`<section id="untested"><h2>Not tested</h2>` + "\n")
	if len(p.Untested) > 0 {
		m.put("<p>%v of %v %v to this target and could not be exercised, which never counts as a pass.</p>\n",
			len(p.Untested), counted(p.Total, "check"), agreeing(len(p.Untested), "applies", "apply"))
		m.brief(p.Untested)
	}
	if len(p.Foreign) > 0 {
		m.put(`<details class="fold"><summary>%v %v not apply to this target by its profile</summary>`,
			counted(len(p.Foreign), "check"), agreeing(len(p.Foreign), "does", "do"))
		m.brief(p.Foreign)
		m.raw("</details>")
	}
	if len(p.Untested)+len(p.Foreign) == 0 {
		m.raw("<p>Every chosen check applied and was exercised.</p>")
	}
	m.raw("\n</section>\n")
}

// section is a list under its heading, where there is something to list.
func (m *markup) section(heading fixed, items []string) {
	if len(items) == 0 {
		return
	}
	m.raw(heading + "<ul>")
	m.list(items)
	m.raw("</ul></section>\n")
}

// brief is results in a line each, with the way to the whole.
func (m *markup) brief(results []*resultView) {
	m.raw("\n" + `<ul class="brief">`)
	for _, r := range results {
		m.put(`<li><a href="#%v"><span class="pill p-%v">%v</span><span class="rid">%v</span><span class="what"><b>%v</b>`,
			r.ID, r.Verdict, r.Verdict.Words(), r.ID, r.Title)
		m.some(`<span class="msg">%v</span>`, r.Message)
		m.raw("</span></a></li>\n")
	}
	m.raw("</ul>")
}

func (m *markup) things(list []Leftover) {
	m.raw(`<div class="scroll" tabindex="0" role="region" aria-label="Things that are still there"><table><caption class="unseen">Things that are still there</caption>
<thead><tr><th scope="col">Kind</th><th scope="col">Id</th><th scope="col">Name</th><th scope="col">Cause</th></tr></thead>
<tbody>`)
	for _, one := range list {
		m.put("<tr><td>%v</td><td><code>%v</code></td><td>%v</td><td>%v</td></tr>", one.Kind, one.ID, one.Name, one.Cause)
	}
	m.raw("</tbody></table></div>")
}

// facts is what the run was, and what the target was held to.
func (m *markup) facts(p *page) {
	m.raw(`<section id="facts"><h2>The run</h2>` + "\n" + `<dl class="facts">`)
	for _, fact := range p.Facts {
		m.put("<div><dt>%v</dt><dd>%v</dd></div>", fact.Name, fact.Value)
	}
	m.raw("</dl>")
	if p.Thinned {
		m.raw(`<p class="muted">For size this page leaves out the headers and bodies of some exchanges, or some dots of timelines. The JSON form of this report has them all.</p>`)
	}
	m.raw("\n</section>\n")
	if len(p.Declared) > 0 {
		m.raw(`<section id="policy"><h2>Policy</h2>
<p>What the profile declares, and so what the target was held to where the documents leave the choice to it.</p>
<table><caption class="unseen">The declared policy</caption><thead><tr><th scope="col">Fact</th><th scope="col">Declared</th></tr></thead>
<tbody>`)
		for _, fact := range p.Declared {
			m.put(`<tr><th scope="row"><code>%v</code></th><td><code>%v</code></td></tr>`, fact.Name, fact.Value)
		}
		m.raw("</tbody></table></section>\n")
	}
	if len(p.Residue) > 0 {
		m.raw(`<section id="residue"><h2>Residue</h2>` + "\n<p>The API has no way to remove these.</p>")
		m.things(p.Residue)
		m.raw("</section>\n")
	}
}
