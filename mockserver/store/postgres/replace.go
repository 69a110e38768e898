package postgres

import (
	"context"
	"fmt"
	"math"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store/codec"
)

// portion is how many clients are sent at a time.
const portion = 1000

// Replace implements store.Store. The names are compared here, so that the error can say
// which client it is about.
func (s *content) Replace(ctx context.Context, clients []client.Client) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := apart(clients); err != nil {
		return err
	}
	return s.b.pool.transact(ctx, writing, bulk, func(c *conn) error {
		epoch, given := int64(0), int64(-1)
		_, err := c.run(contentLock, func(r row) error {
			epoch, given = r.integer(0), r.integer(1)
			return nil
		}, integer(s.id))
		if err != nil {
			return err
		}
		switch {
		case given < 0:
			return gone()
		case given+int64(len(clients)) > math.MaxUint32:
			return exhausted()
		}
		for _, st := range []*statement{clientsClear, countsClear} {
			if _, err := c.run(st, nil, integer(s.id)); err != nil {
				return err
			}
		}
		more := counts{}
		for from := 0; from < len(clients); from += portion {
			part := clients[from:min(from+portion, len(clients))]
			if err := s.insert(c, part, given+int64(from), epoch, more); err != nil {
				return err
			}
		}
		if len(clients) == 0 {
			return nil
		}
		if err := more.write(c, s.id); err != nil {
			return err
		}
		_, err = c.run(contentGive, nil, integer(s.id), integer(given+int64(len(clients))))
		return err
	})
}

// insert adds clients in the places after given.
func (s *content) insert(c *conn, clients []client.Client, given, epoch int64, more counts) error {
	n := len(clients)
	places, realms, ids, clientIDs := integers(n), byteses(n), byteses(n), byteses(n)
	tenants, aliases, revisions, bodies := byteses(n), byteses(n), integers(n), arrayOf(oidBytes, 300*n)
	for i := range clients {
		one := &clients[i]
		body, err := codec.Append(nil, one)
		if err != nil {
			return fmt.Errorf("writing client %q: %w", one.ID, err)
		}
		given++
		names := columnsOf(one)
		places.integer(given)
		realms.bytes(names.realm)
		ids.bytes(names.id)
		clientIDs.bytes(names.clientID)
		tenants.bytes(names.tenant)
		aliases.bytes(names.alias)
		revisions.integer(s.b.revision())
		bodies.bytes(body)
		more.add(names.realm, names.tenant, given, 1)
	}
	_, err := c.run(clientsInsert, nil, integer(s.id), integer(epoch), places.sent(), realms.sent(), ids.sent(), clientIDs.sent(),
		tenants.sent(), aliases.sent(), revisions.sent(), bodies.sent())
	return err
}

// apart refuses clients two of which have a name in common.
func apart(clients []client.Client) error {
	type name struct{ constraint, realm, tenant, name string }
	all := make(map[name]bool, 3*len(clients))
	for i := range clients {
		c := &clients[i]
		names := []name{
			{"keyturn_client_id", c.Realm, "", c.ID},
			{"keyturn_client_client_id", c.Realm, "", c.ClientID},
			{"keyturn_client_alias", c.Realm, c.Tenant, c.Alias},
		}
		if c.Alias == "" {
			names = names[:2]
		}
		for _, one := range names {
			if all[one] {
				return fmt.Errorf("client %d of %d: %w", i+1, len(clients), taken(one.constraint, c))
			}
			all[one] = true
		}
	}
	return nil
}
