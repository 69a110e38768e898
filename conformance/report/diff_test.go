package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// golden holds a text to what it was.
func golden(t *testing.T, name string, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s is not what it was (-update writes it anew):\n%s", name, diff)
	}
	return b.String()
}

// find is a result to be changed.
func find(t *testing.T, r *Report, id string) *Result {
	t.Helper()
	for i := range r.Results {
		if r.Results[i].ID == id {
			return &r.Results[i]
		}
	}
	t.Fatalf("no result %s", id)
	return nil
}

// later is the sample a week on, with a change of every kind.
func later(t *testing.T) *Report {
	t.Helper()
	r := sample()
	r.Run.Started = r.Run.Started.Add(7 * 24 * time.Hour)
	r.Run.ID, r.Run.Seed = "run-11aa22", 99
	r.Catalogue.Version, r.Catalogue.Digest = "2026.2", "00"
	r.Profile.Policy["refuse_within"] = "10s"
	find(t, r, "ROT-001").Verdict = Fail
	find(t, r, "ROT-001").Message = "the new secret S9#ffff was never accepted"
	find(t, r, "SEC-002").Verdict = Warn
	find(t, r, "AUTH-002").Verdict = Untested
	find(t, r, "AUTH-002").Message = "the target asked to wait"
	find(t, r, "HYG-002").Verdict = Error
	find(t, r, "HYG-003").Verdict = Waived
	*find(t, r, "SEC-003") = passed("SEC-003", "", "MUST", "A secret is told once", document)
	find(t, r, "SEC-003").Family, find(t, r, "SEC-003").FamilyName = "SEC", "Secrets"
	find(t, r, "ROT-004").Verdict = Pass
	find(t, r, "AUTH-003").Level, find(t, r, "AUTH-003").Verdict = "MUST", Fail
	find(t, r, "DEL-003").Verdict = Fail
	find(t, r, "CON-001").Findings = []Finding{{Verdict: Fail, Message: "Both calls got the same secret"}}
	find(t, r, "ROT-002").Findings[0].Message = "The old secret S7#9999 was accepted after the bound"
	find(t, r, "ROT-002").Findings[0].Observed = "accepted at 55 s"
	r.Results = append(r.Results, Result{ID: "ZZZ-001", Verdict: Fail, Title: "What only the later catalogue asks for", Family: "ZZZ", Level: "MUST", Safety: "read", Message: "it does not"})
	r.Results = slices.DeleteFunc(r.Results, func(result Result) bool { return result.ID == "DEL-001" })
	for i := range r.Rotations {
		if r.Rotations[i].RefusedMS != nil {
			r.Rotations[i].RefusedMS = new(2 * *r.Rotations[i].RefusedMS)
		}
	}
	r.Counts = Count(r.Results)
	return r
}

