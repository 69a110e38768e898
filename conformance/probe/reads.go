package probe

import (
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// readsAtOnce writes and reads in turn, every other time over a fresh connection, which
// may lead to another replica.
func (sc *scout) readsAtOnce(s *conformance.Session) {
	c := sc.unused(s)
	c.Spoil()
	attributes := slices.DeleteFunc(slices.Clone(sc.given.Attributes), func(one profile.Attribute) bool { return len(one.Values) < 2 || one.Read == "" })
	updates := sc.given.Binds("update") && sc.given.Binds("read") && len(attributes) > 0
	for i := range samples {
		var options []conformance.CallOption
		if i%2 == 1 {
			options = append(options, conformance.Fresh())
		}
		first := true
		switch {
		case updates:
			attribute := attributes[0]
			value := attribute.Values[i%2]
			s.Must(c.Call("update", conformance.Member(attribute.Write, value)))
			shown, _ := profile.At(c.Call("read", options...).JSON(), attribute.Read)
			sc.sawAtOnce(&first, profile.Equal(shown, value))
		case sc.canDelete():
			sc.listsAtOnce(s, c, options)
		case sc.given.Binds("reveal") && sc.bound.Policy.SecretSource != "reveal":
			fresh, _ := sc.rotate(s, c)
			sc.sawAtOnce(&first, c.Call("reveal", options...).Text("secret") == fresh.Value)
		default:
			return
		}
	}
}

// listsAtOnce makes a secret, or deletes the newest where no more would be taken, and
// looks into the list.
func (sc *scout) listsAtOnce(s *conformance.Session, c *conformance.Client, options []conformance.CallOption) {
	before, first := sc.ids(s, c), true
	if sc.full(len(before)) {
		gone := before[len(before)-1]
		s.Must(c.DeleteSecret(conformance.Secret{ID: gone}))
		sc.sawAtOnce(&first, !slices.Contains(sc.ids(s, c, options...), gone))
		return
	}
	sc.rotate(s, c)
	after := sc.ids(s, c, options...)
	sc.sawAtOnce(&first, slices.ContainsFunc(after, func(id string) bool { return !slices.Contains(before, id) }))
}
