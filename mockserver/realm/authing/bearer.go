package authing

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// Bearer recognises a caller by a token in the Authorization header, with the word
// "Bearer" before it or without, because official SDKs do either.
func Bearer(ctx context.Context, call *provider.Call) (realm.Principal, error) {
	credentials, err := provider.CredentialsOf(call.HTTP)
	if err != nil {
		return realm.Principal{}, err
	}
	token := bearerToken(credentials)
	if token == "" {
		return realm.Principal{}, client.Errorf(client.Unauthenticated, "the Authorization header with a token is missing")
	}
	p, err := tokenHolder(ctx, call, token)
	if err != nil {
		return realm.Principal{}, err
	}
	return p, checkPool(call, p)
}

// bearerToken returns the token, empty when the credentials are of another scheme.
func bearerToken(c provider.Credentials) string {
	switch {
	case c.Are("Bearer"):
		return c.Rest
	case c.Rest == "":
		return c.Scheme
	default:
		return ""
	}
}

func tokenHolder(ctx context.Context, call *provider.Call, token string) (realm.Principal, error) {
	if p, ok := call.Realm.Holder(token); ok {
		return p, nil
	}
	if p, ok := managementPrincipal(call, token); ok {
		return p, nil
	}
	if claims, _, ok := Dialect().Inspect(ctx, call, token); ok {
		// An application's own token is real, and no reason to let it manage.
		return realm.Principal{Name: claims.ClientID}, nil
	}
	return realm.Principal{}, client.Errorf(client.InvalidCredentials, "the token is unknown or has expired")
}
