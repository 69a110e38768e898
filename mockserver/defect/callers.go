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
			Providers: everywhere, hooks: plain(Hooks{Caller: nobodyLists}),
		},
		{
			ID: "any-token-will-do", About: "A token that nobody issued is taken for an administrator's.",
			Providers: everywhere, hooks: plain(Hooks{Caller: anybodyWithAToken}),
		},
		{
			ID: "missing-credentials-are-forbidden", About: "A request without credentials is refused with 403.",
			Providers: everywhere, hooks: plain(Hooks{Caller: forbiddenWithout}),
		},
		{
			ID: "challenge-is-missing", About: "A 401 names no way to authenticate.",
			Providers: []string{angus, identity}, hooks: plain(heading(http.StatusUnauthorized, without("WWW-Authenticate"), management)),
		},
		{
			ID: "challenge-names-no-scheme", About: "The challenge of a 401 is a sentence.",
			Providers: []string{angus, identity}, hooks: plain(heading(http.StatusUnauthorized, challenged(`"please, log in"`), management)),
		},
		{
			ID: "reader-may-write", About: "A caller who may only read may write.",
			Providers: everywhere, hooks: plain(promoting(create, update, replace, rotate, remove, deleteSecret)),
		},
		{
			ID: "unauthenticated-rotation-rotates", About: "A rotation without credentials is refused, and made.",
			Providers: everywhere, hooks: plain(rotatesAllTheSame(client.Unauthenticated)),
		},
		{
			ID: "foreign-tenant-rotates", About: "A caller of another tenant may rotate.",
			Providers: everywhere, hooks: plain(reaching(rotate, update)),
		},
		{
			ID: "foreign-tenant-reads", About: "A caller of another tenant may read and list.",
			Providers: everywhere, hooks: plain(reaching(read, list, listSecrets, reveal)),
		},
		{
			ID: "foreign-tenant-deletes", About: "A caller of another tenant may delete.",
			Providers: everywhere, hooks: plain(reaching(remove, deleteSecret)),
		},
		{
			ID: "refused-foreigner-deletes", About: "A deletion by a caller of another tenant is refused, and made.",
			Providers: everywhere, hooks: plain(aside(refused(), deleteAllTheSame, known, by(remove, deleteSecret))),
		},
		{
			ID: "named-tenant-is-believed", About: "The tenant that a request names is believed to be the caller's.",
			Providers: []string{v2, identity}, hooks: plain(Hooks{Caller: believedTenant}),
		},
		{
			ID: "secret-id-alone-decides", About: "A deletion whose address names another application is refused, and deletes the secret of that id.",
			Providers: []string{identity}, hooks: plain(aside(refused(client.NotFound), deleteByIDAlone, by(deleteSecret))),
		},
	}
}

// poolHeader is how a request to Authing names a user pool.
const poolHeader = "x-authing-userpool-id"

func nobodyLists(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
	if err != nil && in(call, list, listSecrets) {
		return realm.Principal{Name: "nobody", Role: fixtures.RoleReader, Tenants: call.Realm.TenantIDs()}, nil
	}
	return p, err
}

func anybodyWithAToken(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
	if client.KindOf(err) == client.InvalidCredentials {
		return realm.Principal{Name: "anybody", Role: fixtures.RoleAdmin, Tenants: call.Realm.TenantIDs()}, nil
	}
	return p, err
}

func forbiddenWithout(_ *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
	if client.KindOf(err) == client.Unauthenticated {
		return p, client.Errorf(client.Forbidden, "not without credentials")
	}
	return p, err
}

// promoting makes readers administrators for operations in these roles.
func promoting(roles ...role) Hooks {
	return Hooks{Caller: func(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
		if p.Role == fixtures.RoleReader && in(call, roles...) {
			p.Role = fixtures.RoleAdmin
		}
		return p, err
	}}
}

// reaching lets every known caller reach all tenants with operations in these roles.
func reaching(roles ...role) Hooks {
	return Hooks{Caller: func(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
		if err == nil && p.MayRead() && in(call, roles...) {
			p.Tenants = call.Realm.TenantIDs()
			ownRequest(call).Header.Del(poolHeader)
		}
		return p, err
	}}
}

func believedTenant(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
	named := call.HTTP.Header.Get(poolHeader)
	if parts := strings.Split(call.HTTP.URL.Path, "/"); call.Realm.Kind.Name == identity && len(parts) > 3 {
		named = parts[3]
	}
	if named == "" || p.Name == "" || err != nil && client.KindOf(err) != client.Forbidden {
		return p, err
	}
	p.Tenants = append([]string{named}, p.Tenants...)
	return p, nil
}

func deleteAllTheSame(ctx context.Context, call *provider.Call) error {
	c, exists := subject(ctx, call)
	switch {
	case !exists || call.Principal.In(c.Tenant):
		return nil
	case roleOf(call) == remove:
		return call.Store.Delete(ctx, c.Key)
	default:
		return deleteStored(ctx, call, c.Key)
	}
}

// deleteByIDAlone lets the answer stand: it is that to an address which has no such
// secret.
func deleteByIDAlone(ctx context.Context, call *provider.Call) error {
	if owner, found := ownerOf(ctx, call, call.Params.Text("id")); found {
		return deleteStored(ctx, call, owner)
	}
	return nil
}
