package report

// history is a chart, and the same in words.
func (m *markup) history(c chart) {
	m.put(`<figure class="history"><figcaption>%v: time to the right, each worker with a lane of its own.</figcaption>`, c.Caption)
	if len(c.Why) > 0 {
		m.raw(`<ul class="plain">`)
		m.list(c.Why)
		m.raw("</ul>")
	}
	m.put("\n"+`<div class="scroll" tabindex="0" role="region" aria-label="History: %v"><svg class="chart" viewBox="0 0 760 %v" role="img" aria-label="%v">`, c.Caption, round(c.Axis+20), c.Detail)
	for _, lane := range c.Lanes {
		m.put(`<text x="4" y="%v">%v</text><path class="lane" d="M84 %vH748"></path>`, lane.Y+4, lane.Name, lane.Y)
	}
	for _, pause := range c.Pauses {
		m.put(`<path class="h-cut" d="M%v 16V%v"></path><text class="t" x="%v" y="11" text-anchor="%v">%v</text>`, pause.X, c.Axis, pause.X, pause.Anchor, pause.Label)
	}
	m.put("\n"+`<path class="axis" d="M84 %vH748"></path>`, c.Axis)
	m.ticks(c.Ticks, c.Axis)
	for _, lane := range c.Lanes {
		for _, bar := range lane.Bars {
			m.call(bar)
		}
	}
	m.put(`
</svg></div>
<details class="fold"><summary>The calls in words</summary><div class="scroll" tabindex="0" role="region" aria-label="The calls in words"><table><caption class="unseen">%v, in the order of their calls</caption>
<thead><tr><th scope="col" class="n">Call</th><th scope="col">Worker</th><th scope="col">Asked for</th><th scope="col">Told</th><th scope="col">From, to</th><th scope="col">Is</th><th scope="col" class="n">Place in the order</th></tr></thead>
<tbody>`, c.Caption)
	for _, row := range c.Rows {
		m.raw("<tr")
		if row.Illegal {
			m.raw(` class="h-row"`)
		}
		m.put(`><th scope="row" class="n">%v</th><td>%v</td><td>%v</td><td>%v</td><td>%v</td><td>%v</td><td class="n">%v</td></tr>`,
			row.Number, row.Worker(), row.Words(), row.Result, row.When, row.Ended(), row.Place)
	}
	m.raw("</tbody></table></div></details>\n</figure>")
}

// call is a bar with its number, and with what it fades into while it is open.
func (m *markup) call(bar chartBars) {
	m.put("\n<g><title>%v</title>", bar.Title)
	for _, piece := range bar.Fade {
		m.put(`<rect class="h-fade" x="%v" y="%v" width="%v" height="18" opacity="%v"></rect>`, piece.X, piece.Y, piece.Width, piece.Opacity)
	}
	m.put(`<rect class="%v" x="%v" y="%v" width="%v" height="18" rx="3"></rect><text x="%v" y="%v" text-anchor="middle">%v</text>`,
		bar.Class, bar.X, bar.Y, bar.Width, bar.Centre, bar.Y+13, bar.Number)
	if bar.Label.Label != "" {
		m.put(`<text class="bad" x="%v" y="%v" text-anchor="%v">%v</text>`, bar.Label.X, bar.Y-3, bar.Label.Anchor, bar.Label.Label)
	}
	m.raw("</g>")
}

func (m *markup) ticks(ticks []mark, axis float64) {
	for _, tick := range ticks {
		m.put(`<path class="axis" d="M%v %vv4"></path><text class="t" x="%v" y="%v" text-anchor="middle">%v</text>`, tick.X, axis, tick.X, axis+16, tick.Label)
	}
}

// timeline is one change of a secret over time.
func (m *markup) timeline(t *timeline) {
	m.put(`<figure class="line" id="%v"><figcaption>%v</figcaption>
<div class="scroll" tabindex="0" role="region" aria-label="Timeline: %v"><svg class="timeline" viewBox="0 0 760 %v" role="img" aria-label="%v">
<rect class="call" x="%v" y="20" width="%v" height="%v"></rect>
<path class="axis" d="M118 %vH748"></path>`,
		t.ID, t.Caption, t.Caption, round(t.Axis+22), t.Detail, t.Call, round(t.Zero-t.Call), round(t.Axis-20), t.Axis)
	m.ticks(t.Ticks, t.Axis)
	m.put("\n"+`<path class="zero" d="M%v 16V%v"></path><text class="t" x="%v" y="11" text-anchor="middle">acknowledged</text>`, t.Zero, t.Axis, t.Zero)
	for _, lane := range t.Lanes {
		m.lane(lane)
	}
	m.raw("\n</svg></div>")
	if t.Spared != 0 {
		m.put(`<p class="muted small">%v %v no dot here, for size.</p>`, counted(t.Spared, "probe"), agreeing(t.Spared, "has", "have"))
	}
	m.raw("\n</figure>\n")
}

// lane is what became of one secret.
func (m *markup) lane(l lane) {
	m.put(`
<text class="role" x="4" y="%v">%v</text><text class="t" x="4" y="%v">%v</text>
<path class="lane" d="M118 %vH748"></path>`, l.Y, l.Role, l.Y+17, l.Secret, l.Y)
	if l.Line {
		m.put(`<path class="bound" d="M%v %vv28"></path>`, l.Bound.X, l.Y-8)
	}
	if l.Bound.Label != "" {
		m.put(`<text class="t" x="%v" y="%v" text-anchor="%v">%v</text>`, aside(l.Bound), l.Y+17, l.Bound.Anchor, l.Bound.Label)
	}
	if l.Seen {
		m.put(`<path class="eventline" d="M%v %vv-20"></path>`, l.Event.X, l.Y)
	}
	m.put("\n"+`<text class="event" x="%v" y="%v" text-anchor="%v">%v</text>`, aside(l.Event), l.Y-11, l.Event.Anchor, l.Event.Label)
	for _, d := range l.Dots {
		m.put(`<circle class="d-%v" cx="%v" cy="%v" r="4"><title>%v</title></circle>`, d.Class, d.X, l.Y, d.Title)
	}
}
