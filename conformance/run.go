package conformance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	mathrand "math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/ledger"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/redact"
	"github.com/keyturn/keyturn/conformance/report"
)

// sender is the network, or its stand-in for a plan.
type sender interface {
	Do(ctx context.Context, recorder *exchange.Recorder, request exchange.Request) *exchange.Exchange
	Sent() int
	Throttled() int
	Since() time.Duration
	Lift()
	Close()
}

// run is one run at work.
type run struct {
	options    Options
	bound      *profile.Bound
	entries    *catalogue.Catalogue
	sender     sender
	dry        bool
	book       *redact.Book
	journal    *ledger.Ledger // nil for a plan and a read-only run
	id         string
	principals map[string]*Principal
	oracle     oracle
	canary     *canary
	probes     atomic.Int64
	names      atomic.Int64
	started    time.Time
	broke      error  // a crash before the checks
	blocked    string // why nothing could be tested
	cut        string // why the run ended early

	mu       sync.Mutex
	sessions []*Session
	changes  []*change
	clients  []*made
	spares   []*made
	retired  []Retired
	skew     interval // of the target's clock minus ours
	identity map[string]string
	leftover []report.Leftover
	listings map[*Principal][]profile.Values // of all clients, for one pass of the cleaning
	residue  []report.Leftover
	reread   map[*exchange.Exchange]*Reply // see Session.Exchanges
}

// Retired is a secret that was seen to be refused for good.
type Retired struct {
	Check  string
	Secret Secret
	client *made
}

// Run puts a target to the test and says what came of it. An error is a mistake in
// the options (ErrUsage), or the suite's own: whatever the target does is in the
// report. Everything that the run made is removed again, also after an interrupt.
func Run(ctx context.Context, options Options) (*Finished, error) {
	r, selection, err := begin(options)
	if err != nil {
		return nil, err
	}
	defer r.sender.Close()
	if r.journal != nil {
		defer r.journal.Close()
	}
	ctx, cancel := context.WithTimeout(ctx, r.options.Limits.Wall)
	defer cancel()
	results := r.work(ctx, selection)
	r.cut = cut(ctx, r.options.Limits.Wall)
	r.clean(ctx)
	if r.broke != nil {
		return nil, r.broke
	}
	whole := r.report(selection, results)
	return &Finished{Report: whole, hider: r.book.Hider()}, nil
}

// cut says why a run was ended before it was done, "" where it was not.
func cut(ctx context.Context, wall time.Duration) string {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Sprintf("The run was ended at its limit of %s: what it had not come to is incomplete.", wall)
	case ctx.Err() != nil:
		return "The run was interrupted: what it had not come to is incomplete."
	}
	return ""
}

// begin checks the options and prepares everything that needs no traffic.
func begin(options Options) (*run, []selected, error) {
	if options.Profile == nil {
		return nil, nil, usagef("no profile")
	}
	if err := options.fill(); err != nil {
		return nil, nil, err
	}
	entries, err := catalogue.Load()
	if err != nil {
		return nil, nil, err
	}
	selection, err := choose(options, entries)
	if err != nil {
		return nil, nil, err
	}
	for _, waiver := range options.Waivers {
		if _, _, known := entries.Check(waiver.Check); !known {
			return nil, nil, usagef("waivers: there is no check %q", waiver.Check)
		}
	}
	r, err := outfit(options)
	if err != nil {
		return nil, nil, err
	}
	r.entries = entries
	return r, selection, nil
}

// outfit makes a run of options that are filled in: its journal and its network.
func outfit(options Options) (*run, error) {
	key := make([]byte, 32)
	rand.Read(key)
	r := &run{
		options: options, bound: options.Profile, dry: options.Mode == Plan,
		book: redact.NewBook(key), id: hex.EncodeToString(key[:4]), principals: map[string]*Principal{},
		identity: map[string]string{}, started: options.Now(),
	}
	key = nil
	r.enter()
	r.register()
	if r.dry {
		r.sender = &exchange.Dry{Answer: r.imagine}
		return r, nil
	}
	if options.Mode != ReadOnly {
		if err := r.openJournal(); err != nil {
			return nil, err
		}
	}
	r.sender = exchange.New(r.wire())
	return r, nil
}

// wire is what the network is held to.
func (r *run) wire() exchange.Options {
	limits := r.options.Limits
	return exchange.Options{
		Hosts: r.options.hosts(), Requests: limits.Requests, Rate: limits.Rate, PerOperation: limits.PerOperation,
		Timeout: limits.Timeout, Patience: time.Minute,
		TLS: r.options.TLS, Agent: "keyturn/" + r.options.Version, Began: r.started, Now: r.options.Now,
	}
}

