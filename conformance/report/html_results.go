package report

// results is every result, by family, with what there is to filter them by.
func (m *markup) results(p *page) {
	m.put(`<section id="results"><h2>Results</h2>
<div class="sticky" id="filters" hidden>
<strong class="word %v">%v</strong>
<input type="search" id="search" aria-label="Search the results" placeholder="Search" autocomplete="off" spellcheck="false">
<output id="shown" for="search"></output>
<div class="buttons" role="group" aria-label="Show only these verdicts">
<button type="button" data-filter="" aria-pressed="true">all <span>%v</span></button>`, p.Mood, p.Outcome.Headline(), p.Total)
	for _, s := range p.Bar {
		m.put(`<button type="button" data-filter="%v" aria-pressed="false"><span class="key k-%v" aria-hidden="true"></span>%v <span>%v</span></button>`,
			s.Verdict, s.Verdict, s.Verdict.Words(), s.Number)
	}
	m.raw("\n</div>\n</div>\n" + `<p id="nothing" hidden>No result matches.</p>` + "\n")
	for _, f := range p.Families {
		m.put(`<details class="family" id="family-%v"`, f.ID)
		if f.Open {
			m.raw(" open")
		}
		m.put(">\n"+`<summary><h3><span class="fid">%v</span> %v</h3><span class="tally">`, f.ID, f.Name)
		for _, s := range f.Counts {
			m.put(`<span><span class="key k-%v" aria-hidden="true"></span>%v %v</span>`, s.Verdict, s.Number, s.Verdict.Words())
		}
		m.raw("</span></summary>\n")
		for _, r := range f.Results {
			m.result(r)
		}
		m.raw("</details>\n")
	}
	m.raw("</section>\n")
}

func (m *markup) result(r *resultView) {
	m.put(`<details class="result" id="%v" data-verdict="%v">
<summary><span class="pill p-%v">%v</span><span class="rid">%v</span><h4>%v</h4><span class="level">%v</span></summary>
<div class="inside">`, r.ID, r.Verdict, r.Verdict, r.Verdict.Words(), r.ID, r.Title, r.Level)
	m.some(`<p class="message">%v</p>`, r.Message)
	for i := range r.Findings {
		m.finding(r.ID, &r.Findings[i])
	}
	m.prose(r)
	if len(r.Steps) > 0 {
		m.raw(`<h5>What the check did</h5><ol class="steps">`)
		m.list(r.Steps)
		m.raw("</ol>")
	}
	if r.Timelines {
		m.put(`<p class="apart"><a href="#rotations-%v">Its changes of secrets as timelines</a></p>`, r.ID)
	}
	if len(r.Exchanges) > 0 {
		m.raw("<h5>Exchanges</h5>\n" + `<div class="exchanges">`)
		for i := range r.Exchanges {
			m.exchange(r.ID, &r.Exchanges[i])
		}
		m.raw("</div>")
	}
	if r.Omitted != 0 {
		m.put(`<p class="muted">%v %v not kept.</p>`, counted(r.Omitted, "further exchange"), agreeing(r.Omitted, "was", "were"))
	}
	if r.Spared != 0 {
		m.put(`<p class="muted">The headers and bodies of %v are left out here for size; the JSON form of this report has them.</p>`, counted(r.Spared, "exchange"))
	}
	m.put("\n"+`<p class="muted small">%v check, took %v. <a href="#%v">Link to this result</a></p>`+"\n</div></details>\n", r.Safety, r.Took, r.ID)
}

func (m *markup) finding(id string, f *Finding) {
	m.put(`<div class="finding p-%v">`+"\n<p><b>%v</b>", f.Verdict, f.Message)
	if f.Cause != "" {
		m.put(` <span class="muted">explained by <a href="#%v">%v</a></span>`, f.Cause, f.Cause)
	}
	m.raw("</p>")
	if f.Expected != "" || f.Observed != "" {
		m.raw(`<dl class="versus">`)
		m.some("<div><dt>Expected</dt><dd>%v</dd></div>", f.Expected)
		m.some("<div><dt>Observed</dt><dd>%v</dd></div>", f.Observed)
		m.raw("</dl>")
	}
	if len(f.Exchanges) > 0 {
		m.raw(`<p class="muted">Shown by exchange `)
		for i, n := range f.Exchanges {
			if i > 0 {
				m.raw(", ")
			}
			m.put(`<a href="#%v-x%v">%v</a>`, id, n, n)
		}
		m.raw("</p>")
	}
	if f.History != nil {
		m.history(chartOf(f.History))
	}
	m.raw("\n</div>")
}

// prose is what the check stands on.
func (m *markup) prose(r *resultView) {
	m.raw("\n" + `<dl class="prose">`)
	m.some("<dt>Promise</dt><dd>%v</dd>", r.Statement)
	if w := r.Waiver; w != nil {
		m.put(`<dt>Waived</dt><dd>%v <span class="muted">%v, until %v</span> `, w.Reason, w.Owner, w.Expires)
		m.link(w.Link, w.Link)
		m.raw("</dd>")
	}
	m.some("<dt>Why it matters</dt><dd>%v</dd>", r.Why)
	m.some("<dt>How to fix it</dt><dd>%v</dd>", r.Fix)
	if len(r.Sources) > 0 {
		m.raw(`<dt>Sources</dt><dd><ul class="plain">`)
		for _, source := range r.Sources {
			m.raw("<li>")
			m.link(source.URL, source.Text)
			m.raw("</li>")
		}
		m.raw("</ul></dd>")
	}
	m.raw("\n</dl>")
}

// exchange is folded where there is more to it than its line. Its anchor begins with the
// id of the check.
func (m *markup) exchange(id string, x *exchangeView) {
	if len(x.Messages) == 0 && x.Curl == "" && x.Error == "" {
		m.put(`<div class="x flat" id="%v-x%v">`, id, x.Number)
		m.line(x)
		m.raw("</div>\n")
		return
	}
	class := "x"
	if x.Guilty {
		class = "x guilty"
	}
	m.put(`<details class="%v" id="%v-x%v"><summary>`, class, id, x.Number)
	m.line(x)
	m.raw(`</summary><div class="xin">`)
	m.some(`<p class="xerror">%v</p>`, x.Error)
	m.put("\n"+`<p class="muted small">%v %v, %v into the run</p>`, x.Method, x.URL, x.At)
	for _, message := range x.Messages {
		m.message(message)
	}
	m.some(`<h6>To send it again</h6><div class="copy"><pre tabindex="0">%v</pre></div>`, x.Curl)
	m.raw("\n</div></details>\n")
}

func (m *markup) message(message messageView) {
	m.put("<h6>%v</h6>", message.Side)
	if len(message.Headers) > 0 {
		m.raw(`<pre class="headers" tabindex="0">`)
		for _, header := range message.Headers {
			m.put("%v\n", header)
		}
		m.raw("</pre>")
	}
	m.some(`<pre class="payload" tabindex="0">%v</pre>`, message.Body)
	if message.Cut != 0 {
		m.put(`<p class="muted small">%v %v left out.</p>`, counted(message.Cut, "byte"), agreeing(message.Cut, "is", "are"))
	}
}

// line is an exchange at a glance.
func (m *markup) line(x *exchangeView) {
	m.put(`<span class="xn">%v</span><span class="xl">%v</span><code>%v %v</code><span class="st s%v">`, x.Number, x.Label, x.Method, x.Path, x.Class)
	switch {
	case x.Status != 0:
		m.put("%v", x.Status)
	case x.Error != "":
		m.raw("no answer")
	}
	m.put(`</span><span class="ms">%v</span>`, x.Took)
}
