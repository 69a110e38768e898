package file

import (
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

// batch is calls that become one transaction. What it changes outside of the transaction
// waits here until that is on the disk.
type batch struct {
	backend *Backend
	tx      *bolt.Tx
	buckets [tables]*bolt.Bucket
	// writes counts what the transaction was told to change.
	writes int

	drafts map[*content]*draft
	// clients are those that were written, nil where one was deleted.
	clients map[clientKey]*client.Client
	// records are those that were written, nil where one was removed.
	records map[string]*store.Record
	sweeps  bool
}

// draft is a content as the batch leaves it.
type draft struct {
	root

	// from are the orders to which the moves are applied.
	from    *orders
	moves   []move
	opened  bool
	dropped bool
	// saved is the root that the transaction has.
	saved root
}

func newBatch(b *Backend, tx *bolt.Tx) *batch {
	x := &batch{backend: b, tx: tx, drafts: map[*content]*draft{}, clients: map[clientKey]*client.Client{}, records: map[string]*store.Record{}}
	for t := range tables {
		x.buckets[t] = tx.Bucket(tableNamed[t])
	}
	// Their keys mostly come in order, so a page that is full stays as it is.
	x.buckets[tableClients].FillPercent, x.buckets[tableOrder].FillPercent = fullPage, fullPage
	return x
}

// fullPage leaves room for a client that grows by a secret.
const fullPage = 0.85

func (x *batch) get(t table, key []byte) []byte { return x.buckets[t].Get(key) }

func (x *batch) put(t table, key, value []byte) error {
	x.writes++
	if err := x.buckets[t].Put(key, value); err != nil {
		return fmt.Errorf("the table %s: %w", tableNamed[t], err)
	}
	return nil
}

func (x *batch) remove(t table, key []byte) error {
	x.writes++
	if err := x.buckets[t].Delete(key); err != nil {
		return fmt.Errorf("the table %s: %w", tableNamed[t], err)
	}
	return nil
}

func (x *batch) putAll(entries []entry) error {
	for _, e := range entries {
		if err := x.put(e.in, e.key, e.value); err != nil {
			return err
		}
	}
	return nil
}

// draft returns the content for writing.
func (x *batch) draft(c *content) (*draft, error) {
	if d := x.drafts[c]; d != nil {
		if d.dropped {
			return nil, c.gone()
		}
		return d, nil
	}
	v := c.view.Load()
	if v == nil {
		return nil, c.gone()
	}
	d := &draft{root: v.root, from: v.orders, saved: v.root}
	x.drafts[c] = d
	return d, nil
}

// saveRoots writes the roots that have changed, once for all calls of the batch.
func (x *batch) saveRoots() error {
	for c, d := range x.drafts {
		if d.dropped || d.root == d.saved {
			continue
		}
		if err := x.put(tableContents, number(c.number), d.bytes()); err != nil {
			return err
		}
	}
	return nil
}

// load returns the client as the calls before have left it, nil when there is none. It must
// not be changed.
func (x *batch) load(generation uint64, key client.Key) (*client.Client, error) {
	name := clientKey{generation, key.Realm, key.ID}
	if c, written := x.clients[name]; written {
		return c, nil
	}
	if c, held := x.backend.cache.Get(name); held {
		return c, nil
	}
	value := x.get(tableNames, nameKey(generation, kindID, key.Realm, key.ID))
	if value == nil {
		return nil, nil
	}
	at, ok := readSpot(value)
	if !ok {
		return nil, x.backend.damaged(errDamaged)
	}
	c, err := decodeClient(at.place, x.get(tableClients, placeKey(generation, at.place)))
	if err != nil {
		return nil, x.backend.damaged(err)
	}
	return c, nil
}

// holder returns the place of the client that has the name, zero when nobody has.
func (x *batch) holder(generation uint64, of kind, parts ...string) (spot, error) {
	value := x.get(tableNames, nameKey(generation, of, parts...))
	if value == nil {
		return spot{}, nil
	}
	at, ok := readSpot(value)
	if !ok {
		return spot{}, x.backend.damaged(errDamaged)
	}
	return at, nil
}

// checkNames refuses names that belong to another place than own.
func (x *batch) checkNames(generation uint64, c *client.Client, own uint32) error {
	at, err := x.holder(generation, kindClientID, c.Realm, c.ClientID)
	if err == nil && at.place == 0 {
		if at, err = x.holder(generation, kindID, c.Realm, c.ClientID); !at.presents {
			at.place = 0
		}
	}
	if err != nil {
		return err
	}
	if at.place != 0 && at.place != own {
		return clientIDTaken(c)
	}
	if c.Alias == "" {
		return nil
	}
	if at, err = x.holder(generation, kindAlias, c.Realm, c.Tenant, c.Alias); err != nil {
		return err
	}
	if at.place != 0 && at.place != own {
		return aliasTaken(c)
	}
	return nil
}

func idTaken(c *client.Client) error {
	return client.Errorf(client.Conflict, "the id %q is taken", c.ID).At("id")
}

func clientIDTaken(c *client.Client) error {
	return client.Errorf(client.Conflict, "the client id %q is taken", c.ClientID).At("clientId")
}

func aliasTaken(c *client.Client) error {
	return client.Errorf(client.Conflict, "the identifier %q is taken", c.Alias).At("alias")
}
