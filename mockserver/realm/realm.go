package realm

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
)

// SecretForm says how a realm keeps the secrets it is given.
type SecretForm uint8

const (
	// Plain secrets can be read back.
	Plain SecretForm = iota
	// Sealed secrets are shown once and kept as a digest.
	Sealed
	// Encoded secrets may name their own encoding and are read back as written.
	Encoded
)

// Kind is what distinguishes one vendor's realm from another's.
type Kind struct {
	Name    string
	Secrets SecretForm
	// Settings reads the realm's settings strictly and returns its own type.
	Settings func(*fixtures.Reader) any
	// Attributes are those that a world may give to a client.
	Attributes Attributes
	// SecretID reads the id of a client's secret at this position, which may be
	// empty. Nil takes any, and the position counted from 1 for an empty one.
	SecretID func(client, id string, position int) (string, error)
	// Zone is where the vendor's servers live, nil for UTC. No time may be past the
	// last year of four digits there, for none could be shown.
	Zone *time.Location
}

func (k Kind) secretID(client, id string, position int) (string, error) {
	switch {
	case k.SecretID != nil:
		return k.SecretID(client, id, position)
	case id == "":
		return strconv.Itoa(position + 1), nil
	default:
		return id, nil
	}
}

// Realm is one loaded realm. It is safe for concurrent use.
type Realm struct {
	Kind     Kind
	Settings any
	Keys     *Keys
	Nonces   *Nonces
	// Era is when the tokens are issued that are issued now.
	Era *Era

	tenants    map[string]fixtures.Tenant
	principals map[client.Digest]Principal
	accessKeys map[string]AccessKey
	seed       fixtures.Realm
}

// AccessKey is a pair from which a caller gets a token or signs requests.
type AccessKey struct {
	ID     string
	Secret client.Value
	Tenant string
}

// Tenant returns the tenant with this id.
func (r *Realm) Tenant(id string) (fixtures.Tenant, bool) {
	t, ok := r.tenants[id]
	return t, ok
}

// TenantIDs lists the tenants.
func (r *Realm) TenantIDs() []string { return slices.Sorted(maps.Keys(r.tenants)) }

// AccessKey returns the access key with this id.
func (r *Realm) AccessKey(id string) (AccessKey, bool) {
	k, ok := r.accessKeys[id]
	return k, ok
}

// Holder returns the principal that holds this bearer token.
func (r *Realm) Holder(token string) (Principal, bool) {
	p, ok := r.principals[client.DigestOf(token)]
	return p, ok
}

// Principal is who calls a management API.
type Principal struct {
	Name    string
	Role    string
	Tenants []string
}

// MayWrite reports whether the principal may change clients.
func (p Principal) MayWrite() bool { return p.Role == fixtures.RoleAdmin }

// MaySeeSecrets reports whether the principal may be shown secrets.
func (p Principal) MaySeeSecrets() bool { return p.Role == fixtures.RoleAdmin }

// MayRead reports whether the principal may read clients at all. The holder of an
// ordinary client's access token may not.
func (p Principal) MayRead() bool {
	return p.Role == fixtures.RoleAdmin || p.Role == fixtures.RoleReader
}

// In reports whether the tenant is one of the principal's.
func (p Principal) In(tenant string) bool { return slices.Contains(p.Tenants, tenant) }

// Home is the principal's first tenant, where what it creates belongs.
func (p Principal) Home() string {
	if len(p.Tenants) == 0 {
		return ""
	}
	return p.Tenants[0]
}

// With returns the realm with keys and nonces of a namespace's own.
func (r *Realm) With(keys *Keys, nonces *Nonces) *Realm {
	own := *r
	own.Keys, own.Nonces = keys, nonces
	return &own
}

// In returns the same realm in another era.
func (r *Realm) In(era *Era) *Realm {
	own := *r
	own.Era = era
	return &own
}
