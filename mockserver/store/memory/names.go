package memory

import (
	"hash/maphash"
	"strconv"

	"github.com/tidwall/btree"

	"github.com/keyturn/keyturn/mockserver/client"
)

// name is what a client is found by. Only aliases have a tenant.
type name struct{ tenant, value string }

func idOf(c *client.Client) name       { return name{value: c.ID} }
func clientIDOf(c *client.Client) name { return name{value: c.ClientID} }
func aliasOf(c *client.Client) name    { return name{tenant: c.Tenant, value: c.Alias} }

var seed = maphash.MakeSeed()

func hashOf(n name) uint64 {
	if n.tenant == "" {
		return maphash.String(seed, n.value)
	}
	return maphash.Comparable(seed, n)
}

// names leads from one kind of name to the clients. Its tree is ordered by hash: to
// compare texts is to look at memory far away, twenty times in a million clients. Who
// finds a client there asks it whether that is its name.
type names struct {
	of     func(*client.Client) name
	hash   func(name) uint64
	hashed btree.Map[uint64, *slot]
	// clashes has the names that found another one at their hash, nil while there are
	// none.
	clashes *btree.Map[string, *slot]
}

// find returns where the client with this name is, nil when there is none.
func (x *names) find(n name) *slot { return x.findAt(x.hash(n), n) }

// findAt is find for a name whose hash is known.
func (x *names) findAt(hash uint64, n name) *slot {
	if s, taken := x.hashed.Get(hash); taken && x.of(s.current) == n {
		return s
	}
	return x.clash(n)
}

func (x *names) clash(n name) *slot {
	if x.clashes == nil {
		return nil
	}
	s, _ := x.clashes.Get(n.text())
	return s
}

// set leads the client's name to the slot. It must be free, or lead to the same client.
func (x *names) set(s *slot) {
	n := x.of(s.current)
	hash := x.hash(n)
	there, taken := x.hashed.Get(hash)
	switch {
	case x.clash(n) != nil: // it stays there when the other one is gone
	case taken && there.place() != s.place():
		if x.clashes == nil {
			x.clashes = new(btree.Map[string, *slot])
		}
	default:
		x.hashed.Set(hash, s)
		return
	}
	x.clashes.Set(n.text(), s)
}

func (x *names) remove(s *slot) {
	n := x.of(s.current)
	hash := x.hash(n)
	if there, taken := x.hashed.Get(hash); taken && there.place() == s.place() {
		x.hashed.Delete(hash)
		return
	}
	if x.clashes.Delete(n.text()); x.clashes.Len() == 0 {
		x.clashes = nil
	}
}

// fork returns names that are written apart from these.
func (x *names) fork() names {
	apart := names{of: x.of, hash: x.hash, hashed: forked(x.hashed)}
	if x.clashes != nil {
		clashes := forked(*x.clashes)
		apart.clashes = &clashes
	}
	return apart
}

// text is a name as one text, which no other name has.
func (n name) text() string { return strconv.Itoa(len(n.tenant)) + ":" + n.tenant + n.value }
