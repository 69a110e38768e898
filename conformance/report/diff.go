package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// DiffSchema names the form of a Diff as JSON, under the same rule as Schema.
const DiffSchema = "keyturn.conformance.diff/1"

// Diff is what changed between two reports of one provider, check by check. A check is
// known by its id, so that nothing is guessed.
type Diff struct {
	Schema    string   `json:"schema"`
	Worse     bool     `json:"worse"` // something is newly failing or newly incomplete
	Summary   string   `json:"summary"`
	Before    Side     `json:"before"`
	After     Side     `json:"after"`
	Runs      []string `json:"runs"`    // what else differs between the two runs, and may explain the rest
	Changes   []Change `json:"changes"` // by kind, and within one as in the report
	Unchanged int      `json:"unchanged"`
	Latencies []Drift  `json:"latencies"` // told, and never a reason to be worse
}

// Side is one of the two reports.
type Side struct {
	Name      string    `json:"name"` // the file, as it was given
	Target    string    `json:"target"`
	Provider  string    `json:"provider"`
	Catalogue string    `json:"catalogue"`
	Outcome   Outcome   `json:"outcome"`
	Exit      int       `json:"exit"`
	Started   time.Time `json:"started"`
	Counts    Counts    `json:"counts"`
}

// ChangeKind says what happened to a check.
type ChangeKind string

// The kinds, those that make the second report worse first. A check that the filter or
// the mode of a run left out has no verdict there, and nothing is known of it, as of
// one that is incomplete or went wrong itself.
const (
	NewlyFailing      ChangeKind = "newly_failing"        // fail or warn, and did not fail before; unknown before counts
	NewlyIncomplete   ChangeKind = "newly_incomplete"     // nothing is known of it any more
	NewlyWaived       ChangeKind = "newly_waived"         // as newly failing, under a live waiver, which covers it here too
	Fixed             ChangeKind = "fixed"                // failed, was waived or not, and holds
	NoLongerUntested  ChangeKind = "no_longer_incomplete" // something is known now, and it is no failure
	LevelChanged      ChangeKind = "level_changed"        // binds more or less than before
	VerdictChanged    ChangeKind = "verdict_changed"      // in any other way, such as a waiver that ended
	FindingsChanged   ChangeKind = "findings_changed"     // the same verdict for other reasons
	NewInCatalogue    ChangeKind = "new_check"            // the first report's catalogue did not have it
	GoneFromCatalogue ChangeKind = "gone_check"           // the second's does not have it
)

// ChangeKinds lists them in the order of a Diff.
var ChangeKinds = []ChangeKind{
	NewlyFailing, NewlyIncomplete, NewlyWaived, Fixed, NoLongerUntested,
	LevelChanged, VerdictChanged, FindingsChanged, NewInCatalogue, GoneFromCatalogue,
}

// Worsens reports whether a change of this kind makes the second report worse.
func (k ChangeKind) Worsens() bool { return k == NewlyFailing || k == NewlyIncomplete }

// Change is a check that is not as it was. A verdict or level is "" in the report that
// does not have the check.
type Change struct {
	Kind        ChangeKind `json:"kind"`
	ID          string     `json:"id"` // the one that it has in the later catalogue
	Title       string     `json:"title"`
	Before      Verdict    `json:"before"`
	After       Verdict    `json:"after"`
	LevelBefore string     `json:"level_before"`
	LevelAfter  string     `json:"level_after"`
	Message     string     `json:"message"`  // of the second report, or of the first where only that has the check
	Appeared    []string   `json:"appeared"` // findings that are new
	Vanished    []string   `json:"vanished"` // findings that are gone
}

// CompareOptions say how two reports are compared.
type CompareOptions struct {
	Before, After string                 // names of the reports
	Current       func(id string) string // the id that a check has now, by one that it ever had; nil is the same
	AcrossTargets bool                   // two targets are meant
}

