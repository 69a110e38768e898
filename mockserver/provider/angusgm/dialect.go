package angusgm

import (
	"net/http"
	"strconv"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/oauth"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

const (
	lifetimeSetting = "settings.token.access-token-time-to-live"
	// defaultLifetime is Spring Authorization Server's.
	defaultLifetime = 5 * time.Minute
)

// dialect is the vendor's authorization server, which is Spring's.
func dialect() oauth.Dialect {
	return oauth.Dialect{
		Issuer:   func(baseURL string) string { return baseURL },
		Opaque:   true,
		Lifetime: lifetime,
		Grants:   func(c client.Client) []string { return texts(c, "authorizationGrantTypes") },
		Scopes:   func(c client.Client) []string { return texts(c, "scopes") },
		Describe: describe,
		Refuse:   refuseOAuth,
	}
}

// lifetime is the client's own where it makes sense: a positive number of seconds,
// which may be written as a text.
func lifetime(c client.Client) time.Duration {
	configured, _ := c.Attributes.Get("tokenSettings").(wire.Object)
	text, _ := numbersAsText(configured[lifetimeSetting]).(string)
	seconds, err := strconv.ParseInt(text, 10, 32)
	if err != nil || seconds <= 0 {
		return defaultLifetime
	}
	return time.Duration(seconds) * time.Second
}

// describe adds the vendor's members to an introspection.
func describe(c client.Client, _ oauth.Claims) wire.Object {
	attributes := c.Attributes
	return wire.Object{
		"grant_type": "client_credentials",
		"principal": wire.Object{
			"client_id": c.ClientID, "client_name": attributes.Text("clientName"),
			"client_id_issued_at":      writeDate(c.CreatedAt),
			"client_secret_expires_at": dateOrNull(secretExpiry(c)),
			"scopes":                   wire.Strings(texts(c, "scopes")),
			"description":              attributes.Get("description"),
			"platform":                 platforms.read(attributes.Get("platform")),
			"client_source":            sources.read(attributes.Get("source")),
			"biz_tag":                  attributes.Get("bizTag"),
			"tenant_id":                c.Tenant, "tenant_name": attributes.Get("tenantName"),
		},
	}
}

// refuseOAuth answers in RFC 6749's form. A client that could not be authenticated
// always gets 401 and is not told why, however it sent its credentials.
func refuseOAuth(f oauth.Failure) provider.Reply {
	if f.Code != oauth.InvalidClient {
		return provider.Reply{Status: f.StatusOf(), Body: f.Body()}
	}
	reply := provider.Reply{Status: http.StatusUnauthorized, Body: wire.Object{"error": f.Code}}
	if f.Basic {
		reply.Header = oauth.Challenge(Name)
	}
	return reply
}
