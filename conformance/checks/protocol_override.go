package checks

import (
	"net/http"
	"slices"

	"github.com/keyturn/keyturn/conformance"
)

// overrides are the ways in which frameworks let a request name another method than its
// own.
var overrides = []struct {
	words   string
	options func(method string) []conformance.CallOption
}{
	{"in headers", func(method string) []conformance.CallOption {
		return []conformance.CallOption{
			conformance.Header("X-HTTP-Method-Override", method), conformance.Header("X-HTTP-Method", method), conformance.Header("X-Method-Override", method),
		}
	}},
	{"in the query", func(method string) []conformance.CallOption {
		return []conformance.CallOption{conformance.Query("_method", method)}
	}},
}

// methodsAreNotOverridden sends what would be a write, were it not for its method, and
// names the method of the write beside. What comes back is free: the client decides.
func methodsAreNotOverridden(s *conformance.Session) {
	c := s.NewClient()
	before := settled(s, c)
	looked := 0
	for _, operation := range []string{"rotate", "update", "replace", "delete_secret", "delete"} {
		route := s.Profile().Route(operation)
		if route == nil {
			continue
		}
		what := "what names " + route.Method + " beside its own method on the route of " + operation
		var sent []int
		for _, carrier := range carriers(route.Method, route.Methods()) {
			for _, way := range overrides {
				options := slices.Concat(overriding(s, c, operation), way.options(route.Method), []conformance.CallOption{conformance.Method(carrier)})
				reply := c.Call(operation, options...)
				sent = append(sent, reply.Number)
				if secret := reply.Text("secret"); operation == "rotate" && secret != "" && secret != c.Secret.Value && s.Probe(c, secret) == conformance.Accepted {
					s.FailOn(reply, "no new secret", "%s %s, as %s, made a secret that works", what, way.words, carrier)
				}
			}
		}
		looked += len(sent)
		changedBy(s, before.Diff(s.Snapshot(c), nil), what, sent...)
		if s.Failed() {
			c.Spoil()
			return // what follows would differ in the same way
		}
	}
	if looked == 0 {
		s.Incompletef("every write that is bound is a GET")
	}
	s.BecomesAccepted(c, c.Secret, "the secret from before the overrides")
}

// carriers are the methods that a write may be smuggled in: GET, and POST where the
// document has no POST at the path.
func carriers(method string, documented []string) (methods []string) {
	if method != http.MethodGet {
		methods = append(methods, http.MethodGet)
	}
	if !slices.Contains(documented, http.MethodPost) {
		methods = append(methods, http.MethodPost)
	}
	return methods
}

// overriding is what the write itself would be called with. Another secret than the
// client's own, and another value of an attribute, show that it went through.
func overriding(s *conformance.Session, c *conformance.Client, operation string) []conformance.CallOption {
	options := []conformance.CallOption{conformance.With("name", c.Name)}
	switch operation {
	case "delete_secret":
		id := c.Secret.ID
		if s.Profile().Binds("list_secrets") {
			for _, secret := range c.Secrets() {
				id = secret.ID
			}
		}
		return append(options, conformance.With("secret_id", id))
	case "delete":
		return options
	}
	if s.Profile().Operations[operation].Put["secret"] != "" {
		options = append(options, conformance.With("secret", s.ChooseSecret()))
	}
	for _, attribute := range s.Profile().Attributes {
		if operation != "rotate" && len(attribute.Values) > 0 {
			options = append(options, conformance.Member(attribute.Write, attribute.Values[0]))
			break
		}
	}
	return options
}
