package report

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// anyHistory has operations of a few workers, some of them open, with long pauses.
func anyHistory(seed uint64) *History {
	random := rand.New(rand.NewPCG(seed, 0))
	h := &History{Client: "c"}
	at := int64(0)
	for i := range random.IntN(30) {
		at += int64(random.IntN(3000))
		if random.IntN(8) == 0 {
			at += 4_000_000
		}
		o := Operation{Number: i + 1, Lane: random.IntN(5), Client: "c", Name: "probe", Result: "ok", CallUS: at}
		if random.IntN(6) > 0 {
			o.ReturnUS = new(at + int64(random.IntN(5000)))
		}
		o.Open = o.ReturnUS == nil || random.IntN(10) == 0
		o.Illegal = i == 5
		h.Operations = append(h.Operations, o)
	}
	return h
}

// TestCourseKeepsTheOrder demands that what came later is drawn no further left, and
// that everything is within the drawing, with room for what is open at the end.
func TestCourseKeepsTheOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		h := anyHistory(seed)
		c := courseOf(h)
		last, end := 0.0, h.span()
		for us := int64(0); us <= end; us += max(1, end/400) {
			place := c.place(us)
			if place < last-1e-9 || place < 0 || place > 1+1e-9 {
				t.Fatalf("seed %d: %d us is at %v, and what was before at %v", seed, us, place, last)
			}
			last = place
		}
		if room := 1 - tail(h); c.place(end) > room+1e-9 || end > 0 && c.place(end) < room/3 {
			t.Fatalf("seed %d: the last answer is at %v of %v", seed, c.place(end), room)
		}
	}
}

// TestHistoriesFit demands a drawing of any history: in text within its width, on the
// page within the view box and without two bars of a row on one another.
func TestHistoriesFit(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		h := anyHistory(seed)
		for _, width := range []int{40, 60, 100, 1000} {
			for _, line := range historyLines(h, width) {
				if n := columns(line); n > max(width, 40) || n > historyWidth || strings.Count(line, "|") != 2 {
					t.Fatalf("seed %d: %d columns of %d: %s", seed, n, width, line)
				}
			}
		}
		drawing := chartOf(h)
		bars := 0
		for _, lane := range drawing.Lanes {
			ends := map[float64]float64{}
			for _, bar := range lane.Bars {
				bars++
				if bar.X < chartLeft-0.1-barLeast || bar.X+bar.Width > chartRight+0.1 || bar.Y+chartBar > drawing.Axis || bar.X+0.11 < ends[bar.Y] {
					t.Fatalf("seed %d: bar %+v after %v, axis at %v", seed, bar, ends[bar.Y], drawing.Axis)
				}
				ends[bar.Y] = bar.X + bar.Width
				if len(bar.Fade) > 0 {
					ends[bar.Y] = chartRight
				}
			}
		}
		if bars != len(h.Operations) {
			t.Fatalf("seed %d: %d bars of %d operations", seed, bars, len(h.Operations))
		}
	}
}

func TestHistoryWithoutLists(t *testing.T) {
	t.Parallel()
	r := &Report{Schema: Schema, Results: []Result{{ID: "CON-002", Verdict: Fail, Findings: []Finding{{Verdict: Fail, History: &History{}}}}}}
	text, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(`"operations": []`)) || !bytes.Contains(text, []byte(`"order": []`)) {
		t.Errorf("an empty list is missing:\n%s", text)
	}
	if _, err := r.Render(); err != nil {
		t.Error(err)
	}
	back, err := Read(bytes.NewReader(text))
	if err != nil || back.Results[0].Findings[0].History == nil {
		t.Errorf("the history is not read back: %v", err)
	}
}

// TestPausesAreNamedWithin has a pause near the margin, as before a last look.
func TestPausesAreNamedWithin(t *testing.T) {
	t.Parallel()
	h := &History{Client: "c"}
	for i := range 20 {
		at := int64(i) * 1000
		h.Operations = append(h.Operations, Operation{Number: i + 1, Lane: 1, CallUS: at, ReturnUS: new(at + 900)})
	}
	h.Operations = append(h.Operations, Operation{Number: 21, CallUS: 5_107_000, ReturnUS: new(int64(5_107_400))})
	drawing := chartOf(h)
	if len(drawing.Pauses) == 0 {
		t.Fatal("there is no pause")
	}
	for _, pause := range drawing.Pauses {
		if half := 3.2 * float64(columns(pause.Label)); pause.Anchor == "middle" && pause.X+half > 760 {
			t.Errorf("%+v is cut off at the margin", pause)
		}
	}
}
