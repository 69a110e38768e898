package probe

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// refusal is the answer to something that ought to be refused.
type refusal struct {
	what    string
	status  int // the one that is meant
	http    int
	granted bool
}

// note keeps an answer for when all are there.
func (sc *scout) note(kind, what string, reply *conformance.Reply) {
	if !sc.dry {
		sc.refused[kind] = append(sc.refused[kind], refusal{what, reply.Status, reply.HTTP(), reply.OK})
	}
}

// nobody are the ids of a client and a secret that do not exist, with all else that an
// operation may need.
func nobody(s *conformance.Session) profile.Values {
	none := s.NoClient()
	return profile.Values{
		"client": none, "client_id": none, "name": none, "secret": s.ChooseSecret(),
		"secret_id": "3f0c6b1e-8a52-4d7f-9c36-5b1e0a7d2c48", "token": "keyturn-no-such-token",
	}
}

// each lists those of some operations that are bound, each of the document once.
func (sc *scout) each(operations ...string) []*profile.Route {
	var routes []*profile.Route
	for _, operation := range operations {
		route := sc.bound.Route(operation)
		if route == nil || slices.ContainsFunc(routes, func(other *profile.Route) bool { return other.Operation == route.Operation }) {
			continue
		}
		routes = append(routes, route)
	}
	return routes
}

// refusals asks for what does not exist and sends what cannot be read.
func (sc *scout) refusals(s *conformance.Session) {
	unknown := nobody(s)
	for _, route := range sc.each("read", "reveal", "list_secrets", "rotate", "update", "delete_secret", "delete") {
		sc.note("unknown", route.Name, s.Call(route.Name, unknown))
	}
	for _, route := range sc.each("read", "rotate", "delete_secret") {
		for _, method := range []string{http.MethodPut, http.MethodPatch} {
			if !slices.Contains(route.Methods(), method) {
				sc.note("method", method+" for "+route.Name, s.Call(route.Name, unknown, conformance.Method(method), conformance.Body("", nil)))
				break
			}
		}
	}
	c := sc.anyClient(s)
	sc.invalid(s, c)
	sc.taken(s, c)
}

// taken makes a second client with an id that the first has.
func (sc *scout) taken(s *conformance.Session, c *conformance.Client) {
	chosen := sc.given.ChosenID()
	if chosen == "" {
		sc.unknown("statuses.taken", "the caller chooses no id of a client")
		return
	}
	id := c.Name
	if chosen == "client_id" {
		id = c.ID()
	}
	_, reply := s.TryNewClient(conformance.With(chosen, id))
	sc.note("taken", "create", reply)
}

// invalid sends the values that the profile has for it, a date that is none, JSON that is
// cut short, and JSON under another name.
func (sc *scout) invalid(s *conformance.Session, c *conformance.Client) {
	c.Spoil()
	for _, member := range sc.given.Invalid {
		if sc.given.Binds(member.Operation) {
			sc.note("invalid", fmt.Sprintf("%s with a bad %s", member.Operation, member.Write), c.Call(member.Operation, conformance.Member(member.Write, member.Value)))
		}
	}
	if sc.given.Operations["rotate"].Put["expires"] != "" {
		sc.note("invalid", "rotate with a date that is none", c.Call("rotate", conformance.With("expires", "keyturn"), conformance.With("secret", s.ChooseSecret())))
	}
	for _, route := range sc.each("rotate", "update") {
		if route.Media() != "application/json" || route.BodySchema() == nil {
			continue
		}
		broken := s.Reworked(route.Name, func(map[string]any) []byte { return []byte(`{"keyturn": `) })
		sc.note("invalid", route.Name+" with broken JSON", c.Call(route.Name, broken))
		sc.note("media", route.Name+" with JSON called text/plain", c.Call(route.Name, conformance.Header("Content-Type", "text/plain")))
	}
}

