package defect

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// effects lists what a rotation does beside what it is for.
func effects() []Defect {
	return []Defect{
		{
			ID: "retired-secret-is-a-400", About: "A secret that was replaced or deleted is refused with 400 instead of 401.",
			Providers: everywhere, hooks: retiredIs400,
		},
		{
			ID: "rotation-shows-another-id", About: "The answer to a rotation has the id of another client.",
			Providers: []string{v2, identity}, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) {
				for _, pointer := range []string{"/data/id", "/clientId"} {
					if id, is := at(reply, pointer).(string); is {
						put(reply, pointer, id[:len(id)-1]+"0")
					}
				}
			}, rotate)),
		},
		{
			ID: "rotation-hits-the-next-client", About: "A rotation renews the secret of the client that was registered next, too.",
			Providers: everywhere, hooks: plain(Hooks{Around: alsoTheNext}),
		},
		{
			ID: "rotation-restores-a-deleted-client", About: "Rotating a deleted client is refused, and brings it back.",
			Providers: authing, hooks: restoresDeleted,
		},
		{
			ID: "rotation-enables", About: "A rotation enables a client that was disabled.",
			Providers: []string{angus}, hooks: plain(changed(func(call *provider.Call, _ client.Client, after *client.Client) {
				if in(call, []role{rotate}) {
					after.Enabled = true
				}
			})),
		},
		{
			ID: "rotation-ends-tokens", About: "A rotation, or the deletion of a secret, ends the access tokens that were issued before.",
			Providers: everywhere, hooks: endsTokens,
		},
		{
			ID: "rotation-leaves-a-gap", About: "For 50 milliseconds after an addition no secret of the client works.",
			Providers: []string{identity}, hooks: leavesAGap,
		},
		{
			ID: "rotation-repeats-by-key", About: "A rotation with an Idempotency-Key that was seen before gives the answer to the first.",
			Providers: everywhere, hooks: repeatsByKey,
		},
		{
			ID: "quote-in-an-id-hits-all", About: "A rotation or update whose id has a quote in it renews the secrets of all clients of the caller.",
			Providers: []string{v2, angus, identity}, hooks: plain(Hooks{Around: hitsAll}),
		},
	}
}

func retiredIs400() []Hooks {
	ended := remembering[map[client.Digest]bool]()
	keep := changed(func(_ *provider.Call, before client.Client, after *client.Client) {
		gone := retired(before, *after)
		if i := justDeleted(before, *after); i >= 0 {
			gone = append(gone, after.Secrets[i])
		}
		for _, one := range gone {
			ended.change(client.Key{Realm: after.Realm}, func(kept map[client.Digest]bool) map[client.Digest]bool {
				next := map[client.Digest]bool{one.Digest: true}
				for digest := range kept {
					next[digest] = true
				}
				return next
			})
		}
	})
	refuse := refusing(func(call *provider.Call, reply *provider.Reply) {
		if ended.get(client.Key{Realm: call.Realm.Kind.Name})[client.DigestOf(presentedSecret(call))] {
			reply.Status = http.StatusBadRequest
		}
	}, token, introspect, revoke)
	return []Hooks{keep, refuse}
}

func alsoTheNext(next provider.Handler) provider.Handler {
	return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
		reply, err := next(ctx, call)
		if err != nil || !in(call, []role{rotate}) {
			return reply, err
		}
		rotated, known := subject(ctx, call)
		page, listing := call.Store.List(ctx, store.Query{Realm: call.Realm.Kind.Name, Tenant: rotated.Tenant})
		for _, other := range page.Clients {
			if !known || listing != nil || other.Serial <= rotated.Serial {
				continue
			}
			_, storing := call.Store.Update(ctx, other.Key, func(c *client.Client) error {
				renew(call, c)
				return nil
			})
			if client.KindOf(storing) == client.NotFound {
				break // it was deleted meanwhile
			}
			return reply, err
		}
		return reply, err
	}
}

func restoresDeleted() []Hooks {
	buried := &graveyard{dead: map[client.Key]client.Client{}}
	bury := Hooks{Call: func(call *provider.Call) {
		call.Store = haunted{Store: call.Store, buried: buried}
	}}
	restore := Hooks{Around: func(next provider.Handler) provider.Handler {
		return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
			reply, err := next(ctx, call)
			if client.KindOf(err) != client.NotFound || !in(call, []role{rotate}) {
				return reply, err
			}
			for _, name := range named(call) {
				if dead, there := buried.find(call.Realm.Kind.Name, name); there && call.Principal.In(dead.Tenant) {
					if _, storing := call.Store.Create(ctx, dead); storing != nil {
						return provider.Reply{}, storing
					}
				}
			}
			return reply, err
		}
	}}
	return []Hooks{bury, restore}
}

func endsTokens() []Hooks {
	ended := remembering[time.Time]()
	keep := changed(func(call *provider.Call, before client.Client, after *client.Client) {
		if len(retired(before, *after)) > 0 || len(before.Secrets) < len(after.Secrets) || justDeleted(before, *after) >= 0 {
			ended.set(client.Key{Realm: after.Realm, ID: after.ClientID}, call.Now)
		}
	})
	end := replying(func(call *provider.Call, reply *provider.Reply) {
		issued, _ := at(reply, "/iat").(int64)
		owner, _ := at(reply, "/client_id").(string)
		if last := ended.get(call.Key(owner)); !last.IsZero() && issued <= last.Unix() {
			reply.Body = wire.Object{"active": false}
		}
	}, introspect)
	return []Hooks{keep, end}
}

func leavesAGap() []Hooks {
	const gap = 50 * time.Millisecond
	until := remembering[time.Time]()
	keep := changed(func(call *provider.Call, _ client.Client, after *client.Client) {
		if in(call, []role{rotate}) {
			until.set(after.Key, call.Now.Add(gap))
		}
	})
	judge := judging(func(call *provider.Call, c client.Client, _ string, accepted bool) bool {
		return accepted && !call.Now.Before(until.get(c.Key))
	})
	return []Hooks{keep, judge}
}

func repeatsByKey() []Hooks {
	answers := remembering[provider.Reply]()
	return []Hooks{{Around: func(next provider.Handler) provider.Handler {
		return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
			key := call.HTTP.Header.Get("Idempotency-Key")
			if key == "" || !in(call, []role{rotate}) {
				return next(ctx, call)
			}
			if kept := answers.get(call.Key(key)); kept.Status != 0 {
				return kept, nil
			}
			reply, err := next(ctx, call)
			if err == nil {
				answers.set(call.Key(key), reply)
			}
			return reply, err
		}
	}}}
}

func hitsAll(next provider.Handler) provider.Handler {
	return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
		reply, err := next(ctx, call)
		if err == nil || call.Principal.Name == "" || !in(call, []role{rotate, update, read}) || !strings.ContainsAny(call.HTTP.URL.Path, `'"`) {
			return reply, err
		}
		page, listing := call.Store.List(ctx, store.Query{Realm: call.Realm.Kind.Name, Tenant: call.Principal.Home()})
		for _, c := range page.Clients {
			if listing != nil {
				break
			}
			if _, storing := call.Store.Update(ctx, c.Key, func(c *client.Client) error { renew(call, c); return nil }); storing != nil {
				return provider.Reply{}, storing
			}
		}
		return reply, err
	}
}
