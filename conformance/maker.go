package conformance

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/keyturn/keyturn/conformance/ledger"
	"github.com/keyturn/keyturn/conformance/profile"
)

// foreignMark ends the name of a client that the principal foreign makes. The journal
// has the name before the client is there, so even one whose creation got no answer is
// looked for where it would be.
const foreignMark = "-foreign"

// maker is who administers a client that is made with these options, nil for the
// admin. Whoever administers nothing leaves what it makes to the admin.
func (s *Session) maker(options []CallOption) *Principal {
	trial := &call{values: profile.Values{}, query: url.Values{}, header: http.Header{}, members: map[string]any{}}
	for _, option := range options {
		option(trial)
	}
	if foreign := s.Foreign(); foreign != nil && trial.principal == foreign {
		return foreign
	}
	return nil
}

// makerOf is in whose name a client of the journal is removed: nil, and why, where that
// principal's credentials are not given.
func (r *run) makerOf(entry ledger.Entry) (by *Principal, cause string) {
	if !strings.HasSuffix(entry.Name, foreignMark) {
		return r.principals["admin"], ""
	}
	if by = r.principals["foreign"]; by == nil {
		return nil, "the principal foreign made it, and its credentials are not given"
	}
	return by, ""
}

// Caller says in whose name a call was made: admin, reader or foreign; "nobody"
// without credentials; "stranger" with those of nobody that the run knows; "client" at
// the token side and the login, where no principal acts.
func (s *Session) Caller(reply *Reply) string {
	how := s.run.bound.Authorization
	sent := reply.Request.Header.Get(how.Header)
	switch {
	case reply.Route != nil && (reply.Route.TokenSide() || reply.Route.Name == "login"):
		return "client"
	case !s.run.bound.TellsApart("admin"):
		return "admin" // nobody has less rights
	case sent == "":
		return Nobody.Name
	}
	for name, principal := range s.run.principals {
		if prefix, found := strings.CutSuffix(sent, principal.token); found && strings.EqualFold(prefix, how.Prefix) {
			return name // the scheme is written in any case (RFC 9110 section 11.1)
		}
	}
	return "stranger"
}
