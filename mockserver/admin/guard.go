package admin

import (
	"context"
	"net/http"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// tokenSettings are what gives a server its token, for whoever is refused for want
// of one.
const tokenSettings = "--admin-plane-token or KEYTURN_ADMIN_PLANE_TOKEN"

// Guard decides who may use those operations of the plane that are not open to all.
type Guard struct {
	Hosts HostPolicy
	// Token is what callers have to present (RFC 6750 section 2.1). Where there is
	// none, it counts where they are.
	Token string
	// Closed says that other machines can reach the server: nobody is let in without
	// a token, so nobody at all where there is none.
	Closed bool
}

// checkDocs lets in everybody but the pages of others, as what the docs show is open. A
// name is of no account where the plane does not go by it.
func (g Guard) checkDocs(r *http.Request) error {
	if g.Token != "" || g.Closed {
		return checkOrigin(r)
	}
	return g.Hosts.Check(r)
}

// authenticators are one for each way in that the document has. Each leaves a caller
// whom it does not concern to the other.
func (g Guard) authenticators() map[string]provider.Authenticator {
	return map[string]provider.Authenticator{"adminToken": g.byToken, "sameOrigin": g.byPlace}
}

var operator = realm.Principal{Name: "local", Role: fixtures.RoleAdmin}

// byToken lets in who has the token, under whatever name: a page that had a name of
// its own resolve to this server still does not have the token. What a browser says
// about itself is looked at all the same, as a token can be in its store.
func (g Guard) byToken(_ context.Context, call *provider.Call) (realm.Principal, error) {
	if g.Token == "" {
		return realm.Principal{}, client.Errorf(client.Unauthenticated, "the server has no token for its admin plane")
	}
	if err := checkOrigin(call.HTTP); err != nil {
		return realm.Principal{}, err
	}
	credentials, err := provider.CredentialsOf(call.HTTP)
	switch {
	case err != nil:
		return realm.Principal{}, err
	case !credentials.Are("Bearer"):
		return realm.Principal{}, client.Errorf(client.Unauthenticated,
			"the admin plane asks for its token: want the header Authorization: Bearer TOKEN, with what the server was given by %s", tokenSettings)
	case !client.DigestOf(g.Token).Equal(client.DigestOf(credentials.Rest)): // takes as long for any token
		return realm.Principal{}, client.Errorf(client.InvalidCredentials,
			"this is not the token of the admin plane: want what the server was given by %s", tokenSettings)
	}
	return operator, nil
}

// byPlace lets in everybody on this machine, but for the pages of others in its
// browser.
func (g Guard) byPlace(_ context.Context, call *provider.Call) (realm.Principal, error) {
	switch {
	case g.Token != "":
		return realm.Principal{}, client.Errorf(client.Unauthenticated, "the admin plane asks for its token")
	case g.Closed:
		return realm.Principal{}, client.Errorf(client.Forbidden,
			"the server listens where other machines can reach it, and its admin plane has no token: start it with %s", tokenSettings)
	}
	if err := g.Hosts.Check(call.HTTP); err != nil {
		return realm.Principal{}, err
	}
	return operator, nil
}
