package defect

import (
	"slices"
	"strconv"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// lists has what goes wrong in lists and reads: entries that are missing, old, doubled or
// show too much.
func lists() []Defect {
	listing := []string{v2, v3, angus}
	return []Defect{
		{
			ID: "list-misses-the-newest", About: "A list leaves its newest entry out.",
			Providers: everywhere, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) {
				recut(reply, func(entries wire.Array) wire.Array { return entries[:len(entries)-1] })
			}, list, listSecrets)),
		},
		{
			ID: "reads-lag-3s", About: "What is read of a client is up to three seconds old.",
			Providers: listing, hooks: readsLag(3 * time.Second),
		},
		{
			ID: "list-has-the-secrets", About: "The list of secrets has their values.",
			Providers: []string{identity}, hooks: listHas(func(value string) string { return value }),
		},
		{
			ID: "list-has-digests", About: "The list of secrets has their digests.",
			Providers: []string{identity}, hooks: listHas(digestText),
		},
		{
			ID: "page-skips-one", About: "Each page but the first leaves its first entry out.",
			Providers: authing, hooks: plain(replying(func(call *provider.Call, reply *provider.Reply) {
				if call.Params.Int("page", 1) > 1 {
					recut(reply, func(entries wire.Array) wire.Array { return entries[1:] })
				}
			}, list)),
		},
		{
			ID: "page-has-one-too-many", About: "A full page has one entry more than was asked for.",
			Providers: authing, hooks: plain(replying(func(call *provider.Call, reply *provider.Reply) {
				if _, entries := items(reply); len(entries) == call.Params.Int("limit", 10) {
					recut(reply, func(entries wire.Array) wire.Array { return append(slices.Clone(entries), entries[len(entries)-1]) })
				}
			}, list)),
		},
		{
			ID: "page-out-of-bounds-fails", About: "A page number that cannot be is a fault of the server.",
			Providers: authing, hooks: plain(faulting(outOfBounds, list)),
		},
	}
}

func outOfBounds(call *provider.Call, _ *provider.Reply) bool {
	return slices.ContainsFunc([]string{"page", "limit"}, func(name string) bool {
		text := call.HTTP.URL.Query().Get(name)
		n, err := strconv.Atoi(text)
		return text != "" && (err != nil || n < 1)
	})
}

// readsLag answers reads with the client as it was, but for its token side and for
// callers that are about to change it.
func readsLag(by time.Duration) func() []Hooks {
	type version struct {
		since time.Time
		c     client.Client
	}
	return func() []Hooks {
		versions := remembering[[]version]()
		keep := changed(func(call *provider.Call, before client.Client, after *client.Client) {
			versions.change(after.Key, func(kept []version) []version {
				return append(slices.Clone(kept), version{since: call.Now, c: before.Clone()})
			})
		})
		lag := found(func(call *provider.Call, c *client.Client) {
			if !in(call, read, list, reveal) {
				return
			}
			for _, old := range versions.get(c.Key) {
				if call.Now.Sub(old.since) < by && old.c.Serial == c.Serial {
					*c = old.c.Clone()
					return
				}
			}
		})
		return []Hooks{keep, lag}
	}
}

// listHas adds to each entry of the list of secrets what the function makes of the
// value that it was made with.
func listHas(shown func(string) string) func() []Hooks {
	return func() []Hooks {
		values := noting[client.Digest, string]()
		digests := noting[string, client.Digest]() // by the secret's id
		remember := told(func(of client.Key, secret string) { values.put(of, client.DigestOf(secret), secret) })
		keep := found(func(call *provider.Call, c *client.Client) {
			if !in(call, listSecrets) {
				return
			}
			for _, secret := range c.Secrets {
				digests.put(c.Key, secret.ID, secret.Digest)
			}
		})
		show := listed(func(call *provider.Call, item wire.Object) {
			key := ownKey(call)
			if value := values.get(key, digests.get(key, wire.Text(item, "clientSecretId"))); value != "" {
				item["clientSecret"] = shown(value)
			}
		}, listSecrets)
		return []Hooks{remember, keep, show}
	}
}
