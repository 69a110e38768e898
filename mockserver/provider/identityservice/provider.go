package identityservice

import (
	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/oauth"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// Name is the provider's, its document's and its realm's.
const Name = "identity-service"

// The operations that code outside the handlers' table has to tell apart.
const (
	registerOperation    = "registerApplication"
	applicationOperation = "getApplication"
	listOperation        = "listSecrets"
	tokenOperation       = "issueToken"
)

// New returns the provider.
func New() provider.Provider {
	tokens := dialect()
	return provider.Provider{
		Name:  Name,
		Realm: realm.Kind{Name: Name, Secrets: realm.Sealed, Settings: readSettings, Attributes: attributes(), SecretID: secretID},
		Handlers: map[string]provider.Handler{
			registerOperation:    register,
			applicationOperation: application,
			"addSecret":          addSecret,
			listOperation:        listSecrets,
			"deleteSecret":       deleteSecret,
			"noAccessRedirect":   page(noAccessPage),
			"opDashboard":        page(dashboardPage),
			"profileRedirect":    page(profilePage),
			tokenOperation:       tokens.Token,
			"introspectToken":    tokens.Introspect,
			"revokeToken":        tokens.Revoke,
			"discovery":          tokens.Discovery(paths),
			"keySet":             oauth.KeySet,
		},
		Authenticators: map[string]provider.Authenticator{"bearer": bearer(tokens)},
		Doors: []provider.Door{
			{Prefix: "/api/tenants/", Refuse: refuse},
			{Prefix: "/no-access-callback", Refuse: refuse},
			{Prefix: "/_/op-dashboard", Refuse: refuse},
			{Prefix: "/profile", Refuse: refuse},
			{Prefix: "/connect/", Refuse: refuseOAuth},
			{Prefix: paths.Keys, Refuse: refuseOAuth},
			{Prefix: discoveryPath, Refuse: refuseOAuth},
		},
	}
}

// readSettings turns the realm's settings into the policy they describe.
func readSettings(r *fixtures.Reader) any {
	return client.Policy{
		MaxLive:         r.Int("max_secrets", 0),
		KeepLast:        r.Bool("keep_last_secret", false),
		DefaultLifetime: r.Duration("default_lifetime", 0),
	}
}

func policyOf(call *provider.Call) client.Policy {
	policy, _ := call.Realm.Settings.(client.Policy)
	return policy
}
