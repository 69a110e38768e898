package profile

import (
	"fmt"
	"slices"
	"time"
)

// Profile is what a deployment promises, as data. The four that are built in are
// specs/<provider>/profile.yaml; any other is a file with its document beside it.
type Profile struct {
	Version  int    `yaml:"profile"` // of this form: 1
	Provider string `yaml:"provider"`
	Title    string `yaml:"title"`
	Document string `yaml:"document"` // path of the OpenAPI document, relative to the profile

	Authorization Authorization      `yaml:"authorization"`
	ClientAuth    []ClientAuth       `yaml:"client_auth"` // at the token side, the preferred one first
	Scope         string             `yaml:"scope"`       // the value that names a tenant in requests, such as "tenant"
	Callers       []string           `yaml:"callers"`     // kinds of callers that are told apart: admin, reader, foreign; [] where anybody may call. Default all
	Common        map[string]string  `yaml:"common"`      // value → pointer, where an operation declares the parameter
	Envelope      *Envelope          `yaml:"envelope"`
	Failure       Failure            `yaml:"failure"` // what its replies to failures have
	Dates         Dates              `yaml:"dates"`
	Secret        SecretForm         `yaml:"secret"`
	Operations    map[string]Binding `yaml:"operations"`
	Oracle        []string           `yaml:"oracle"` // operations to try as oracle, in order
	Policy        Policy             `yaml:"policy"`
	Statuses      Statuses           `yaml:"statuses"`
	Attributes    []Attribute        `yaml:"attributes"`       // what an update may change
	Immutable     []Member           `yaml:"immutable"`        // what no update may change
	ReadOnly      []Member           `yaml:"read_only"`        // what is the service's to set
	Invalid       []Member           `yaml:"invalid"`          // values that an update must refuse
	Switch        Switch             `yaml:"switch"`           // says whether a client may authenticate
	Changes       []string           `yaml:"rotation_changes"` // pointers into a read that a rotation may change
	Limits        Limits             `yaml:"limits"`
	Credentials   Credentials        `yaml:"default_world"` // tried on a loopback target when none are given
}

// Authorization is how a principal's token travels.
type Authorization struct {
	Header string `yaml:"header"` // "Authorization"
	Prefix string `yaml:"prefix"` // "Bearer "
}

// ClientAuth is a way for a client to prove its secret (RFC 6749 section 2.3.1).
type ClientAuth string

// The ways.
const (
	Basic ClientAuth = "basic"
	Post  ClientAuth = "post"
)

// Envelope says how a body tells success from failure. Without one the HTTP status
// alone decides.
type Envelope struct {
	Member  string      `yaml:"member"`  // pointer: /code
	Success []any       `yaml:"success"` // its values that mean success
	Status  []string    `yaml:"status"`  // pointers to the status that is meant; the first in 400..599 counts
	Codes   map[int]int `yaml:"codes"`   // the provider's own codes there → the status that is meant
}

// Failure is what the body of a refusal has beside the envelope's member. All are
// pointers, and an empty value says nothing.
type Failure struct {
	ID     string   `yaml:"id"`     // what names the one occurrence
	Always []string `yaml:"always"` // each refusal has a text or number there
	Only   []string `yaml:"only"`   // no success has a value there
}

// Dates is how a provider writes an instant.
type Dates struct {
	Layout string `yaml:"layout"` // Go's reference time; default RFC 3339
	Zone   string `yaml:"zone"`   // of a layout without an offset; default UTC
	Empty  string `yaml:"empty"`  // what an empty text is: "none", the same as null, or an "error"; default error
}

// SecretForm is how a caller-chosen secret is written where it is set.
type SecretForm struct {
	Prefix string `yaml:"prefix"` // stands before the value when it is set and read, never when it is proven
}

// Binding ties a neutral operation to one of the document's.
type Binding struct {
	Operation string            `yaml:"operation"`  // operationId
	Side      string            `yaml:"side"`       // "management" for one of the token side that stands there, and takes no client's credentials
	Patch     bool              `yaml:"json_patch"` // the body's members go as a JSON Patch (RFC 6902)
	Put       map[string]string `yaml:"put"`        // value → /path/x, /query/x, /header/x or /body/…
	Body      map[string]any    `yaml:"body"`       // sent as it stands, under what Put adds
	Take      map[string]string `yaml:"take"`       // value → pointer into the reply, or into an item
	Items     *string           `yaml:"items"`      // pointer to the reply's array
	Total     string            `yaml:"total"`      // pointer to the number of all items
	Filters   map[string]string `yaml:"filters"`    // value that Take has of an item → /query/x, which narrows the list down to the items with it
	Page      *Page             `yaml:"page"`
	Status    []int             `yaml:"status"` // of success; default every 2xx
}

// Page is how a list is walked: by numbers, or by what each page says of the next.
type Page struct {
	Number string `yaml:"number"` // value of Put that takes the page's number, or its token
	Next   string `yaml:"next"`   // "link" where the token is in the Link header, with the relation next (RFC 8288)
	Size   string `yaml:"size"`   // value of Put that takes its size
	First  int    `yaml:"first"`
	Max    int    `yaml:"max"` // largest size
}

