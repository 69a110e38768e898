package checks

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// membersGivenTwiceHaveOneOutcome gives a member twice in one body. To refuse that is
// as good as to count the first or the last of the two, if it is always the same and
// what is stored is what was checked.
func membersGivenTwiceHaveOneOutcome(s *conformance.Session) {
	t := &twofold{session: s, client: s.NewClient()}
	if s.Profile().ShowsAttribute() {
		t.attribute()
		return
	}
	t.expiry()
}

type twofold struct {
	session *conformance.Session
	client  *conformance.Client
}

// pair is a member with two values for it, whose order is turned around once.
type pair struct {
	member string
	values [2]any
	send   func(edit func(map[string]any) []byte) *conformance.Reply
	shown  func(value any) bool // whether it is what the client has now
}

// both sends the two values that may be stored, in either order.
func (t *twofold) both(p pair) {
	s := t.session
	outcomes := [2]string{}
	for i, values := range [][2]any{p.values, {p.values[1], p.values[0]}} {
		reply := p.send(doubling(p.member, values))
		if !reply.OK {
			outcomes[i] = "refused"
			s.Refused(reply, s.Profile().Statuses.Invalid, "a body that has "+p.member+" twice")
			continue
		}
		s.Within(s.Policy().Accept, 1, func(...conformance.CallOption) bool {
			switch {
			case p.shown(values[1]) && outcomes[0] != "the first counted":
				outcomes[i] = "the last counted"
			case p.shown(values[0]) && outcomes[0] != "the last counted":
				outcomes[i] = "the first counted"
			}
			return outcomes[i] != ""
		})
		if outcomes[i] == "" && s.Mode() != conformance.Plan {
			s.FailOn(reply, "one of the two, by the same rule each time", "a body that has %s as %s and then as %s was taken, and neither the one that counted before nor a refusal came of it",
				p.member, asJSON(values[0]), asJSON(values[1]))
			return
		}
	}
	if outcomes[0] != outcomes[1] {
		s.Failf("of two bodies that have %s twice, one had the outcome %q and the other %q", p.member, outcomes[0], outcomes[1])
	}
}

// checked sends a value that may be stored beside one that may not. Only one of the two
// orders can be right: where both are taken, another value was checked than stored.
func (t *twofold) checked(p pair) {
	s := t.session
	taken := 0
	for _, values := range [][2]any{p.values, {p.values[1], p.values[0]}} {
		reply := p.send(doubling(p.member, values))
		if !reply.OK {
			s.Refused(reply, s.Profile().Statuses.Invalid, "a body that has "+p.member+" twice")
			continue
		}
		taken++
		if taken == 2 {
			s.FailOn(reply, "refused at least once", "a body that has %s twice is taken with an invalid value in the first place and in the last", p.member)
		}
		if !s.Within(s.Policy().Accept, 1, func(...conformance.CallOption) bool { return p.shown(p.values[0]) }) {
			s.FailOn(reply, asJSON(p.values[0]), "a body that has %s as %s and then as %s was taken, and the valid one was not stored", p.member, asJSON(values[0]), asJSON(values[1]))
		}
	}
}

// doubling writes a body with a member twice, after everything else.
func doubling(member string, values [2]any) func(map[string]any) []byte {
	return func(body map[string]any) []byte {
		rest := maps.Clone(body)
		delete(rest, member)
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(rest)) {
			parts = append(parts, asJSON(name)+":"+asJSON(rest[name]))
		}
		for _, value := range values {
			parts = append(parts, asJSON(member)+":"+asJSON(value))
		}
		return []byte("{" + strings.Join(parts, ",") + "}")
	}
}

// attribute is about an attribute, and about the first member that is declared to have
// an invalid value.
func (t *twofold) attribute() {
	s, c := t.session, t.client
	send := func(edit func(map[string]any) []byte) *conformance.Reply {
		return c.Call("update", conformance.With("name", c.Name), s.Reworked("update", edit))
	}
	bound := s.Profile()
	attributes := bound.Attributes
	one := attributes[slices.IndexFunc(attributes, profile.Attribute.Plain)]
	t.both(pair{one.Write[1:], [2]any{one.Values[0], one.Values[1]}, send, t.reads(one.Read)})
	for _, bad := range bound.Invalid {
		if bad.Operation != "update" || strings.Count(bad.Write, "/") != 1 {
			continue
		}
		if "/body"+bad.Write == bound.Operations["update"].Put["name"] && bound.Operations["read"].Take["name"] != "" {
			t.checked(pair{bad.Write[1:], [2]any{c.Name, bad.Value}, send, t.reads(bound.Operations["read"].Take["name"])})
			return
		}
		for _, other := range attributes {
			if other.Write == bad.Write && other.Plain() {
				t.checked(pair{bad.Write[1:], [2]any{other.Values[0], bad.Value}, send, t.reads(other.Read)})
				return
			}
		}
	}
}

func (t *twofold) reads(pointer string) func(any) bool {
	return func(value any) bool {
		member, _ := profile.At(t.client.Read().JSON(), pointer)
		return profile.Equal(member, value)
	}
}

// expiry is about the expiry of a new secret. Where the past is refused, that is the
// invalid value.
func (t *twofold) expiry() {
	s, c := t.session, t.client
	pointer := strings.TrimPrefix(s.Profile().Operations["rotate"].Put["expires"], "/body")
	soon := s.ServerNow().Add(time.Hour).Truncate(time.Second)
	times := []time.Time{soon, soon.Add(time.Hour), soon.Add(-2 * time.Hour)}
	texts := make([]any, len(times))
	var known map[string]profile.Values
	send := func(edit func(map[string]any) []byte) *conformance.Reply {
		makeRoom(s, c)
		_, known = secretEntries(c)
		return second(c.TryRotate(conformance.With("expires", soon), s.Reworked("rotate", edit)))
	}
	for i, at := range times {
		texts[i] = t.written(pointer, at)
	}
	shown := func(value any) bool {
		i := slices.Index(texts, value)
		_, entries := secretEntries(c)
		for id, entry := range entries {
			if expires, ends := entry["expires"].(time.Time); known[id] == nil && ends && expires.Equal(times[max(i, 0)]) {
				return true
			}
		}
		return false
	}
	t.both(pair{pointer[1:], [2]any{texts[0], texts[1]}, send, shown})
	if s.Policy().PastExpiry == "refuse" {
		t.checked(pair{pointer[1:], [2]any{texts[0], texts[2]}, send, shown})
	}
}

// written is an expiry as the provider writes it.
func (t *twofold) written(pointer string, at time.Time) any {
	values := common(t.session)
	maps.Copy(values, t.client.Values)
	values["expires"] = at
	request, err := t.session.Profile().Request("rotate", values)
	if err != nil {
		t.session.Incompletef("%v", err)
	}
	member, _ := profile.At(request.Body, pointer)
	return member
}
