package defect

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"strings"
	"sync"
	"sync/atomic"

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
			Providers: generated, hooks: func() []Hooks {
				var counter atomic.Uint32
				return []Hooks{{Call: func(call *provider.Call) {
					if in(call, []role{create, rotate}) {
						call.Random = weak{counter: &counter}
					}
				}}}
			},
		},
		{
			ID: "secrets-come-again", About: "Secrets are made from the same four seeds in turn.",
			Providers: generated, hooks: func() []Hooks {
				var turn atomic.Uint32
				return []Hooks{{Call: func(call *provider.Call) {
					if in(call, []role{rotate}) {
						reseed(call, bytes.Repeat([]byte{byte(turn.Add(1)%4*61 + 17), 0x5b, 0xc4}, 16))
					}
				}}}
			},
		},
		{
			ID: "clients-share-secrets", About: "The secret of a rotation is given once more to the next client that rotates.",
			Providers: generated, hooks: clientsShareSecrets,
		},
		{
			ID: "only-a-prefix-is-compared", About: "Only the first sixteen characters of a secret are compared.",
			Providers: readable, hooks: plain(comparing(func(stored, presented string) bool {
				const compared = 16
				return len(stored) >= compared && len(presented) >= compared && stored[:compared] == presented[:compared]
			})),
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
			Providers: []string{angus}, hooks: plain(comparing(func(stored, presented string) bool {
				const hashed = 72
				return len(stored) > hashed && len(presented) >= hashed && stored[:hashed] == presented[:hashed]
			})),
		},
		{
			ID: "encoded-secret-will-do", About: "A secret that needs to be encoded for HTTP Basic is compared as it came, without decoding.",
			Providers: []string{angus}, hooks: plain(judging(func(call *provider.Call, _ client.Client, presented string, accepted bool) bool {
				credentials, err := provider.CredentialsOf(call.HTTP)
				basic := err == nil && credentials.Are("Basic")
				return accepted && (!basic || !strings.ContainsAny(presented, "+/=:%& "))
			})),
		},
		{
			ID: "another-clients-secret-opens", About: "The secret of one client of a tenant authenticates every other.",
			Providers: everywhere, hooks: plain(judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
				if accepted || !c.Enabled || len(c.Secrets) == 0 {
					return accepted
				}
				page, err := call.Store.List(context.WithoutCancel(call.HTTP.Context()), store.Query{Realm: c.Realm, Tenant: c.Tenant})
				for _, other := range page.Clients {
					if err == nil && other.Key != c.Key && other.Accepts(presented, call.Now) {
						return true
					}
				}
				return false
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

// weak is randomness of four bytes that count up.
type weak struct{ counter *atomic.Uint32 }

// Read implements io.Reader.
func (w weak) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(i*89 + 41)
	}
	var last [4]byte
	binary.BigEndian.PutUint32(last[:], w.counter.Add(1))
	copy(p[max(0, len(p)-len(last)):], last[:])
	return len(p), nil
}

var _ io.Reader = weak{}

// clientsShareSecrets gives the secret that it made last once more, when another client
// asks.
func clientsShareSecrets() []Hooks {
	var mu sync.Mutex
	var last client.Key
	var seed []byte
	return []Hooks{{Call: func(call *provider.Call) {
		if !in(call, []role{rotate}) {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if asks := pathKey(call); asks == last || seed == nil {
			last, seed = asks, make([]byte, secretBytes(call))
			_, _ = io.ReadFull(call.Random, seed) // without randomness the seed is all zeros
		} else {
			defer func() { seed = nil }()
		}
		reseed(call, bytes.Clone(seed))
	}}}
}

// secretBytes is how much randomness a secret is made of.
func secretBytes(call *provider.Call) int {
	const authing, others = 16, 32
	if call.Realm.Kind.Name == identity {
		return others
	}
	return authing
}

// pathKey names the client of a rotation before the request was read.
func pathKey(call *provider.Call) client.Key {
	for _, name := range named(call) {
		if c, err := call.Store.Get(context.WithoutCancel(call.HTTP.Context()), call.Key(name)); err == nil {
			return c.Key
		}
	}
	return client.Key{}
}

// reseed has the next secret made of the seed. Ids are made of the same randomness and
// have to differ.
func reseed(call *provider.Call, seed []byte) {
	call.Random = io.MultiReader(io.LimitReader(call.Random, idBytes(call)), bytes.NewReader(seed), call.Random)
}

// idBytes is how much randomness a rotation takes before it makes the secret.
func idBytes(call *provider.Call) int64 {
	const uuid = 16
	if call.Realm.Kind.Name == identity {
		return uuid
	}
	return 0
}