func compared(t *testing.T) *Diff {
	t.Helper()
	d, err := Compare(sample(), later(t), CompareOptions{Before: "last-week/report.json", After: "report.json"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDiffForms(t *testing.T) {
	t.Parallel()
	d := compared(t)
	golden(t, "diff.json", d.WriteJSON)
	text := golden(t, "diff.txt", func(w io.Writer) error { return d.WriteText(w, TextOptions{}) })
	summary := golden(t, "diff.md", d.WriteMarkdown)
	golden(t, "diff-coloured.txt", func(w io.Writer) error { return d.WriteText(w, TextOptions{Colour: true, Width: 72}) })
	for _, kind := range ChangeKinds {
		if len(d.Of(kind)) == 0 {
			t.Errorf("the example has no change %s", kind)
		}
		for name, form := range map[string]string{"text": text, "Markdown": summary} {
			if !strings.Contains(form, kind.Title()+" (") {
				t.Errorf("the %s does not tell of %s", name, kind)
			}
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if columns(line) > 100 && !strings.Contains(line, "digest") {
			t.Errorf("a line is %d wide: %s", columns(line), line)
		}
	}
}

func TestDiffOfOneReport(t *testing.T) {
	t.Parallel()
	d, err := Compare(sample(), sample(), CompareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Worse || len(d.Changes)+len(d.Runs) > 0 || d.Unchanged != len(sample().Results) || d.Headline() != "Unchanged" || d.Summary != "Nothing changed in 23 checks." {
		t.Errorf("got %+v", d)
	}
}

// TestKindOf has every pair of verdicts, by what is known, fails and holds. "" is a
// check that was left out.
func TestKindOf(t *testing.T) {
	t.Parallel()
	of := func(v Verdict) *Result {
		if v == "" {
			return nil
		}
		return &Result{ID: "A-001", Verdict: v, Level: "MUST"}
	}
	all := append([]Verdict{""}, Verdicts...)
	failing, nothing := []Verdict{Fail, Warn, Waived}, []Verdict{"", Untested, Error}
	for _, from := range all {
		for _, to := range all {
			want := VerdictChanged
			failed := slices.Contains(failing, from)
			idle := from == "" && (to == NotApplicable || slices.Contains(nothing, to)) || to == "" && (from == NotApplicable || slices.Contains(nothing, from))
			switch {
			case from == to || idle:
				want = ""
			case to == Fail && !failed, to == Warn && !failed:
				want = NewlyFailing
			case to == Waived && !failed:
				want = NewlyWaived
			case slices.Contains(nothing, to) && !slices.Contains(nothing, from):
				want = NewlyIncomplete
			case failed && (to == Pass || to == Info):
				want = Fixed
			case slices.Contains(nothing, from) && !slices.Contains(nothing, to):
				want = NoLongerUntested
			}
			if got := kindOf(of(from), of(to)); got != want {
				t.Errorf("%q to %q is %q, expected %q", from, to, got, want)
			}
		}
	}
	should, must := of(Warn), of(Fail)
	should.Level = "SHOULD"
	if got := kindOf(should, must); got != LevelChanged {
		t.Errorf("a warning that binds more is %s", got)
	}
}

func TestDiffOfChosenChecks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(before, after *Report)
		id     string
		want   ChangeKind
	}{
		"left out by the filter": {func(_, b *Report) { b.Run.Checks = "AUTH-*,ROT-00?"; drop(b, "SEC-001") }, "SEC-001", NewlyIncomplete},
		"left out by the mode":   {func(_, b *Report) { b.Run.Mode = "readonly"; drop(b, "SEC-001") }, "SEC-001", NewlyIncomplete},
		"left out before":        {func(a, _ *Report) { a.Run.Checks = "auth-*"; drop(a, "SEC-001") }, "SEC-001", NoLongerUntested},
		"left out, and fails":    {func(a, _ *Report) { a.Run.Checks = "AUTH-*"; drop(a, "SEC-003") }, "SEC-003", NewlyFailing},
		"left out, unknown":      {func(_, b *Report) { b.Run.Checks = "AUTH-*"; drop(b, "TEN-001") }, "TEN-001", ""},
		"left out, foreign":      {func(_, b *Report) { b.Run.Checks = "AUTH-*"; drop(b, "TEN-003") }, "TEN-003", ""},
		"one catalogue":          {func(_, b *Report) { drop(b, "SEC-001") }, "SEC-001", NewlyIncomplete},
		"new":                    {func(a, b *Report) { a.Catalogue.Digest = "0"; drop(a, "SEC-003") }, "SEC-003", NewInCatalogue},
		"gone":                   {func(_, b *Report) { b.Catalogue.Digest = "0"; drop(b, "SEC-003") }, "SEC-003", GoneFromCatalogue},
		"not chosen, and new":    {func(a, _ *Report) { a.Catalogue.Digest = "0"; a.Run.Checks = "AUTH-*"; drop(a, "SEC-001") }, "SEC-001", NoLongerUntested},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := sample(), sample()
			test.change(before, after)
			d, err := Compare(before, after, CompareOptions{})
			if err != nil {
				t.Fatal(err)
			}
			var got ChangeKind
			if len(d.Changes) > 0 {
				got = d.Changes[0].Kind
			}
			if len(d.Changes) > 1 || got != test.want || got != "" && d.Changes[0].ID != test.id || d.Worse != test.want.Worsens() {
				t.Errorf("got %+v, worse %v, expected %s of %s", d.Changes, d.Worse, test.want, test.id)
			}
		})
	}
}

func drop(r *Report, id string) {
	r.Results = slices.DeleteFunc(r.Results, func(result Result) bool { return result.ID == id })
}

func TestDiffFollowsNames(t *testing.T) {
	t.Parallel()
	before, after := sample(), sample()
	find(t, before, "SEC-001").ID = "OLD-001"
	find(t, after, "SEC-001").Verdict = Fail
	d, err := Compare(before, after, CompareOptions{Current: func(id string) string { return strings.Replace(id, "OLD-001", "SEC-001", 1) }})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Changes) != 1 || d.Changes[0].ID != "SEC-001" || d.Changes[0].Before != Pass || d.Changes[0].After != Fail {
		t.Errorf("got %+v", d.Changes)
	}
}

