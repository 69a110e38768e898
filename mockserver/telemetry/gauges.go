package telemetry

import "runtime"

// Gauges says what is true at the moment it is asked for. A function may be nil: then
// its metric is left out. They are called by Metrics.Write, also by several at once.
type Gauges struct {
	Build Build
	// Namespaces is how many there are.
	Namespaces func() int
	// JournalEntries and JournalBytes are what the journals hold together.
	JournalEntries, JournalBytes func() int
	// JournalEvicted is how many entries had to go, in all since the start. It must not
	// sink when a namespace goes.
	JournalEvicted func() uint64
	// SpansDropped is how many spans were not delivered: Tracing.Dropped.
	SpansDropped func() uint64
}

// Build is what the program says of itself. Empty texts are left empty.
type Build struct{ Version, Revision string }

func (g *Gauges) families() []*family {
	var all []*family
	add := func(name, kind, help, labels string, value reading) {
		f := newFamily(name, kind, help)
		f.series[labels] = value
		all = append(all, f)
	}
	add("keyturn_build_info", gaugeType, "What the server was built from; the value is always 1.",
		label("version", g.Build.Version, "revision", g.Build.Revision, "go_version", runtime.Version()), one)
	if g.Namespaces != nil {
		add("keyturn_namespaces", gaugeType, "Namespaces that exist.", "", func() float64 { return float64(g.Namespaces()) })
	}
	if g.JournalEntries != nil {
		add("keyturn_journal_entries", gaugeType, "Requests that the journals hold.", "", func() float64 { return float64(g.JournalEntries()) })
	}
	if g.JournalBytes != nil {
		add("keyturn_journal_bytes", gaugeType, "What the requests in the journals take, in bytes.", "", func() float64 { return float64(g.JournalBytes()) })
	}
	if g.JournalEvicted != nil {
		add("keyturn_journal_evicted_total", counterType, "Requests that left a journal because it was full.", "", func() float64 { return float64(g.JournalEvicted()) })
	}
	if g.SpansDropped != nil {
		add("keyturn_spans_dropped_total", counterType, "Spans that were not delivered.", "", func() float64 { return float64(g.SpansDropped()) })
	}
	return all
}

func one() float64 { return 1 }
