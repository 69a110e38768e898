package defect

import (
	"context"
	"slices"
	"sync"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/store"
)

// remains lists what is left of what was deleted.
func remains() []Defect {
	return []Defect{
		{
			ID: "secret-id-comes-again", About: "A new secret gets the id of the one that was deleted last.",
			Providers: []string{identity}, hooks: plain(changed(func(call *provider.Call, before client.Client, after *client.Client) {
				if !in(call, []role{rotate}) {
					return
				}
				for i, one := range slices.Backward(before.Secrets) {
					if one.Deleted() {
						after.Secrets[len(after.Secrets)-1].ID = one.ID
						after.Secrets = slices.Delete(slices.Clone(after.Secrets), i, i+1)
						return
					}
				}
			})),
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
			ID: "registration-revives-the-description", About: "A client that is registered under the id of a deleted one has its description.",
			Providers: []string{angus}, hooks: revives(func(c *client.Client, dead client.Client) {
				if c.Attributes.Text("description") == "" {
					c.Attributes = c.Attributes.With(map[string]any{"description": dead.Attributes.Get("description")})
				}
			}),
		},
	}
}

// creating changes what is registered.
type creating struct {
	store.Store

	change func(*client.Client)
}

// Create implements store.Store.
func (s creating) Create(ctx context.Context, c client.Client) (client.Client, error) {
	s.change(&c)
	return s.Store.Create(ctx, c)
}

func idComesAgain() []Hooks {
	buried := &graveyard{dead: map[client.Key]client.Client{}}
	var mu sync.Mutex
	used := map[string]bool{}
	return []Hooks{{Call: func(call *provider.Call) {
		call.Store = creating{Store: haunted{Store: call.Store, buried: buried}, change: func(c *client.Client) {
			mu.Lock()
			defer mu.Unlock()
			for _, dead := range slices.Backward(buried.of(c.Realm, c.Tenant)) {
				if !used[dead.ID] {
					used[dead.ID] = true
					c.ID, c.ClientID = dead.ID, dead.ClientID
					return
				}
			}
		}}
	}}}
}

func tokensOutlive() []Hooks {
	outlive := keepsDeleted(func(call *provider.Call) bool { return in(call, []role{introspect}) })()
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
		buried := &graveyard{dead: map[client.Key]client.Client{}}
		return []Hooks{{Call: func(call *provider.Call) {
			call.Store = creating{Store: haunted{Store: call.Store, buried: buried}, change: func(c *client.Client) {
				if dead, there := buried.find(c.Realm, c.ClientID); there {
					give(c, dead)
				}
			}}
		}}}
	}
}
