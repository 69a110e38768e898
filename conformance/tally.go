package conformance

import (
	"fmt"
	"strings"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/report"
)

// tally is how many results there are of each weight.
type tally struct {
	tested   int // exercised to an end, whatever it was
	broken   int // do not hold and have to
	waived   int // as broken, and a waiver covers it
	warned   int // do not hold and should, waived or not
	untested int
	errors   int
}

func tallyOf(whole *report.Report) tally {
	var t tally
	for _, result := range whole.Results {
		switch verdict := result.Verdict; {
		case verdict == report.NotApplicable:
			continue
		case verdict == report.Untested:
			t.untested++
			continue
		case verdict == report.Error:
			t.errors++
		case verdict == report.Fail:
			t.broken++
		case verdict == report.Warn || verdict == report.Waived && result.Level == string(catalogue.Should):
			t.warned++
		case verdict == report.Waived:
			t.waived++
		}
		t.tested++
	}
	return t
}

// summary is the result in a sentence. nothing says why nothing was tested.
func (t tally) summary(nothing string) string {
	if t.tested == 0 {
		return "Nothing could be tested: " + nothing
	}
	var parts []string
	add := func(n int, one, many string) {
		switch n {
		case 0:
		case 1:
			parts = append(parts, "1 "+one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	add(t.errors, "check went wrong itself", "checks went wrong themselves")
	add(t.broken, "does not hold", "do not hold")
	add(t.waived, "does not hold and is waived", "do not hold and are waived")
	add(t.warned, "that should hold does not", "that should hold do not")
	add(t.untested, "that applies could not be tested", "that apply could not be tested")
	if len(parts) == 0 && t.tested == 1 {
		return "The one promise that was tested holds."
	}
	if len(parts) == 0 {
		return fmt.Sprintf("All %d promises that were tested hold.", t.tested)
	}
	return fmt.Sprintf("Of %d promises, %s.", t.tested+t.untested, strings.Join(parts, ", "))
}
