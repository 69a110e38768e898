package defect

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// deletion lists what goes wrong when a secret or a client is deleted: it lives on, the
// wrong one goes, or the answer says otherwise.
func deletion() []Defect {
	soft := []string{identity}
	return []Defect{
		{
			ID: "deletion-is-not-marked", About: "A deleted secret is dead and listed as if it were not.",
			Providers: soft, hooks: plain(listed(func(_ *provider.Call, item wire.Object) { item["deleted"] = false }, listSecrets)),
		},
		{
			ID: "deletion-drops-the-entry", About: "A deleted secret is no longer listed.",
			Providers: soft, hooks: plain(replying(dropDeleted, listSecrets)),
		},
		{
			ID: "deletion-only-says-so", About: "A deleted secret is listed as deleted and goes on working.",
			Providers: soft, hooks: plain(regarding(func(_ *provider.Call, secret *client.Secret) { secret.DeletedAt = time.Time{} })),
		},
		{
			ID: "deleted-secret-lives-3s", About: "A deleted secret goes on working for three seconds.",
			Providers: soft, hooks: plain(regarding(func(call *provider.Call, secret *client.Secret) {
				if call.Now.Sub(secret.DeletedAt) < 3*time.Second {
					secret.DeletedAt = time.Time{}
				}
			})),
		},
		{
			ID: "deletion-takes-a-sibling", About: "Deleting a secret ends the next live one too, which stays listed as live.",
			Providers: soft, hooks: deletionTakesASibling,
		},
		{
			ID: "deletion-hits-the-next", About: "Deleting a secret deletes the one after it in its place.",
			Providers: soft, hooks: plain(changed(deleteTheNext)),
		},
		{
			ID: "second-deletion-restores", About: "Deleting a secret a second time brings it back.",
			Providers: soft, hooks: plain(changed(restoreTheSecret, deleteSecret)),
		},
		{
			ID: "second-deletion-is-refused", About: "Deleting a secret a second time is refused.",
			Providers: soft, hooks: plain(conflicting(func(before client.Client, id string) bool {
				return slices.ContainsFunc(before.Secrets, func(s client.Secret) bool { return s.ID == id && s.Deleted() })
			})),
		},
		{
			ID: "deleted-flag-flips-back", About: "An addition takes the mark off the secret that was deleted last, which stays dead.",
			Providers: soft, hooks: flagFlipsBack,
		},
		{
			ID: "unknown-deletion-fails", About: "Deleting a secret that does not exist is a fault of the server.",
			Providers: soft, hooks: plain(faulting(func(call *provider.Call, reply *provider.Reply) bool {
				return call.Params != nil && reply.Status == http.StatusBadRequest
			}, deleteSecret)),
		},
		{
			ID: "unknown-deletion-deletes-the-newest", About: "Deleting a secret that does not exist is refused, and deletes the newest one.",
			Providers: soft, hooks: plain(aside(refused(client.NotFound), deleteTheNewest, by(deleteSecret))),
		},
		{
			ID: "deletion-shows-the-secret", About: "The answer to a deletion has the secret that was deleted.",
			Providers: soft, hooks: deletionShowsTheSecret,
		},
		{
			ID: "last-secret-stays", About: "The last live secret cannot be deleted.",
			Providers: soft, hooks: plain(conflicting(func(before client.Client, id string) bool {
				live := slices.DeleteFunc(slices.Clone(before.Secrets), func(s client.Secret) bool { return s.Deleted() })
				return len(live) == 1 && live[0].ID == id
			})),
		},
		{
			ID: "deleted-client-lives-on", About: "A deleted client is gone, and still authenticates.",
			Providers: deleting, hooks: keepsDeleted(tokenSide),
		},
		{
			ID: "deleted-client-can-be-read", About: "A deleted client can still be read by its id.",
			Providers: deleting, hooks: keepsDeleted(by(read)),
		},
		{
			ID: "deleted-client-is-listed", About: "A deleted client stays in the list.",
			Providers: deleting, hooks: keepsDeleted(by(list)),
		},
	}
}

