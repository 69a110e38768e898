package defect

import (
	"context"
	"slices"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
)

// remains lists what is left of what was deleted: ids that come again, tokens and
// secrets that live on.
func remains() []Defect {
	return []Defect{
		{
			ID: "secret-id-comes-again", About: "A new secret gets the id of the one that was deleted last.",
			Providers: []string{identity}, hooks: plain(changed(reuseTheDeletedID, rotate)),
		},
		{
			ID: "client-id-comes-again", About: "A new client gets the id of the one that was deleted last.",
			Providers: authing, hooks: idComesAgain,
		},
		{
			ID: "tokens-outlive-their-client", About: "The tokens of a deleted client stay active.",
			Providers: deleting, hooks: tokensOutlive,
		},
		{
			ID: "registration-revives-the-secret", About: "A client that is registered under the id of a deleted one has its secret too.",
			Providers: []string{angus}, hooks: revives(func(c *client.Client, dead client.Client) {
				c.Secrets = slices.Concat(dead.Secrets, c.Secrets)
			}),
		},
		{
			ID: "registration-revives-the-tag", About: "A client that is registered under the id of a deleted one has its tag.",
			Providers: []string{angus}, hooks: revives(func(c *client.Client, dead client.Client) {
				if c.Attributes.Text("bizTag") == "" {
					setAttribute(c, "bizTag", dead.Attributes.Get("bizTag"))
				}
			}),
		},
	}
}

func reuseTheDeletedID(_ *provider.Call, before client.Client, after *client.Client) {
	for i, one := range slices.Backward(before.Secrets) {
		if one.Deleted() {
			newest(after).ID = one.ID
			after.Secrets = slices.Delete(slices.Clone(after.Secrets), i, i+1)
			return
		}
	}
}

func idComesAgain() []Hooks {
	buried := newGraveyard()
	return []Hooks{buried.haunting(nobody), created(func(c *client.Client) {
		if last, there := buried.exhume(c.Realm, c.Tenant); there {
			c.ID, c.ClientID = last.ID, last.ClientID
		}
	})}
}

func tokensOutlive() []Hooks {
	outlive := keepsDeleted(by(introspect))()
	alive := Hooks{Call: func(call *provider.Call) {
		living, before := call.Store, call.Judge
		call.Judge = func(c client.Client, presented string) bool {
			if _, err := living.Get(context.WithoutCancel(call.HTTP.Context()), c.Key); err != nil {
				return false // the token lives, its client does not
			}
			if before != nil {
				return before(c, presented)
			}
			return c.Accepts(presented, call.Now)
		}
	}}
	return append([]Hooks{alive}, outlive...)
}

// revives gives a new client something of a deleted one of the same name.
func revives(give func(c *client.Client, dead client.Client)) func() []Hooks {
	return func() []Hooks {
		buried := newGraveyard()
		return []Hooks{buried.haunting(nobody), created(func(c *client.Client) {
			if dead, there := buried.find(c.Realm, c.ClientID); there {
				give(c, dead)
			}
		})}
	}
}
