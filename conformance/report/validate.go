package report

import (
	"errors"
	"fmt"
	"slices"
)

// Validate finds what makes a report of the right schema unfit to be compared: no
// outcome, or a result without an id, twice, or with a verdict that this version does
// not know.
func (r *Report) Validate() error {
	if r.Outcome == "" {
		return errors.New("it has no outcome")
	}
	seen := map[string]bool{}
	for i := range r.Results {
		result := &r.Results[i]
		switch {
		case result.ID == "":
			return fmt.Errorf("result %d has no id", i+1)
		case seen[result.ID]:
			return fmt.Errorf("the check %s has two results", result.ID)
		case !slices.Contains(Verdicts, result.Verdict):
			return fmt.Errorf("%s has the verdict %q, expected one of %v", result.ID, result.Verdict, Verdicts)
		}
		seen[result.ID] = true
	}
	return nil
}
