package angusgm

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/oauth"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// bearer is the security scheme UserHttpBearer.
type bearer struct{ tokens oauth.Dialect }

// authenticate recognises a caller of the world by its token. The access token of
// an ordinary client is a live token too, whose holder may do nothing here, which
// is a refusal of another kind.
func (b bearer) authenticate(ctx context.Context, call *provider.Call) (realm.Principal, error) {
	token, err := presentedToken(call)
	if err != nil {
		return realm.Principal{}, err
	}
	if p, known := call.Realm.Holder(token); known {
		return p, nil
	}
	if claims, _, live := b.tokens.Inspect(ctx, call, token); live {
		return realm.Principal{Name: claims.ClientID}, nil
	}
	return realm.Principal{}, client.Errorf(client.InvalidCredentials, "the token is unknown, expired or revoked")
}

// presentedToken reads the header and the query parameter, of which a request may
// use one (RFC 6750 section 2).
func presentedToken(call *provider.Call) (string, error) {
	presented, err := provider.CredentialsOf(call.HTTP)
	if err != nil {
		return "", err
	}
	var tokens []string
	if presented.Are("Bearer") {
		tokens = append(tokens, presented.Rest)
	}
	for _, token := range call.HTTP.URL.Query()["access_token"] {
		if token != "" {
			tokens = append(tokens, token)
		}
	}
	switch len(tokens) {
	case 0:
		return "", client.Errorf(client.Unauthenticated, "the request carries no bearer token")
	case 1:
		return tokens[0], nil
	default:
		return "", client.Errorf(client.InvalidCredentials, "the request carries more than one token")
	}
}
