package checks

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

var input = []conformance.Check{
	{ID: "FUZ-001", Run: bodiesAreHeldToTheirSchema},
	{ID: "FUZ-002", Run: hostileIDsAreRefused},
	{ID: "FUZ-004", Run: membersGivenTwiceHaveOneOutcome},
	{ID: "FUZ-008", Run: bystanderIsUntouched},
	{ID: "FUZ-009", Run: leastBodyIsEnough},
}

// negativesSent bounds what FUZ-001 sends, over all operations. Which ones, where
// there are more, is the seed's choice.
const negativesSent = 80

func bodiesAreHeldToTheirSchema(s *conformance.Session) {
	routes := writes(s)
	if len(routes) == 0 {
		s.Incompletef("no write that is bound has a JSON body with a schema")
	}
	h := &hostile{session: s, client: s.NewClient()}
	before := settled(s, h.client)
	sent := 0
	for _, route := range routes {
		for _, bad := range chosen(s, route, h.client, negativesSent/len(routes)) {
			sent++
			reply := h.send(route.Name, func(body map[string]any) []byte { return encoded(bad.in(body)) })
			if !callersMistake(s, reply, bad) {
				h.told++
				s.FailOn(reply, "refused with "+statusWords(s.Profile().Statuses.Invalid), "%s with %s, which its schema forbids: %s", route.Name, bad, reply)
			}
			if h.enough() {
				break
			}
		}
		after := s.Snapshot(h.client)
		if !unchangedFrom(s, before, after, route.Name+" with bodies that its schema forbids", h.sent...) || h.enough() {
			h.client.Spoil()
			break
		}
		before = after
	}
	h.madeNothing()
	if sent == 0 {
		s.Incompletef("the schemas of the bodies forbid nothing")
	}
}

// chosen are as many negatives of a route's body as there is room for.
func chosen(s *conformance.Session, route *profile.Route, c *conformance.Client, room int) []negative {
	values := common(s)
	maps.Copy(values, c.Values)
	values["name"], values["identifier"], values["secret"] = c.Name, c.Name, "keyturn-chosen-for-a-look-at-the-schema-0"
	request, err := s.Profile().Request(route.Name, values)
	if err != nil {
		s.Incompletef("%v", err)
	}
	ordinary := encoded(request.Body)
	decoded, _ := profile.Decode(ordinary)
	body, _ := decoded.(map[string]any)
	if err := route.BodySchema().VisitJSON(body); err != nil && s.Mode() != conformance.Plan {
		s.Incompletef("the ordinary body of %s breaks its own schema: %v", route.Name, err)
	}
	all := negatives(route.BodySchema(), body, ids(route))
	s.Rand().Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return spread(all, max(room, 1))
}

// ids are the members of a body that say which client is meant.
func ids(route *profile.Route) []string {
	var pointers []string
	for _, value := range []string{"client", "client_id"} {
		if member, ok := strings.CutPrefix(route.Binding.Put[value], "/body"); ok {
			pointers = append(pointers, member)
		}
	}
	return pointers
}

// callersMistake reports whether a refusal blames the request: in the declared way,
// or as the document names it for this operation. That the caller may not is another
// reason; that there is no such client is a fair answer to an id that cannot be one.
func callersMistake(s *conformance.Session, reply *conformance.Reply, bad negative) bool {
	status := reply.Status
	switch {
	case reply.OK || status < 400 || status > 499:
		return false
	case slices.Contains(s.Profile().Statuses.Invalid, status):
		return true
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return false
	case slices.Contains(ids(reply.Route), bad.pointer):
		return slices.Contains(s.Profile().Statuses.Unknown, status)
	}
	return reply.Route.Operation.Responses.Value(fmt.Sprint(status)) != nil
}

// hostileIDs are what may stand where an id does, escaped for a path and a query. A
// plain ".." is not among them: by the rules of addresses it never is an id.
var hostileIDs = []struct {
	is       string
	text     string
	readOnly bool // only where nothing could be deleted or changed by it
}{
	{"an empty id", "", true},
	{"an id of 4 KiB", strings.Repeat("keyturn-", 512), false},
	{"an id of other scripts", "%D0%BA%D0%BB%D1%8E%D1%87-%E9%8D%B5-%F0%9F%97%9D", false},
	{"a NUL in the id", "keyturn%00none", false},
	{"escaped slashes in the id", "..%2f..%2fkeyturn", true},
	{"escaped path steps in the id", "%2e%2e%2fkeyturn", true},
	{"a line break and a header in the id", "keyturn%0d%0a" + injected + ":%20yes", false},
	{"quotes in the id", "keyturn%27%22none", false},
}

const injected = "Keyturn-Injected"

func hostileIDsAreRefused(s *conformance.Session) {
	places := idPlaces(s)
	if len(places) == 0 {
		s.Incompletef("no operation that is bound takes an id in its path or query")
	}
	told := 0
	for _, place := range places {
		for _, id := range hostileIDs {
			if id.readOnly && place.route.Method != http.MethodGet || told >= most && s.Mode() != conformance.Plan {
				continue
			}
			reply := s.Call(place.route.Name, place.values, conformance.Path(strings.ReplaceAll(place.address, placeholder, id.text)))
			what := fmt.Sprintf("%s with %s (%s)", place.route.Name, id.is, place.value)
			if id.text == "" && reply.HTTP() >= 300 && reply.HTTP() <= 399 {
				s.Step("%s is redirected: with nothing after the last slash it is the address of the list", what)
				continue
			}
			if reply.OK || reply.Status < 400 || reply.Status > 499 {
				told++
				s.FailOn(reply, "refused with a 4xx", "%s: %s", what, reply)
			}
			if _, is := reply.Response.Header[injected]; is {
				told++
				s.FailOn(reply, "no header "+injected, "%s put a header into the response", what)
			}
		}
	}
}

// idPlace is where an operation takes an id.
type idPlace struct {
	route   *profile.Route
	value   string         // the neutral name of the id
	values  profile.Values // of a call about a client that does not exist
	address string         // path and query with the placeholder for the id
}

const placeholder = "KEYTURN-HOSTILE"

// idPlaces lists them, each operation of the document once.
func idPlaces(s *conformance.Session) []idPlace {
	var places []idPlace
	seen := map[string]bool{}
	for _, route := range s.Profile().Routes() {
		for _, value := range []string{"client", "client_id", "secret_id"} {
			pointer := route.Binding.Put[value]
			key := route.Method + route.Path + pointer
			if route.TokenSide() || seen[key] || !strings.HasPrefix(pointer, "/path/") && !strings.HasPrefix(pointer, "/query/") {
				continue
			}
			seen[key] = true
			values, all := strangers(s), common(s)
			maps.Copy(all, values)
			all[value] = placeholder
			request, err := s.Profile().Request(route.Name, all)
			if err != nil {
				s.Incompletef("%v", err)
			}
			address := request.Path
			if len(request.Query) > 0 {
				address += "?" + request.Query.Encode()
			}
			places = append(places, idPlace{route, value, values, address})
		}
	}
	return places
}

func bystanderIsUntouched(s *conformance.Session) {
	c, before := s.Canary()
	if c == nil {
		s.Incompletef("the run made no bystander")
	}
	unchangedFrom(s, before, s.Snapshot(c), "the run")
	s.BecomesAccepted(c, c.Secret, "the bystander's secret")
}
