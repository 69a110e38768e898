package conformance

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

// Mode says how far a run may go.
type Mode string

// The modes, each allowing what the one before allows.
const (
	Plan       Mode = "plan"       // prints what would be sent, sends nothing
	ReadOnly   Mode = "readonly"   // reads, and sends what is refused by design
	Standard   Mode = "standard"   // makes clients of its own and changes only those
	Disruptive Mode = "disruptive" // and does what may trouble others
)

// Modes lists them.
var Modes = []Mode{Plan, ReadOnly, Standard, Disruptive}

// Gate says what makes a run fail. It moves the exit code and never a verdict.
type Gate string

// The gates, each stricter than the one before.
const (
	FailOnMust       Gate = "must"       // a fail
	FailOnShould     Gate = "should"     // a warn too
	FailOnIncomplete Gate = "incomplete" // and an incomplete
)

// Gates lists them.
var Gates = []Gate{FailOnMust, FailOnShould, FailOnIncomplete}

// Options are a run's.
type Options struct {
	URL         string               // of the target
	TokenURL    string               // of its token side; default URL
	Profile     *profile.Bound       // what the target is held to
	ProfilePath string               // where it came from; "" for a built-in one
	Credentials *profile.Credentials // nil on loopback means the default world's
	Checks      []Check              // all there are; Filter chooses
	Filter      string               // globs over ids, separated by commas; "" is all
	Mode        Mode
	FailOn      Gate
	Seed        int64
	Journal     string // path of the journal, which must not exist
	Waivers     []Waiver
	Limits      profile.Limits // where not zero, in place of the profile's
	TLS         *tls.Config
	Version     string // of the tool
	Progress    func(Event)
	Logger      *slog.Logger
	Now         func() time.Time
}

// Event tells how far a run is.
type Event struct {
	Phase   string         // prepare, check, conclude or clean
	Check   string         // the check that began or ended, in phase check and conclude
	Result  *report.Result // nil where it began; not redacted
	Message string         // the result's, redacted
	Done    int
	Total   int // of the checks that apply
}

// ErrUsage is the kind of every mistake in how a run was asked for.
var ErrUsage = errors.New("usage")

func usagef(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrUsage, fmt.Errorf(format, args...))
}

// fill sets what may be left out and finds mistakes.
func (o *Options) fill() error {
	base, err := target(o.URL)
	if err != nil {
		return usagef("--url %w", err)
	}
	o.URL = strings.TrimSuffix(base.String(), "/")
	o.TokenURL = strings.TrimSuffix(o.TokenURL, "/")
	if o.TokenURL == "" {
		o.TokenURL = o.URL
	} else if _, err := target(o.TokenURL); err != nil {
		return usagef("--token-url %w", err)
	}
	if o.Mode == "" {
		o.Mode = Standard
	}
	if o.FailOn == "" {
		o.FailOn = FailOnMust
	}
	if !slices.Contains(Modes, o.Mode) {
		return usagef("--mode is %q, want one of %v", o.Mode, Modes)
	}
	if !slices.Contains(Gates, o.FailOn) {
		return usagef("--fail-on is %q, want one of %v", o.FailOn, Gates)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Progress == nil {
		o.Progress = func(Event) {}
	}
	o.limit(base)
	if o.Credentials == nil {
		switch {
		case loopback(base):
			o.Credentials = &o.Profile.Credentials
		case !o.Profile.TellsApart("admin"):
			o.Credentials = new(profile.Credentials) // anybody may call
		case o.Mode == Plan:
			o.Credentials = placeholders
		default:
			return usagef("no credentials: give --credentials FILE or --credentials env; only a loopback target is tried with those of the default world")
		}
	}
	if !o.Credentials.Admin.Given() && o.Profile.TellsApart("admin") {
		return usagef("credentials: admin has no token and no key")
	}
	return nil
}

// limit takes the profile's bounds where none are given. On loopback no rate holds,
// since nobody else is troubled.
func (o *Options) limit(base *url.URL) {
	bounds := o.Profile.Limits
	if loopback(base) {
		bounds.Rate, bounds.PerOperation = 0, nil
	}
	own := o.Limits
	if own.Requests > 0 {
		bounds.Requests = own.Requests
	}
	if own.Rate > 0 {
		bounds.Rate = own.Rate
	}
	if own.Concurrency > 0 {
		bounds.Concurrency = own.Concurrency
	}
	if own.Timeout > 0 {
		bounds.Timeout = own.Timeout
	}
	if own.Wall > 0 {
		bounds.Wall = own.Wall
	}
	o.Limits = bounds
}

// placeholders stand in a plan, which sends nothing, for credentials that are not
// given.
var placeholders = &profile.Credentials{
	Admin: profile.Principal{Token: "{admin}"}, Reader: profile.Principal{Token: "{reader}"}, Foreign: profile.Principal{Token: "{foreign}"},
}

func target(text string) (*url.URL, error) {
	if text == "" {
		return nil, errors.New("is missing, want the base address of the API such as https://id.example.com")
	}
	base, err := url.Parse(text)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		if strings.ContainsAny(text, "@?") {
			text = "(withheld, as it may carry credentials)"
		}
		return nil, fmt.Errorf("is %q, want an absolute http or https address", text)
	}
	if base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, errors.New("carries credentials, a query or a fragment, want scheme, host and path alone")
	}
	return base, nil
}

func loopback(base *url.URL) bool {
	host := base.Hostname()
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// hosts are those that may be talked to.
func (o *Options) hosts() []string {
	var hosts []string
	for _, text := range []string{o.URL, o.TokenURL} {
		if at, err := url.Parse(text); err == nil {
			hosts = append(hosts, at.Host)
		}
	}
	return hosts
}