func dropDeleted(_ *provider.Call, reply *provider.Reply) {
	recut(reply, func(entries wire.Array) wire.Array {
		return slices.DeleteFunc(slices.Clone(entries), func(item any) bool {
			entry, _ := item.(wire.Object)
			return entry["deleted"] == true
		})
	})
}

func deletionTakesASibling() []Hooks {
	ended := noting[client.Digest, bool]()
	keep := changed(func(call *provider.Call, before client.Client, after *client.Client) {
		i := justDeleted(before, *after)
		for step := 1; i >= 0 && step < len(after.Secrets); step++ {
			if next := after.Secrets[(i+step)%len(after.Secrets)]; next.Live(call.Now) {
				ended.put(after.Key, next.Digest, true)
				return
			}
		}
	})
	return []Hooks{keep, sparing(ended)}
}

func deleteTheNext(call *provider.Call, before client.Client, after *client.Client) {
	i := justDeleted(before, *after)
	if i < 0 || i+1 >= len(after.Secrets) || after.Secrets[i+1].Deleted() {
		return
	}
	after.Secrets[i].DeletedAt, after.Secrets[i+1].DeletedAt = time.Time{}, call.Now
}

func restoreTheSecret(call *provider.Call, before client.Client, after *client.Client) {
	for i := range after.Secrets {
		if before.Secrets[i].Deleted() && after.Secrets[i].ID == call.Params.Text("id") {
			after.Secrets[i].DeletedAt = time.Time{}
		}
	}
}

// conflicting refuses the deletion of a secret as a conflict in some states.
func conflicting(refuse func(before client.Client, id string) bool) Hooks {
	return calling(func(call *provider.Call) {
		call.Store = refusingStore{Store: call.Store, refuses: func(before client.Client) bool {
			return refuse(before, call.Params.Text("id"))
		}}
	}, deleteSecret)
}

// refusingStore refuses updates.
type refusingStore struct {
	store.Store

	refuses func(before client.Client) bool
}

// Update implements store.Store.
func (s refusingStore) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	return s.Store.Update(ctx, key, func(c *client.Client) error {
		if s.refuses(*c) {
			return client.Errorf(client.Conflict, "the secret cannot be deleted")
		}
		return change(c)
	})
}

func flagFlipsBack() []Hooks {
	flipped := noting[string, bool]()
	keep := changed(func(_ *provider.Call, before client.Client, after *client.Client) {
		if len(after.Secrets) == len(before.Secrets) {
			return
		}
		for _, one := range slices.Backward(before.Secrets) {
			if one.Deleted() {
				flipped.put(after.Key, one.ID, true)
				return
			}
		}
	})
	show := listed(func(call *provider.Call, item wire.Object) {
		if flipped.get(ownKey(call), wire.Text(item, "clientSecretId")) {
			item["deleted"] = false
		}
	}, listSecrets)
	return []Hooks{keep, show}
}

func deleteTheNewest(ctx context.Context, call *provider.Call) error {
	c, exists := subject(ctx, call)
	if !exists || len(c.Secrets) == 0 || !call.Principal.In(c.Tenant) {
		return nil
	}
	_, err := call.Store.Update(ctx, c.Key, func(c *client.Client) error {
		return c.SoftDelete(newest(c).ID, client.Policy{}, call.Now)
	})
	return err
}

// deletionShowsTheSecret remembers what was shown when it was made, since the store
// keeps digests.
func deletionShowsTheSecret() []Hooks {
	made := noting[client.Digest, string]()
	deleted := remembering[client.Digest]()
	remember := told(func(of client.Key, secret string) { made.put(of, client.DigestOf(secret), secret) })
	keep := changed(func(_ *provider.Call, before client.Client, after *client.Client) {
		if i := justDeleted(before, *after); i >= 0 {
			deleted.set(after.Key, after.Secrets[i].Digest)
		}
	})
	show := replying(func(call *provider.Call, reply *provider.Reply) {
		put(reply, "/clientSecret", made.get(ownKey(call), deleted.get(ownKey(call))))
	}, deleteSecret)
	return []Hooks{remember, keep, show}
}