func TestCompareRefuses(t *testing.T) {
	t.Parallel()
	moved := func(to string) *Report {
		r := sample()
		r.Target.URL = to
		return r
	}
	other := sample()
	other.Profile.Provider = "angusgm"
	if _, err := Compare(sample(), other, CompareOptions{AcrossTargets: true}); err == nil || !strings.Contains(err.Error(), "two providers, identity-service and angusgm") {
		t.Errorf("two providers: %v", err)
	}
	tests := map[string]struct {
		before, after string
		refused       bool
	}{
		"two hosts":          {"https://a.example", "https://b.example", true},
		"two ports":          {"https://a.example:1", "https://a.example:2", true},
		"two paths":          {"http://127.0.0.1:1/a", "http://127.0.0.1:1/b", true},
		"two ports, at home": {"http://127.0.0.1:1", "http://127.0.0.1:2", false},
		"two names of home":  {"http://localhost:1/a", "http://[::1]:2/a", false},
		"away from home":     {"http://127.0.0.1:1", "https://a.example", true},
	}
	for name, test := range tests {
		_, err := Compare(moved(test.before), moved(test.after), CompareOptions{})
		if errors.Is(err, ErrOtherTarget) != test.refused {
			t.Errorf("%s: %v", name, err)
		}
		d, err := Compare(moved(test.before), moved(test.after), CompareOptions{AcrossTargets: true})
		if err != nil || !slices.Contains(d.Runs, fmt.Sprintf("target: %s → %s", test.before, test.after)) {
			t.Errorf("%s, when it is meant: %v", name, err)
		}
	}
}

func TestLikeness(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"pseudonyms": {"S3#a1b2 works", "S11#ffff works", true},
		"names":      {"keyturn-9f3a1c0b-1 is there", "keyturn-aaaa1111-22 is there", true},
		"ids":        {"61df925846bed781f5757166", "61df925846bed781f5757100", true},
		"UUIDs":      {"of 0192c1de-7a77-4a2b-8f00-0123456789ab", "of 11111111-7a77-4a2b-8f00-0123456789ab", true},
		"times":      {"accepted at 41.4 s, since 2026-11-22T01:30:12.25Z", "accepted at 0.5 s, since 2026-12-24T00:00:00+01:00", true},
		"counts":     {"3 of 8 secrets", "4 of 8 secrets", true},
		"statuses":   {"HTTP 500", "HTTP 401", false},
		"words":      {"the list has it", "the list has it twice", false},
	} {
		if got := likeness(&Finding{Observed: c.a}) == likeness(&Finding{Observed: c.b}); got != c.same {
			t.Errorf("%s: %q and %q alike is %v", name, c.a, c.b, got)
		}
	}
}

func TestDriftWords(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]Drift{
		"no median to compare":        {After: Timing{Seen: 1}},
		"the same median":             {Before: Timing{Seen: 1, Median: 4}, After: Timing{Seen: 2, Median: 4}},
		"median 10 ms later (+50 %)":  {Before: Timing{Seen: 1, Median: 20}, After: Timing{Seen: 1, Median: 30}},
		"median 1.5 s sooner (-75 %)": {Before: Timing{Seen: 1, Median: 2000}, After: Timing{Seen: 1, Median: 500}},
		"median 12 ms later":          {Before: Timing{Seen: 1}, After: Timing{Seen: 1, Median: 12}},
	} {
		if got := d.Words(); got != want {
			t.Errorf("got %q, expected %q", got, want)
		}
	}
}
