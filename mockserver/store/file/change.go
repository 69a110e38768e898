package file

import (
	"context"
	"fmt"
	"math"

	"github.com/keyturn/keyturn/mockserver/client"
)

// Create implements store.Store.
func (c *content) Create(ctx context.Context, given client.Client) (client.Client, error) {
	given = given.Clone()
	var created client.Client
	err := c.backend.write(ctx, func(x *batch) error {
		d, err := x.draft(c)
		if err != nil {
			return err
		}
		created = given
		return d.create(x, &created)
	})
	if err != nil {
		return client.Client{}, err
	}
	return created.Clone(), nil
}

func (d *draft) create(x *batch, c *client.Client) error {
	if d.given == math.MaxUint32 {
		return spent()
	}
	if taken, err := x.holder(d.generation, kindID, c.Realm, c.ID); err != nil {
		return err
	} else if taken.place != 0 {
		return idTaken(c)
	}
	if err := x.checkNames(d.generation, c, 0); err != nil {
		return err
	}
	place := d.given + 1
	c.Serial = uint64(d.epoch)<<32 + uint64(place)
	list, err := entries(d.generation, c)
	if err != nil {
		return err
	}
	if err := x.putAll(list); err != nil {
		return err
	}
	d.given = place
	d.moves = append(d.moves, move{realm: c.Realm, tenant: c.Tenant, place: place})
	x.clients[clientKey{d.generation, c.Realm, c.ID}] = c
	return nil
}

func spent() error {
	return client.Errorf(client.Limit, "the store has created %d clients, the most that it has serials for", uint32(math.MaxUint32))
}

// entries lists all that the file has of a client.
func entries(generation uint64, c *client.Client) ([]entry, error) {
	value, err := encodeClient(c)
	if err != nil {
		return nil, fmt.Errorf("the client %q: %w", c.ID, err)
	}
	key := placeKey(generation, uint32(c.Serial))
	return append(named(generation, c),
		entry{tableClients, key, value}, entry{tableOrder, key, []byte(tenantGroup(c.Realm, c.Tenant))}), nil
}

// Update implements store.Store.
func (c *content) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	var updated *client.Client
	err := c.backend.write(ctx, func(x *batch) error {
		d, err := x.draft(c)
		if err != nil {
			return err
		}
		before, err := x.load(d.generation, key)
		if err != nil {
			return err
		}
		if before == nil {
			return notFound(key)
		}
		draft := before.Clone()
		if err := change(&draft); err != nil {
			return err
		}
		after := draft.Clone()
		after.Key, after.Serial = before.Key, before.Serial
		updated = &after
		return d.replace(x, before, &after)
	})
	if err != nil {
		return client.Client{}, err
	}
	return updated.Clone(), nil
}

// replace writes another version of a client that is there.
func (d *draft) replace(x *batch, before, after *client.Client) error {
	renamed := before.ClientID != after.ClientID || before.Alias != after.Alias || before.Tenant != after.Tenant
	place := uint32(before.Serial)
	if renamed {
		if err := x.checkNames(d.generation, after, place); err != nil {
			return err
		}
	}
	list, err := entries(d.generation, after)
	if err != nil {
		return err
	}
	x.clients[clientKey{d.generation, after.Realm, after.ID}] = after
	if !renamed {
		value := list[len(list)-2]
		return x.put(value.in, value.key, value.value)
	}
	for _, old := range named(d.generation, before) {
		if err := x.remove(old.in, old.key); err != nil {
			return err
		}
	}
	d.moves = append(d.moves,
		move{realm: before.Realm, tenant: before.Tenant, place: place, leaves: true},
		move{realm: after.Realm, tenant: after.Tenant, place: place})
	return x.putAll(list)
}

// Delete implements store.Store.
func (c *content) Delete(ctx context.Context, keys ...client.Key) error {
	return c.backend.write(ctx, func(x *batch) error {
		d, err := x.draft(c)
		if err != nil {
			return err
		}
		found := make([]*client.Client, len(keys))
		for i, key := range keys {
			if found[i], err = x.load(d.generation, key); err != nil {
				return err
			}
			if found[i] == nil {
				return notFound(key)
			}
		}
		for _, one := range found {
			if err := d.remove(x, one); err != nil {
				return err
			}
		}
		return nil
	})
}

// remove deletes a client, or does nothing where the same call has done it.
func (d *draft) remove(x *batch, c *client.Client) error {
	name := clientKey{d.generation, c.Realm, c.ID}
	if gone, written := x.clients[name]; written && gone == nil {
		return nil
	}
	x.clients[name] = nil
	for _, e := range named(d.generation, c) {
		if err := x.remove(e.in, e.key); err != nil {
			return err
		}
	}
	place := uint32(c.Serial)
	d.moves = append(d.moves, move{realm: c.Realm, tenant: c.Tenant, place: place, leaves: true})
	if err := x.remove(tableClients, placeKey(d.generation, place)); err != nil {
		return err
	}
	return x.remove(tableOrder, placeKey(d.generation, place))
}
