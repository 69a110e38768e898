package identityservice

import (
	"slices"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/oauth"
)

const (
	accessTokenLifetime = time.Hour
	discoveryPath       = "/.well-known/openid-configuration"
	clientCredentials   = "client_credentials"
	publicType          = "public"
)

// paths are this project's choice, because no page of the vendor prints them.
var paths = oauth.Paths{
	Token: "/connect/token", Introspection: "/connect/introspect", Revocation: "/connect/revoke", Keys: "/.well-known/jwks",
}

// dialect leaves Refuse out, because the words of a refusal depend on the grant that
// was asked for: see refuseOAuth.
func dialect() oauth.Dialect {
	return oauth.Dialect{
		Issuer:   func(baseURL string) string { return baseURL },
		Lifetime: func(client.Client) time.Duration { return accessTokenLifetime },
		Grants:   grantsOf,
		Scopes:   func(c client.Client) []string { return texts(c, "scopes") },
	}
}

// grantsOf is what the application is registered for. A public application is
// never let in by a secret alone (RFC 6749 section 4.4).
func grantsOf(c client.Client) []string {
	grants := texts(c, "grantTypes")
	if c.Attributes.Text("type") != publicType {
		return grants
	}
	return slices.DeleteFunc(grants, func(grant string) bool { return grant == clientCredentials })
}
