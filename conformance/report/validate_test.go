package report

import (
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	if err := sample().Validate(); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		report Report
		want   string
	}{
		"no outcome": {Report{}, "no outcome"},
		"no id":      {Report{Outcome: Conformant, Results: []Result{{Verdict: Pass}}}, "result 1 has no id"},
		"twice":      {Report{Outcome: Conformant, Results: []Result{{ID: "A-001", Verdict: Pass}, {ID: "A-001", Verdict: Fail}}}, "A-001 has two results"},
		"no verdict": {Report{Outcome: Conformant, Results: []Result{{ID: "A-001"}}}, `A-001 has the verdict "", expected one of`},
		"later word": {Report{Outcome: Conformant, Results: []Result{{ID: "A-001", Verdict: "later"}}}, `the verdict "later"`},
	} {
		if err := c.report.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, expected %q", name, err, c.want)
		}
	}
}
