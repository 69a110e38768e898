package checks

import (
	"fmt"
	"mime"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

var errors = []conformance.Check{
	{ID: "ERR-001", Run: problemsHaveTheirMediaType},
	{ID: "ERR-002", Run: problemsNameTheirStatus},
	{ID: "ERR-004", Run: occurrencesHaveTheirOwnID},
	{ID: "ERR-008", Run: failuresShowNothingInternal},
	{ID: "ERR-009", Run: nothingEndsInA5xx},
	{ID: "ERR-011", Run: tokenErrorsAreWellFormed},
	{ID: "ERR-012", Run: basicAttemptsAreChallenged},
}

const problemType = "application/problem+json"

func problemsNameTheirStatus(s *conformance.Session) {
	var told findings
	looked := overRun(s, isProblem, func(seen conformance.Seen) {
		if !wrongStatusMember(seen.JSON(), seen.HTTP()) {
			return
		}
		member, _ := profile.At(seen.JSON(), "/status")
		told.show(s, seen, fmt.Sprint(seen.Request.Label, seen.HTTP(), member), report.Finding{
			Message:  fmt.Sprintf("problem details of %s came with HTTP %d and have %v as status", seen.Request.Label, seen.HTTP(), member),
			Expected: fmt.Sprintf("status %d, null or none", seen.HTTP()), Observed: fmt.Sprintf("status %v", member),
		})
	})
	if looked == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no failure of the run has problem details")
	}
}

// overRun judges the replies of the run that are of a kind, or a few provoked ones
// where there are none, and says how many it judged.
func overRun(s *conformance.Session, of func(*conformance.Reply) bool, judge func(conformance.Seen)) int {
	looked := 0
	consider := func(seen conformance.Seen) {
		if of(seen.Reply) {
			looked++
			judge(seen)
		}
	}
	for _, seen := range s.Exchanges() {
		consider(seen)
	}
	if looked == 0 {
		for _, reply := range provoked(s) {
			consider(conformance.Seen{Check: "this check", Reply: reply})
		}
	}
	return looked
}

func isProblem(reply *conformance.Reply) bool {
	media, _, err := mime.ParseMediaType(reply.Response.Header.Get("Content-Type"))
	_, object := reply.JSON().(map[string]any)
	return err == nil && media == problemType && object
}

// wrongStatusMember reads the member of a problem details object (RFC 9457 section
// 3.1.2). Absent and null say nothing.
func wrongStatusMember(body any, status int) bool {
	member, has := profile.At(body, "/status")
	return has && member != nil && !profile.Equal(member, status)
}

// provoked asks about a client that does not exist, with credentials and without:
// for failures to look at where the run has none.
func provoked(s *conformance.Session) []*conformance.Reply {
	var replies []*conformance.Reply
	for _, operation := range []string{"read", "list_secrets", "delete_secret", "rotate"} {
		if !s.Profile().Binds(operation) {
			continue
		}
		unknown := strangers(s)
		replies = append(replies, s.Call(operation, unknown), s.Call(operation, unknown, conformance.As(conformance.Nobody)))
	}
	return replies
}

func failuresShowNothingInternal(s *conformance.Session) {
	var told findings
	before := searched{}
	looked := overRun(s, failure, func(seen conformance.Seen) {
		for _, shown := range before.internalsIn(seen.Response.Body, seen.Request) {
			told.show(s, seen, fmt.Sprint(seen.Request.Label, shown.what), report.Finding{
				Message:  fmt.Sprintf("a failure of %s shows %s: %q", seen.Request.Label, shown.what, shown.text),
				Expected: "a message for callers", Observed: shown.what,
			})
		}
	})
	if looked == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no request of the run failed")
	}
}

func failure(reply *conformance.Reply) bool {
	return reply.HTTP() >= 400 || reply.Route != nil && !reply.OK
}

func nothingEndsInA5xx(s *conformance.Session) {
	var told findings
	for _, seen := range s.Exchanges() {
		status := max(seen.HTTP(), seen.Status)
		if status < 500 || status > 599 {
			continue
		}
		told.show(s, seen, fmt.Sprint(seen.Request.Label, seen.Request.Method, status), report.Finding{
			Message:  fmt.Sprintf("%s %s in %s ended in a server error: %s", seen.Request.Label, seen.Request.Method, seen.Check, seen.Reply),
			Expected: "a success or a 4xx", Observed: seen.String(),
		})
	}
}

// findings shows one exchange of each kind, and not more than most.
type findings struct{ kinds map[string]bool }

func (f *findings) show(s *conformance.Session, seen conformance.Seen, kind string, finding report.Finding) {
	if f.kinds == nil {
		f.kinds = map[string]bool{}
	}
	if f.kinds[kind] || len(f.kinds) == most {
		return
	}
	f.kinds[kind] = true
	finding.Verdict = s.Breach()
	s.Show(finding, seen)
}
