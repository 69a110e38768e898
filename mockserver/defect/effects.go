package defect

import (
	"context"
	"net/http"
	"slices"
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
			Providers: []string{v2, identity}, hooks: plain(replying(showAnotherID, rotate)),
		},
		{
			ID: "rotation-hits-the-next-client", About: "A rotation renews the secret of the client that was registered next, too.",
			Providers: everywhere, hooks: plain(aside(succeeded, renewTheNext, by(rotate))),
		},
		{
			ID: "rotation-restores-a-deleted-client", About: "Rotating a deleted client is refused, and brings it back.",
			Providers: authing, hooks: restoresDeleted,
		},
		{
			ID: "rotation-enables", About: "A rotation enables a client that was disabled.",
			Providers: []string{angus}, hooks: plain(changed(func(_ *provider.Call, _ client.Client, after *client.Client) {
				after.Enabled = true
			}, rotate)),
		},
		{
			ID: "rotation-ends-tokens", About: "A rotation that replaces a secret, or the deletion of one, ends the access tokens that were issued before.",
			Providers: everywhere, hooks: endsTokens,
		},
		{
			ID: "rotation-leaves-a-gap", About: "For 50 milliseconds after an addition no secret of the client works.",
			Providers: []string{identity}, hooks: leavesAGap,
		},
		{
			ID: "rotation-repeats-by-key", About: "A rotation with an Idempotency-Key that was seen before gives the answer to the first.",
			Providers: []string{v2, v3, identity}, hooks: repeatsByKey,
		},
		{
			ID: "quote-in-an-id-hits-all", About: "A rotation, update or read of an id with a quote in it is refused, and renews the secrets of all clients of the caller.",
			Providers: []string{v2, angus, identity}, hooks: plain(aside(refused(), renewAll, known, quoted, by(rotate, update, read))),
		},
	}
}

func retiredIs400() []Hooks {
	// A refused call may name no client that exists: the notes are of the realm.
	ended := noting[client.Digest, bool]()
	keep := changed(func(_ *provider.Call, before client.Client, after *client.Client) {
		gone := retired(before, *after)
		if i := justDeleted(before, *after); i >= 0 {
			gone = append(gone, after.Secrets[i])
		}
		for _, one := range gone {
			ended.put(client.Key{Realm: after.Realm}, one.Digest, true)
		}
	})
	refuse := refusing(func(call *provider.Call, reply *provider.Reply) {
		if ended.get(call.Key(""), client.DigestOf(presentedSecret(call))) {
			reply.Status = http.StatusBadRequest
		}
	}, token, introspect, revoke)
	return []Hooks{keep, refuse}
}

func showAnotherID(_ *provider.Call, reply *provider.Reply) {
	for _, pointer := range []string{"/data/id", "/clientId"} {
		if id, is := at(reply, pointer).(string); is {
			last := "0"
			if strings.HasSuffix(id, last) {
				last = "1"
			}
			put(reply, pointer, id[:len(id)-1]+last)
		}
	}
}

func renewTheNext(ctx context.Context, call *provider.Call) error {
	rotated, exists := subject(ctx, call)
	if !exists {
		return nil
	}
	page, _ := call.Store.List(ctx, store.Query{Realm: call.Realm.Kind.Name, Tenant: rotated.Tenant})
	next := slices.IndexFunc(page.Clients, func(c client.Client) bool { return c.Serial > rotated.Serial })
	if next >= 0 {
		_ = renewStored(ctx, call, page.Clients[next].Key) // it may be deleted meanwhile
	}
	return nil
}

func renewAll(ctx context.Context, call *provider.Call) error {
	page, _ := call.Store.List(ctx, store.Query{Realm: call.Realm.Kind.Name, Tenant: call.Principal.Home()})
	for _, c := range page.Clients {
		if err := renewStored(ctx, call, c.Key); err != nil {
			return err
		}
	}
	return nil
}

// quoted chooses the addresses that would end a text in a statement.
func quoted(call *provider.Call) bool { return strings.ContainsAny(call.HTTP.URL.Path, `'"`) }

func restoresDeleted() []Hooks {
	buried := newGraveyard()
	restore := func(ctx context.Context, call *provider.Call) error {
		for _, name := range named(call) {
			dead, there := buried.find(call.Realm.Kind.Name, name)
			if !there || !call.Principal.In(dead.Tenant) {
				continue
			}
			if _, err := call.Store.Create(ctx, dead); err != nil {
				return err
			}
		}
		return nil
	}
	return []Hooks{buried.haunting(nobody), aside(refused(client.NotFound), restore, by(rotate))}
}

// endsTokens knows from before which end of a secret a token is: the times in tokens are
// whole seconds.
func endsTokens() []Hooks {
	ends := remembering[int]()      // of secrets, by the client's id at the token side
	issued := noting[string, int]() // after how many of them, by token
	keep := changed(func(call *provider.Call, before client.Client, after *client.Client) {
		if len(retired(before, *after)) > 0 || justDeleted(before, *after) >= 0 {
			ends.change(call.Key(after.ClientID), func(n int) int { return n + 1 })
		}
	})
	issue := replying(func(call *provider.Call, reply *provider.Reply) {
		id, _ := presented(call)
		issued.put(call.Key(id), textAt(reply, "/access_token"), ends.get(call.Key(id)))
	}, token)
	end := replying(func(call *provider.Call, reply *provider.Reply) {
		of := call.Key(textAt(reply, "/client_id"))
		if issued.get(of, wire.Text(call.Object(), "token")) < ends.get(of) {
			reply.Body = wire.Object{"active": false}
		}
	}, introspect)
	return []Hooks{keep, issue, end}
}

func leavesAGap() []Hooks {
	const gap = 50 * time.Millisecond
	until := remembering[time.Time]()
	keep := changed(func(call *provider.Call, _ client.Client, after *client.Client) {
		until.set(after.Key, call.Now.Add(gap))
	}, rotate)
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
			if key == "" || !in(call, rotate) {
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
