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
	"github.com/keyturn/keyturn/mockserver/wire"
)

// credentials lists what goes wrong in how credentials are presented and taken.
func credentials() []Defect {
	return []Defect{
		{
			ID: "forbidden-blames-the-token", About: "A caller who may not do something is told that the token is invalid.",
			Providers: []string{angus, identity}, hooks: plain(heading(http.StatusForbidden, challenged(`Bearer error="invalid_token"`), management)),
		},
		{
			ID: "challenge-blames-a-token", About: "A request without credentials is told that its token is invalid.",
			Providers: []string{angus, identity}, hooks: plain(heading(http.StatusUnauthorized, challenged(`Bearer error="invalid_token"`), management)),
		},
		{
			ID: "scheme-has-one-case", About: "The scheme of a bearer token counts only as Bearer.",
			Providers: everywhere, hooks: plain(Hooks{Caller: onlyBearer}),
		},
		{
			ID: "first-of-two-tokens-counts", About: "Of two authorization lines the first counts.",
			Providers: everywhere, hooks: plain(calling(func(call *provider.Call) {
				if lines := call.HTTP.Header.Values("Authorization"); len(lines) > 1 {
					ownRequest(call).Header.Set("Authorization", lines[0])
				}
			})),
		},
		{
			ID: "applications-may-manage", About: "The access token of an application is taken for an administrator's.",
			Providers: everywhere, hooks: plain(Hooks{Caller: applicationsManage}),
		},
		{
			ID: "reader-sees-secrets", About: "A caller who may only read is shown secrets.",
			Providers: []string{v2, v3, angus}, hooks: plain(promoting(read, list, reveal)),
		},
		{
			ID: "bulk-deletion-takes-others", About: "A deletion of several clients that is refused because one is another tenant's deletes them all.",
			Providers: []string{angus}, hooks: plain(aside(refused(client.NotFound), deleteEach, by(remove))),
		},
		{
			ID: "foreign-clients-secret-opens", About: "The secret of a client of one tenant authenticates the clients of every other.",
			Providers: everywhere, hooks: plain(opening(func(own, other client.Client) bool { return other.Tenant != own.Tenant })),
		},
		{
			ID: "introspection-takes-no-basic", About: "The introspection endpoint does not look at the Authorization header.",
			Providers: everywhere, hooks: plain(calling(func(call *provider.Call) {
				ownRequest(call).Header.Del("Authorization")
			}, introspect)),
		},
		{
			ID: "token-reply-lacks-pragma", About: "The answer with an access token has no Pragma.",
			Providers: everywhere, hooks: plain(heading(anyStatus, without("Pragma"), by(token))),
		},
		{
			ID: "secret-in-the-query-counts", About: "A secret in the query of the address authenticates.",
			Providers: everywhere, hooks: plain(calling(mergeTheQuery, token, introspect, revoke)),
		},
	}
}

func onlyBearer(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
	scheme, _, _ := strings.Cut(call.HTTP.Header.Get("Authorization"), " ")
	if err == nil && strings.EqualFold(scheme, "Bearer") && scheme != "Bearer" {
		return realm.Principal{}, client.Errorf(client.Unauthenticated, "a bearer token is required")
	}
	return p, err
}

// applicationsManage goes by the role: an application has none.
func applicationsManage(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
	// Authing knows the caller, and then refuses the pool that the request names.
	if p.Name == "" || p.Role != "" || err != nil && client.KindOf(err) != client.Forbidden {
		return p, err
	}
	p.Role, p.Tenants = fixtures.RoleAdmin, call.Realm.TenantIDs()
	return p, nil
}

func deleteEach(ctx context.Context, call *provider.Call) error {
	ids, _ := call.Params["ids"].(wire.Array)
	if len(ids) < 2 {
		return nil
	}
	for _, item := range ids {
		id, _ := item.(string)
		c, err := call.Store.Find(ctx, call.Realm.Kind.Name, id)
		if err != nil {
			continue
		}
		if err := call.Store.Delete(ctx, c.Key); err != nil {
			return err
		}
	}
	return nil
}

// mergeTheQuery reads the query as part of the form, as careless frameworks do.
func mergeTheQuery(call *provider.Call) {
	query := call.HTTP.URL.Query()
	form, err := url.ParseQuery(string(call.Raw))
	if err != nil || !query.Has("client_secret") {
		return
	}
	for name, values := range query {
		if !form.Has(name) {
			form[name] = values
		}
	}
	call.Raw = []byte(form.Encode())
	ownRequest(call).URL.RawQuery = ""
}
