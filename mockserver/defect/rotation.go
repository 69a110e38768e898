package defect

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// rotation lists what goes wrong with a secret that is replaced or joined, and with
// the one that is new.
func rotation() []Defect {
	return []Defect{
		{
			ID: "old-secret-lives-3s", About: "A replaced secret goes on working for three seconds.",
			Providers: replacing, hooks: oldLives(3 * time.Second),
		},
		{
			ID: "old-secret-lives-on", About: "A replaced secret goes on working for good.",
			Providers: replacing, hooks: oldLives(0),
		},
		{
			ID: "old-secret-returns", About: "A replaced secret works again after two further rotations.",
			Providers: replacing, hooks: oldReturns,
		},
		{
			ID: "old-secret-lives-where-used", About: "A secret that was used in the last three seconds goes on working after its end.",
			Providers: everywhere, hooks: cachedSuccess,
		},
		{
			ID: "rotation-keeps-the-secret", About: "A rotation says that it succeeded and changes nothing.",
			Providers: authing, hooks: plain(changed(func(_ *provider.Call, before client.Client, after *client.Client) {
				after.Secrets = before.Secrets
			}, rotate)),
		},
		{
			ID: "rotation-shows-the-secret-before", About: "The answer to a rotation has the secret that it just ended.",
			Providers: []string{v3}, hooks: showsTheSecretBefore,
		},
		{
			ID: "rotation-shows-a-digest", About: "The answer to an addition has a digest in the place of the secret.",
			Providers: []string{identity}, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) {
				put(reply, "/clientSecret", digestText(textAt(reply, "/clientSecret")))
			}, rotate)),
		},
		{
			ID: "new-secret-works-late", About: "A new secret is refused for its first two seconds.",
			Providers: everywhere, hooks: newWorksLate(2 * time.Second),
		},
		{
			ID: "rotation-clears-the-description", About: "A rotation empties the client's description.",
			Providers: []string{v2, v3, angus}, hooks: plain(changed(emptyTheDescription, rotate)),
		},
		{
			ID: "rotation-makes-an-unknown-client", About: "Rotating a client that does not exist is refused, and makes it.",
			Providers: []string{v2, v3, identity}, hooks: plain(aside(refused(client.NotFound), makeTheUnknown, by(rotate))),
		},
		{
			ID: "rotation-takes-the-callers-secret", About: "A secret that the request to rotate brings is taken beside the one that is made.",
			Providers: []string{v3, identity}, hooks: plain(changed(takeTheCallersToo, rotate)),
		},
		{
			ID: "rotation-by-get", About: "A GET on the address of a rotation rotates.",
			Providers: []string{v2}, hooks: plain(takenFor(http.MethodGet, http.MethodPatch, "/refresh-secret")),
		},
		{
			ID: "rotation-by-head", About: "A HEAD on the address of an addition adds a secret.",
			Providers: []string{identity}, hooks: plain(takenFor(http.MethodHead, http.MethodPost, "/secrets")),
		},
		{
			ID: "addition-ends-the-oldest", About: "An addition ends the oldest secret, which stays listed as live.",
			Providers: []string{identity}, hooks: additionEnds(func(live []client.Secret) []client.Secret { return live[:1] }),
		},
		{
			ID: "addition-replaces", About: "An addition ends all other secrets, which stay listed as live.",
			Providers: []string{identity}, hooks: additionEnds(func(live []client.Secret) []client.Secret { return live }),
		},
		{
			ID: "addition-makes-two", About: "An addition makes a second secret that nobody is told of.",
			Providers: []string{identity}, hooks: plain(changed(renewed, rotate)),
		},
		{
			ID: "addition-renews-the-ids", About: "An addition gives every secret of the client a new id.",
			Providers: []string{identity}, hooks: plain(changed(func(_ *provider.Call, _ client.Client, after *client.Client) {
				for i := range after.Secrets {
					after.Secrets[i].ID = newID()
				}
			}, rotate)),
		},
		{
			ID: "addition-moves-the-expiry", About: "An addition gives its expiry to the secrets that were there.",
			Providers: []string{identity}, hooks: plain(changed(moveTheExpiry, rotate)),
		},
		{
			ID: "update-makes-a-secret", About: "An update without a secret makes a new one.",
			Providers: []string{angus}, hooks: plain(changed(renewed, update)),
		},
		{
			ID: "refused-rotation-rotates", About: "A rotation that is refused rotates all the same.",
			Providers: everywhere, hooks: plain(rotatesAllTheSame()),
		},
		{
			ID: "refused-by-rule-rotates", About: "A rotation that is refused because of what it asks for rotates all the same.",
			Providers: []string{angus, identity}, hooks: plain(rotatesAllTheSame(client.Invalid, client.Malformed, client.Missing)),
		},
		{
			ID: "lost-rotation-is-made-twice", About: "A rotation whose caller hung up before the answer is made once more.",
			Providers: []string{identity}, hooks: plain(Hooks{Around: repeatedWhenLost}),
		},
	}
}

// oldLives has a replaced secret accepted for a time, for good when that is zero.
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

