package checks

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// rotationChangesNothingElse first gives the client values of its own: what is empty
// anyway cannot be lost.
func rotationChangesNothingElse(s *conformance.Session) {
	c := s.NewClient()
	if s.Profile().Binds("update") {
		var members []conformance.CallOption
		for _, attribute := range s.Profile().Attributes {
			if len(attribute.Values) > 0 {
				members = append(members, conformance.Member(attribute.Write, attribute.Values[0]))
			}
		}
		if len(members) > 0 && !c.Call("update", members...).OK {
			s.Step("the update that was to fill the client did not succeed; it is as it was made")
		}
	}
	c.Read() // what cannot be read cannot be compared
	before := s.Snapshot(c)
	_, rotated := c.TryRotate()
	s.Must(rotated)
	if before.Works != "" {
		s.Given(c, c.Secret) // so that what is read next is of after the rotation
	}
	after := s.Snapshot(c)
	changedBy(s, readState(before).Diff(readState(after), s.Profile().Changes), "the rotation", rotated.Number)
}

// readState is the part of a state that the read of a client shows.
func readState(state conformance.State) conformance.State {
	leaves := maps.Clone(state.Leaves)
	maps.DeleteFunc(leaves, func(name string, _ any) bool { return !strings.HasPrefix(name, "read ") })
	return conformance.State{Leaves: leaves}
}

// callerCannotChooseTheSecret offers a secret under every name that a careless
// binding might listen to, in the body and then in the query.
func callerCannotChooseTheSecret(s *conformance.Session) {
	names := secretNames(s.Profile())
	for _, where := range []string{"body", "query"} {
		c, chosen := s.NewClient(), s.ChooseSecret()
		s.Step("rotate with a secret of our own in the %s, as %s", where, strings.Join(names, ", "))
		fresh, reply := c.TryRotate(offer(s, where, names, chosen)...)
		if reply.OK && fresh.Value == chosen {
			s.FailOn(reply, "a secret of the service's making, or a refusal", "the service took the secret that the caller chose in the %s", where)
			continue
		}
		if c.Secret.Value != "" {
			s.Given(c, c.Secret) // by now an effect on the other would be there too
		}
		s.BecomesRefused(c, conformance.Secret{Value: chosen}, "the secret that the caller chose in the "+where)
	}
}

// offer sends a value under many names.
func offer(s *conformance.Session, where string, names []string, value string) []conformance.CallOption {
	var options []conformance.CallOption
	object := map[string]string{}
	for _, name := range names {
		object[name] = value
		if where == "query" {
			options = append(options, conformance.Query(name, value))
		} else {
			options = append(options, conformance.Member("/"+name, value))
		}
	}
	if where == "query" || s.Profile().Route("rotate").Media() != "" {
		return options
	}
	body, err := json.Marshal(object)
	if err != nil {
		s.Incompletef("the body with the names: %v", err)
	}
	return []conformance.CallOption{conformance.Body("application/json", body)}
}

// secretNames are what members for a secret are usually called, and what the provider
// itself calls them.
func secretNames(bound *profile.Bound) []string {
	names := []string{"secret", "clientSecret", "client_secret", "appSecret", "newSecret", "value"}
	for _, route := range bound.Routes() {
		for _, pointer := range []string{route.Binding.Put["secret"], route.Binding.Take["secret"]} {
			name := pointer[strings.LastIndex(pointer, "/")+1:]
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// safeCall is a request by a safe method to the route of the rotation.
type safeCall struct {
	name    string
	options []conformance.CallOption
}

// safeCalls are those that a catch-all route might take for a rotation. What has to
// pass before credentials are looked at comes without any: a preflight, and TRACE,
// which must not carry them (RFC 9110 section 9.3.8).
func safeCalls(s *conformance.Session, c *conformance.Client) []safeCall {
	var whole, inQuery []conformance.CallOption
	binding := s.Profile().Operations["rotate"]
	values := maps.Clone(c.Values)
	if s.Policy().SecretSource == "caller" {
		values["secret"] = s.ChooseSecret()
		whole = append(whole, conformance.With("secret", values["secret"]))
	}
	inQuery = append(inQuery, conformance.Body("", nil))
	for _, name := range slices.Sorted(maps.Keys(binding.Put)) {
		member, inBody := strings.CutPrefix(binding.Put[name], "/body/")
		if text, known := values[name].(string); inBody && known {
			inQuery = append(inQuery, conformance.Query(member, text))
		}
	}
	by := func(name, method string, options []conformance.CallOption, more ...conformance.CallOption) safeCall {
		return safeCall{name, slices.Concat(options, []conformance.CallOption{conformance.Method(method)}, more)}
	}
	calls := []safeCall{
		by("GET with its values in the query", http.MethodGet, inQuery),
		by("HEAD", http.MethodHead, inQuery),
		by("OPTIONS", http.MethodOptions, whole),
		by("OPTIONS without credentials", http.MethodOptions, inQuery, conformance.As(conformance.Nobody)),
		by("TRACE", http.MethodTrace, inQuery, conformance.As(conformance.Nobody)),
	}
	if len(inQuery) > 1 {
		calls = append(calls, by("GET with its body", http.MethodGet, whole))
	}
	return calls
}

func safeMethodsDoNotRotate(s *conformance.Session) {
	c := clientWithSecret(s)
	s.Given(c, c.Secret)
	before, shown := s.Snapshot(c), revealed(s, c)
	for _, call := range safeCalls(s, c) {
		s.Step("%s on the route of the rotation", call.name)
		reply := c.Call("rotate", call.options...)
		s.Unchanged(c, before, call.name+" on the route of the rotation")
		if revealed(s, c) != shown {
			s.FailOn(reply, "the secret as it was", "%s on the route of the rotation changed the secret that is shown", call.name)
		}
		if secret := reply.Text("secret"); secret != "" && secret != c.Secret.Value && s.Probe(c, secret) == conformance.Accepted {
			s.FailOn(reply, "no new secret", "%s on the route of the rotation made a secret that works", call.name)
		}
		if s.Failed() {
			return // all that follows would differ from before in the same way
		}
	}
	s.BecomesAccepted(c, c.Secret, "the secret from before the safe methods")
}

// revealed is the secret as the service shows it, "" where it does not.
func revealed(s *conformance.Session, c *conformance.Client) string {
	if !s.Profile().Binds("reveal") {
		return ""
	}
	return s.Must(c.Call("reveal")).Text("secret")
}
