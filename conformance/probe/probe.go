package probe

import (
	"cmp"
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

// Schema names the form of a result's JSON, as report.Schema does of a report's.
const Schema = "keyturn.conformance.probe/1"

// Options are those of an exploration; its Profile is set from Given.
type Options struct {
	conformance.Options

	Given    *profile.Open
	Patience time.Duration // how long a secret may take to start or stop working; 0 is the default
	Most     int           // the largest number of live secrets that is looked for; 0 is the default
}

// Defaults of the options. Patience is never less than the bounds that the profile
// declares.
const (
	DefaultPatience = 5 * time.Second
	DefaultMost     = 8
)

// Result is what was found out.
type Result struct {
	Schema    string            `json:"schema"`
	Provider  string            `json:"provider"`
	Title     string            `json:"title"`
	Digest    string            `json:"profile_digest"`
	Target    string            `json:"target"`
	Complete  bool              `json:"complete"` // the profile that was given
	Exit      int               `json:"exit"`
	Summary   string            `json:"summary"`
	Blocked   string            `json:"blocked,omitempty"` // why nothing could be found out
	Cut       string            `json:"cut,omitempty"`     // why it ended early
	Run       string            `json:"run"`
	Started   time.Time         `json:"started"`
	Ended     time.Time         `json:"ended"`
	Requests  int               `json:"requests"`
	Facts     []Fact            `json:"facts"`
	Leftovers []report.Leftover `json:"leftovers"`
	Residue   []report.Leftover `json:"residue"`
	Draft     string            `json:"draft"` // the profile, filled in

	explored *conformance.Explored
}

// Scan searches a text for every credential that was met. The error is of the kind
// conformance.ErrLeak.
func (r *Result) Scan(name string, text []byte) error { return r.explored.Scan(name, text) }

// scout is one exploration at work: what it goes by and what it has found.
type scout struct {
	given    *profile.Open
	bound    *profile.Bound // a copy of the given, which changes with what is found
	patience time.Duration
	most     int
	dry      bool

	facts   map[string]*Fact
	refused map[string][]refusal       // kind → what was seen of it
	took    map[string][]time.Duration // accept and refuse → how long it took
	mu      sync.Mutex                 // of took and never
	never   map[string]int             // accept and refuse → how often it did not come within the patience
	reads   []bool                     // whether a read showed the write just before it
}

// newScout prepares what the questions go by. It never touches the given profile.
func newScout(options *Options) *scout {
	given := options.Given
	own, bound := *given.Profile, *given.Bound
	bound.Profile = &own
	sc := &scout{
		given: given, bound: &bound, most: cmp.Or(options.Most, DefaultMost), dry: options.Mode == conformance.Plan,
		patience: cmp.Or(options.Patience, max(DefaultPatience, own.Policy.Accept, own.Policy.Refuse)),
		facts:    map[string]*Fact{}, refused: map[string][]refusal{}, took: map[string][]time.Duration{}, never: map[string]int{},
	}
	own.Oracle = own.Oracles()
	for _, way := range []profile.ClientAuth{profile.Basic, profile.Post} {
		if !slices.Contains(own.ClientAuth, way) {
			own.ClientAuth = append(slices.Clone(own.ClientAuth), way)
		}
	}
	own.Policy.Accept, own.Policy.Refuse = sc.patience, sc.patience
	own.Policy.MaxLive, own.Policy.Overflow = 0, "none" // not to be relied on before it is seen
	own.Policy.DeleteLast = "none"
	if given.Binds("delete") && own.Policy.DeleteClient == "none" {
		own.Policy.DeleteClient = "hard"
	}
	if sources := own.SecretSources(); !slices.Contains(sources, own.Policy.SecretSource) && len(sources) > 0 {
		own.Policy.SecretSource = sources[0]
	}
	options.Profile = &bound
	return sc
}

// question is one with the facts that it settles.
type question struct {
	id, title string
	facts     []string
	ask       func(*conformance.Session)
}

// questions are in an order in which each may go by what those before it found.
func (sc *scout) questions() []question {
	return []question{
		{"oracle", "Which endpoints tell a good secret from a made-up one", []string{"oracle", "client_auth"}, sc.doors},
		{"source", "Where the secret of a rotation comes from", []string{"secret_source"}, sc.source},
		{"rotation", "What a rotation does to the secret before it", []string{"rotation", "grace"}, sc.rotation},
		{"capacity", "How many secrets work at once", []string{"max_live", "overflow"}, sc.capacity},
		{"windows", "How soon secrets start and stop working", []string{"accept", "refuse"}, sc.windows},
		{"reads", "Whether reads show each write at once", []string{"reads"}, sc.readsAtOnce},
		{"readback", "Who may read a secret later", []string{"readback"}, sc.readback},
		{"tokens", "What a rotation does to tokens", []string{"token_effect"}, sc.tokens},
		{"proofs", "Whether a client may prove itself twice", []string{"two_proofs"}, sc.proofs},
		{"expiry", "What an expiry does", []string{"past_expiry", "default_expiry"}, sc.expiry},
		{"replace", "What a replacement does to the secret", []string{"replace_secret"}, sc.replacement},
		{"secrets", "What deleting a secret does", []string{"delete_secret"}, sc.deletion},
		{"last", "Whether the last secret may go", []string{"delete_last"}, sc.last},
		{"refusals", "How mistakes are refused", []string{"statuses.unknown", "statuses.invalid", "statuses.method", "statuses.media", "statuses.taken", "failure_status"}, sc.refusals},
		{"callers", "How callers are refused", []string{"statuses.unauthenticated", "statuses.forbidden", "statuses.foreign"}, sc.callers},
		{"clients", "What deleting a client does", []string{"delete_client", "statuses.repeat_delete"}, sc.clients},
	}
}

func asked(questions []question) []conformance.Question {
	asked := make([]conformance.Question, len(questions))
	for i, one := range questions {
		asked[i] = conformance.Question{ID: one.id, Title: one.title, Ask: one.ask}
	}
	return asked
}

// Questions is how many there are.
func Questions() int { return len(new(scout).questions()) }

// Run finds out what the policy of a target is. An error is a mistake in the options
// (conformance.ErrUsage) or the suite's own; whatever the target does is in the result.
func Run(ctx context.Context, options Options) (*Result, error) {
	sc := newScout(&options)
	questions := sc.questions()
	explored, err := conformance.Explore(ctx, options.Options, asked(questions))
	if err != nil {
		return nil, err
	}
	sc.conclude(questions, explored)
	return sc.result(options.URL, explored)
}

// WritePlan prints the requests that Run would send, and sends none. How many there are
// of some depends on the answers.
func WritePlan(ctx context.Context, out io.Writer, options Options) error {
	options.Mode = conformance.Plan
	return conformance.PlanExploration(ctx, out, options.Options, asked(newScout(&options).questions()))
}

// conclude settles what several questions have gathered, and says of the rest why it is
// not known.
func (sc *scout) conclude(questions []question, explored *conformance.Explored) {
	if explored.Blocked == "" {
		sc.concludeRefusals()
		sc.concludeReads()
	}
	for _, question := range questions {
		reason := cmp.Or(explored.Blocked, explored.Unanswered[question.id], "nothing that is bound shows it")
		for _, name := range question.facts {
			sc.unknown(name, "%s", reason)
		}
	}
}
