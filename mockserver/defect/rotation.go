package defect

import (
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
)

// rotation lists what goes wrong with a secret that is replaced, and with the one that
// takes its place.
func rotation() []Defect {
	return []Defect{
		{
			ID: "old-secret-lives-3s", About: "A replaced secret goes on working for three seconds.",
			Providers: replacing, hooks: oldLives(3 * time.Second),
		},
		{
			ID: "old-secret-lives-forever", About: "A replaced secret goes on working.",
			Providers: replacing, hooks: oldLives(0),
		},
	}
}

// retired are the secrets that an update took away from the client.
func retired(before, after client.Client) []client.Secret {
	var gone []client.Secret
	for _, old := range before.Secrets {
		if !holds(after, old) {
			gone = append(gone, old)
		}
	}
	return gone
}

func holds(c client.Client, secret client.Secret) bool {
	for _, own := range c.Secrets {
		if own.Digest == secret.Digest {
			return true
		}
	}
	return false
}

// oldLives has a replaced secret accepted for a time, for ever when that is zero.
func oldLives(length time.Duration) func() []Hooks {
	return func() []Hooks {
		living := remembering[[]client.Secret]()
		keep := changed(func(call *provider.Call, before client.Client, after *client.Client) {
			for _, old := range retired(before, *after) {
				if length > 0 {
					old.ExpiresAt = call.Now.Add(length)
				}
				living.change(after.Key, func(kept []client.Secret) []client.Secret { return append(kept, old) })
			}
		})
		judge := judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
			c.Secrets = living.get(c.Key)
			return accepted || c.Accepts(presented, call.Now)
		})
		return []Hooks{keep, judge}
	}
}
