package main

import (
	"net/http"
	"strings"
)

// tongue is how a vendor whose clients have one secret is spoken to.
type tongue struct {
	vendor string
	// create registers a client under a name that nobody else has; created is its id, and
	// its secret where the answer shows it.
	create  func(name string) request
	created func(name string, a answer) (id, secret string)
	// rotate gives the client another secret: the wish where the vendor takes wishes.
	rotate func(id, wish string) request
	// rotated is the new secret where the answer shows it.
	rotated func(a answer) string
	remove  func(id, clientID string) request
	// read shows the secret.
	read func(id string) request
	show func(a answer) string
	// wishes says that callers choose the secret.
	wishes                      bool
	clientID                    func(name, id string) string
	token, introspect, revoking string
}

func ownID(_, id string) string { return id }

func unseen(answer) string { return "" }

// tongues has one of each vendor but identity-service.
var tongues = []tongue{
	{
		vendor: "authing-v2",
		create: func(name string) request {
			return send(http.MethodPost, "/api/v2/applications", object{"name": name, "identifier": name, "redirectUris": []string{}})
		},
		created: func(_ string, a answer) (string, string) { return a.textAt("data", "id"), a.textAt("data", "secret") },
		rotate: func(id, _ string) request {
			return request{method: http.MethodPatch, path: "/api/v2/application/" + id + "/refresh-secret"}
		},
		rotated: unseen,
		remove: func(id, _ string) request {
			return request{method: http.MethodDelete, path: "/api/v2/applications/" + id}
		},
		read:     func(id string) request { return fetch("/api/v2/applications/" + id) },
		show:     func(a answer) string { return a.textAt("data", "secret") },
		clientID: ownID, token: "/oauth/token", introspect: "/oauth/token/introspection", revoking: "/oauth/token/revocation",
	},
	{
		vendor: "genauth-v3",
		create: func(name string) request {
			return send(http.MethodPost, "/api/v3/create-application", object{"appName": name, "appIdentifier": name, "redirectUris": []string{}})
		},
		created: func(_ string, a answer) (string, string) { return a.textAt("data", "appId"), "" },
		rotate: func(id, _ string) request {
			return send(http.MethodPost, "/api/v3/refresh-application-secret", object{"appId": id})
		},
		rotated: func(a answer) string { return a.textAt("data", "secret") },
		remove: func(id, _ string) request {
			return send(http.MethodPost, "/api/v3/delete-application", object{"appId": id})
		},
		read:     func(id string) request { return fetch("/api/v3/get-application-secret?appId=" + id) },
		show:     func(a answer) string { return a.textAt("data", "secret") },
		clientID: ownID, token: "/oidc/token", introspect: "/oidc/token/introspection", revoking: "/oidc/token/revocation",
	},
	{
		vendor: "angusgm",
		create: func(name string) request {
			return send(http.MethodPost, "/api/v1/auth/client", object{
				"id": name, "clientId": "of-" + name, "clientName": name, "clientSecret": "{noop}first-of-" + name,
				"clientAuthenticationMethods": []string{"client_secret_post"}, "authorizationGrantTypes": []string{"client_credentials"},
				"scopes": []string{"example.read"}, "redirectUris": []string{}, "postLogoutRedirectUris": []string{},
				"clientSettings": object{"settings.client.require-authorization-consent": false}, "tokenSettings": object{"settings.token.access-token-time-to-live": 36000},
				"platform": "XCAN_TP", "source": "XCAN_SYS_TOKEN", "tenantId": "1",
			})
		},
		created: func(name string, a answer) (string, string) { return a.textAt("data", "id"), "first-of-" + name },
		rotate: func(id, wish string) request {
			return send(http.MethodPatch, "/api/v1/auth/client", object{"id": id, "clientSecret": "{noop}" + wish, "description": "has " + wish})
		},
		rotated: unseen,
		remove: func(_, clientID string) request {
			return request{method: http.MethodDelete, path: "/api/v1/auth/client?ids=" + clientID}
		},
		read:     func(id string) request { return fetch("/api/v1/auth/client/" + id) },
		show:     func(a answer) string { return strings.TrimPrefix(a.textAt("data", "clientSecret"), "{noop}") },
		wishes:   true,
		clientID: func(name, _ string) string { return "of-" + name }, token: "/oauth2/token", introspect: "/oauth2/introspect", revoking: "/oauth2/revoke",
	},
}

func (g *tongue) ask(clientID, secret string) request {
	return form(g.token, "grant_type", "client_credentials", "client_id", clientID, "client_secret", secret)
}

func (g *tongue) inspect(clientID, secret, token string) request {
	return form(g.introspect, "client_id", clientID, "client_secret", secret, "token", token)
}

func (g *tongue) revoke(clientID, secret, token string) request {
	return form(g.revoking, "client_id", clientID, "client_secret", secret, "token", token)
}

// identityTongue is what identity-service has in common with the others.
var identityTongue = tongue{
	vendor: "identity-service", token: "/connect/token", introspect: "/connect/introspect", revoking: "/connect/revoke",
}

const identityApps = "/api/tenants/acme/applications"

func register(name string) request {
	return send(http.MethodPost, identityApps, object{
		"clientId": name, "displayName": name, "consentType": "implicit", "type": "confidential",
		"grantTypes": []string{"client_credentials"}, "endpoints": []string{"token", "introspection", "revocation"}, "scopes": []string{"email"},
	})
}

func secretsOf(name string) string { return identityApps + "/" + name + "/secrets" }

func addSecretTo(name string) request { return send(http.MethodPost, secretsOf(name), object{}) }

func removeSecret(name, id string) request {
	return request{method: http.MethodDelete, path: secretsOf(name) + "/" + id}
}
