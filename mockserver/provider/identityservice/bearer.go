package identityservice

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/oauth"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// bearer recognises the holders of the world's tokens. An application's own access
// token is a real token of this service, so it is known and allowed nothing.
func bearer(tokens oauth.Dialect) provider.Authenticator {
	return func(ctx context.Context, call *provider.Call) (realm.Principal, error) {
		presented, err := provider.CredentialsOf(call.HTTP)
		if err != nil {
			return realm.Principal{}, err
		}
		if !presented.Are("Bearer") {
			return realm.Principal{}, client.Errorf(client.Unauthenticated, "a bearer token is required")
		}
		if holder, ok := call.Realm.Holder(presented.Rest); ok {
			return holder, nil
		}
		if claims, _, ok := tokens.Inspect(ctx, call, presented.Rest); ok {
			return realm.Principal{Name: claims.ClientID}, nil
		}
		return realm.Principal{}, client.Errorf(client.InvalidCredentials, "the bearer token is unknown or no longer works")
	}
}
