package oauth

import (
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// Dialect is how one vendor speaks OAuth.
type Dialect struct {
	// Issuer derives the issuer identifier from the server's base URL.
	Issuer func(baseURL string) string
	// Opaque tokens are sealed instead of signed.
	Opaque bool
	// TakesBoth accepts credentials in the header and in the body of one request
	// when they say the same.
	TakesBoth bool
	// Lifetime of an access token of this client.
	Lifetime func(client.Client) time.Duration
	// Grants lists what the client is registered for; nil means that every
	// client may use client_credentials.
	Grants func(client.Client) []string
	// Scopes lists what the client may ask for and gets when it asks for
	// nothing; nil means that it gets what it asks for.
	Scopes func(client.Client) []string
	// Describe adds the vendor's own members to an active introspection.
	Describe func(client.Client, Claims) wire.Object
	// Refuse puts a failure into the vendor's words.
	Refuse func(Failure) provider.Reply
}

// Claims are what a token says.
type Claims struct {
	ID       string `json:"jti"`
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	Party    string `json:"azp"`
	ClientID string `json:"client_id"`
	Scope    string `json:"scope,omitempty"`
	IssuedAt int64  `json:"iat"`
	Expiry   int64  `json:"exp"`
}

const clientCredentials = "client_credentials"
