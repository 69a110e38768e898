package file

import (
	"encoding/binary"

	"github.com/tidwall/btree"
)

// orders are the places of a content's clients, of each realm and of each tenant, in trees
// that count their branches: any page of a list begins as fast as the first. It is what is
// in memory of every client. Once readers have it nobody writes into it; a writer takes a
// fork.
type orders struct {
	groups btree.Map[string, *members]
}

type members struct {
	// owner is the one that may write them.
	owner  *orders
	places btree.Set[uint32]
}

// realmGroup names all clients of a realm, tenantGroup those of a tenant. The one is the
// beginning of the other.
func realmGroup(realm string) string { return string(appendRealm(nil, realm)) }

func tenantGroup(realm, tenant string) string {
	return string(append(append(appendRealm(nil, realm), 't'), tenant...))
}

func appendRealm(to []byte, realm string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(realm))), realm...)
}

// realmOf cuts the realm's group from a tenant's.
func realmOf(tenant []byte) ([]byte, bool) {
	length, width := binary.Uvarint(tenant)
	if width <= 0 || length >= uint64(len(tenant)-width) {
		return nil, false
	}
	return tenant[:width+int(length)], true
}

// fork returns orders that share their trees with these, which nobody writes any more.
func (o *orders) fork() *orders { return &orders{groups: forkedMap(o.groups)} }

// forkedMap copies a copy: to copy is to write, and readers have the original.
func forkedMap(shared btree.Map[string, *members]) btree.Map[string, *members] {
	return *shared.Copy()
}

func forkedSet(shared btree.Set[uint32]) btree.Set[uint32] { return *shared.Copy() }

// own returns the group for writing.
func (o *orders) own(group string) *members {
	m, known := o.groups.Get(group)
	switch {
	case !known:
		m = &members{owner: o}
	case m.owner != o:
		m = &members{owner: o, places: forkedSet(m.places)}
	default:
		return m
	}
	o.groups.Set(group, m)
	return m
}

// move is a client that comes into a tenant or leaves it.
type move struct {
	realm, tenant string
	place         uint32
	leaves        bool
}

// apply makes the moves, of a client that goes from one tenant to another the leaving
// first.
func (o *orders) apply(moves []move) {
	for _, m := range moves {
		for _, group := range []string{realmGroup(m.realm), tenantGroup(m.realm, m.tenant)} {
			to := o.own(group)
			if !m.leaves {
				to.places.Insert(m.place)
			} else if to.places.Delete(m.place); to.places.Len() == 0 {
				o.groups.Delete(group)
			}
		}
	}
}

// page returns the places of a part of the group, and how many there are in all.
func (o *orders) page(group string, offset, limit int) (places []uint32, total int) {
	m, known := o.groups.Get(group)
	if !known {
		return nil, 0
	}
	total = m.places.Len()
	first, ok := m.places.GetAt(offset)
	if !ok {
		return nil, total
	}
	if limit == 0 {
		limit = total
	}
	m.places.Ascend(first, func(place uint32) bool {
		places = append(places, place)
		return len(places) < limit
	})
	return places, total
}

// loader fills orders in the order of places.
type loader struct {
	orders *orders
	// both are the realm's and the tenant's members, by the tenant's group.
	both map[string][2]*members
}

func (l *loader) add(tenant []byte, place uint32) bool {
	pair, known := l.both[string(tenant)]
	if !known {
		realm, ok := realmOf(tenant)
		if !ok {
			return false
		}
		pair = [2]*members{l.orders.own(string(realm)), l.orders.own(string(tenant))}
		l.both[string(tenant)] = pair
	}
	pair[0].places.Load(place)
	pair[1].places.Load(place)
	return true
}