// Policy is where providers legitimately differ. A POLICY check holds the target to
// what is declared here.
type Policy struct {
	Rotation      string        `yaml:"rotation"`       // replace, add or grace
	SecretSource  string        `yaml:"secret_source"`  // where a rotation's secret comes from: reply, reveal or caller
	MaxLive       int           `yaml:"max_live"`       // secrets that work at once; 0 is no bound
	Overflow      string        `yaml:"overflow"`       // one more than that: evict, refuse or none
	Grace         time.Duration `yaml:"grace"`          // how long the old secret goes on working
	Readback      string        `yaml:"readback"`       // who may read a secret later: never, privileged or always
	DeleteClient  string        `yaml:"delete_client"`  // hard, soft or none
	DeleteSecret  string        `yaml:"delete_secret"`  // soft, hard or none
	DeleteLast    string        `yaml:"delete_last"`    // the last live secret: allow, refuse or none
	DefaultExpiry time.Duration `yaml:"default_expiry"` // of a secret that asks for none; 0 is never
	PastExpiry    string        `yaml:"past_expiry"`    // refuse, dead or none
	TokenEffect   string        `yaml:"token_effect"`   // on tokens at rotation: keep or revoke
	FailureStatus string        `yaml:"failure_status"` // http, or envelope for failures under HTTP 200
	ReplaceSecret string        `yaml:"replace_secret"` // a replacement without a secret: keep, clear, refuse or none
	TwoProofs     string        `yaml:"two_proofs"`     // a client that proves itself twice in one request: refuse, or agreeing if both may say the same
	Reads         string        `yaml:"reads"`          // current if they show each acknowledged write at once, else lagging
	Accept        time.Duration `yaml:"accept"`         // bound until a new secret works
	Refuse        time.Duration `yaml:"refuse"`         // bound until an old one does not
}

// Statuses are the effective statuses that each kind of refusal may have.
type Statuses struct {
	Unauthenticated []int `yaml:"unauthenticated"`
	Forbidden       []int `yaml:"forbidden"`
	Foreign         []int `yaml:"foreign"` // another tenant's
	Unknown         []int `yaml:"unknown"`
	Invalid         []int `yaml:"invalid"`
	Method          []int `yaml:"method"`
	Media           []int `yaml:"media"` // a body of a media type that is not taken
	Taken           []int `yaml:"taken"` // a new client with an id that another has
	RepeatDelete    []int `yaml:"repeat_delete"`
}

// Attribute is a writable member of a client.
type Attribute struct {
	Name    string `yaml:"name"`
	Write   string `yaml:"write"`   // pointer into the body of update and replace
	Read    string `yaml:"read"`    // pointer into the reply of read
	Values  []any  `yaml:"values"`  // two values that may be set
	Default any    `yaml:"default"` // what it is after a replacement that leaves it out
}

// Member is a member of a body with a value to try.
type Member struct {
	Operation string `yaml:"operation"` // neutral; default update
	Write     string `yaml:"write"`
	Read      string `yaml:"read"` // pointer into the reply of read; "" where no read shows it
	Value     any    `yaml:"value"`
}

// Switch is a writable member of a client that disables it and enables it again. The
// zero value is that of a provider without one.
type Switch struct {
	Write string `yaml:"write"` // pointer into the body of update
	Read  string `yaml:"read"`  // pointer into the reply of read; "" where no read shows it
	On    any    `yaml:"on"`    // default true
	Off   any    `yaml:"off"`   // default false
}

// Limits bound what a run may ask of a target. On loopback the rates do not apply.
type Limits struct {
	Requests     int                `yaml:"requests"`
	Rate         float64            `yaml:"rate"`          // requests a second; 0 is no bound
	PerOperation map[string]float64 `yaml:"per_operation"` // neutral operation → requests a second
	Concurrency  int                `yaml:"concurrency"`   // checks side by side
	Timeout      time.Duration      `yaml:"timeout"`       // of one request
	Wall         time.Duration      `yaml:"wall"`          // of the whole run
}

// Operations lists the neutral operations.
var Operations = []string{
	"create", "read", "list", "delete", "rotate", "reveal", "list_secrets", "delete_secret",
	"update", "replace", "token", "introspect", "revoke", "login",
}

// Callers lists the kinds of callers that a provider may tell apart: who administers the
// tenant, who may only read there, who administers another tenant.
var Callers = []string{"admin", "reader", "foreign"}

// TokenSide lists those that a client calls with its own secret, where the provider has
// them on that side.
var TokenSide = []string{"token", "introspect", "revoke"}

// Facts is the policy vector by name, for predicates and reports.
func (p *Profile) Facts() map[string]string {
	policy := p.Policy
	never := func(d time.Duration, word string) string {
		if d == 0 {
			return word
		}
		return d.String()
	}
	return map[string]string{
		"rotation": policy.Rotation, "secret_source": policy.SecretSource, "max_live": fmt.Sprint(policy.MaxLive),
		"overflow": policy.Overflow, "grace": never(policy.Grace, "none"), "readback": policy.Readback,
		"delete_client": policy.DeleteClient, "delete_secret": policy.DeleteSecret, "delete_last": policy.DeleteLast,
		"default_expiry": never(policy.DefaultExpiry, "never"), "past_expiry": policy.PastExpiry,
		"token_effect": policy.TokenEffect, "failure_status": policy.FailureStatus, "replace_secret": policy.ReplaceSecret,
		"two_proofs": policy.TwoProofs, "reads": policy.Reads,
		"accept": policy.Accept.String(), "refuse": policy.Refuse.String(),
	}
}

// Binds reports whether a neutral operation is bound.
func (p *Profile) Binds(operation string) bool {
	_, ok := p.Operations[operation]
	return ok
}

// TellsApart reports whether the management operations know a kind of caller. Where they
// do not even know the admin, anybody may call them.
func (p *Profile) TellsApart(caller string) bool { return slices.Contains(p.Callers, caller) }
