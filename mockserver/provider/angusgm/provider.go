package angusgm

import (
	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/oauth"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// Name is the folder of the document and the name of the realm.
const Name = "angusgm"

// settings are the realm's choices.
type settings struct {
	// plainOK answers every success with 200 and an envelope, as the vendor's
	// page shows it, also where the product answers 201 or 204.
	plainOK bool
}

func readSettings(r *fixtures.Reader) any {
	return settings{plainOK: r.Bool("plain_ok", false)}
}

func settingsOf(call *provider.Call) settings {
	s, _ := call.Realm.Settings.(settings)
	return s
}

// New returns the provider.
func New() provider.Provider {
	tokens := dialect()
	return provider.Provider{
		Name:  Name,
		Realm: realm.Kind{Name: Name, Secrets: realm.Encoded, Settings: readSettings, Attributes: attributes(), Zone: shanghai},
		Handlers: map[string]provider.Handler{
			"listClients":   listClients,
			"createClient":  createClient,
			"replaceClient": replaceClient,
			"updateClient":  updateClient,
			"deleteClients": deleteClients,
			"getClient":     getClient,

			"oauthToken":      tokens.Token,
			"oauthIntrospect": tokens.Introspect,
			"oauthRevoke":     tokens.Revoke,
			"oauthKeys":       oauth.KeySet,
			"oauthDiscovery": tokens.Discovery(oauth.Paths{
				Token: "/oauth2/token", Introspection: "/oauth2/introspect", Revocation: "/oauth2/revoke", Keys: "/oauth2/jwks",
			}),
		},
		Authenticators: map[string]provider.Authenticator{"UserHttpBearer": bearer{tokens: tokens}.authenticate},
		Doors: []provider.Door{
			{Prefix: "/api/v1/", Refuse: refuse},
			{Prefix: "/oauth2/", Refuse: tokens.RefuseCall},
			{Prefix: "/.well-known/oauth-authorization-server", Refuse: tokens.RefuseCall},
		},
	}
}
