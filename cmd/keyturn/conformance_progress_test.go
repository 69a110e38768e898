package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/report"
)

// story is what a run of three checks tells.
func story() []conformance.Event {
	failed := &report.Result{Title: "It works", Verdict: report.Fail, Message: "raw"}
	return []conformance.Event{
		{Phase: "prepare", Total: 3},
		{Phase: "check", Check: "ROT-001", Total: 3},
		{Phase: "check", Check: "ROT-002", Total: 3},
		{Phase: "check", Check: "ROT-002", Done: 1, Total: 3, Result: &report.Result{Verdict: report.Pass}},
		{Phase: "check", Check: "ROT-001", Done: 2, Total: 3, Result: failed, Message: "hidden\x1b[31m"},
		{Phase: "clean"},
	}
}

func tell(t *testing.T, ctx context.Context, width int) string {
	t.Helper()
	entries, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	out := new(bytes.Buffer)
	p := &progress{out: out, width: width, entries: entries, begin: "there", journal: "j.jsonl", noun: "check"}
	for _, event := range story() {
		p.show(ctx, event)
	}
	p.Write([]byte("a warning\n"))
	p.end()
	p.Write([]byte("afterwards\n"))
	return out.String()
}

func TestProgressInLines(t *testing.T) {
	t.Parallel()
	want := "keyturn: 3 checks against there\n" +
		"fail        ROT-001   It works: hidden\uFFFD[31m\n" +
		"keyturn: removing what the run made\na warning\nafterwards\n"
	if diff := cmp.Diff(want, tell(t, t.Context(), 0)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	if got := tell(t, interrupted, 0); !strings.Contains(got, "\nkeyturn: interrupted, removing what the run made; a second signal ends it at once and leaves the journal j.jsonl\n") {
		t.Errorf("got %s", got)
	}
}

// TestProgressOnATerminal replays what is drawn: only the last line is ever replaced.
func TestProgressOnATerminal(t *testing.T) {
	t.Parallel()
	for _, width := range []int{20, 80, 200} {
		var lines, bars []string
		for line := range strings.Lines(tell(t, t.Context(), width)) {
			frames := strings.Split(line, "\r\x1b[K")
			bars = append(bars, frames[:len(frames)-1]...)
			lines = append(lines, frames[len(frames)-1])
		}
		want := []string{
			"keyturn: 3 checks against there\n", "fail        ROT-001   It works: hidden\uFFFD[31m\n",
			"keyturn: removing what the run made\n", "a warning\n", "afterwards\n",
		}
		if diff := cmp.Diff(want, lines); diff != "" {
			t.Errorf("at %d (-want +got)\n%s", width, diff)
		}
		for _, bar := range bars {
			if len([]rune(bar)) >= width {
				t.Errorf("at %d: a bar of %d columns: %s", width, len([]rune(bar)), bar)
			}
		}
		if width == 80 && (bars[1] != "[            ] 0/3  ROT-001  A rotation gives a secret that differs from the o…" ||
			bars[3] != "[====        ] 1/3  ROT-001  A rotation gives a secret that differs from the o…" || bars[4] != "[========    ] 2/3") {
			t.Errorf("got\n%s", strings.Join(bars, "\n"))
		}
	}
}

func TestAFileIsNoTerminal(t *testing.T) {
	t.Parallel()
	if got := screenOf(new(bytes.Buffer)); got != (screen{}) {
		t.Errorf("got %+v", got)
	}
}
