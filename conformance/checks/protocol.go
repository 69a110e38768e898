package checks

import (
	"net/http"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

var protocol = []conformance.Check{
	{ID: "HTTP-001", Run: unknownMethodIsRefused},
	{ID: "HTTP-002", Run: refusedMethodNamesTheAllowed},
	{ID: "HTTP-003", Run: headIsGetWithoutContent},
	{ID: "HTTP-005", Run: otherMediaTypesAreRefused},
	{ID: "HTTP-006", Run: malformedJSONIsRefused},
	{ID: "HTTP-011", Run: methodsAreNotOverridden},
	{ID: "HTTP-012", Run: repliesAreDated},
}

func unknownMethodIsRefused(s *conformance.Session) {
	misused := misuse(s)
	told := 0
	for _, reply := range misused {
		if told < most && !s.Refused(reply, s.Profile().Statuses.Method, reply.Request.Method+" at "+reply.Route.Path+", which the document does not have") {
			told++
		}
	}
	if len(misused) == 0 {
		s.Incompletef("the document has every method at every path that is bound")
	}
}

func refusedMethodNamesTheAllowed(s *conformance.Session) {
	looked, told := 0, 0
	for _, reply := range misuse(s) {
		if reply.Status != http.StatusMethodNotAllowed {
			continue
		}
		looked++
		bound := boundMethods(s.Profile(), reply.Route)
		if wrong := wrongAllow(reply.Response.Header.Values("Allow"), bound, reply.Request.Method); wrong != "" && told < most {
			told++
			s.FailOn(reply, "Allow: "+strings.Join(bound, ", "), "the 405 to %s at %s %s", reply.Request.Method, reply.Route.Path, wrong)
		}
	}
	if looked == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no request with a method that the document does not have was answered with 405")
	}
}

// misuse asks at each path that is bound with two methods that the document does not
// have there, about a client that does not exist and without a body: should the
// service know the method after all, there is nothing for it to change.
func misuse(s *conformance.Session) []*conformance.Reply {
	var replies []*conformance.Reply
	asked := map[string]bool{}
	for _, route := range s.Profile().Routes() {
		if asked[route.Path] {
			continue
		}
		asked[route.Path] = true
		for _, method := range otherMethods(route) {
			replies = append(replies, s.Call(route.Name, strangers(s), conformance.Method(method), conformance.Body("", nil)))
		}
	}
	return replies
}

// otherMethods are up to two that the document does not have at a path. DELETE and
// POST are tried only where the path itself names the client that does not exist:
// a collection may well be open to them, undocumented.
func otherMethods(route *profile.Route) []string {
	candidates := []string{http.MethodPut, http.MethodPatch}
	if strings.HasPrefix(route.Binding.Put["client"], "/path/") || strings.HasPrefix(route.Binding.Put["client_id"], "/path/") {
		candidates = append(candidates, http.MethodDelete, http.MethodPost)
	}
	candidates = append(candidates, http.MethodGet)
	candidates = slices.DeleteFunc(candidates, func(method string) bool { return slices.Contains(route.Methods(), method) })
	return candidates[:min(2, len(candidates))]
}

// boundMethods are those that the profile binds at a route's path.
func boundMethods(bound *profile.Bound, route *profile.Route) []string {
	var methods []string
	for _, other := range bound.Routes() {
		if other.Path == route.Path && !slices.Contains(methods, other.Method) {
			methods = append(methods, other.Method)
		}
	}
	slices.Sort(methods)
	return methods
}

// wrongAllow says what is wrong with the Allow headers of a 405, "" where nothing is.
// More methods than the profile knows, such as HEAD, may be in them.
func wrongAllow(headers, bound []string, refused string) string {
	if len(headers) == 0 {
		return "has no Allow header (RFC 9110 section 15.5.6)"
	}
	var allowed []string
	for method := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		allowed = append(allowed, strings.TrimSpace(method))
	}
	if slices.Contains(allowed, refused) {
		return "allows the very method that it refuses"
	}
	for _, method := range bound {
		if !slices.Contains(allowed, method) {
			return "has an Allow header without " + method
		}
	}
	return ""
}
