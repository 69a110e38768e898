package checks

import (
	"fmt"
	"net/http"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/report"
)

// apart is how far the clocks behind one address may be from each other: what keeping
// time over a network leaves, and no expiry is so exact.
const apart = 2 * time.Second

// repliesAreDated reads the Date of every reply of the run. When the reply was made is
// known to the length of the exchange and the second that Date is cut to, so each says
// between which bounds that clock is ahead of the run's. Bounds that do not meet are of
// different clocks.
func repliesAreDated(s *conformance.Session) {
	var told findings
	var ahead clocks
	looked := 0
	judge := func(seen conformance.Seen) {
		if status := seen.HTTP(); status < 200 || status > 499 {
			return
		}
		looked++
		given := seen.Response.Header.Get("Date")
		date, err := http.ParseTime(given)
		if err != nil {
			told.show(s, seen, fmt.Sprint(seen.Request.Label, given != ""), report.Finding{
				Message:  fmt.Sprintf("%s answered HTTP %d with the Date %q", seen.Request.Label, seen.HTTP(), given),
				Expected: "the time of the reply as RFC 9110 section 5.6.7 writes it", Observed: fmt.Sprintf("%q", given),
			})
			return
		}
		if seen.Response.Header.Get("Age") != "" {
			return // a cache dates its answers from when it got them
		}
		if gap := ahead.take(date, seen.Start, seen.End); gap > apart {
			told.show(s, seen, "apart", report.Finding{
				Message:  fmt.Sprintf("%s was dated %s, by a clock that is at least %s away from that of another reply", seen.Request.Label, given, gap.Round(time.Millisecond)),
				Expected: fmt.Sprintf("clocks within %s of each other", apart), Observed: gap.Round(time.Millisecond).String(),
			})
		}
	}
	for _, seen := range s.Exchanges() {
		judge(seen)
	}
	if looked == 0 {
		for _, reply := range provoked(s) {
			judge(conformance.Seen{Check: "this check", Reply: reply})
		}
	}
	if looked == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("the run has no reply but server errors")
	}
}

// clocks are the bounds between which the clocks behind the dates are ahead of the run's,
// counted from the first date. Of one clock the least is not above the most.
type clocks struct {
	first       time.Time // zero before any
	least, most time.Duration
}

// take adds a date, which has whole seconds, of a reply that was made between two times
// of the run. It returns how far this clock and one of the earlier are apart at least.
func (c *clocks) take(date time.Time, start, end time.Duration) time.Duration {
	if c.first.IsZero() {
		c.first = date
		c.least, c.most = -end, time.Second-start
		return 0
	}
	low, high := date.Sub(c.first)-end, date.Sub(c.first)+time.Second-start
	gap := max(low-c.most, c.least-high)
	c.least, c.most = max(c.least, low), min(c.most, high)
	return gap
}
