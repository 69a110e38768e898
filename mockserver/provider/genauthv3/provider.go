package genauthv3

import (
	"github.com/keyturn/keyturn/mockserver/oauth"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm/authing"
)

// Name is the folder of the document.
const Name = "genauth-v3"

// New returns the provider.
func New() provider.Provider {
	dialect := authing.Dialect()
	return provider.Provider{
		Name:  Name,
		Realm: authing.Kind(),
		Handlers: map[string]provider.Handler{
			"refreshApplicationSecret": refreshSecret,
			"getApplicationSecret":     getSecret,
			"checkAppIdSecret":         checkSecret,
			"getManagementToken":       managementToken,
			"createApplication":        createApplication,
			"getApplication":           getApplication,
			"listApplications":         listApplications,
			"updateApplication":        updateApplication,
			"deleteApplication":        deleteApplication,
			"oidcToken":                dialect.Token,
			"oidcIntrospect":           dialect.Introspect,
			"oidcRevoke":               dialect.Revoke,
			"oidcKeys":                 oauth.KeySet,
			"oidcKeysOfApplication":    applicationKeys,
			"oidcDiscovery": dialect.Discovery(oauth.Paths{
				Token:         "/oidc/token",
				Introspection: "/oidc/token/introspection",
				Revocation:    "/oidc/token/revocation",
				Keys:          "/oidc/.well-known/jwks.json",
			}),
		},
		Authenticators: map[string]provider.Authenticator{"bearer": authing.Bearer, "signature": authing.Signature},
		Doors: []provider.Door{
			{Prefix: "/api/v3/", Refuse: refuse},
			{Prefix: "/oidc/", Refuse: dialect.RefuseCall},
			{Prefix: "/{appId}/oidc/", Refuse: dialect.RefuseCall},
		},
	}
}
