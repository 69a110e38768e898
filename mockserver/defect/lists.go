package defect

import (
	"slices"
	"strconv"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// lists names what goes wrong in lists and reads.
func lists() []Defect {
	listing := []string{v2, v3, angus}
	return []Defect{
		{
			ID: "list-misses-the-newest", About: "A list leaves its newest entry out.",
			Providers: everywhere, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) {
				if pointer, entries := items(reply); len(entries) > 0 {
					put(reply, pointer, entries[:len(entries)-1])
				}
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
			ID: "page-skips-one", About: "The first entry of each page but the first is left out.",
			Providers: authing, hooks: plain(replying(func(call *provider.Call, reply *provider.Reply) {
				if pointer, entries := items(reply); len(entries) > 0 && call.Params.Int("page", 1) > 1 {
					put(reply, pointer, entries[1:])
				}
			}, list)),
		},
		{
			ID: "page-has-one-too-many", About: "A full page has one entry more than was asked for.",
			Providers: authing, hooks: plain(replying(func(call *provider.Call, reply *provider.Reply) {
				if pointer, entries := items(reply); len(entries) > 0 && len(entries) == call.Params.Int("limit", 10) {
					put(reply, pointer, append(slices.Clone(entries), entries[len(entries)-1]))
				}
			}, list)),
		},
		{
			ID: "page-out-of-bounds-fails", About: "A page number that cannot be is a fault of the server.",
			Providers: authing, hooks: plain(refusing(func(call *provider.Call, reply *provider.Reply) {
				for _, name := range []string{"page", "limit"} {
					text := call.HTTP.URL.Query().Get(name)
					if n, err := strconv.Atoi(text); text != "" && (err != nil || n < 1) {
						fault(reply)
					}
				}
			}, list)),
		},
	}
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
			if !in(call, []role{read, list, reveal}) {
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
		values := remembering[map[string]string]() // by digest
		remember := replying(func(call *provider.Call, reply *provider.Reply) {
			value, _ := at(reply, "/clientSecret").(string)
			name, _ := at(reply, "/clientId").(string)
			values.change(call.Key(name), func(kept map[string]string) map[string]string {
				next := map[string]string{digestText(value): value}
				for digest, one := range kept {
					next[digest] = one
				}
				return next
			})
		}, create, rotate)
		ids := remembering[map[string]string]() // digest by id
		keep := found(func(call *provider.Call, c *client.Client) {
			if in(call, []role{listSecrets}) {
				ids.change(c.Key, func(map[string]string) map[string]string {
					next := map[string]string{}
					for _, secret := range c.Secrets {
						next[secret.ID] = hexDigest(secret.Digest)
					}
					return next
				})
			}
		})
		show := replying(func(call *provider.Call, reply *provider.Reply) {
			key := call.Key(call.Params.Text("clientId"))
			eachItem(reply, func(item wire.Object) {
				if value := values.get(key)[ids.get(key)[wire.Text(item, "clientSecretId")]]; value != "" {
					item["clientSecret"] = shown(value)
				}
			})
		}, listSecrets)
		return []Hooks{remember, keep, show}
	}
}
