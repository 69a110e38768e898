package realm

import (
	"encoding/hex"
	"fmt"
	"maps"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
)

// Load makes a realm and its clients from a world. A realm that the world does not
// mention is empty. now dates what the world leaves undated.
func Load(kind Kind, world fixtures.World, keys *Keys, now time.Time) (*Realm, []client.Client, error) {
	seed := world.Realms[kind.Name]
	reader := seed.Settings.Read()
	r := &Realm{
		Kind: kind, Settings: kind.Settings(reader), Keys: keys, Nonces: NewNonces(nil), seed: seed,
		tenants:    map[string]fixtures.Tenant{},
		principals: map[client.Digest]Principal{},
		accessKeys: map[string]AccessKey{},
	}
	if err := reader.Err(); err != nil {
		return nil, nil, world.Errorf([]any{"realms", kind.Name, "settings"}, "%w", err)
	}
	for _, t := range seed.Tenants {
		r.tenants[t.ID] = t
	}
	for _, p := range seed.Principals {
		r.principals[client.DigestOf(p.Token)] = Principal{Name: p.Name, Role: p.Role, Tenants: p.Tenants}
	}
	for _, k := range seed.AccessKeys {
		r.accessKeys[k.ID] = AccessKey{ID: k.ID, Secret: client.Value(k.Secret), Tenant: k.Tenant}
	}
	clients := make([]client.Client, 0, len(seed.Clients))
	names := newTaken()
	for i, from := range seed.Clients {
		at := place{world: world, path: []any{"realms", kind.Name, "clients", i}}
		if member, err := names.claim(i, from); err != nil {
			return nil, nil, at.wrong(err, member)
		}
		c, err := r.load(at, from, now)
		if err != nil {
			return nil, nil, err
		}
		clients = append(clients, c)
	}
	return r, clients, nil
}

func (r *Realm) load(at place, from fixtures.Client, now time.Time) (client.Client, error) {
	if err := r.Kind.checkTimes(at, from); err != nil {
		return client.Client{}, err
	}
	attributes, err := r.Kind.Attributes.load(at, from.Attributes)
	if err != nil {
		return client.Client{}, err
	}
	c := client.Client{
		Key:        client.Key{Realm: r.Kind.Name, ID: from.ID},
		ClientID:   from.ClientID,
		Tenant:     from.Tenant,
		Alias:      from.Alias,
		Enabled:    !from.Disabled,
		CreatedAt:  orElse(from.CreatedAt, now),
		Attributes: attributes,
	}
	c.UpdatedAt = orElse(from.UpdatedAt, c.CreatedAt)
	if c.ClientID == "" {
		c.ClientID = c.ID
	}
	ids := map[string]bool{}
	for i, secret := range from.Secrets {
		if secret.ID, err = r.Kind.secretID(from.ID, secret.ID, i); err != nil {
			return client.Client{}, at.wrong(err, "secrets", i, "id")
		}
		if ids[secret.ID] {
			return client.Client{}, at.wrong(fmt.Errorf("another secret of the client has the id %q", secret.ID), "secrets", i, "id")
		}
		ids[secret.ID] = true
		loaded, err := r.loadSecret(secret, orElse(secret.CreatedAt, c.CreatedAt))
		if err != nil {
			return client.Client{}, at.wrong(err, "secrets", i, "value")
		}
		c.Secrets = append(c.Secrets, loaded)
	}
	return c, nil
}

func (r *Realm) loadSecret(from fixtures.Secret, created time.Time) (client.Secret, error) {
	s := client.NewSecret(from.ID, from.Value, created)
	switch {
	case from.SHA256 != "":
		digest, err := hex.DecodeString(from.SHA256)
		if err != nil {
			return client.Secret{}, err
		}
		s.Digest = client.Digest(digest)
	case r.Kind.Secrets == Sealed:
		s = s.Sealed()
	case r.Kind.Secrets == Encoded:
		var err error
		if s, err = client.EncodedSecret(from.ID, from.Value, created); err != nil {
			return client.Secret{}, err
		}
	}
	s.ExpiresAt, s.DeletedAt = from.ExpiresAt, from.DeletedAt
	return s, nil
}

// Save returns the realm with these clients in the form of a world.
func (r *Realm) Save(clients []client.Client) fixtures.Realm {
	saved := r.seed
	saved.Clients = make([]fixtures.Client, 0, len(clients))
	for _, c := range clients {
		saved.Clients = append(saved.Clients, save(c))
	}
	return saved
}

func save(c client.Client) fixtures.Client {
	to := fixtures.Client{
		ID: c.ID, Tenant: c.Tenant, Alias: c.Alias, Disabled: !c.Enabled, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
	if c.ClientID != c.ID {
		to.ClientID = c.ClientID
	}
	if c.Attributes.Len() > 0 {
		to.Attributes = maps.Collect(c.Attributes.All())
	}
	for _, s := range c.Secrets {
		secret := fixtures.Secret{ID: s.ID, Value: s.Stored.Reveal(), CreatedAt: s.CreatedAt, ExpiresAt: s.ExpiresAt, DeletedAt: s.DeletedAt}
		if secret.Value == "" {
			secret.SHA256 = hex.EncodeToString(s.Digest[:])
		}
		to.Secrets = append(to.Secrets, secret)
	}
	return to
}

func orElse(t, fallback time.Time) time.Time {
	if t.IsZero() {
		return fallback
	}
	return t
}