func oldReturns() []Hooks {
	const after = 3 // the rotation that retired it and two more
	history := remembering[[]client.Secret]()
	keep := changed(func(_ *provider.Call, before client.Client, after *client.Client) {
		gone := retired(before, *after)
		history.change(after.Key, func(kept []client.Secret) []client.Secret { return append(kept, gone...) })
	})
	judge := judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
		gone := history.get(c.Key)
		if len(gone) < after {
			return accepted
		}
		c.Secrets = gone[len(gone)-after : len(gone)-after+1]
		return accepted || c.Accepts(presented, call.Now)
	})
	return []Hooks{keep, judge}
}

// cachedSuccess is a cache of what was accepted, which nobody clears.
func cachedSuccess() []Hooks {
	const kept = 3 * time.Second
	used := noting[client.Digest, time.Time]()
	return []Hooks{judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
		digest := client.DigestOf(presented)
		if accepted {
			used.put(c.Key, digest, call.Now)
		}
		return accepted || call.Now.Sub(used.get(c.Key, digest)) < kept
	})}
}

func showsTheSecretBefore() []Hooks {
	shown := remembering[string]()
	keep := changed(func(_ *provider.Call, before client.Client, after *client.Client) {
		for _, old := range retired(before, *after) {
			shown.set(after.Key, old.Stored.Reveal())
		}
	})
	show := replying(func(call *provider.Call, reply *provider.Reply) {
		put(reply, "/data/secret", shown.get(call.Key(wire.Text(call.Object(), "appId"))))
	}, rotate)
	return []Hooks{keep, show}
}

// newWorksLate refuses a secret for a time after it was made, but for the first of a
// client: what cannot be used at all shows nothing. One that comes back is not new.
func newWorksLate(length time.Duration) func() []Hooks {
	return func() []Hooks {
		from := noting[client.Digest, time.Time]()
		keep := changed(func(call *provider.Call, before client.Client, after *client.Client) {
			for _, fresh := range retired(*after, before) {
				from.add(after.Key, fresh.Digest, call.Now.Add(length))
			}
		})
		judge := judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
			return accepted && !call.Now.Before(from.get(c.Key, client.DigestOf(presented)))
		})
		return []Hooks{keep, judge}
	}
}

func makeTheUnknown(ctx context.Context, call *provider.Call) error {
	id := call.Params.Text("appId") + call.Params.Text("clientId") + wire.Text(call.Object(), "appId")
	made := client.Client{
		Key: call.Key(id), ClientID: id, Tenant: call.Principal.Home(), Enabled: true, CreatedAt: call.Now, UpdatedAt: call.Now,
	}
	renew(call, &made)
	_, err := call.Store.Create(ctx, made)
	return err
}

func takeTheCallersToo(call *provider.Call, _ client.Client, after *client.Client) {
	for _, name := range []string{"secret", "clientSecret", "client_secret"} {
		if chosen := wire.Text(sent(call), name); chosen != "" {
			beside := client.NewSecret(newID(), chosen, call.Now).Sealed()
			after.Secrets = append([]client.Secret{beside}, after.Secrets...)
			return
		}
	}
}

func moveTheExpiry(_ *provider.Call, _ client.Client, after *client.Client) {
	for i := range after.Secrets {
		if !after.Secrets[i].Deleted() {
			after.Secrets[i].ExpiresAt = newest(after).ExpiresAt
		}
	}
}

// additionEnds has an addition end some of the secrets that worked, which only the
// token side shows.
func additionEnds(which func(live []client.Secret) []client.Secret) func() []Hooks {
	return func() []Hooks {
		ended := noting[client.Digest, bool]()
		keep := changed(func(call *provider.Call, before client.Client, after *client.Client) {
			live := slices.DeleteFunc(slices.Clone(before.Secrets), func(one client.Secret) bool {
				return !one.Live(call.Now) || ended.get(after.Key, one.Digest)
			})
			if len(live) == 0 {
				return
			}
			for _, one := range which(live) {
				ended.put(after.Key, one.Digest, true)
			}
		}, rotate)
		return []Hooks{keep, sparing(ended)}
	}
}

// rotatesAllTheSame makes the rotation that was refused for one of these kinds of
// reasons; without any, for each.
func rotatesAllTheSame(kinds ...client.Kind) Hooks {
	return aside(refused(kinds...), func(ctx context.Context, call *provider.Call) error {
		if c, exists := subject(ctx, call); exists {
			return renewStored(ctx, call, c.Key)
		}
		return nil
	}, asksToRotate)
}

// asksToRotate goes by the body as it came too: a refused one was not read.
func asksToRotate(call *provider.Call) bool {
	return in(call, rotate) || in(call, update) && wire.Text(sent(call), "clientSecret") != ""
}

func repeatedWhenLost(next provider.Handler) provider.Handler {
	return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
		reply, err := next(ctx, call)
		if err != nil || !in(call, rotate) {
			return reply, err
		}
		select {
		case <-ctx.Done():
			return next(context.WithoutCancel(ctx), call)
		case <-time.After(5 * time.Millisecond):
			return reply, err
		}
	}
}
