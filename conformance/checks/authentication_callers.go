package checks

import (
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/conformance"
)

// readings are the operations that the profile binds to look with, each operation of the
// document once.
func readings(s *conformance.Session) []string {
	var bound []string
	asked := map[string]bool{}
	for _, operation := range []string{"read", "reveal", "list_secrets", "list"} {
		if route := s.Profile().Route(operation); route != nil && !asked[route.Operation.OperationID] {
			asked[route.Operation.OperationID] = true
			bound = append(bound, operation)
		}
	}
	return bound
}

// bystander is a client to look at: one of the check's own, or that of the credentials in
// a mode that makes none.
func bystander(s *conformance.Session) *conformance.Client {
	if s.Mode() != conformance.ReadOnly {
		return s.NewClient()
	}
	app := s.App()
	if app == nil {
		s.Incompletef("mode readonly makes no clients, and the credentials have no app")
	}
	return app
}

// mayRead sees that a caller's token is good for something: otherwise its refusals would
// say nothing of what it may do.
func mayRead(s *conformance.Session, c *conformance.Client, principal *conformance.Principal) {
	operations := readings(s)
	for _, operation := range operations {
		if c.Call(operation, conformance.As(principal)).OK {
			return
		}
	}
	if len(operations) > 0 {
		s.Incompletef("the principal %s may not read anything either: its token may be no good", principal.Name)
	}
	s.Step("that the token of %s is good is not tried: the profile binds nothing that reads", principal.Name)
}

func readersWritesAreForbidden(s *conformance.Session) {
	c, reader := s.NewClient(), s.Reader()
	secret := withID(s, c)
	mayRead(s, c, reader)
	hold := func(reply *conformance.Reply, operation string) {
		if !s.Refused(reply, s.Profile().Statuses.Forbidden, operation+" by a caller who may only read") {
			c.Spoil()
			return
		}
		if code := bearerError(reply.Response.Header); code != "" && code != "insufficient_scope" {
			s.FailOn(reply, "no error code, or insufficient_scope", "%s by a caller who may only read is forbidden, and the challenge has the error %q", operation, code)
		}
	}
	_, reply := s.TryNewClient(conformance.As(reader))
	hold(reply, "create")
	for _, one := range writesTo(s, c, secret) {
		hold(c.Call(one.operation, append(one.options, conformance.As(reader))...), one.operation)
	}
}

// bearerError is the error code of a challenge for bearer tokens (RFC 6750 section 3), ""
// where none has one.
func bearerError(header http.Header) string {
	for _, value := range header.Values("WWW-Authenticate") {
		found, err := challenges(value)
		if err != nil {
			continue // AUTH-002 is about those
		}
		for _, one := range found {
			if strings.EqualFold(one.scheme, "Bearer") && one.parameters["error"] != "" {
				return one.parameters["error"]
			}
		}
	}
	return ""
}

func firstChallengeHasNoError(s *conformance.Session) {
	judged, wrong := 0, 0
	nobody := []caller{{conformance.Nobody, "without credentials"}}
	unauthenticated(s, nobody, func(reply *conformance.Reply, what string) {
		if reply.HTTP() != http.StatusUnauthorized {
			return
		}
		judged++
		if code := bearerError(reply.Response.Header); code != "" && wrong < most {
			wrong++
			s.FailOn(reply, "a challenge without an error code", "%s is challenged with the error %q", what, code)
		}
	})
	if judged == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no operation answers 401 on the wire")
	}
}

// admitted is how a check reads something as the admin, which succeeds: the list of clients
// where there is one, as it needs no client.
func admitted(s *conformance.Session) func(...conformance.CallOption) *conformance.Reply {
	operation := "list"
	ask := func(options ...conformance.CallOption) *conformance.Reply { return s.Call(operation, nil, options...) }
	if !s.Profile().Binds(operation) {
		operation = readings(s)[0]
		c := bystander(s)
		ask = func(options ...conformance.CallOption) *conformance.Reply { return c.Call(operation, options...) }
	}
	var reply *conformance.Reply
	s.Within(s.Policy().Accept, 1, func(...conformance.CallOption) bool {
		reply = ask()
		return reply.OK
	})
	s.Must(reply)
	return ask
}

func schemeIsReadInAnyCase(s *conformance.Session) {
	ask := admitted(s)
	usual := strings.TrimSpace(s.Profile().Authorization.Prefix)
	for _, scheme := range []string{"Bearer", "bearer", "BEARER", "bEaReR"} {
		if scheme == usual {
			continue
		}
		reply := ask(s.Authorizing(func(ordinary string) []string {
			return []string{scheme + strings.TrimPrefix(ordinary, usual)}
		}))
		if !reply.OK {
			s.FailOn(reply, "what "+usual+" gets", "%s with the scheme written %s: %s", reply.Route.Name, scheme, reply)
		}
	}
}

// twoTokensAuthenticateNobody sends the header twice, since a proxy and the service behind
// it need not look at the same line.
func twoTokensAuthenticateNobody(s *conformance.Session) {
	ask := admitted(s)
	how, statuses := s.Profile().Authorization, s.Profile().Statuses
	bad := how.Prefix + s.ChooseSecret()
	for _, pair := range []struct {
		words string
		lines func(good string) []string
	}{
		{"a good token and one that nobody issued", func(good string) []string { return []string{good, bad} }},
		{"a token that nobody issued and a good one", func(good string) []string { return []string{bad, good} }},
	} {
		reply := ask(s.Authorizing(pair.lines))
		s.Refused(reply, union(statuses.Invalid, statuses.Unauthenticated), reply.Route.Name+" with "+pair.words+" in two lines of "+how.Header)
	}
}

// applicationsManageNothing gets a token with a client's own secret, and tries it on
// another client.
func applicationsManageNothing(s *conformance.Session) {
	holder, c := s.NewClient(), s.NewClient()
	secret := withID(s, c)
	s.Given(c, secret)
	proof := s.Proving(holder.ID(), holder.Secret.Value)
	var issued *conformance.Reply
	s.Within(s.Policy().Accept, 1, func(...conformance.CallOption) bool {
		issued = s.Call("token", nil, proof)
		return issued.OK
	})
	token := s.Must(issued).Text("token")
	if token == "" && s.Mode() != conformance.Plan {
		s.Incompletef("the token endpoint answered %s, and its reply has no token", issued)
	}
	const words = "with the access token of another application"
	as := conformance.As(conformance.Stranger(token))
	statuses := s.Profile().Statuses
	allowed := union(union(statuses.Unauthenticated, statuses.Forbidden), statuses.Foreign)
	for _, operation := range readings(s) {
		s.Refused(c.Call(operation, as), allowed, operation+" "+words)
	}
	_, reply := s.TryNewClient(as)
	s.Refused(reply, allowed, "create "+words)
	writesRefused(s, c, writesTo(s, c, secret), allowed, words, as)
	giveBack(s, issued, proof)
}
