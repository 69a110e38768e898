package authing

import (
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/oauth"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// Settings are the readings of the vendor's documents that can be changed.
type Settings struct {
	// StrictHTTP answers a failure with the HTTP status it means. Documented, and
	// the default, is 200 with the failure in the envelope.
	StrictHTTP bool
	// RefreshShowsSecret adds the new secret to the reply of the V2 refresh. No
	// published reply shows it there.
	RefreshShowsSecret bool
	// SignatureSkew is how far the date of a signed request may be off.
	SignatureSkew time.Duration
}

const (
	defaultSkew = 15 * time.Minute
	// maxSkew is as good as no bound, and can be doubled.
	maxSkew = 100 * 365 * 24 * time.Hour
)

// Kind is the realm.
func Kind() realm.Kind {
	return realm.Kind{Name: "authing", Secrets: realm.Plain, Settings: readSettings, Attributes: attributes()}
}

func readSettings(r *fixtures.Reader) any {
	return Settings{
		StrictHTTP:         r.Bool("strict_http", false),
		RefreshShowsSecret: r.Bool("refresh_shows_secret", false),
		SignatureSkew:      min(r.Duration("signature_skew", defaultSkew), maxSkew),
	}
}

// SettingsOf returns the settings of the realm that the call is in.
func SettingsOf(call *provider.Call) Settings {
	settings, _ := call.Realm.Settings.(Settings)
	return settings
}

const tokenLifetime = time.Hour

// Dialect is how the realm speaks OAuth. Every application may use the client
// credentials grant, which is Keyturn's extension: the vendor keeps that grant for
// separate accounts, but without it a rotated secret could not be exercised.
func Dialect() oauth.Dialect {
	return oauth.Dialect{
		Issuer:    func(baseURL string) string { return baseURL + "/oidc" },
		TakesBoth: true, // one of the vendor's libraries sends both
		Lifetime:  func(client.Client) time.Duration { return tokenLifetime },
		Refuse:    refuseOAuth,
	}
}

// refuseOAuth answers as the vendor was seen to: 400 for a client that sent wrong
// or no credentials in the body, and 401 with a challenge where RFC 6749 section
// 5.2 demands it.
func refuseOAuth(f oauth.Failure) provider.Reply {
	reply := provider.Reply{Status: f.StatusOf(), Body: f.Body()}
	if f.Code == oauth.InvalidClient && f.Basic {
		reply.Header = oauth.Challenge("authing")
	}
	return reply
}
