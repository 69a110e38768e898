package file

import (
	"sync/atomic"

	bolt "go.etcd.io/bbolt"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// state is what readers see: one transaction of the engine, begun when its commit was known
// to be on the disk.
//
// The engine itself shows a commit to whoever begins to read as soon as its last page is
// written, which is before that page is synchronised, and goes on showing it when the
// synchronisation fails. So nobody but the writer begins transactions; readers share this
// one. They only look up keys in buckets that are opened here, which writes nothing into
// the transaction or the buckets but counters that are atomic.
type state struct {
	sequence uint64
	tx       *bolt.Tx
	buckets  [tables]*bolt.Bucket
	// users counts the readers, and one more as long as it is the newest.
	users atomic.Int64
}

func newState(tx *bolt.Tx, sequence uint64) *state {
	s := &state{sequence: sequence, tx: tx}
	for t := range tables {
		s.buckets[t] = tx.Bucket(tableNamed[t])
	}
	s.users.Store(1)
	return s
}

// release lets the engine reuse what later commits have freed.
func (s *state) release() {
	if s.users.Add(-1) == 0 {
		_ = s.tx.Rollback() // of a reading transaction it cannot fail
	}
}

func (s *state) get(t table, key []byte) []byte { return s.buckets[t].Get(key) }

// view is a content in one state.
type view struct {
	root

	orders *orders
}

// clientKey names a client for the cache.
type clientKey struct {
	generation uint64
	realm, id  string
}

// read is a view in the state to which it belongs.
type read struct {
	*state
	*view

	backend *Backend
}

// begin returns what is to be released after reading.
func (b *Backend) begin() (*state, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return nil, b.gone()
	}
	b.state.users.Add(1)
	return b.state, nil
}

// begin is that of the backend with the content's view.
func (c *content) begin() (read, error) {
	b := c.backend
	b.mu.RLock()
	defer b.mu.RUnlock()
	v := c.view.Load()
	if b.closed || v == nil {
		return read{}, c.gone()
	}
	b.state.users.Add(1)
	return read{state: b.state, view: v, backend: b}, nil
}

// at reads the client in the place.
func (r read) at(place uint32) (*client.Client, error) {
	c, err := decodeClient(place, r.get(tableClients, placeKey(r.generation, place)))
	if err != nil {
		return nil, r.backend.damaged(err)
	}
	return c, nil
}

// find reads the client to which the name leads, nil when none does.
func (r read) find(of kind, realm, name string) (*client.Client, spot, error) {
	value := r.get(tableNames, nameKey(r.generation, of, realm, name))
	if value == nil {
		return nil, spot{}, nil
	}
	at, ok := readSpot(value)
	if !ok {
		return nil, spot{}, r.backend.damaged(errDamaged)
	}
	c, err := r.at(at.place)
	if err == nil {
		r.keep(c)
	}
	return c, at, err
}

// keep puts what was read into the cache, unless something newer is on its way there.
func (r read) keep(c *client.Client) {
	b := r.backend
	b.cache.Fill(clientKey{r.generation, c.Realm, c.ID}, c, sizeOf(c), func() bool { return b.newest.Load() == r.sequence })
}

// sizeOf estimates what a client takes in memory, in bytes.
func sizeOf(c *client.Client) int {
	size := 600 + len(c.Realm) + 2*len(c.ID) + len(c.ClientID) + len(c.Tenant) + len(c.Alias)
	for i := range c.Secrets {
		size += 200 + len(c.Secrets[i].Stored) + len(c.Secrets[i].ID)
	}
	return size + 100*c.RevokedTokens.Len() + 400
}

// page reads the clients of a list.
func (r read) page(q store.Query) (store.Page, error) {
	group := realmGroup(q.Realm)
	if q.Tenant != "" {
		group = tenantGroup(q.Realm, q.Tenant)
	}
	places, total := r.orders.page(group, q.Offset, q.Limit)
	page := store.Page{Total: total}
	for _, place := range places {
		c, err := r.at(place)
		if err != nil {
			return store.Page{}, err
		}
		page.Clients = append(page.Clients, *c)
	}
	return page, nil
}
