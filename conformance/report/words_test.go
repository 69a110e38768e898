package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSpan(t *testing.T) {
	t.Parallel()
	for ms, want := range map[float64]string{
		0: "0 ms", 0.44: "0.4 ms", 9.96: "10 ms", 12.4: "12 ms", 999: "999 ms", 1204: "1.204 s", 42_200: "42.2 s", -50: "-50 ms", 221_480: "3m41s",
	} {
		if got := span(ms); got != want {
			t.Errorf("%v ms is %q, expected %q", ms, got, want)
		}
	}
}

func TestNatural(t *testing.T) {
	t.Parallel()
	want := []string{"KR-2", "KR-14", "RFC 6749 section 5.2", "RFC 6749 section 5.10", "RFC 9110 section 9.3.5", "RFC 9110 section 15.5.2", "RFC 10000"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, natural)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"nothing":    {" \n ", nil},
		"fits":       {"one two", []string{"one two"}},
		"breaks":     {"one two three", []string{"one two", "three"}},
		"long word":  {"a 0123456789abcdef b", []string{"a", "0123456789abcdef", "b"}},
		"own breaks": {"one\ntwo", []string{"one", "two"}},
		"inked":      {"\x1b[31mone\x1b[0m \x1b[32mtwo\x1b[0m", []string{"\x1b[31mone\x1b[0m \x1b[32mtwo\x1b[0m"}},
	} {
		if diff := cmp.Diff(c.want, wrap(c.text, 8, 8)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestLatencies(t *testing.T) {
	t.Parallel()
	both, in := []string{"accepted", "refused"}, []Probe{{AtMS: 5, Role: "old"}}
	got := latencies([]Rotation{
		{Kind: "rotate", AcceptedMS: new(10.0), RefusedMS: new(40.0), Awaited: both},
		{Kind: "add", AcceptedMS: new(7.0), Awaited: both[:1], Probes: in},
		{Kind: "rotate", AcceptedMS: new(30.0), Awaited: both},
		{Kind: "rotate", AcceptedMS: new(20.0), RefusedMS: new(20.0), Awaited: both},
	})
	want := []latencyRow{
		{Kind: "rotate", Number: 3, Accepted: latency{Seen: 3, Min: 10, Median: 20, Max: 30}, Refused: latency{Seen: 2, Missing: 1, Min: 20, Median: 30, Max: 40}},
		{Kind: "add", Number: 1, Accepted: latency{Seen: 1, Min: 7, Median: 7, Max: 7}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if words := got[0].Refused.Words(); words != "20 ms, 30 ms, 40 ms (not seen 1 of 3 times)" {
		t.Errorf("in words: %s", words)
	}
}

func TestSegmentsFillTheBar(t *testing.T) {
	t.Parallel()
	list := segments(Counts{Pass: 9999, Fail: 1, Warn: 3})
	end := 0.0
	for _, s := range list {
		if s.Width < 7 || s.X < end-0.2 {
			t.Errorf("%s is %v wide at %v, after %v", s.Verdict, s.Width, s.X, end)
		}
		end = s.X + s.Width
	}
	if end < 999 || end > 1001 || list[0].Verdict != Fail {
		t.Errorf("the bar ends at %v and begins with %s", end, list[0].Verdict)
	}
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	near := Rotation{Kind: "rotate", TookMS: 10, AcceptedMS: new(20.0), AcceptWithin: 120, RefuseWithin: 30_000, Probes: []Probe{
		{AtMS: -50, Role: "old", Answer: "accepted"}, {AtMS: 100, Role: "old", Answer: "accepted"}, {AtMS: 20, Role: "new", Answer: "accepted"},
	}}
	line := draw(&near, 100)
	if len(line.Lanes) != 2 {
		t.Fatalf("%d lanes, expected 2", len(line.Lanes))
	}
	fresh, old := line.Lanes[0], line.Lanes[1]
	if !fresh.Line || fresh.Bound.X <= fresh.Event.X {
		t.Errorf("a bound near the probes is not drawn right of the event: %+v", fresh)
	}
	if old.Line || old.Seen {
		t.Errorf("a bound far away or an event that was not seen is drawn: %+v", old)
	}
	if old.Event.Label != "not awaited" || old.Bound.Label != "" || old.Event.X != lineRight {
		t.Errorf("a secret that nothing was awaited of has a bound: %+v", old)
	}
	late := draw(&Rotation{Kind: "expire", Probes: []Probe{{AtMS: -500, Role: "old", Answer: "accepted"}, {AtMS: 10, Role: "old", Answer: "refused"}}}, 100)
	if got := late.Lanes[0].Event; got.X != late.Zero || got.Anchor != "end" || !strings.HasPrefix(late.Caption, "expiry of") {
		t.Errorf("%q: the line of the acknowledgement at %v goes through a label: %+v", late.Caption, late.Zero, got)
	}
	if line.Call >= line.Zero || line.Zero <= old.Dots[0].X || line.Zero >= old.Dots[1].X {
		t.Errorf("the acknowledgement is at %v, the call at %v, the probes at %v", line.Zero, line.Call, old.Dots)
	}
	if n := len(line.Ticks); n < 3 || n > 9 {
		t.Errorf("%d ticks", n)
	}
}

func TestThinKeepsChanges(t *testing.T) {
	t.Parallel()
	var all []dot
	for i := range 1000 {
		class := "accepted"
		if i >= 333 {
			class = "refused"
		}
		all = append(all, dot{X: float64(i), Class: class})
	}
	kept, spared := thin(all, 50, 0)
	if len(kept)+spared != len(all) || len(kept) > 60 {
		t.Errorf("%d kept and %d spared of %d", len(kept), spared, len(all))
	}
	for _, x := range []float64{0, 332, 333, 999} {
		if !slices.ContainsFunc(kept, func(d dot) bool { return d.X == x }) {
			t.Errorf("the dot at %v, where the answer changes or the line ends, is gone", x)
		}
	}
}

func TestChangesOf(t *testing.T) {
	t.Parallel()
	for want, kinds := range map[string][]string{
		"1 rotation":                        {"rotate"},
		"2 deletions":                       {"delete", "delete"},
		"2 expiries, 1 addition":            {"expire", "add", "expire"},
		"1 rotation, 2 deletions, 1 expiry": {"rotate", "delete", "expire", "delete"},
		"2 changes":                         {"revive", "update"},
	} {
		if got := changesOf(kinds); got != want {
			t.Errorf("%v: got %q, want %q", kinds, got, want)
		}
	}
}

func TestSkewWords(t *testing.T) {
	t.Parallel()
	for want, seconds := range map[string]*float64{
		"not known": nil, "in step with ours": new(0.0), "1.5 s ahead of ours": new(1.5), "2 s behind ours": new(-2.0),
	} {
		if got := skewWords(seconds); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
