package defect

import (
	"context"
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// callers lists what goes wrong about who may call, and whose clients he reaches.
func callers() []Defect {
	return []Defect{
		{
			ID: "list-needs-no-credentials", About: "A list is shown to a caller without credentials.",
			Providers: everywhere, hooks: plain(Hooks{Caller: func(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
				if err != nil && in(call, []role{list, listSecrets}) {
					return realm.Principal{Name: "nobody", Role: fixtures.RoleReader, Tenants: call.Realm.TenantIDs()}, nil
				}
				return p, err
			}}),
		},
		{
			ID: "any-token-will-do", About: "A token that nobody issued is taken for an administrator's.",
			Providers: everywhere, hooks: plain(Hooks{Caller: func(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
				if err != nil && client.KindOf(err) == client.InvalidCredentials {
					return anybody(call), nil
				}
				return p, err
			}}),
		},
		{
			ID: "missing-credentials-are-forbidden", About: "A request without credentials is refused with 403.",
			Providers: everywhere, hooks: plain(Hooks{Caller: func(_ *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
				if err != nil && client.KindOf(err) == client.Unauthenticated {
					return p, client.Errorf(client.Forbidden, "not without credentials")
				}
				return p, err
			}}),
		},
		{
			ID: "challenge-is-missing", About: "A 401 names no way to authenticate.",
			Providers: []string{angus, identity}, hooks: plain(Hooks{Header: func(call *provider.Call, status int, header http.Header) {
				if status == http.StatusUnauthorized && !tokenSide(call) {
					header.Del("WWW-Authenticate")
				}
			}}),
		},
		{
			ID: "challenge-names-no-scheme", About: "The challenge of a 401 is a sentence.",
			Providers: []string{angus, identity}, hooks: plain(Hooks{Header: func(call *provider.Call, status int, header http.Header) {
				if status == http.StatusUnauthorized && !tokenSide(call) {
					header.Set("WWW-Authenticate", `"please, log in"`)
				}
			}}),
		},
		{
			ID: "reader-may-write", About: "A caller who may only read may write.",
			Providers: everywhere, hooks: plain(Hooks{Caller: func(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
				if p.Role == fixtures.RoleReader && in(call, []role{create, update, replace, rotate, remove, deleteSecret}) {
					p.Role = fixtures.RoleAdmin
				}
				return p, err
			}}),
		},
		{
			ID: "unauthenticated-rotation-rotates", About: "A rotation without credentials is refused and made.",
			Providers: everywhere, hooks: plain(Hooks{Around: rotatesAllTheSame(func(err error) bool {
				return client.KindOf(err) == client.Unauthenticated
			})}),
		},
		{
			ID: "foreign-tenant-rotates", About: "A caller of another tenant may rotate.",
			Providers: everywhere, hooks: reaching(rotate, update),
		},
		{
			ID: "foreign-tenant-reads", About: "A caller of another tenant may read and list.",
			Providers: everywhere, hooks: reaching(read, list, listSecrets, reveal),
		},
		{
			ID: "foreign-tenant-deletes", About: "A caller of another tenant may delete.",
			Providers: everywhere, hooks: reaching(remove, deleteSecret),
		},
		{
			ID: "refused-foreigner-deletes", About: "A deletion by a caller of another tenant is refused and made.",
			Providers: everywhere, hooks: plain(Hooks{Around: deletesAllTheSame}),
		},
		{
			ID: "named-tenant-is-believed", About: "The tenant that a request names is believed to be the caller's.",
			Providers: []string{v2, identity}, hooks: plain(Hooks{Caller: func(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
				named := call.HTTP.Header.Get(poolHeader)
				if parts := strings.Split(call.HTTP.URL.Path, "/"); call.Realm.Kind.Name == identity && len(parts) > 3 {
					named = parts[3]
				}
				if named == "" || p.Name == "" || err != nil && client.KindOf(err) != client.Forbidden {
					return p, err
				}
				p.Tenants = append([]string{named}, p.Tenants...)
				return p, nil
			}}),
		},
		{
			ID: "secret-id-alone-decides", About: "A secret is deleted by its id, whatever application the address names.",
			Providers: []string{identity}, hooks: plain(Hooks{Around: deletesByIDAlone}),
		},
	}
}

// poolHeader is how a request to Authing names a user pool.
const poolHeader = "x-authing-userpool-id"

// anybody is a caller who may do everything everywhere.
func anybody(call *provider.Call) realm.Principal {
	return realm.Principal{Name: "anybody", Role: fixtures.RoleAdmin, Tenants: call.Realm.TenantIDs()}
}

// reaching lets every known caller reach all tenants with operations of these roles.
func reaching(roles ...role) func() []Hooks {
	return plain(Hooks{Caller: func(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
		if err == nil && p.MayRead() && in(call, roles) {
			p.Tenants = call.Realm.TenantIDs()
			call.HTTP = call.HTTP.Clone(call.HTTP.Context())
			call.HTTP.Header.Del(poolHeader)
		}
		return p, err
	}})
}

func deletesAllTheSame(next provider.Handler) provider.Handler {
	return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
		reply, err := next(ctx, call)
		if err == nil || call.Principal.Name == "" || !in(call, []role{remove, deleteSecret}) {
			return reply, err
		}
		c, known := subject(ctx, call)
		switch {
		case !known || call.Principal.In(c.Tenant):
		case roleOf(call) == remove:
			if storing := call.Store.Delete(ctx, c.Key); storing != nil {
				return provider.Reply{}, storing
			}
		default:
			_, storing := call.Store.Update(ctx, c.Key, func(c *client.Client) error {
				return c.SoftDelete(call.Params.Text("id"), client.Policy{}, call.Now)
			})
			if storing != nil {
				return provider.Reply{}, storing
			}
		}
		return reply, err
	}
}

func deletesByIDAlone(next provider.Handler) provider.Handler {
	return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
		reply, err := next(ctx, call)
		if client.KindOf(err) != client.NotFound || !in(call, []role{deleteSecret}) {
			return reply, err
		}
		owner, found := ownerOf(ctx, call, call.Params.Text("id"))
		if !found {
			return reply, err
		}
		_, storing := call.Store.Update(ctx, owner, func(c *client.Client) error {
			return c.SoftDelete(call.Params.Text("id"), client.Policy{}, call.Now)
		})
		if storing != nil {
			return provider.Reply{}, storing
		}
		// The answer is that to a deletion which the address has a right to.
		return reply, err
	}
}
