package conformance

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/report"
)

var proposed = Proposal{Reason: "r", Owner: "o", Link: "https://tracker.example/1", Expires: "2027-03-01"}

// failures is a report with a result of each kind, and a catalogue in which one of the
// checks has another id by now.
func failures() (*report.Report, *catalogue.Catalogue) {
	of := &report.Report{Target: report.Target{URL: "http://[::1]:7070"}, Results: []report.Result{
		{ID: "ROT-001", Verdict: report.Pass}, {ID: "ROT-002", Verdict: report.Fail}, {ID: "ROT-003", Verdict: report.Warn},
		{ID: "ROT-004", Verdict: report.Waived, Waiver: &report.Waiver{Expires: "2027-01-01"}}, {ID: "ROT-005", Verdict: report.Untested},
		{ID: "OLD-001", Verdict: report.Fail},
	}}
	entries := &catalogue.Catalogue{Families: []catalogue.Family{{ID: "DEL", Checks: []catalogue.Check{{ID: "DEL-009", Aliases: []string{"OLD-001"}}}}}}
	return of, entries
}

func TestProposal(t *testing.T) {
	t.Parallel()
	day := time.Date(2027, 3, 1, 23, 0, 0, 0, time.UTC)
	of, entries := failures()
	tests := map[string]struct {
		change func(*Proposal)
		ids    string
		want   string // of the error
	}{
		"one":                 {func(p *Proposal) { p.Checks = []string{"rot-002"} }, "ROT-002", ""},
		"two, one twice":      {func(p *Proposal) { p.Checks = []string{"ROT-003", " ROT-002", "ROT-003"} }, "ROT-003 ROT-002", ""},
		"an earlier id":       {func(p *Proposal) { p.Checks = []string{"OLD-001"} }, "DEL-009", ""},
		"the id of today":     {func(p *Proposal) { p.Checks = []string{"DEL-009"} }, "DEL-009", ""},
		"a glob that is told": {func(p *Proposal) { p.Checks, p.Wildcards = []string{"ROT-*"}, true }, "ROT-002 ROT-003", ""},
		"a glob":              {func(p *Proposal) { p.Checks = []string{"ROT-00?"} }, "", "ROT-00?\" is a glob"},
		"a glob of nothing":   {func(p *Proposal) { p.Checks, p.Wildcards = []string{"NIX-*"}, true }, "", "matches nothing that failed in this report; what failed: ROT-002, ROT-003, OLD-001"},
		"a broken glob":       {func(p *Proposal) { p.Checks, p.Wildcards = []string{"["}, true }, "", "syntax error"},
		"a pass":              {func(p *Proposal) { p.Checks = []string{"ROT-001"} }, "", "ROT-001 did not fail in this report, it is pass"},
		"incomplete":          {func(p *Proposal) { p.Checks = []string{"ROT-005"} }, "", "did not fail in this report, it is incomplete"},
		"waived":              {func(p *Proposal) { p.Checks = []string{"ROT-004"} }, "", "is waived already in this report, until 2027-01-01"},
		"unknown":             {func(p *Proposal) { p.Checks = []string{"ROT-099"} }, "", "matches nothing that failed"},
		"none":                {func(*Proposal) {}, "", "--check is missing"},
		"no owner":            {func(p *Proposal) { p.Checks, p.Owner = []string{"ROT-002"}, "" }, "", "--owner is missing"},
		"no reason":           {func(p *Proposal) { p.Checks, p.Reason = []string{"ROT-002"}, "" }, "", "--reason is missing"},
		"no link":             {func(p *Proposal) { p.Checks, p.Link = []string{"ROT-002"}, "" }, "", "--link is missing"},
		"no expiry":           {func(p *Proposal) { p.Checks, p.Expires = []string{"ROT-002"}, "" }, "", "--expires is missing"},
		"no date":             {func(p *Proposal) { p.Checks, p.Expires = []string{"ROT-002"}, "soon" }, "", `--expires is "soon"`},
		"yesterday":           {func(p *Proposal) { p.Checks, p.Expires = []string{"ROT-002"}, "2027-02-28" }, "", "--expires is 2027-02-28, which is over"},
		"another target":      {func(p *Proposal) { p.Checks, p.Target = []string{"ROT-002"}, "https://id.example" }, "", "does not cover the report's target, http://[::1]:7070"},
		"a glob of targets":   {func(p *Proposal) { p.Checks, p.Target = []string{"ROT-002"}, "http://*" }, "", "--target \"http://*\" is a glob"},
		"no glob":             {func(p *Proposal) { p.Checks, p.Target, p.Wildcards = []string{"ROT-002"}, "[", true }, "", "is no glob"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := proposed
			test.change(&p)
			waivers, err := p.Waivers(of, entries, day)
			var ids []string
			for _, waiver := range waivers {
				ids = append(ids, waiver.Check)
				if err := waiver.check(); err != nil || !waiver.covers(of.Target.URL) || waiver.covers("http://[::1]:7071") {
					t.Errorf("%+v: %v", waiver, err)
				}
			}
			if got := strings.Join(ids, " "); got != test.ids {
				t.Errorf("got %s, want %s", got, test.ids)
			}
			if test.want == "" && err != nil || test.want != "" && (!errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error is %v, want %q", err, test.want)
			}
		})
	}
}

