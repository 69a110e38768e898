package conformance

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/report"
)

func results(verdicts ...report.Verdict) (list []report.Result) {
	for _, verdict := range verdicts {
		list = append(list, report.Result{ID: "X-001", Verdict: verdict, Message: "why"})
	}
	return list
}

func TestConclude(t *testing.T) {
	t.Parallel()
	left := []report.Leftover{{Name: "keyturn-1"}}
	tests := map[string]struct {
		verdicts  []report.Verdict
		gate      Gate
		leftovers []report.Leftover
		stale     []string
		outcome   report.Outcome
		exit      int
	}{
		"all hold":                          {[]report.Verdict{report.Pass, report.NotApplicable, report.Info, report.Review}, FailOnMust, nil, nil, report.Conformant, 0},
		"a warning":                         {[]report.Verdict{report.Pass, report.Warn}, FailOnMust, nil, nil, report.Conformant, 0},
		"a warning, strict":                 {[]report.Verdict{report.Pass, report.Warn}, FailOnShould, nil, nil, report.Conformant, 1},
		"a waiver":                          {[]report.Verdict{report.Pass, report.Waived}, FailOnMust, nil, nil, report.Nonconformant, 0},
		"a waiver and an incomplete":        {[]report.Verdict{report.Waived, report.Untested}, FailOnMust, nil, nil, report.Incomplete, 3},
		"a fail":                            {[]report.Verdict{report.Pass, report.Fail, report.Untested}, FailOnMust, nil, nil, report.Nonconformant, 1},
		"a fail and leftovers":              {[]report.Verdict{report.Fail}, FailOnMust, left, nil, report.Nonconformant, 1},
		"incomplete":                        {[]report.Verdict{report.Pass, report.Untested}, FailOnMust, nil, nil, report.Incomplete, 3},
		"incomplete, strict":                {[]report.Verdict{report.Pass, report.Untested}, FailOnIncomplete, nil, nil, report.Incomplete, 1},
		"incomplete and leftovers":          {[]report.Verdict{report.Pass, report.Untested}, FailOnMust, left, nil, report.Incomplete, 5},
		"nothing was tested":                {[]report.Verdict{report.NotApplicable}, FailOnMust, nil, nil, report.Incomplete, 3},
		"an error is the worst":             {[]report.Verdict{report.Error, report.Fail}, FailOnMust, left, []string{"x"}, report.Broken, 4},
		"leftovers":                         {[]report.Verdict{report.Pass}, FailOnMust, left, []string{"x"}, report.Conformant, 5},
		"a stale waiver":                    {[]report.Verdict{report.Pass}, FailOnMust, nil, []string{"x"}, report.Conformant, 6},
		"a stale waiver and an incomplete":  {[]report.Verdict{report.Pass, report.Untested}, FailOnMust, nil, []string{"x"}, report.Incomplete, 6},
		"a warning, strict, and leftovers":  {[]report.Verdict{report.Warn}, FailOnShould, left, nil, report.Conformant, 1},
		"incomplete with a warning, strict": {[]report.Verdict{report.Warn, report.Untested}, FailOnShould, nil, nil, report.Incomplete, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := &report.Report{Results: results(test.verdicts...), Leftovers: test.leftovers, Stale: test.stale}
			whole.Counts = report.Count(whole.Results)
			(&run{options: Options{FailOn: test.gate}}).conclude(whole)
			if whole.Outcome != test.outcome || whole.Exit != test.exit || whole.Summary == "" {
				t.Errorf("outcome %s, exit %d, want %s, %d", whole.Outcome, whole.Exit, test.outcome, test.exit)
			}
		})
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		tally tally
		want  string
	}{
		"nothing":    {tally{untested: 3}, "Nothing could be tested: no answer"},
		"one":        {tally{tested: 1}, "The one promise that was tested holds."},
		"all":        {tally{tested: 5}, "All 5 promises that were tested hold."},
		"one of two": {tally{tested: 2, broken: 1}, "Of 2 promises, 1 does not hold."},
		"everything": {tally{tested: 20, broken: 2, waived: 1, warned: 3, untested: 4, errors: 1},
			"Of 24 promises, 1 check went wrong itself, 2 do not hold, 1 does not hold and is waived, 3 that should hold do not, 4 that apply could not be tested."},
	}
	for name, test := range tests {
		if got := test.tally.summary("no answer"); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestTally(t *testing.T) {
	t.Parallel()
	whole := &report.Report{Results: results(report.Pass, report.Fail, report.Waived, report.Warn, report.Untested, report.NotApplicable, report.Error)}
	whole.Results = append(whole.Results, report.Result{Verdict: report.Waived, Level: "SHOULD"})
	if got, want := tallyOf(whole), (tally{tested: 6, broken: 1, waived: 1, warned: 2, untested: 1, errors: 1}); got != want {
		t.Errorf("tally is %+v, want %+v", got, want)
	}
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	find := func(verdicts ...report.Verdict) (findings []report.Finding) {
		for _, verdict := range verdicts {
			findings = append(findings, report.Finding{Verdict: verdict, Message: string(verdict)})
		}
		return findings
	}
	tests := map[string]struct {
		findings   []report.Finding
		incomplete string
		crash      error
		want       report.Verdict
		message    string
	}{
		"nothing found":              {nil, "", nil, report.Pass, "holds"},
		"worst of many":              {find(report.Info, report.Fail, report.Warn), "", nil, report.Fail, "fail (and 2 more)"},
		"incomplete":                 {nil, "no client", nil, report.Untested, "no client"},
		"incomplete after a warning": {find(report.Warn), "no client", nil, report.Untested, "no client"},
		"a fail outweighs":           {find(report.Fail), "no client", nil, report.Fail, "fail"},
		"a crash outweighs all":      {find(report.Fail), "no client", errors.New("crashed"), report.Error, "crashed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, message := verdict(&Session{findings: test.findings, incomplete: test.incomplete}, test.crash)
			if got != test.want || message != test.message {
				t.Errorf("verdict %s %q, want %s %q", got, message, test.want, test.message)
			}
		})
	}
}

