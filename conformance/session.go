package conformance

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

// Session is one check at work: the calls it may make and the words it has for what
// it finds. A body ends by returning, or by one of the methods that say so. Only
// Parallel may be used to do things at once.
type Session struct {
	run      *run
	entry    catalogue.Check
	ctx      context.Context //nolint:containedctx // a session is one call of a body, and is gone with it
	recorder *exchange.Recorder
	random   *rand.Rand

	mu         sync.Mutex
	findings   []report.Finding
	steps      []string
	incomplete string
	owned      []*made // clients that the next check may use
	tried      []tried // creations that were refused
}

// stop ends a body from within; the runner catches it.
type stop struct{}

// Profile is what the target is held to.
func (s *Session) Profile() *profile.Bound { return s.run.bound }

// Policy is what the target declares about itself.
func (s *Session) Policy() profile.Policy { return s.run.bound.Policy }

// Context is the check's; it ends with the run.
func (s *Session) Context() context.Context { return s.ctx }

// Rand is seeded by the run's seed and the check's id, so that a run can be repeated.
// It is not for secrets.
func (s *Session) Rand() *rand.Rand { return s.random }

// Mode is the run's.
func (s *Session) Mode() Mode { return s.run.options.Mode }

// Step notes what the check is about to do, for the report.
func (s *Session) Step(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps = append(s.steps, fmt.Sprintf(format, args...))
}

// Failf finds that the promise is broken, to the degree of the check's level, and
// goes on.
func (s *Session) Failf(format string, args ...any) {
	s.Find(report.Finding{Verdict: breach(s.entry.Level), Message: fmt.Sprintf(format, args...)})
}

// FailOn is Failf with the reply that shows it.
func (s *Session) FailOn(reply *Reply, expected, format string, args ...any) {
	s.Find(report.Finding{
		Verdict: breach(s.entry.Level), Message: fmt.Sprintf(format, args...),
		Expected: expected, Observed: reply.String(), Exchanges: []int{reply.Number},
	})
}

// Infof finds something worth knowing.
func (s *Session) Infof(format string, args ...any) {
	s.Find(report.Finding{Verdict: report.Info, Message: fmt.Sprintf(format, args...)})
}

// Find adds a finding of whatever verdict. A plan finds nothing.
func (s *Session) Find(finding report.Finding) {
	if s.run.dry {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.findings = append(s.findings, finding)
}

// Failed reports whether something was found that breaks the promise.
func (s *Session) Failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, finding := range s.findings {
		if finding.Verdict == breach(s.entry.Level) {
			return true
		}
	}
	return false
}

// Incompletef ends the check: it could not be exercised, for a reason that is not
// what it tests. It never counts as a pass.
func (s *Session) Incompletef(format string, args ...any) {
	s.mu.Lock()
	if s.incomplete == "" {
		s.incomplete = fmt.Sprintf(format, args...)
	}
	s.mu.Unlock()
	panic(stop{})
}

// Stop ends the check with what was found so far.
func (*Session) Stop() { panic(stop{}) }

// Sleep lets time pass, or ends the check with the run. A plan does not wait.
func (s *Session) Sleep(pause time.Duration) {
	if s.run.dry {
		return
	}
	if exchange.Sleep(s.ctx, pause) != nil {
		s.Incompletef("the run ended while the check waited")
	}
}

// Parallel runs a body n times at once and waits for all. A body that ends the check
// ends it for all, once the others are done.
func (s *Session) Parallel(n int, body func(i int)) {
	if s.run.dry {
		body(0) // one of n shows what is sent
		return
	}
	caught := make([]any, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			defer func() { caught[i] = recover() }()
			body(i)
		})
	}
	group.Wait()
	// A crash must not hide behind another body's end.
	slices.SortStableFunc(caught, func(a, b any) int { return cmp.Compare(gravity(b), gravity(a)) })
	if caught[0] != nil {
		panic(caught[0])
	}
}

func gravity(caught any) int {
	switch caught.(type) {
	case nil:
		return 0
	case stop:
		return 1
	}
	return 2
}

// breach is what a broken promise of a level comes to.
func breach(level catalogue.Level) report.Verdict {
	switch level {
	case catalogue.Should:
		return report.Warn
	case catalogue.May, catalogue.Info:
		return report.Info
	case catalogue.Review:
		return report.Review
	}
	return report.Fail
}
