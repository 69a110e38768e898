package memory

import (
	"github.com/tidwall/btree"

	"github.com/keyturn/keyturn/mockserver/client"
)

// content is one consistent state. The indexes share a slot for each client, so a
// write that keeps the client's names touches no index, and the collector has one
// pointer to follow where a key would have had two.
type content struct {
	realms map[string]*realm
	serial uint64
}

// slot is where a client is. The client that it points to is never changed in place:
// a write points it to another.
type slot struct{ current *client.Client }

type order = btree.Map[uint64, *slot]

// realm is the clients of one realm and the ways to find them.
type realm struct {
	byID map[string]*slot
	// byClientID has the clients whose ClientID is not their ID.
	byClientID map[string]*slot
	byAlias    map[alias]*slot
	all        order
	tenants    map[string]*order
}

type alias struct{ tenant, value string }

func newContent() *content { return &content{realms: map[string]*realm{}} }

// realm returns the realm, nil when it has had no clients.
func (d *content) realm(name string) *realm { return d.realms[name] }

// slot returns where the client with this key is, nil when there is none.
func (d *content) slot(key client.Key) *slot {
	if r := d.realms[key.Realm]; r != nil {
		return r.byID[key.ID]
	}
	return nil
}

// add takes ownership of c and gives it the next serial.
func (d *content) add(c *client.Client) error {
	r := d.realms[c.Realm]
	if r == nil {
		r = &realm{byID: map[string]*slot{}, byClientID: map[string]*slot{}, byAlias: map[alias]*slot{}, tenants: map[string]*order{}}
		d.realms[c.Realm] = r
	}
	if r.byID[c.ID] != nil {
		return client.Errorf(client.Conflict, "the id %q is taken", c.ID).At("id")
	}
	if err := r.checkNames(c, nil); err != nil {
		return err
	}
	d.serial++
	c.Serial = d.serial
	s := &slot{current: c}
	r.byID[c.ID] = s
	r.link(s)
	return nil
}

// replace points the slot to a changed client.
func (d *content) replace(s *slot, c *client.Client) error {
	r, before := d.realms[c.Realm], s.current
	if before.ClientID == c.ClientID && before.Alias == c.Alias && before.Tenant == c.Tenant {
		s.current = c
		return nil
	}
	if err := r.checkNames(c, s); err != nil {
		return err
	}
	r.unlink(s)
	s.current = c
	r.link(s)
	return nil
}

func (d *content) remove(s *slot) {
	r := d.realms[s.current.Realm]
	delete(r.byID, s.current.ID)
	r.unlink(s)
}

// find returns the client that presents the ClientID.
func (r *realm) find(clientID string) *slot {
	if s := r.byClientID[clientID]; s != nil {
		return s
	}
	if s := r.byID[clientID]; s != nil && s.current.ClientID == clientID {
		return s
	}
	return nil
}

// checkNames refuses names that belong to another slot than own.
func (r *realm) checkNames(c *client.Client, own *slot) error {
	if taken := r.find(c.ClientID); taken != nil && taken != own {
		return client.Errorf(client.Conflict, "the client id %q is taken", c.ClientID).At("clientId")
	}
	if taken := r.byAlias[aliasOf(c)]; c.Alias != "" && taken != nil && taken != own {
		return client.Errorf(client.Conflict, "the identifier %q is taken", c.Alias).At("alias")
	}
	return nil
}

func aliasOf(c *client.Client) alias { return alias{tenant: c.Tenant, value: c.Alias} }

// link enters the slot into every index but the one by id.
func (r *realm) link(s *slot) {
	c := s.current
	if c.ClientID != c.ID {
		r.byClientID[c.ClientID] = s
	}
	if c.Alias != "" {
		r.byAlias[aliasOf(c)] = s
	}
	if r.tenants[c.Tenant] == nil {
		r.tenants[c.Tenant] = new(order)
	}
	r.all.Set(c.Serial, s)
	r.tenants[c.Tenant].Set(c.Serial, s)
}

func (r *realm) unlink(s *slot) {
	c := s.current
	delete(r.byAlias, aliasOf(c))
	if c.ClientID != c.ID {
		delete(r.byClientID, c.ClientID)
	}
	r.all.Delete(c.Serial)
	r.tenants[c.Tenant].Delete(c.Serial)
}
