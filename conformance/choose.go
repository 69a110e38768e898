package conformance

import (
	"fmt"
	"maps"
	"slices"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/profile"
)

// selected is a check that the filter and the mode let through.
type selected struct {
	family catalogue.Family
	entry  catalogue.Check
	body   Check
	reason string // why it does not apply to this target, "" where it does
}

// choose decides without traffic which checks a run has, and which of them apply.
func choose(options Options, entries *catalogue.Catalogue) ([]selected, error) {
	bodies, err := join(options.Checks, entries)
	if err != nil {
		return nil, err
	}
	ids, err := entries.Select(options.Filter)
	if err != nil {
		return nil, usagef("--checks %w", err)
	}
	var chosen []selected
	for _, id := range ids {
		family, entry, _ := entries.Check(id)
		body, ok := bodies[entry.ID]
		if !ok || entry.Retired != "" || !options.Mode.allows(entry.Safety) {
			continue
		}
		chosen = append(chosen, selected{family, entry, body, inapplicable(entry, options)})
	}
	if len(chosen) > 0 && !slices.ContainsFunc(chosen, func(one selected) bool { return one.reason == "" }) {
		return nil, usagef("--checks %q selects nothing that applies: %s: %s", options.Filter, chosen[0].entry.ID, chosen[0].reason)
	}
	if len(chosen) == 0 {
		return nil, usagef("--checks %q selects no check that mode %s allows", options.Filter, options.Mode)
	}
	return chosen, nil
}

// allows says which safety classes a mode lets through. A plan shows a standard run.
func (m Mode) allows(safety catalogue.Safety) bool {
	switch m {
	case ReadOnly:
		return safety == catalogue.Read
	case Disruptive:
		return true
	}
	return safety != catalogue.Disruptive
}

// inapplicable says why a check cannot apply to a target, by its profile alone.
func inapplicable(entry catalogue.Check, options Options) string {
	bound := options.Profile
	for _, operation := range entry.Applies.Operations {
		if !bound.Binds(operation) {
			return fmt.Sprintf("the profile binds no operation %s", operation)
		}
	}
	if some := entry.Applies.Any; len(some) > 0 && !slices.ContainsFunc(some, bound.Binds) {
		return fmt.Sprintf("the profile binds none of the operations %v", some)
	}
	for _, need := range entry.Needs {
		if slices.Contains(profile.Callers, need) && !bound.TellsApart(need) {
			return fmt.Sprintf("the profile declares no callers of the kind %s", need)
		}
	}
	facts := bound.Facts()
	for _, name := range slices.Sorted(maps.Keys(entry.Applies.Policy)) {
		values := entry.Applies.Policy[name]
		if !slices.Contains(values, facts[name]) {
			return fmt.Sprintf("the profile declares %s %s", name, facts[name])
		}
	}
	features := bound.Features()
	for _, feature := range entry.Applies.Features {
		if !slices.Contains(features, feature) {
			return fmt.Sprintf("the profile declares no %s", feature)
		}
	}
	return ""
}

// lacking says what a check needs and the run has not, "" where nothing.
func (r *run) lacking(entry catalogue.Check) string {
	for _, need := range entry.Needs {
		switch need {
		case "oracle":
			if r.oracle.operation == "" {
				return "there is no proven oracle: " + r.oracle.proof
			}
		case "reader", "foreign":
			if r.principals[need] == nil {
				return fmt.Sprintf("needs the credentials of a principal %q: add it to the credentials", need)
			}
		case "app":
			if r.options.Credentials.App.Client == "" {
				return "needs a client that exists: add app to the credentials"
			}
		}
	}
	return ""
}

// phases sorts the checks that apply by when they run: those that wait first, so
// that the others fill the time.
func phases(selection []selected) (alone, disruptive, conclusions []selected) {
	for _, one := range selection {
		switch {
		case one.reason != "":
		case one.entry.Scope == catalogue.Run:
			conclusions = append(conclusions, one)
		case one.entry.Safety == catalogue.Disruptive:
			disruptive = append(disruptive, one)
		case one.entry.Safety == catalogue.Wait:
			alone = slices.Insert(alone, 0, one)
		default:
			alone = append(alone, one)
		}
	}
	return alone, disruptive, conclusions
}
