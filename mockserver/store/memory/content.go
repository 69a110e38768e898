package memory

import (
	"maps"

	"github.com/tidwall/btree"

	"github.com/keyturn/keyturn/mockserver/client"
)

// content is one consistent state. Once two stores share it nobody writes into it any
// more: who wants to write takes a fork of it, of the one realm, and of the one tenant.
type content struct {
	realms map[string]*realm
	hash   func(name) uint64
}

// place is where a client stands among all that its store was ever given, from 1 on.
// It is the lower half of the client's serial.
type place uint32

// slot is where a client is. The client that it points to is never changed in place: a
// write points it to another, or, through any realm but the owner, makes a new slot.
type slot struct {
	owner   *realm
	current *client.Client
}

func (s *slot) place() place { return place(s.current.Serial) }

// order is clients in the order of their creation.
type order = btree.Map[place, *slot]

// realm is the clients of one realm and the ways to find them.
type realm struct {
	// owner is the one content through which the realm may be written.
	owner *content

	all order
	// byClientID has the clients whose ClientID is not their ID.
	byID, byClientID, byAlias names
	tenants                   btree.Map[string, *members]
}

// members are the clients of one tenant.
type members struct {
	// owner is the one realm through which they may be written.
	owner *realm
	order order
}

func newContent(hash func(name) uint64) *content {
	return &content{realms: map[string]*realm{}, hash: hash}
}

// forked returns a tree that shares its nodes with one that nobody writes any more.
// Map.Copy writes to the tree that it copies; here that is the argument, a copy.
func forked[K interface{ ~uint32 | ~uint64 | ~string }, V any](shared btree.Map[K, V]) btree.Map[K, V] {
	return *shared.Copy()
}

func (d *content) fork() *content {
	return &content{realms: maps.Clone(d.realms), hash: d.hash}
}

// realm returns the realm for reading, nil when it has had no clients.
func (d *content) realm(name string) *realm { return d.realms[name] }

// slot returns where the client with this key is, nil when there is none.
func (d *content) slot(key client.Key) *slot {
	if r := d.realms[key.Realm]; r != nil {
		return r.byID.find(name{value: key.ID})
	}
	return nil
}

// own returns the realm for writing, a new one when there is none.
func (d *content) own(called string) *realm {
	r := d.realms[called]
	switch {
	case r == nil:
		r = &realm{
			owner:      d,
			byID:       names{of: idOf, hash: d.hash},
			byClientID: names{of: clientIDOf, hash: d.hash},
			byAlias:    names{of: aliasOf, hash: d.hash},
		}
	case r.owner != d:
		r = &realm{
			owner: d, all: forked(r.all), tenants: forked(r.tenants),
			byID: r.byID.fork(), byClientID: r.byClientID.fork(), byAlias: r.byAlias.fork(),
		}
	default:
		return r
	}
	d.realms[called] = r
	return r
}

// add takes ownership of c, which has its serial.
func (d *content) add(c *client.Client) error {
	if d.slot(c.Key) != nil {
		return client.Errorf(client.Conflict, "the id %q is taken", c.ID).At("id")
	}
	if err := d.checkNames(c, nil); err != nil {
		return err
	}
	d.own(c.Realm).link(c)
	return nil
}

// checkNames refuses names that belong to another slot than own.
func (d *content) checkNames(c *client.Client, own *slot) error {
	r := d.realms[c.Realm]
	if r == nil {
		return nil
	}
	if taken := r.find(c.ClientID); taken != nil && taken != own {
		return client.Errorf(client.Conflict, "the client id %q is taken", c.ClientID).At("clientId")
	}
	if c.Alias == "" {
		return nil
	}
	if taken := r.byAlias.find(aliasOf(c)); taken != nil && taken != own {
		return client.Errorf(client.Conflict, "the identifier %q is taken", c.Alias).At("alias")
	}
	return nil
}

// sameNames reports whether one client stands where the other stood in every index.
func sameNames(a, b *client.Client) bool {
	return a.ClientID == b.ClientID && a.Alias == b.Alias && a.Tenant == b.Tenant
}

// replace puts a client that has passed checkNames where another version of it is.
func (d *content) replace(s *slot, c *client.Client) {
	r := d.own(c.Realm)
	switch {
	case !sameNames(s.current, c):
		r.unlink(s)
		r.link(c)
	case s.owner == r:
		s.current = c
	default:
		r.link(c)
	}
}

func (d *content) remove(s *slot) { d.own(s.current.Realm).unlink(s) }

// find returns the client that presents the ClientID.
func (r *realm) find(clientID string) *slot {
	n := name{value: clientID}
	hash := r.byID.hash(n)
	if s := r.byClientID.findAt(hash, n); s != nil {
		return s
	}
	if s := r.byID.findAt(hash, n); s != nil && s.current.ClientID == clientID {
		return s
	}
	return nil
}

// link enters the client into every index, in place of another version of it.
func (r *realm) link(c *client.Client) {
	s := &slot{owner: r, current: c}
	r.all.Set(s.place(), s)
	r.own(c.Tenant).Set(s.place(), s)
	r.byID.set(s)
	if c.ClientID != c.ID {
		r.byClientID.set(s)
	}
	if c.Alias != "" {
		r.byAlias.set(s)
	}
}

func (r *realm) unlink(s *slot) {
	c := s.current
	r.all.Delete(s.place())
	tenant := r.own(c.Tenant)
	if tenant.Delete(s.place()); tenant.Len() == 0 {
		r.tenants.Delete(c.Tenant)
	}
	r.byID.remove(s)
	if c.ClientID != c.ID {
		r.byClientID.remove(s)
	}
	if c.Alias != "" {
		r.byAlias.remove(s)
	}
}

// own returns the tenant's clients for writing.
func (r *realm) own(tenant string) *order {
	m, known := r.tenants.Get(tenant)
	switch {
	case !known:
		m = &members{owner: r}
	case m.owner != r:
		m = &members{owner: r, order: forked(m.order)}
	default:
		return &m.order
	}
	r.tenants.Set(tenant, m)
	return &m.order
}
