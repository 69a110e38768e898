package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Schema names the form of the canonical JSON. A member is only ever added under one
// number; a change of meaning takes the next.
const Schema = "keyturn.conformance.report/1"

// Report is one run, whole. Every text in it is redacted before a writer sees it.
// Results follow the catalogue's order and all other lists are ordered too, so that
// two runs compare line by line.
type Report struct {
	Schema    string     `json:"schema"`
	Outcome   Outcome    `json:"outcome"`
	Exit      int        `json:"exit"`    // what the command exits with; see Outcome
	Summary   string     `json:"summary"` // one sentence, for a person
	Tool      Tool       `json:"tool"`
	Catalogue Catalogue  `json:"catalogue"`
	Profile   Profile    `json:"profile"`
	Target    Target     `json:"target"`
	Run       RunFacts   `json:"run"`
	Oracle    Oracle     `json:"oracle"`
	Counts    Counts     `json:"counts"`
	Results   []Result   `json:"results"`
	Rotations []Rotation `json:"rotations"` // acceptance and refusal of secrets over time
	Leftovers []Leftover `json:"leftovers"` // could have been removed and was not: exit 5
	Residue   []Leftover `json:"residue"`   // what the API has no way to remove
	Stale     []string   `json:"stale_waivers"`
	Notes     []string   `json:"notes"` // what a reader should know before trusting the rest
}

// Outcome is the run in a word.
type Outcome string

// The outcomes, and the exit code that each has where nothing more urgent stands
// beside it (resources left behind 5, a stale waiver 6).
const (
	Conformant    Outcome = "conformant"    // 0
	Nonconformant Outcome = "nonconformant" // 1
	Incomplete    Outcome = "incomplete"    // 3: nothing failed, something was not tested
	Broken        Outcome = "error"         // 4: the suite itself went wrong
)

// Verdict is what a check came to.
type Verdict string

// The verdicts. NotApplicable cannot apply to this target by its profile; Untested
// ("incomplete") applies and could not be exercised, and never counts as a pass.
const (
	Pass          Verdict = "pass"
	Fail          Verdict = "fail"
	Warn          Verdict = "warn" // a SHOULD is not met
	Info          Verdict = "info"
	Review        Verdict = "review" // a person has to judge: the documents allow two readings
	NotApplicable Verdict = "not_applicable"
	Untested      Verdict = "incomplete"
	Waived        Verdict = "waived" // failed, and a live waiver covers it
	Error         Verdict = "error"  // the check itself went wrong
)

// Verdicts lists all, worst first: the order of tables and counts.
var Verdicts = []Verdict{Error, Fail, Waived, Untested, Review, Warn, Info, Pass, NotApplicable}

// Counts is the number of results by verdict.
type Counts map[Verdict]int

// Tool is the program that ran.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Catalogue is the set of checks that the run was chosen from.
type Catalogue struct {
	Version string `json:"version"`
	Digest  string `json:"digest"` // SHA-256 of the catalogue's files, in hex
	Checks  int    `json:"checks"`
}

// Profile is what the target was held to.
type Profile struct {
	Provider string            `json:"provider"`
	Title    string            `json:"title"`
	Digest   string            `json:"digest"` // SHA-256 of profile and document, in hex
	Policy   map[string]string `json:"policy"` // the declared policy vector
}

// Target is what was tested.
type Target struct {
	URL       string            `json:"url"`
	Identity  map[string]string `json:"identity,omitempty"`     // what the target says of itself, such as Server
	ClockSkew *float64          `json:"clock_skew_s,omitempty"` // its clock minus ours, seconds, by its Date header
}

// RunFacts is how it was tested.
type RunFacts struct {
	ID          string    `json:"id"`
	Mode        string    `json:"mode"`
	Seed        int64     `json:"seed"`
	Checks      string    `json:"checks"`  // the filter
	FailOn      string    `json:"fail_on"` // the gate
	Started     time.Time `json:"started"`
	Ended       time.Time `json:"ended"`
	Requests    int       `json:"requests"`
	Throttled   int       `json:"throttled"` // answers that asked to wait, and were waited out
	Concurrency int       `json:"concurrency"`
	Principals  []string  `json:"principals"` // whose credentials were given
}

// Oracle is how "does this secret work" was asked.
type Oracle struct {
	Kind   string `json:"kind"`   // revoke, introspect, token, or "" where none could be proven
	Proof  string `json:"proof"`  // what a known-good and a known-bad secret got
	Probes int    `json:"probes"` // how often it was asked
}

// Result is one check's.
type Result struct {
	ID         string     `json:"id"`
	Verdict    Verdict    `json:"verdict"`
	Title      string     `json:"title"`
	Family     string     `json:"family"`      // "ROT"
	FamilyName string     `json:"family_name"` // "Rotation"
	Level      string     `json:"level"`       // MUST, SHOULD, MAY, POLICY, INFO or REVIEW
	Safety     string     `json:"safety"`      // read, write, wait or disruptive
	Statement  string     `json:"statement"`   // the promise
	Why        string     `json:"why"`
	Fix        string     `json:"fix"`
	Sources    []Source   `json:"sources"`
	Message    string     `json:"message"` // what was found, in a sentence
	Findings   []Finding  `json:"findings,omitempty"`
	Steps      []string   `json:"steps,omitempty"` // what the check did, in order
	Exchanges  []Exchange `json:"exchanges,omitempty"`
	Omitted    int        `json:"omitted_exchanges,omitempty"` // left out of Exchanges for size
	Waiver     *Waiver    `json:"waiver,omitempty"`
	StartMS    float64    `json:"start_ms,omitempty"` // since the run began; 0 for one that was not run
	DurationMS float64    `json:"duration_ms"`
}

