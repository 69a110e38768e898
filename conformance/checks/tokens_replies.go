package checks

import (
	"net/http"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// endpoints are those of the token side that clients call with their own secret.
func endpoints(s *conformance.Session) []string {
	var bound []string
	for _, endpoint := range profile.TokenSide {
		if route := s.Profile().Route(endpoint); route != nil && route.TokenSide() {
			bound = append(bound, endpoint)
		}
	}
	return bound
}

// everyWayIsTaken proves a client in each way that the profile declares, wherever a
// client has to.
func everyWayIsTaken(s *conformance.Session) {
	c, bound := s.NewClient(), s.Policy().Accept
	known(s, c)
	for _, endpoint := range endpoints(s) {
		for _, way := range s.Profile().ClientAuth {
			proof := conformance.ProvingBy(way, c.ID(), c.Secret.Value)
			var reply *conformance.Reply
			s.Within(bound, 1, func(...conformance.CallOption) bool {
				reply = s.Call(endpoint, profile.Values{"token": noToken}, proof)
				return reply.OK
			})
			if !reply.OK {
				bound = 0 // it has had its time
				s.FailOn(reply, "success", "%s with the right secret by %s: %s", endpoint, way, reply)
				continue
			}
			if endpoint == "token" {
				issued(s, reply, way)
				giveBack(s, reply, proof)
			}
		}
	}
}

// issued holds a reply to what RFC 6749 section 5.1 requires in it.
func issued(s *conformance.Session, reply *conformance.Reply, way profile.ClientAuth) {
	for _, name := range []string{"access_token", "token_type"} {
		member, _ := profile.At(reply.JSON(), "/"+name)
		if text, _ := member.(string); text == "" {
			s.FailOn(reply, name+" in the reply", "token by %s succeeds without %s", way, name)
		}
	}
}

// tokensAreNotStored wants both headers: the second is for caches of HTTP/1.0.
func tokensAreNotStored(s *conformance.Session) {
	c := s.NewClient()
	premise(s, c, "token")
	for _, way := range s.Profile().ClientAuth {
		proof := conformance.ProvingBy(way, c.ID(), c.Secret.Value)
		reply := s.Call("token", nil, proof)
		if !reply.OK {
			s.Step("token by %s: %s", way, reply) // TOK-001 is about that
			continue
		}
		header := reply.Response.Header
		if !forbidsStoring(header) {
			s.FailOn(reply, "Cache-Control with no-store", "a token that is issued by %s has %s", way, caching(header))
		}
		if pragma := strings.Join(header.Values("Pragma"), ", "); !strings.Contains(strings.ToLower(pragma), "no-cache") {
			s.FailOn(reply, "Pragma: no-cache", "a token that is issued by %s has Pragma %q", way, pragma)
		}
		giveBack(s, reply, proof)
	}
}

// secretInTheURIIsNotTaken sends the right secret where every log has it. The client is
// the check's own, and nobody else uses it afterwards.
func secretInTheURIIsNotTaken(s *conformance.Session) {
	c := s.NewClient()
	id, secret := conformance.Query("client_id", c.ID()), conformance.Query("client_secret", c.Secret.Value)
	hold := func(reply *conformance.Reply, what string) {
		if reply.OK {
			authenticates(s, c, reply.Route.Name, s.Profile().ClientAuth[0])
			s.FailOn(reply, "a refusal", "%s %s is taken", reply.Route.Name, what)
			giveBack(s, reply, s.Proving(c.ID(), c.Secret.Value))
		}
	}
	for _, endpoint := range endpoints(s) {
		premise(s, c, endpoint)
		values := profile.Values{"token": noToken}
		hold(s.Call(endpoint, values, id, secret), "with id and secret in the query")
		hold(s.Call(endpoint, values, conformance.Member("/client_id", c.ID()), secret), "with the secret in the query")
		if endpoint == "token" {
			hold(s.Call(endpoint, nil, asQuery(s, endpoint, id, secret)...), "by GET, with everything in the query")
		}
	}
	c.Spoil()
}

// asQuery sends what the profile has in an operation's form in the query, by GET.
func asQuery(s *conformance.Session, operation string, more ...conformance.CallOption) []conformance.CallOption {
	options := slices.Concat(more, []conformance.CallOption{conformance.Method(http.MethodGet), conformance.Body("", nil)})
	for name, value := range s.Profile().Operations[operation].Body {
		if text, ok := value.(string); ok {
			options = append(options, conformance.Query(name, text))
		}
	}
	return options
}
