package checks

import (
	"net/http"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

var tokens = []conformance.Check{
	{ID: "TOK-001", Run: everyWayIsTaken},
	{ID: "TOK-002", Run: wrongSecretIsInvalidClient},
	{ID: "TOK-003", Run: twoProofsAreRefused},
	{ID: "TOK-004", Run: tokensAreNotStored},
	{ID: "TOK-007", Run: secretInTheURIIsNotTaken},
	{ID: "TOK-008", Run: revocationAuthenticatesFirst},
}

// noToken is one that no service ever issued.
const noToken = "keyturn-no-such-token"

// wrongSecretIsInvalidClient holds each endpoint of the token side to the error, after
// it has seen the same request succeed with the right secret.
func wrongSecretIsInvalidClient(s *conformance.Session) {
	c := subject(s)
	var other *conformance.Client
	if s.Mode() == conformance.ReadOnly {
		s.Step("the secret of another client is left out: mode readonly makes none")
	} else {
		other = s.NewClient()
		if other.Secret.Value == c.Secret.Value && s.Mode() != conformance.Plan {
			s.Incompletef("two clients have the same secret, so that another's is no wrong one")
		}
	}
	for _, endpoint := range profile.TokenSide {
		if route := s.Profile().Route(endpoint); route == nil || !route.TokenSide() {
			continue
		}
		premise(s, c, endpoint)
		for _, proof := range badProofs(s, c, other, s.Profile().ClientAuth) {
			reply := s.Call(endpoint, profile.Values{"token": noToken}, proof.options...)
			if proof.absent && missingParameter(reply) {
				continue
			}
			invalidClient(s, reply, endpoint+" with "+proof.words, proof.way)
		}
	}
}

// subject is a client for checks that leave it as it is: one of their own, or that of
// the credentials in a mode that makes none.
func subject(s *conformance.Session) *conformance.Client {
	if s.Mode() != conformance.ReadOnly {
		return s.NewClient()
	}
	app := s.App()
	if app == nil || app.Secret.Value == "" {
		s.Incompletef("mode readonly makes no clients, and the credentials have no app with its secret")
	}
	return app
}

// premise sees that an endpoint takes the right secret: otherwise its refusals would
// say nothing. Mode readonly issues no tokens.
func premise(s *conformance.Session, c *conformance.Client, endpoint string) {
	if endpoint == "token" && s.Mode() == conformance.ReadOnly {
		s.Step("that the token endpoint takes the right secret is not tried: mode readonly issues no tokens")
		return
	}
	right := s.Proving(c.ID(), c.Secret.Value)
	var reply *conformance.Reply
	s.Within(s.Policy().Accept, 1, func(...conformance.CallOption) bool {
		reply = s.Call(endpoint, profile.Values{"token": noToken}, right)
		giveBack(s, reply, right)
		return reply.OK
	})
	s.Must(reply)
}

// giveBack revokes a token that a reply has issued.
func giveBack(s *conformance.Session, reply *conformance.Reply, proof conformance.CallOption) {
	if token := reply.Text("token"); token != "" && s.Profile().Binds("revoke") {
		s.Call("revoke", profile.Values{"token": token}, proof)
	}
}

// badProof is a way for a client not to prove itself.
type badProof struct {
	words   string
	way     profile.ClientAuth
	absent  bool // there is no secret, or an empty one
	options []conformance.CallOption
}

// badProofs lists them for each way that the profile declares. Without another client
// its secret is left out.
func badProofs(s *conformance.Session, c, other *conformance.Client, ways []profile.ClientAuth) []badProof {
	secrets := [][2]string{{"a wrong secret", s.ChooseSecret()}, {"an empty secret", ""}}
	if other != nil {
		secrets = append(secrets, [2]string{"another client's secret", other.Secret.Value})
	}
	var proofs []badProof
	for _, way := range ways {
		place := " in the form"
		if way == profile.Basic {
			place = " in the Authorization header"
		}
		for _, one := range secrets {
			words, secret := one[0], one[1]
			proofs = append(proofs, badProof{words + place, way, secret == "", []conformance.CallOption{conformance.ProvingBy(way, c.ID(), secret)}})
		}
	}
	if slices.Contains(ways, profile.Post) {
		proofs = append(proofs, badProof{"no secret at all", profile.Post, true, []conformance.CallOption{conformance.Member("/client_id", c.ID())}})
	}
	return proofs
}

// missingParameter reports the other error that RFC 6749 section 5.2 has for a
// request without a secret: that a parameter is missing.
func missingParameter(reply *conformance.Reply) bool {
	code, _ := profile.At(reply.JSON(), "/error")
	return code == "invalid_request" && reply.HTTP() == http.StatusBadRequest
}

// invalidClient holds a reply to RFC 6749 section 5.2: 400 or 401 with the error
// invalid_client, and 401 with a challenge of the same scheme where the client used
// the Authorization header.
func invalidClient(s *conformance.Session, reply *conformance.Reply, what string, way profile.ClientAuth) {
	code, _ := profile.At(reply.JSON(), "/error")
	switch {
	case reply.OK:
		s.FailOn(reply, "HTTP 400 or 401 with the error invalid_client", "%s is taken", what)
	case reply.HTTP() != http.StatusBadRequest && reply.HTTP() != http.StatusUnauthorized:
		s.FailOn(reply, "HTTP 400 or 401 with the error invalid_client", "%s: %s", what, reply)
	case code != "invalid_client":
		s.FailOn(reply, "the error invalid_client", "%s is refused with the error %v", what, code)
	case way == profile.Basic && reply.HTTP() != http.StatusUnauthorized:
		s.FailOn(reply, "HTTP 401, as the client used the Authorization header", "%s: %s", what, reply)
	case way == profile.Basic && !challengesFor(reply.Response.Header, "Basic"):
		s.FailOn(reply, "WWW-Authenticate with a challenge for Basic", "%s is 401, and WWW-Authenticate is %q", what, reply.Response.Header.Values("WWW-Authenticate"))
	}
}

func challengesFor(header http.Header, scheme string) bool {
	return slices.ContainsFunc(header.Values("WWW-Authenticate"), func(value string) bool {
		schemes, err := challengeSchemes(value)
		return err == nil && slices.ContainsFunc(schemes, func(one string) bool { return strings.EqualFold(one, scheme) })
	})
}

// twoProofsAreRefused sends a secret in the header and in the form. Where they differ,
// that the client is not authenticated is a reason to refuse as well.
func twoProofsAreRefused(s *conformance.Session) {
	c := subject(s)
	premise(s, c, "token")
	right, wrong := c.Secret.Value, s.ChooseSecret()
	for _, pair := range []struct {
		words          string
		header, form   string
		errors         []string
		takenIfAllowed bool
	}{
		{"the right secret in the header and in the form", right, right, []string{"invalid_request"}, true},
		{"the right secret in the header and a wrong one in the form", right, wrong, []string{"invalid_request", "invalid_client"}, false},
		{"a wrong secret in the header and the right one in the form", wrong, right, []string{"invalid_request", "invalid_client"}, false},
	} {
		if pair.takenIfAllowed && s.Policy().TwoProofs == "agreeing" {
			s.Step("%s is left out: the profile declares that it may be taken", pair.words)
			continue
		}
		if len(s.Profile().ClientAuth) == 1 { // then one of the two is also a way that is not supported (RFC 6749 section 5.2)
			pair.errors = []string{"invalid_request", "invalid_client"}
		}
		reply := s.Call("token", nil, conformance.ProvingBy(profile.Basic, c.ID(), pair.header),
			conformance.Member("/client_id", c.ID()), conformance.Member("/client_secret", pair.form))
		code, _ := profile.At(reply.JSON(), "/error")
		word, _ := code.(string)
		expected := "HTTP 400 with the error " + strings.Join(pair.errors, " or ")
		switch {
		case reply.OK:
			s.FailOn(reply, expected, "%s is taken", pair.words)
			giveBack(s, reply, s.Proving(c.ID(), right))
		case !slices.Contains(pair.errors, word):
			s.FailOn(reply, expected, "%s is refused with the error %v", pair.words, code)
		case word == "invalid_request" && reply.HTTP() != http.StatusBadRequest:
			s.FailOn(reply, expected, "%s: %s with the error %s", pair.words, reply, word)
		}
	}
}

// revocationAuthenticatesFirst takes 200 and no other success (RFC 7009 section 2.2).
func revocationAuthenticatesFirst(s *conformance.Session) {
	c := subject(s)
	known(s, c)
	unknown := profile.Values{"token": noToken}
	wrong := s.ChooseSecret()
	for _, way := range s.Profile().ClientAuth {
		var reply *conformance.Reply
		if !s.Within(s.Policy().Accept, 1, func(...conformance.CallOption) bool {
			reply = s.Call("revoke", unknown, conformance.ProvingBy(way, c.ID(), c.Secret.Value))
			return reply.HTTP() == http.StatusOK
		}) {
			s.FailOn(reply, "HTTP 200", "revoking a token that never was, with the right secret by %s", way)
		}
		reply = s.Call("revoke", unknown, conformance.ProvingBy(way, c.ID(), wrong))
		invalidClient(s, reply, "revoking a token with a wrong secret by "+string(way), way)
	}
}
