package conformance

import (
	"fmt"
	"time"

	"github.com/keyturn/keyturn/conformance/report"
)

// FailIn is FailOn with the calls at once that show it; nil is none.
func (s *Session) FailIn(history *report.History, reply *Reply, expected, format string, args ...any) {
	s.Find(report.Finding{
		Verdict: breach(s.entry.Level), Message: fmt.Sprintf(format, args...),
		Expected: expected, Observed: reply.String(), Exchanges: []int{reply.Number}, History: history,
	})
}

// AttemptDelete is Delete that leaves a lost answer to the check.
func (c *Client) AttemptDelete(options ...CallOption) *Reply {
	reply := c.Attempt("delete", options...)
	if reply.OK {
		c.session.run.removed(c.made)
	}
	return reply
}

// Together is Parallel with a common start: every body waits until all are there, and
// the i-th goes on after the i-th pause, or at once where there is none.
func (s *Session) Together(n int, pauses []time.Duration, body func(i int)) {
	if s.run.dry {
		body(0)
		return
	}
	start := make(chan struct{})
	ready := make(chan struct{}, n)
	go func() {
		for range n {
			<-ready
		}
		close(start)
	}()
	s.Parallel(n, func(i int) {
		ready <- struct{}{}
		<-start
		if i < len(pauses) && pauses[i] > 0 {
			s.Sleep(pauses[i])
		}
		body(i)
	})
}