// ErrOtherTarget is the kind of the refusal to compare two targets unasked.
var ErrOtherTarget = errors.New("the reports are of two targets")

// Compare says what changed from one report to the next. Both have to pass Validate
// and be of one provider: another's checks rest on another's promises, and a Matrix
// shows them side by side. Two targets are refused with ErrOtherTarget unless the
// options say that they are meant; on loopback the port does not count, which a
// rehearsal takes at random.
func Compare(before, after *Report, options CompareOptions) (*Diff, error) {
	if before.Profile.Provider != after.Profile.Provider {
		return nil, fmt.Errorf("the reports are of two providers, %s and %s, whose promises differ", before.Profile.Provider, after.Profile.Provider)
	}
	if !options.AcrossTargets && address(before.Target.URL) != address(after.Target.URL) {
		return nil, fmt.Errorf("%w, %s and %s", ErrOtherTarget, before.Target.URL, after.Target.URL)
	}
	if options.Current == nil {
		options.Current = func(id string) string { return id }
	}
	before, after = before.printable(), after.printable()
	d := &Diff{
		Schema: DiffSchema, Before: sideOf(visible(options.Before), before), After: sideOf(visible(options.After), after),
		Runs: differences(before, after), Changes: []Change{}, Latencies: drifts(before.Rotations, after.Rotations),
	}
	d.compare(before, after, options.Current)
	slices.SortStableFunc(d.Changes, func(a, b Change) int {
		return cmp.Compare(slices.Index(ChangeKinds, a.Kind), slices.Index(ChangeKinds, b.Kind))
	})
	d.Worse = slices.ContainsFunc(d.Changes, func(c Change) bool { return c.Kind.Worsens() })
	d.Summary = d.sentence()
	return d, nil
}

func sideOf(name string, r *Report) Side {
	return Side{
		Name: name, Target: r.Target.URL, Provider: r.Profile.Provider, Catalogue: r.Catalogue.Version,
		Outcome: r.Outcome, Exit: r.Exit, Started: r.Run.Started, Counts: Count(r.Results),
	}
}

// address is what tells one target from another.
func address(target string) string {
	at, err := url.Parse(target)
	if err != nil {
		return target
	}
	host, err := netip.ParseAddr(at.Hostname())
	if at.Hostname() == "localhost" || err == nil && host.IsLoopback() {
		return "loopback" + at.Path
	}
	return target
}

// Of returns the changes of one kind.
func (d *Diff) Of(kind ChangeKind) []Change {
	var found []Change
	for _, change := range d.Changes {
		if change.Kind == kind {
			found = append(found, change)
		}
	}
	return found
}

// kindWords end the sentence "1 check is …".
var kindWords = map[ChangeKind]string{
	NewlyFailing: "newly failing", NewlyIncomplete: "newly incomplete", NewlyWaived: "newly failing and waived",
	Fixed: "fixed", NoLongerUntested: "no longer incomplete", LevelChanged: "of another level", VerdictChanged: "changed otherwise",
	FindingsChanged: "failing for other reasons", NewInCatalogue: "new in the catalogue", GoneFromCatalogue: "gone from the catalogue",
}

func (d *Diff) sentence() string {
	var parts []string
	for _, kind := range ChangeKinds {
		if n := len(d.Of(kind)); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, kindWords[kind]))
		}
	}
	if len(parts) == 0 {
		return fmt.Sprintf("Nothing changed in %s.", counted(d.Unchanged, "check"))
	}
	return fmt.Sprintf("%s; %d unchanged.", strings.Join(parts, ", "), d.Unchanged)
}

// Headline is the whole in a word or two.
func (d *Diff) Headline() string {
	switch {
	case d.Worse:
		return "Worse"
	case len(d.Of(Fixed)) > 0:
		return "Better"
	case len(d.Changes) == 0:
		return "Unchanged"
	}
	return "No worse"
}

// WriteJSON writes the whole of it.
func (d *Diff) WriteJSON(w io.Writer) error {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