// callers asks in the name of those who may not.
func (sc *scout) callers(s *conformance.Session) {
	for kind, caller := range map[string]string{"unauthenticated": "admin", "forbidden": "reader", "foreign": "foreign"} {
		if !sc.given.TellsApart(caller) {
			sc.unknown("statuses."+kind, "the profile declares no callers of the kind %s", caller)
		}
	}
	for _, route := range sc.each("read", "rotate") {
		if !sc.given.TellsApart("admin") {
			break
		}
		sc.note("unauthenticated", route.Name+" without credentials", s.Call(route.Name, nobody(s), conformance.As(conformance.Nobody)))
		sc.note("unauthenticated", route.Name+" with a made-up token", s.Call(route.Name, nobody(s), conformance.As(conformance.Stranger(s.ChooseSecret()))))
	}
	c := sc.anyClient(s)
	c.Spoil()
	if reader := s.Reader(); reader != nil {
		sc.note("forbidden", "rotate by a reader", c.Call("rotate", conformance.As(reader), conformance.With("secret", s.ChooseSecret())))
	} else {
		sc.unknown("statuses.forbidden", "no credentials of a reader were given")
	}
	foreign := s.Foreign()
	if foreign == nil {
		sc.unknown("statuses.foreign", "no credentials of another tenant's administrator were given")
		return
	}
	for _, route := range sc.each("read", "rotate", "delete") {
		options := []conformance.CallOption{conformance.As(foreign), conformance.With("secret", s.ChooseSecret())}
		sc.note("foreign", route.Name, c.Call(route.Name, options...))
		if home := s.Admin().Value(sc.given.Scope); sc.given.Scope != "" && home != "" {
			sc.note("foreign", route.Name+" by the client's "+sc.given.Scope, c.Call(route.Name, append(options, conformance.With(sc.given.Scope, home))...))
		}
	}
}

// concludeRefusals makes the facts of what was noted.
func (sc *scout) concludeRefusals() {
	inside, outside := 0, 0
	for _, kind := range statusFacts {
		for _, one := range sc.refused[kind] {
			switch {
			case one.granted:
			case one.http < 400:
				inside++
			default:
				outside++
			}
		}
		if len(sc.refused[kind]) > 0 {
			sc.concludeStatuses(kind)
		}
	}
	switch {
	case inside > 0:
		sc.found("failure_status", "envelope", "%d of %d refusals came with HTTP 200", inside, inside+outside)
	case outside > 0:
		sc.found("failure_status", "http", "%d of %d refusals came with their status in HTTP", outside, outside)
	}
}

// concludeStatuses makes a list of the statuses of one kind. That something was granted
// is an answer for a deletion alone: what is not there needs no deletion.
func (sc *scout) concludeStatuses(kind string) {
	var granted, faults []string
	by := map[int][]string{}
	for _, one := range sc.refused[kind] {
		deletes := kind == "repeat_delete" || kind == "unknown" && strings.HasPrefix(one.what, "delete")
		switch {
		case one.granted && !deletes:
			granted = append(granted, one.what)
			continue
		case one.status >= 500:
			faults = append(faults, fmt.Sprintf("%s %d", one.what, one.status))
			continue
		}
		by[one.status] = append(by[one.status], one.what)
	}
	list := slices.Sorted(maps.Keys(by))
	var words []string
	for _, status := range list {
		words = append(words, fmt.Sprintf("%d for %s", status, strings.Join(by[status], ", ")))
	}
	if len(granted) > 0 {
		words = append(words, "granted was "+strings.Join(granted, ", "))
	}
	if len(faults) > 0 {
		words = append(words, "fails itself: "+strings.Join(faults, ", "))
	}
	value := ""
	if len(list) > 0 {
		value = flow(list)
	}
	fits := len(granted)+len(faults) == 0 && within(list, *statuses(sc.given.Profile, kind))
	sc.ruled("statuses."+kind, value, fits, "%s", strings.Join(words, "; "))
}

// concludeReads judges by all reads that came right after a write.
func (sc *scout) concludeReads() {
	late := 0
	for _, atOnce := range sc.reads {
		if !atOnce {
			late++
		}
	}
	switch {
	case len(sc.reads) == 0:
	case late > 0:
		sc.found("reads", "lagging", "%d of %d reads did not show the write just before them", late, len(sc.reads))
	default:
		sc.found("reads", "current", "%d of %d reads showed the write just before them", len(sc.reads), len(sc.reads))
	}
}
