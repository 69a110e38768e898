package authingv2

import (
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm/authing"
)

// Name is the folder of the document.
const Name = "authing-v2"

// New returns the provider.
func New() provider.Provider {
	dialect := authing.Dialect()
	return provider.Provider{
		Name:  Name,
		Realm: authing.Kind(),
		Handlers: map[string]provider.Handler{
			"refreshSecret":     refreshSecret,
			"listApplications":  listApplications,
			"createApplication": createApplication,
			"getApplication":    getApplication,
			"updateApplication": updateApplication,
			"deleteApplication": deleteApplication,
			"accessToken":       accessToken,
			"graphql":           graphQL,
			"oauthToken":        dialect.Token,
			"oauthIntrospect":   dialect.Introspect,
			"oauthRevoke":       dialect.Revoke,
		},
		Authenticators: map[string]provider.Authenticator{"bearer": authing.Bearer},
		Doors: []provider.Door{
			{Prefix: "/api/v2/", Refuse: refuse},
			{Prefix: "/graphql/", Refuse: refuseGraphQL},
			{Prefix: "/oauth/", Refuse: dialect.RefuseCall},
		},
	}
}
