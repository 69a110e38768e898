package checks

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/report"
)

var authentication = []conformance.Check{
	{ID: "AUTH-001", Run: credentialsAreNeeded},
	{ID: "AUTH-002", Run: unauthenticatedIsChallenged},
	{ID: "AUTH-004", Run: readersWritesAreForbidden},
	{ID: "AUTH-005", Run: firstChallengeHasNoError},
	{ID: "AUTH-006", Run: schemeIsReadInAnyCase},
	{ID: "AUTH-008", Run: twoTokensAuthenticateNobody},
	{ID: "AUTH-009", Run: insufficientWritesChangeNothing},
	{ID: "AUTH-012", Run: applicationsManageNothing},
}

func credentialsAreNeeded(s *conformance.Session) {
	wrong := 0
	unauthenticated(s, outsiders(s), func(reply *conformance.Reply, what string) {
		if wrong < most && !s.Refused(reply, s.Profile().Statuses.Unauthenticated, what) {
			wrong++
		}
	})
}

func unauthenticatedIsChallenged(s *conformance.Session) {
	judged, wrong := 0, 0
	unauthenticated(s, outsiders(s), func(reply *conformance.Reply, what string) {
		if reply.HTTP() != http.StatusUnauthorized {
			return
		}
		judged++
		if complaint := unchallenged(reply.Response.Header); complaint != "" && wrong < most {
			wrong++
			s.FailOn(reply, "WWW-Authenticate with a well-formed challenge", "%s is 401, and %s", what, complaint)
		}
	})
	if judged == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no operation answers 401 on the wire, with or without a challenge")
	}
}

// unchallenged says why a reply has no challenge that could be read, "" where it has
// one.
func unchallenged(header http.Header) string {
	values := header.Values("WWW-Authenticate")
	complaint := "there is no WWW-Authenticate"
	for _, value := range values {
		_, err := challengeSchemes(value)
		if err == nil {
			return ""
		}
		complaint = "WWW-Authenticate cannot be read: " + err.Error()
	}
	return complaint
}

// caller is in whose name a call is made, and the words for it.
type caller struct {
	principal *conformance.Principal
	words     string
}

// outsiders are nobody, and somebody with a token of the right look.
func outsiders(s *conformance.Session) []caller {
	return []caller{
		{conformance.Nobody, "without credentials"},
		{conformance.Stranger(s.ChooseSecret()), "with a token that nobody issued"},
	}
}

// unauthenticated asks each management operation about a client that does not exist,
// in the name of each caller. Two neutral operations may be one of the document's, which
// is asked once. Mode readonly leaves out what does not read: nothing but the refusal
// that is under test would keep it from being done.
func unauthenticated(s *conformance.Session, callers []caller, judge func(reply *conformance.Reply, what string)) {
	asked := map[string]bool{}
	for _, route := range s.Profile().Routes() {
		id := route.Operation.OperationID
		writes := route.Method != http.MethodGet
		if route.TokenSide() || route.Name == "login" || asked[id] || writes && s.Mode() == conformance.ReadOnly {
			continue
		}
		asked[id] = true
		for _, who := range callers {
			judge(askAs(s, route.Name, who), route.Name+" "+who.words)
		}
	}
	if len(asked) == 0 {
		s.Incompletef("the profile binds no operation that mode %s could ask without credentials", s.Mode())
	}
}

// askAs calls an operation about a client that does not exist. A client that is made
// is in the journal, though it ought to be refused.
func askAs(s *conformance.Session, operation string, who caller) *conformance.Reply {
	if operation == "create" {
		_, reply := s.TryNewClient(conformance.As(who.principal))
		return reply
	}
	return s.Call(operation, strangers(s), conformance.As(who.principal))
}

func insufficientWritesChangeNothing(s *conformance.Session) {
	c := s.NewClient()
	secret := withID(s, c)
	s.Given(c, secret)
	statuses := s.Profile().Statuses
	callers := outsiders(s)
	if reader := s.Reader(); reader != nil {
		callers = append(callers, caller{reader, "by a caller who may only read"})
	}
	var creations []int
	for _, who := range callers {
		allowed := statuses.Unauthenticated
		if who.principal == s.Reader() {
			allowed = statuses.Forbidden
		}
		_, reply := s.TryNewClient(conformance.As(who.principal))
		creations = append(creations, reply.Number)
		s.Refused(reply, allowed, "create "+who.words)
		if !writesRefused(s, c, writesTo(s, c, secret), allowed, who.words, conformance.As(who.principal)) {
			return // the client is no longer what the next caller would be tried with
		}
	}
	strays, looked := s.Strays()
	if !looked {
		s.Step("whether a refused creation made a client cannot be seen: the profile binds nothing to look with")
	}
	for _, stray := range strays {
		s.Find(report.Finding{
			Verdict: report.Fail, Message: fmt.Sprintf("the creation of %s was refused, and the client is there", stray.Name),
			Expected: "no such client", Observed: stray.Name, Exchanges: creations,
		})
	}
}

// write is a call that changes a client, with what it takes to succeed.
type write struct {
	operation string
	options   []conformance.CallOption
	secret    string // that it would set, "" where the caller chooses none
}

// writesTo lists what the profile binds of the operations that change a client, the
// most destructive last. secret is a live one of the client.
func writesTo(s *conformance.Session, c *conformance.Client, secret conformance.Secret) []write {
	var writes []write
	for _, operation := range []string{"update", "replace", "rotate", "delete_secret", "delete"} {
		if !s.Profile().Binds(operation) {
			continue
		}
		put := s.Profile().Operations[operation].Put
		one := write{operation: operation}
		switch operation {
		case "update", "replace":
			one.options = append(one.options, conformance.With("name", c.Name+"-changed"))
			if attributes := s.Profile().Attributes; len(attributes) > 0 && len(attributes[0].Values) > 0 {
				one.options = append(one.options, conformance.Member(attributes[0].Write, attributes[0].Values[0]))
			}
		case "delete_secret":
			if put["secret_id"] != "" && secret.ID == "" {
				s.Step("delete_secret is left out: the profile binds no list that has the secret's id")
				continue
			}
			one.options = append(one.options, conformance.With("secret_id", secret.ID))
		}
		if put["secret"] != "" && operation != "update" {
			one.secret = s.ChooseSecret()
			one.options = append(one.options, conformance.With("secret", one.secret))
		}
		writes = append(writes, one)
	}
	return writes
}

// writesRefused expects each write to be refused, and the client to be as it was.
// words say who writes.
func writesRefused(s *conformance.Session, c *conformance.Client, writes []write, statuses []int, words string, options ...conformance.CallOption) bool {
	before := s.Snapshot(c)
	ok := true
	var names []string
	for _, one := range writes {
		names = append(names, one.operation)
		reply := c.Call(one.operation, append(one.options, options...)...)
		ok = s.Refused(reply, statuses, one.operation+" "+words) && ok
	}
	ok = s.Unchanged(c, before, strings.Join(names, ", ")+" "+words) && ok
	for _, one := range writes {
		if one.secret == "" {
			continue
		}
		if answer, reply := s.ProbeReply(c, one.secret); answer == conformance.Accepted {
			ok = false
			s.FailOn(reply, "refused, as it was never set", "the secret that %s %s named works", one.operation, words)
		}
	}
	if !ok {
		c.Spoil()
	}
	return ok || s.Mode() == conformance.Plan
}
