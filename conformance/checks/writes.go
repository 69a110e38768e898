package checks

import (
	"fmt"
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

// writes are the operations whose JSON body says what is to be stored, each operation
// of the document once. A deletion is not among them: where a body goes wrong that
// says what to delete, a service that reads it loosely could delete what is not ours.
func writes(s *conformance.Session) []*profile.Route {
	var routes []*profile.Route
	for _, operation := range []string{"create", "replace", "update", "rotate"} {
		route := s.Profile().Route(operation)
		if route == nil || route.Media() != "application/json" || route.BodySchema() == nil {
			continue
		}
		if !slices.ContainsFunc(routes, func(other *profile.Route) bool { return other.Operation == route.Operation }) {
			routes = append(routes, route)
		}
	}
	return routes
}

// settled is how a client is once its secret works where the run can tell: one that
// begins to work in between would look like a change.
func settled(s *conformance.Session, c *conformance.Client) conformance.State {
	state := s.Snapshot(c)
	if state.Works == "" || state.Works == conformance.Accepted {
		return state
	}
	s.Given(c, c.Secret)
	return s.Snapshot(c)
}

// unchangedFrom is Unchanged between two looks that are there already. The exchanges are
// those in between.
func unchangedFrom(s *conformance.Session, before, after conformance.State, what string, exchanges ...int) bool {
	differences := before.Diff(after, nil)
	changedBy(s, differences, what, exchanges...)
	return len(differences) == 0
}

// changedBy finds the differences between two looks at a client.
func changedBy(s *conformance.Session, differences []string, what string, exchanges ...int) {
	for _, difference := range differences[:min(most, len(differences))] {
		s.Find(report.Finding{
			Verdict: s.Breach(), Message: what + " changed the client: " + difference,
			Expected: "the client as before", Observed: difference, Exchanges: exchanges,
		})
	}
}

// common are the values that every call of the admin carries.
func common(s *conformance.Session) profile.Values {
	values := profile.Values{}
	for name := range s.Profile().Common {
		if value := s.Admin().Value(name); value != "" {
			values[name] = value
		}
	}
	return values
}

// hostile sends bodies that have to be refused.
type hostile struct {
	session  *conformance.Session
	client   *conformance.Client
	names    []string // of creations, as their bodies had them
	sent     []int    // exchanges
	accepted int      // creations
	told     int
}

// send is an ordinary call of a write but for its body, which edit makes of the
// ordinary one, and for what more changes. What a creation makes against all expectation
// is in the journal.
func (h *hostile) send(operation string, edit func(map[string]any) []byte, more ...conformance.CallOption) *conformance.Reply {
	s := h.session
	if operation != "create" {
		options := append([]conformance.CallOption{conformance.With("name", h.client.Name)}, more...)
		if s.Profile().Route(operation).Binding.Put["secret"] != "" {
			options = append(options, conformance.With("secret", s.ChooseSecret()))
		}
		reply := h.client.Call(operation, append(options, s.Reworked(operation, edit))...)
		h.sent = append(h.sent, reply.Number)
		return reply
	}
	name := ""
	made, reply := s.TryNewClient(append(slices.Clone(more), s.Reworked(operation, func(body map[string]any) []byte {
		name = nameIn(s.Profile(), body)
		return edit(body)
	}))...)
	if name != "" {
		h.names = append(h.names, name)
	}
	if made != nil {
		h.accepted++
	}
	h.sent = append(h.sent, reply.Number)
	return reply
}

// nameIn is the text by which a client would be found again, "" where there is none.
func nameIn(bound *profile.Bound, body map[string]any) string {
	put := bound.Operations["create"].Put
	for _, value := range []string{"client_id", "name"} {
		if pointer := put[value]; pointer != "" {
			member, _ := profile.At(body, pointer[len("/body"):])
			if text, _ := member.(string); text != "" {
				return text
			}
		}
	}
	return ""
}

// enough stops a series that keeps failing. A plan shows it whole.
func (h *hostile) enough() bool {
	return (h.told >= most || h.accepted >= 3) && h.session.Mode() != conformance.Plan
}

// madeNothing looks for clients that refused creations have left: in the list, or by
// their ids where the caller chooses those. Creations that were not refused are
// findings already.
func (h *hostile) madeNothing() {
	s := h.session
	if len(h.names) == 0 || h.accepted > 0 {
		return
	}
	if s.Profile().Binds("list") {
		for _, item := range s.Walk("list", 0) {
			for _, value := range []string{"name", "client_id"} {
				if text, _ := item[value].(string); text != "" && slices.Contains(h.names, text) {
					s.Find(report.Finding{
						Verdict: s.Breach(), Message: fmt.Sprintf("a creation that was refused has left a client: the list has one with the %s %q", value, text),
						Expected: "no such client", Observed: fmt.Sprintf("%s %q in the list", value, text), Exchanges: h.sent,
					})
					return
				}
			}
		}
		return
	}
	if !s.Profile().Binds("read") || s.Profile().Operations["create"].Put["client_id"] == "" {
		return
	}
	for _, name := range h.names[:min(3, len(h.names))] {
		reply := s.Call("read", profile.Values{"client": name, "client_id": name})
		if reply.OK {
			s.FailOn(reply, "no such client", "a creation that was refused has left the client %q", name)
		}
	}
}
