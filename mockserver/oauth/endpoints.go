package oauth

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// Token answers RFC 6749 section 4.4, the client credentials grant.
func (d Dialect) Token(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	c, err := d.authenticate(ctx, call)
	if err != nil {
		return provider.Reply{}, err
	}
	form := call.Object()
	if grant := wire.Text(form, "grant_type"); grant != clientCredentials {
		return provider.Reply{}, refuse(&Failure{Code: UnsupportedGrant, Description: "the only grant here is client_credentials"})
	}
	if d.Grants != nil && !slices.Contains(d.Grants(c), clientCredentials) {
		return provider.Reply{}, refuse(&Failure{Code: UnauthorizedClient, Reason: WrongGrant, Description: "the client is not registered for client_credentials"})
	}
	scope, err := d.scope(c, wire.Text(form, "scope"))
	if err != nil {
		return provider.Reply{}, err
	}
	token, claims, err := d.issue(call, c, scope)
	if err != nil {
		return provider.Reply{}, err
	}
	body := wire.Object{
		"access_token": token, "token_type": "Bearer", "expires_in": claims.Expiry - claims.IssuedAt,
	}
	if scope != "" {
		body["scope"] = scope
	}
	return provider.OK(body), nil
}

func (d Dialect) scope(c client.Client, asked string) (string, error) {
	if d.Scopes == nil {
		return asked, nil
	}
	allowed := d.Scopes(c)
	if asked == "" {
		return strings.Join(allowed, " "), nil
	}
	for one := range strings.FieldsSeq(asked) {
		if !slices.Contains(allowed, one) {
			return "", refuse(&Failure{Code: InvalidScope, Reason: WrongScope, Description: "the client may not ask for this scope"})
		}
	}
	return asked, nil
}

// Introspect answers RFC 7662. A token of another tenant's client is not active
// for the caller.
func (d Dialect) Introspect(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	caller, err := d.authenticate(ctx, call)
	if err != nil {
		return provider.Reply{}, err
	}
	claims, owner, ok := d.Inspect(ctx, call, wire.Text(call.Object(), "token"))
	if !ok || owner.Tenant != caller.Tenant {
		return provider.OK(wire.Object{"active": false}), nil
	}
	body := wire.Object{
		"active": true, "client_id": claims.ClientID, "sub": claims.Subject, "iss": claims.Issuer, "jti": claims.ID,
		"iat": claims.IssuedAt, "exp": claims.Expiry, "scope": claims.Scope, "token_type": "Bearer",
	}
	if d.Describe != nil {
		maps.Copy(body, d.Describe(owner, claims))
	}
	return provider.OK(body), nil
}

// Revoke answers RFC 7009: 200 for a token that is revoked now, and for one that
// never was a token; an error for somebody else's.
func (d Dialect) Revoke(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	caller, err := d.authenticate(ctx, call)
	if err != nil {
		return provider.Reply{}, err
	}
	done := provider.Reply{Status: http.StatusOK}
	claims, ok := d.decode(call, wire.Text(call.Object(), "token"))
	if !ok || call.Now.Unix() >= claims.Expiry {
		return done, nil
	}
	if claims.ClientID != caller.ClientID || !claims.belongsTo(call, caller) {
		return provider.Reply{}, refuse(&Failure{Code: InvalidGrant, Description: "the token was issued to another client"})
	}
	_, err = call.Store.Update(ctx, caller.Key, func(c *client.Client) error {
		c.RevokedTokens = c.RevokedTokens.With(claims.ID, time.Unix(claims.Expiry, 0), call.Now)
		return nil
	})
	return done, err
}

// KeySet answers with the public key that signs the realm's tokens (RFC 7517).
func KeySet(_ context.Context, call *provider.Call) (provider.Reply, error) {
	key, err := call.Realm.Keys.PublicJWK()
	if err != nil {
		return provider.Reply{}, err
	}
	return provider.OK(wire.Object{"keys": wire.Array{key}}), nil
}

// Paths are where a realm's endpoints are, below the base URL.
type Paths struct{ Token, Introspection, Revocation, Keys string }

// Discovery answers with the metadata of RFC 8414.
func (d Dialect) Discovery(paths Paths) provider.Handler {
	return func(_ context.Context, call *provider.Call) (provider.Reply, error) {
		methods := wire.Strings([]string{"client_secret_basic", "client_secret_post"})
		return provider.OK(wire.Object{
			"issuer":                                d.Issuer(call.BaseURL),
			"token_endpoint":                        call.BaseURL + paths.Token,
			"introspection_endpoint":                call.BaseURL + paths.Introspection,
			"revocation_endpoint":                   call.BaseURL + paths.Revocation,
			"jwks_uri":                              call.BaseURL + paths.Keys,
			"grant_types_supported":                 wire.Strings([]string{clientCredentials}),
			"token_endpoint_auth_methods_supported": methods,
			"introspection_endpoint_auth_methods_supported": methods,
			"revocation_endpoint_auth_methods_supported":    methods,
		}), nil
	}
}