func TestWaive(t *testing.T) {
	t.Parallel()
	entries, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	live := Waiver{Check: "ROT-003", Reason: "known", Owner: "team", Expires: "2027-03-01"}
	with := func(change func(*Waiver)) Waiver {
		changed := live
		change(&changed)
		return changed
	}
	tests := map[string]struct {
		waiver  Waiver
		verdict report.Verdict
		want    report.Verdict
		stale   int
	}{
		"covers a fail":             {live, report.Fail, report.Waived, 0},
		"covers a warning":          {live, report.Warn, report.Waived, 0},
		"nothing to cover":          {live, report.Pass, report.Pass, 1},
		"does not apply any more":   {live, report.NotApplicable, report.NotApplicable, 1},
		"nothing is known":          {live, report.Untested, report.Untested, 0},
		"ran out":                   {with(func(w *Waiver) { w.Expires = "2027-02-28" }), report.Fail, report.Fail, 1},
		"another target's":          {with(func(w *Waiver) { w.Target = "https://other.example" }), report.Fail, report.Fail, 0},
		"this target's":             {with(func(w *Waiver) { w.Target = "https://*.example" }), report.Fail, report.Waived, 0},
		"a check that was left out": {with(func(w *Waiver) { w.Check = "ROT-001" }), report.Fail, report.Fail, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &run{entries: entries, started: day, options: Options{URL: "https://id.example", Waivers: []Waiver{test.waiver}}}
			list := []report.Result{{ID: "ROT-003", Verdict: test.verdict}}
			stale := r.waive(list)
			if list[0].Verdict != test.want || len(stale) != test.stale {
				t.Errorf("verdict %s and stale %q, want %s and %d", list[0].Verdict, stale, test.want, test.stale)
			}
			if (list[0].Waiver != nil) != (test.want == report.Waived) {
				t.Errorf("waiver is %v", list[0].Waiver)
			}
		})
	}
}

func TestParseWaivers(t *testing.T) {
	t.Parallel()
	got, err := ParseWaivers("w.yaml", []byte("waivers:\n- {check: ROT-003, reason: r, owner: o, expires: 2027-01-31, link: https://tracker.example/1}\n"))
	if diff := cmp.Diff([]Waiver{{Check: "ROT-003", Reason: "r", Owner: "o", Expires: "2027-01-31", Link: "https://tracker.example/1"}}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for name, text := range map[string]string{
		"no reason":   "waivers: [{check: ROT-003, owner: o, link: l, expires: 2027-01-31}]",
		"no owner":    "waivers: [{check: ROT-003, reason: r, link: l, expires: 2027-01-31}]",
		"no link":     "waivers: [{check: ROT-003, reason: r, owner: o, expires: 2027-01-31}]",
		"no expiry":   "waivers: [{check: ROT-003, reason: r, owner: o, link: l}]",
		"no date":     "waivers: [{check: ROT-003, reason: r, owner: o, link: l, expires: soon}]",
		"bad glob":    "waivers: [{check: ROT-003, reason: r, owner: o, link: l, expires: 2027-01-31, target: '['}]",
		"unknown key": "waivers: [{check: ROT-003, reasons: r}]",
	} {
		if _, err := ParseWaivers("w.yaml", []byte(text)); !errors.Is(err, ErrUsage) {
			t.Errorf("%s: error is %v, want a usage error", name, err)
		}
	}
}

func TestInterval(t *testing.T) {
	t.Parallel()
	var skew interval
	if skew.seconds() != nil {
		t.Error("nothing is known, and it says something")
	}
	skew.narrow(-700*time.Millisecond, 300*time.Millisecond)
	if got := *skew.seconds(); got != 0 {
		t.Errorf("skew is %v s where none is possible", got)
	}
	skew = interval{}
	skew.narrow(59*time.Second, 61*time.Second)
	skew.narrow(60*time.Second, 62*time.Second)
	if got := *skew.seconds(); got != 60.5 {
		t.Errorf("skew is %v s, want 60.5", got)
	}
	skew.narrow(-2*time.Second, -time.Second)
	if got := *skew.seconds(); got != -1.5 {
		t.Errorf("skew is %v s after the clock was set, want -1.5", got)
	}
}

func TestScramble(t *testing.T) {
	t.Parallel()
	digits := []int{3, 1, 4, 1, 5, 2, 0, 5}
	next := func(n int) int { digits = append(digits[1:], digits[0]); return digits[0] % n }
	for _, id := range []string{"61df925846bed781f5757166", "00000000-0000-4000-8000-000000000001"} {
		got := scramble(id, next)
		if len(got) != len(id) || got == id {
			t.Errorf("%s becomes %s", id, got)
		}
		for i := range id {
			if (id[i] == '-') != (got[i] == '-') {
				t.Errorf("%s becomes %s, which has another form", id, got)
			}
		}
	}
	for _, id := range []string{"keyturn-0123456789-1", "1042", "customer-shop", ""} {
		if got := scramble(id, next); got != "" {
			t.Errorf("%s, of which too little can be changed, becomes %s", id, got)
		}
	}
}
