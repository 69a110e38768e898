package defect

import (
	"context"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/store"
)

// strength lists what makes secrets guessable, alike, or accepted for what they are
// not.
func strength() []Defect {
	generated := []string{v2, v3, identity} // where the service makes the secret
	readable := []string{v2, v3, angus}     // where it can be read back
	return []Defect{
		{
			ID: "secrets-count-up", About: "All but four bytes of the randomness that secrets are made of are always the same, and those count up.",
			Providers: generated, hooks: countUp,
		},
		{
			ID: "secrets-come-again", About: "Secrets are made from the same four seeds in turn.",
			Providers: generated, hooks: comeAgain,
		},
		{
			ID: "clients-share-secrets", About: "The secret of a rotation is given once more to the next client that rotates.",
			Providers: generated, hooks: clientsShareSecrets,
		},
		{
			ID: "only-a-prefix-is-compared", About: "Only the first sixteen characters of a secret are compared.",
			Providers: readable, hooks: plain(comparing(alikeFrom(16, 16))),
		},
		{
			ID: "what-follows-is-ignored", About: "Whatever follows a secret is ignored.",
			Providers: everywhere, hooks: plain(judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
				for end := len(presented) - 1; end > 0 && !accepted; end-- {
					accepted = c.Accepts(presented[:end], call.Now)
				}
				return accepted
			})),
		},
		{
			ID: "case-is-ignored", About: "Secrets are compared without regard to case.",
			Providers: readable, hooks: plain(comparing(strings.EqualFold)),
		},
		{
			ID: "blanks-are-trimmed", About: "Blanks around a secret are cut off.",
			Providers: everywhere, hooks: plain(judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
				return accepted || c.Accepts(strings.TrimSpace(presented), call.Now)
			})),
		},
		{
			ID: "bcrypt-stops-at-72", About: "Only the first 72 bytes of a secret are hashed.",
			Providers: []string{angus}, hooks: plain(comparing(alikeFrom(73, 72))),
		},
		{
			ID: "encoded-secret-will-do", About: "A secret that needs to be encoded for HTTP Basic is compared as it came, without decoding.",
			Providers: []string{angus}, hooks: plain(judging(asItCame)),
		},
		{
			ID: "another-clients-secret-opens", About: "The secret of one client of a tenant authenticates every other.",
			Providers: everywhere, hooks: plain(opening(func(own, other client.Client) bool {
				return other.Tenant == own.Tenant && other.Key != own.Key
			})),
		},
		{
			ID: "empty-secret-authenticates", About: "A client authenticates without a secret when it has none that works.",
			Providers: []string{identity}, hooks: plain(judging(func(call *provider.Call, c client.Client, _ string, accepted bool) bool {
				return accepted || c.Enabled && c.LiveSecrets(call.Now) == 0
			})),
		},
	}
}

// comparing accepts what the function says is as good as a live secret that can be read
// back.
func comparing(alike func(stored, presented string) bool) Hooks {
	return judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
		for _, secret := range c.Secrets {
			stored := strings.TrimPrefix(secret.Stored.Reveal(), "{noop}")
			if c.Enabled && secret.Live(call.Now) && stored != "" && presented != "" && alike(stored, presented) {
				return true
			}
		}
		return accepted
	})
}

// alikeFrom compares the first bytes of secrets, where the stored one has at least so
// many.
func alikeFrom(length, compared int) func(stored, presented string) bool {
	return func(stored, presented string) bool {
		return len(stored) >= length && len(presented) >= compared && stored[:compared] == presented[:compared]
	}
}

// asItCame refuses what had to be decoded.
func asItCame(call *provider.Call, _ client.Client, presented string, accepted bool) bool {
	credentials, err := provider.CredentialsOf(call.HTTP)
	basic := err == nil && credentials.Are("Basic")
	return accepted && (!basic || !strings.ContainsAny(presented, "+/=:%& "))
}

// opening accepts the secrets of those other clients of the realm that the function
// chooses.
func opening(chosen func(own, other client.Client) bool) Hooks {
	return judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
		if accepted || !c.Enabled || len(c.Secrets) == 0 {
			return accepted
		}
		page, err := call.Store.List(context.WithoutCancel(call.HTTP.Context()), store.Query{Realm: c.Realm})
		return err == nil && slices.ContainsFunc(page.Clients, func(other client.Client) bool {
			return chosen(c, other) && other.Accepts(presented, call.Now)
		})
	})
}