func TestProposalForManyTargets(t *testing.T) {
	t.Parallel()
	of, entries := failures()
	p := proposed
	p.Checks, p.Target, p.Wildcards = []string{"ROT-002"}, `http://\[::1]:*`, true
	waivers, err := p.Waivers(of, entries, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil || !waivers[0].covers("http://[::1]:7071") {
		t.Errorf("got %v, %v", waivers, err)
	}
}

var more = []Waiver{{Check: "ROT-003", Target: "https://id.example", Reason: "it: is\nknown", Owner: "o", Link: "l", Expires: "2027-03-01"}}

const entry = `- check: ROT-003
  target: https://id.example
  reason: |-
    it: is
    known
  owner: o
  link: l
  expires: 2027-03-01
`

// indented is the entry, so far from the margin.
func indented(margin string) string {
	return margin + strings.ReplaceAll(strings.TrimSuffix(entry, "\n"), "\n", "\n"+margin) + "\n"
}

func TestMergeWaivers(t *testing.T) {
	t.Parallel()
	const first = "check: ROT-001, reason: r, owner: o, link: l, expires: 2027-01-31"
	tests := map[string]struct{ text, want string }{
		"an empty file":   {"", "waivers:\n" + indented("  ")},
		"comments alone":  {"# ours", "# ours\nwaivers:\n" + indented("  ")},
		"an empty key":    {"waivers:\n", "waivers:\n" + indented("  ")},
		"an empty list":   {"waivers: [] # none\n", "waivers: # none\n" + indented("  ")},
		"at the margin":   {"waivers:\n- {" + first + "}\n", "waivers:\n- {" + first + "}\n" + entry},
		"far from it":     {"waivers:\n    # why\n    - {" + first + "}  # eol\n\n# end", "waivers:\n    # why\n    - {" + first + "}  # eol\n\n# end\n" + indented("    ")},
		"in brackets":     {"# a\nwaivers: [{" + first + "}] # b\n", "# a\nwaivers: # b\n  - {" + first + "}\n" + indented("  ")},
		"of Windows":      {"# a\r\nwaivers:\r\n- {" + first + "}\r\n", "# a\r\nwaivers:\r\n- {" + first + "}\r\n" + strings.ReplaceAll(entry, "\n", "\r\n")},
		"an ended stream": {"waivers:\n- {" + first + "}\n...\n", "waivers:\n  - {" + first + "}\n" + indented("  ")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := MergeWaivers("w.yaml", []byte(test.text), more, "https://id.example")
			if diff := cmp.Diff(test.want, string(got)); diff != "" || err != nil {
				t.Errorf("%v\n%s", err, diff)
			}
			if _, err := MergeWaivers("w.yaml", got, more, "https://id.example"); !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), "is of ROT-003 already, until 2027-03-01") {
				t.Errorf("a second time: %v", err)
			}
			if _, err := MergeWaivers("w.yaml", got, []Waiver{{Check: "ROT-003", Target: "https://b.example", Reason: "r", Owner: "o", Link: "l", Expires: "2027-03-01"}}, "https://b.example"); err != nil {
				t.Errorf("for another target: %v", err)
			}
		})
	}
}

func TestMergeWaiversRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no waivers":        "waivers: 3\n",
		"an entry unfit":    "waivers: [{check: ROT-001}]\n",
		"another file":      "settings: {}\n",
		"for every target":  "waivers: [{check: ROT-003, reason: r, owner: o, link: l, expires: 2020-01-01}]\n",
		"in another case":   "waivers: [{check: rot-003, reason: r, owner: o, link: l, expires: 2020-01-01}]\n",
		"a lost comment":    "waivers:\n  [ # why\n    {check: ROT-001, reason: r, owner: o, link: l, expires: 2027-01-31}, # eol\n  ]\n",
		"a blank owner":     "waivers: [{check: ROT-001, reason: r, owner: ' ', link: l, expires: 2027-01-31}]\n",
		"a second document": "waivers:\n- {check: ROT-001, reason: r, owner: o, link: l, expires: 2027-01-31}\n---\nwaivers: []\n",
	} {
		if got, err := MergeWaivers("w.yaml", []byte(text), more, "https://id.example"); !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), "w.yaml") {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

func TestWriteWaivers(t *testing.T) {
	t.Parallel()
	text, err := WriteWaivers(more)
	if diff := cmp.Diff("waivers:\n"+indented("  "), string(text)); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if got, err := ParseWaivers("w.yaml", text); err != nil || !cmp.Equal(got, more) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestProposalForNoTarget(t *testing.T) {
	t.Parallel()
	of, entries := failures()
	of.Target.URL = ""
	p := proposed
	p.Checks = []string{"ROT-002"}
	if got, err := p.Waivers(of, entries, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)); !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), "names no target") {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestProposalHasToSaySomething(t *testing.T) {
	t.Parallel()
	of, entries := failures()
	for want, change := range map[string]func(*Proposal){
		"--owner is missing":   func(p *Proposal) { p.Owner = " \t" },
		"--reason is no UTF-8": func(p *Proposal) { p.Reason = "\xff" },
	} {
		p := proposed
		p.Checks = []string{"ROT-002"}
		change(&p)
		if _, err := p.Waivers(of, entries, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)); !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
