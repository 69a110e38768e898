// Package vendortest is the emulated APIs as a test sees them that takes each in turn: how
// a secret is made, shown, tried and withdrawn in the default world. What only one of them
// has is tested beside its provider.
package vendortest

import (
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
)

// Vendor is one emulated API.
type Vendor struct {
	// Name is the provider's.
	Name string
	// ClientID and Secret get a token.
	ClientID, Secret string
	// Operation is the name of Rotation, which makes a new secret; Held is the path that
	// shows what there is.
	Operation string
	Rotation  Call
	Held      string
	// Made finds the new secret in the reply to Rotation, or in what Held shows after it.
	Made func(rotated, held apitest.Reply) string
	// Forgotten is the path below which a secret is deleted by its id, empty where a
	// rotation replaces it.
	Forgotten string
	// Token, Introspection and Revocation are the paths of the OAuth endpoints, and Keys
	// that of the public keys, empty where there are none.
	Token, Introspection, Revocation, Keys string
	// Refused is the status for a secret that does not work.
	Refused int
	// Creation makes a client whose id is at Created in the reply, and Deletion, with
	// {id} for it, deletes one. They are empty where the API lacks either.
	Creation, Deletion Call
	Created            []any
	// List is the path of all clients, and Total the way to their number in the reply.
	List  string
	Total []any
}

// What the default world has, where a test sends it by itself.
const (
	AuthingApp        = "61df925846bed781f5757166"
	AuthingSecret     = "2b0f6a7c9d4e4f1e8a35c7d21b96e0f4"
	AuthingPool       = "61b95d6c96d42670da568408"
	AuthingPoolSecret = "5f1d9c3be47a40c2a6d80e95b71c2f34"
	AngusID           = "00000000-0000-4000-8000-000000000001"
	IdentityApp       = "my-new-app"
	IdentitySecret    = "hQ7v2Zk0sXwB9rTnE4uYc1LpJ6mDfGa8oViK3NxR5Sg"
	IdentitySecrets   = "/api/tenants/acme/applications/" + IdentityApp + "/secrets"
)

// All is every emulated API.
var All = []Vendor{IdentityService, AngusGM, AuthingV2, GenAuthV3}

// IdentityService keeps the secrets it had when it makes another.
var IdentityService = Vendor{
	Name: "identity-service", ClientID: IdentityApp, Secret: IdentitySecret,
	Operation: "addSecret", Rotation: Call{http.MethodPost, IdentitySecrets, `{}`}, Held: IdentitySecrets,
	Made:      func(rotated, _ apitest.Reply) string { return rotated.TextAt("clientSecret") },
	Forgotten: IdentitySecrets + "/",
	Token:     "/connect/token", Introspection: "/connect/introspect", Revocation: "/connect/revoke", Keys: "/.well-known/jwks",
	Refused: http.StatusUnauthorized,
}

// AngusGM has the caller think of the secret.
var AngusGM = Vendor{
	Name: "angusgm", ClientID: "example-service", Secret: "example-service-secret",
	Operation: "updateClient",
	Rotation:  Call{http.MethodPatch, "/api/v1/auth/client", `{"id":"` + AngusID + `","clientSecret":"{noop}a-secret-of-the-callers-nth"}`},
	Held:      "/api/v1/auth/client/" + AngusID,
	Made: func(_, held apitest.Reply) string {
		return strings.TrimPrefix(held.TextAt("data", "clientSecret"), "{noop}")
	},
	Token: "/oauth2/token", Introspection: "/oauth2/introspect", Revocation: "/oauth2/revoke", Keys: "/oauth2/jwks",
	Refused: http.StatusUnauthorized,
}

// AuthingV2 shares its clients with GenAuthV3.
var AuthingV2 = Vendor{
	Name: "authing-v2", ClientID: AuthingApp, Secret: AuthingSecret,
	Operation: "refreshSecret", Rotation: Call{http.MethodPatch, "/api/v2/application/" + AuthingApp + "/refresh-secret", ""},
	Held:  "/api/v2/applications/" + AuthingApp,
	Made:  func(_, held apitest.Reply) string { return held.TextAt("data", "secret") },
	Token: "/oauth/token", Introspection: "/oauth/token/introspection", Revocation: "/oauth/token/revocation",
	Refused:  http.StatusBadRequest,
	Creation: Call{http.MethodPost, "/api/v2/applications", `{"name":"n","identifier":"made-nth","redirectUris":"https://a.example"}`},
	Deletion: Call{http.MethodDelete, "/api/v2/applications/{id}", ""}, Created: []any{"data", "id"},
	List: "/api/v2/applications", Total: []any{"data", "totalCount"},
}

// GenAuthV3 tells the secret in the reply that makes it.
var GenAuthV3 = Vendor{
	Name: "genauth-v3", ClientID: AuthingApp, Secret: AuthingSecret,
	Operation: "refreshApplicationSecret", Rotation: Call{http.MethodPost, refreshPath, `{"appId":"` + AuthingApp + `"}`},
	Held:  "/api/v3/get-application-secret?appId=" + AuthingApp,
	Made:  func(rotated, _ apitest.Reply) string { return rotated.TextAt("data", "secret") },
	Token: "/oidc/token", Introspection: "/oidc/token/introspection", Revocation: "/oidc/token/revocation", Keys: "/oidc/.well-known/jwks.json",
	Refused:  http.StatusBadRequest,
	Creation: Call{http.MethodPost, "/api/v3/create-application", `{"appName":"n","appIdentifier":"made-nth"}`},
	Deletion: Call{http.MethodPost, "/api/v3/delete-application", `{"appId":"{id}"}`}, Created: []any{"data", "appId"},
	List: "/api/v3/list-applications", Total: []any{"data", "totalCount"},
}