// Source is where a promise comes from: a clause of an RFC, a line of a provider's
// document, or a practice.
type Source struct {
	Kind string `json:"kind"` // rfc, document or practice
	Text string `json:"text"` // "RFC 9110 section 15.5.2"
	URL  string `json:"url,omitempty"`
}

// Finding is one thing that is not as promised.
type Finding struct {
	Verdict   Verdict  `json:"verdict"`
	Message   string   `json:"message"`
	Expected  string   `json:"expected,omitempty"`
	Observed  string   `json:"observed,omitempty"`
	Exchanges []int    `json:"exchanges,omitempty"` // numbers of the exchanges that show it
	Cause     string   `json:"cause,omitempty"`     // id of the check whose failure explains this one
	History   *History `json:"history,omitempty"`   // the calls at once that show it
}

// Exchange is a request and its answer. Number is its place within its check, from 1.
type Exchange struct {
	Number     int      `json:"n"`
	Label      string   `json:"label"` // the neutral operation: "rotate", "probe"
	Method     string   `json:"method"`
	URL        string   `json:"url"`
	Request    *Message `json:"request,omitempty"`  // absent where the check passed
	Response   *Message `json:"response,omitempty"` // absent where the check passed, or nothing came back
	Status     int      `json:"status,omitempty"`
	Error      string   `json:"error,omitempty"` // why nothing came back
	StartMS    float64  `json:"start_ms"`        // since the run began
	DurationMS float64  `json:"duration_ms"`
	Curl       string   `json:"curl,omitempty"` // the request with placeholders for credentials
}

// Message is one side of an exchange.
type Message struct {
	Headers []string `json:"headers"` // "Name: value", sorted
	Body    string   `json:"body,omitempty"`
	Cut     int      `json:"cut,omitempty"` // bytes of the body that were left out
}

// Rotation is the life of the secrets of one client around one change.
type Rotation struct {
	Check        string   `json:"check"`
	Client       string   `json:"client"`
	Kind         string   `json:"kind"`  // rotate, add, delete or expire
	AtMS         float64  `json:"at_ms"` // when the change was acknowledged, since the run began
	TookMS       float64  `json:"took_ms"`
	AcceptedMS   *float64 `json:"accepted_ms,omitempty"` // from the acknowledgement until the new secret was accepted for good
	RefusedMS    *float64 `json:"refused_ms,omitempty"`  // from there until the old one was refused for good
	AcceptWithin float64  `json:"accept_within_ms"`      // the declared bound
	RefuseWithin float64  `json:"refuse_within_ms"`
	Awaited      []string `json:"awaited"` // what the check waited for: accepted, of the new secret, and refused, of the old
	Probes       []Probe  `json:"probes"`
}

// Probe is one question to the oracle, for the timeline.
type Probe struct {
	AtMS   float64 `json:"at_ms"`  // since the acknowledgement; negative before it
	Secret string  `json:"secret"` // its pseudonym
	Role   string  `json:"role"`   // old or new
	Answer string  `json:"answer"` // accepted, refused or unclear
}

// Leftover is something of the run's that is still there.
type Leftover struct {
	Kind  string `json:"kind"` // client or secret
	ID    string `json:"id"`
	Name  string `json:"name"`
	Cause string `json:"cause"`
}

// Waiver is why a failure does not count.
type Waiver struct {
	Check   string `json:"check"`
	Reason  string `json:"reason"`
	Owner   string `json:"owner"`
	Link    string `json:"link,omitempty"`
	Expires string `json:"expires"` // a date, 2006-01-02
}

// JSON is the canonical form: indented, ordered, ending in a line break. A list that
// is empty is an empty list, never null.
func (r *Report) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(r.withLists(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	return append(text, '\n'), nil
}

func (r *Report) withLists() *Report {
	c := *r
	c.Counts = orEmptyMap(c.Counts)
	c.Profile.Policy = orEmptyMap(c.Profile.Policy)
	c.Run.Principals = orEmpty(c.Run.Principals)
	c.Leftovers, c.Residue = orEmpty(c.Leftovers), orEmpty(c.Residue)
	c.Stale, c.Notes = orEmpty(c.Stale), orEmpty(c.Notes)
	c.Results = orEmpty(slices.Clone(c.Results))
	for i := range c.Results {
		c.Results[i].Sources = orEmpty(c.Results[i].Sources)
	}
	c.Rotations = orEmpty(slices.Clone(c.Rotations))
	for i := range c.Rotations {
		c.Rotations[i].Probes = orEmpty(c.Rotations[i].Probes)
		c.Rotations[i].Awaited = orEmpty(c.Rotations[i].Awaited)
	}
	return &c
}

// MarshalJSON is there for the empty list of headers.
func (m Message) MarshalJSON() ([]byte, error) {
	type plain Message
	m.Headers = orEmpty(m.Headers)
	return json.Marshal(plain(m))
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func orEmptyMap[M ~map[K]V, K comparable, V any](m M) M {
	if m == nil {
		return M{}
	}
	return m
}