func (r *run) openJournal() error {
	if r.options.Journal == "" {
		return usagef("no path for the journal")
	}
	journal, err := ledger.Create(r.options.Journal, ledger.Head{
		Run: r.id, Provider: r.bound.Provider, Target: r.options.URL, Profile: r.options.ProfilePath, Started: r.started,
	})
	if err != nil {
		return usagef("journal: %w", err)
	}
	r.journal = journal
	return nil
}

// register makes every credential known by value before anything is sent.
func (r *run) register() {
	given := r.options.Credentials
	for _, principal := range []profile.Principal{given.Admin, given.Reader, given.Foreign} {
		r.book.Add(redact.Token, principal.Token)
		if len(principal.Token) < redact.MinSearched {
			// Too short to be searched for by itself, but not as it travels.
			r.book.Add(redact.Token, r.bound.Authorization.Prefix+principal.Token)
		}
		r.book.Add(redact.Key, principal.Secret)
	}
	r.book.Add(redact.Secret, given.App.Secret)
	r.book.Pair(given.App.ClientID, given.App.Secret)
}

// session makes one for a check.
func (r *run) session(ctx context.Context, entry catalogue.Check) *Session {
	hash := fnv.New64a()
	hash.Write([]byte(entry.ID))
	s := &Session{
		run: r, entry: entry, ctx: ctx, recorder: new(exchange.Recorder),
		random: mathrand.New(mathrand.NewPCG(uint64(r.options.Seed), hash.Sum64())), //nolint:gosec // meant to be repeatable
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sessions = append(r.sessions, s)
	return s
}

// work does all but the cleaning: first what everything relies on, then the checks
// side by side, then those that judge the run as a whole.
func (r *run) work(ctx context.Context, selection []selected) map[string]*report.Result {
	results := map[string]*report.Result{}
	alone, disruptive, conclusions := phases(selection)
	total := len(alone) + len(disruptive) + len(conclusions)
	r.options.Progress(Event{Phase: "prepare", Total: total})
	if r.blocked = r.prepare(ctx); r.blocked != "" {
		for _, one := range selection {
			if one.reason == "" {
				results[one.entry.ID] = r.untested(one, "the target could not be tested at all")
			}
		}
		return results
	}
	var mu sync.Mutex
	done := 0
	perform := func(one selected, phase string) {
		if ctx.Err() != nil {
			return // the report says that the run ended before it
		}
		mu.Lock()
		r.options.Progress(Event{Phase: phase, Check: one.entry.ID, Done: done, Total: total})
		mu.Unlock()
		result := r.perform(ctx, one)
		mu.Lock()
		defer mu.Unlock()
		results[one.entry.ID] = result
		done++
		r.options.Progress(Event{
			Phase: phase, Check: one.entry.ID, Result: result, Message: r.book.Hider().Text(result.Message), Done: done, Total: total,
		})
	}
	queue := make(chan selected)
	var group sync.WaitGroup
	for range r.options.Limits.Concurrency {
		group.Go(func() {
			for one := range queue {
				perform(one, "check")
			}
		})
	}
	for _, one := range alone {
		queue <- one
	}
	close(queue)
	group.Wait()
	for _, one := range disruptive {
		perform(one, "check")
	}
	for _, one := range conclusions {
		perform(one, "conclude")
	}
	return results
}

// perform runs one body and turns however it ends into a result.
func (r *run) perform(ctx context.Context, one selected) *report.Result {
	if reason := r.lacking(one.entry); reason != "" {
		return r.untested(one, reason)
	}
	s := r.session(ctx, one.entry)
	began := r.options.Now()
	crash := s.guard(one.body.Run)
	r.release(s)
	result := r.result(one, s, crash)
	result.StartMS, result.DurationMS = ms(began.Sub(r.started)), ms(r.options.Now().Sub(began))
	return result
}

// clock learns the target's clock and name from a reply.
func (r *run) clock(e *exchange.Exchange) {
	if r.dry {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if server := e.Response.Header.Get("Server"); server != "" {
		r.identity["Server"] = server
	}
	if at, err := http.ParseTime(e.Response.Header.Get("Date")); err == nil {
		// The header has whole seconds, cut off, of some moment between sending and answer.
		r.skew.narrow(at.Sub(r.started.Add(e.End)), at.Add(time.Second).Sub(r.started.Add(e.Start)))
	}
}

// imagine answers a plan's request.
func (r *run) imagine(request exchange.Request) *exchange.Response {
	status, body := r.bound.Sample(request.Label, r.options.Now())
	return &exchange.Response{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
}

// guard runs a body and reports a crash, which is any panic but a stop.
func (s *Session) guard(body func(*Session)) (crash error) {
	defer func() {
		switch what := recover().(type) {
		case nil, stop:
		case error:
			crash = fmt.Errorf("the check crashed: %w", what)
		default:
			crash = fmt.Errorf("the check crashed: %v", what)
		}
	}()
	body(s)
	return nil
}
