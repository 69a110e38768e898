package defect

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// credentials lists what goes wrong in how credentials are presented and taken.
func credentials() []Defect {
	return []Defect{
		{
			ID: "forbidden-blames-the-token", About: "A caller who may not do something is told that the token is invalid.",
			Providers: []string{angus, identity}, hooks: plain(Hooks{Header: func(call *provider.Call, status int, header http.Header) {
				if status == http.StatusForbidden && !tokenSide(call) {
					header.Set("WWW-Authenticate", `Bearer error="invalid_token"`)
				}
			}}),
		},
		{
			ID: "challenge-blames-a-token", About: "A request without credentials is told that its token is invalid.",
			Providers: []string{angus, identity}, hooks: plain(Hooks{Header: func(call *provider.Call, status int, header http.Header) {
				if status == http.StatusUnauthorized && !tokenSide(call) {
					header.Set("WWW-Authenticate", `Bearer error="invalid_token"`)
				}
			}}),
		},
		{
			ID: "scheme-has-one-case", About: "The scheme of a bearer token counts only as Bearer.",
			Providers: everywhere, hooks: plain(Hooks{Caller: func(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
				scheme, _, _ := strings.Cut(call.HTTP.Header.Get("Authorization"), " ")
				if err == nil && strings.EqualFold(scheme, "Bearer") && scheme != "Bearer" {
					return realm.Principal{}, client.Errorf(client.Unauthenticated, "a bearer token is required")
				}
				return p, err
			}}),
		},
		{
			ID: "first-of-two-tokens-counts", About: "Of two authorization lines the first counts.",
			Providers: everywhere, hooks: plain(Hooks{Call: func(call *provider.Call) {
				if lines := call.HTTP.Header.Values("Authorization"); len(lines) > 1 {
					call.HTTP = call.HTTP.Clone(call.HTTP.Context())
					call.HTTP.Header.Set("Authorization", lines[0])
				}
			}}),
		},
		{
			ID: "applications-may-manage", About: "The access token of an application is taken for an administrator's.",
			Providers: everywhere, hooks: plain(Hooks{Caller: func(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
				if err == nil && p.Role == "" {
					p.Role, p.Tenants = fixtures.RoleAdmin, call.Realm.TenantIDs()
				}
				return p, err
			}}),
		},
		{
			ID: "reader-sees-secrets", About: "A caller who may only read is shown secrets.",
			Providers: []string{v2, v3, angus}, hooks: plain(Hooks{Caller: func(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
				if p.Role == fixtures.RoleReader && in(call, []role{read, list, reveal}) {
					p.Role = fixtures.RoleAdmin
				}
				return p, err
			}}),
		},
		{
			ID: "bulk-deletion-takes-others", About: "A deletion of several clients that is refused because one is another tenant's deletes them all.",
			Providers: []string{angus}, hooks: plain(Hooks{Around: bulkTakesOthers}),
		},
		{
			ID: "foreign-clients-secret-opens", About: "The secret of a client of one tenant authenticates the clients of every other.",
			Providers: everywhere, hooks: plain(judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
				if accepted || !c.Enabled || len(c.Secrets) == 0 {
					return accepted
				}
				page, err := call.Store.List(context.WithoutCancel(call.HTTP.Context()), store.Query{Realm: c.Realm})
				for _, other := range page.Clients {
					if err == nil && other.Tenant != c.Tenant && other.Accepts(presented, call.Now) {
						return true
					}
				}
				return false
			})),
		},
		{
			ID: "introspection-takes-no-basic", About: "The introspection endpoint does not look at the Authorization header.",
			Providers: everywhere, hooks: plain(Hooks{Call: func(call *provider.Call) {
				if in(call, []role{introspect}) {
					call.HTTP = call.HTTP.Clone(call.HTTP.Context())
					call.HTTP.Header.Del("Authorization")
				}
			}}),
		},
		{
			ID: "token-reply-lacks-pragma", About: "The answer with an access token has no Pragma.",
			Providers: everywhere, hooks: plain(Hooks{Header: func(call *provider.Call, _ int, header http.Header) {
				if in(call, []role{token}) {
					header.Del("Pragma")
				}
			}}),
		},
		{
			ID: "secret-in-the-query-counts", About: "A secret in the query of the address authenticates.",
			Providers: everywhere, hooks: plain(Hooks{Call: mergesTheQuery}),
		},
	}
}

func bulkTakesOthers(next provider.Handler) provider.Handler {
	return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
		reply, err := next(ctx, call)
		ids, _ := call.Params["ids"].(wire.Array)
		if client.KindOf(err) != client.NotFound || !in(call, []role{remove}) || len(ids) < 2 {
			return reply, err
		}
		for _, item := range ids {
			id, _ := item.(string)
			if c, finding := call.Store.Find(ctx, call.Realm.Kind.Name, id); finding == nil {
				if storing := call.Store.Delete(ctx, c.Key); storing != nil {
					return provider.Reply{}, storing
				}
			}
		}
		return reply, err
	}
}

// mergesTheQuery reads the query as part of the form, as careless frameworks do.
func mergesTheQuery(call *provider.Call) {
	query := call.HTTP.URL.Query()
	if !tokenSide(call) || !query.Has("client_secret") {
		return
	}
	form, err := url.ParseQuery(string(call.Raw))
	if err != nil {
		return
	}
	for name, values := range query {
		if !form.Has(name) {
			form[name] = values
		}
	}
	call.Raw = []byte(form.Encode())
	call.HTTP = call.HTTP.Clone(call.HTTP.Context())
	call.HTTP.URL.RawQuery = ""
}
