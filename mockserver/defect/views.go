package defect

import (
	"context"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// views lists where what is shown is not what there is, and what is taken not what was
// sent.
func views() []Defect {
	return []Defect{
		{
			ID: "list-has-other-ids", About: "The list of clients has the clientId in the place of the id.",
			Providers: []string{angus}, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) {
				eachItem(reply, func(item wire.Object) { item["id"] = item["clientId"] })
			}, list)),
		},
		{
			ID: "list-renews-the-ids", About: "The list of secrets has other ids each time.",
			Providers: []string{identity}, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) {
				eachItem(reply, func(item wire.Object) { item["clientSecretId"] = newID() })
			}, listSecrets)),
		},
		{
			ID: "filter-is-a-pattern", About: "A percent sign in a filter stands for anything.",
			Providers: []string{angus}, hooks: plain(Hooks{Call: func(call *provider.Call) {
				if !in(call, []role{list}) || !strings.Contains(call.HTTP.URL.RawQuery, "%25") {
					return
				}
				call.HTTP = call.HTTP.Clone(call.HTTP.Context())
				call.HTTP.URL.RawQuery = ""
			}}),
		},
		{
			ID: "list-shows-no-tag", About: "The list of clients shows the tag of each as null.",
			Providers: []string{angus}, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) {
				eachItem(reply, func(item wire.Object) { item["bizTag"] = nil })
			}, list)),
		},
		{
			ID: "list-shows-no-description", About: "The list of clients shows the description of each as empty.",
			Providers: authing, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) {
				eachItem(reply, func(item wire.Object) {
					for _, name := range []string{"description", "appDescription"} {
						if item[name] != nil {
							item[name] = ""
						}
					}
				})
			}, list)),
		},
		{
			ID: "unknown-client-has-an-empty-list", About: "The list of the secrets of a client that does not exist is empty.",
			Providers: []string{identity}, hooks: plain(Hooks{Around: func(next provider.Handler) provider.Handler {
				return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
					reply, err := next(ctx, call)
					if client.KindOf(err) == client.NotFound && in(call, []role{listSecrets}) {
						return provider.OK(wire.Array{}), nil
					}
					return reply, err
				}
			}}),
		},
		{
			ID: "secrets-repeat-themselves", About: "The second half of a secret is its first half again.",
			Providers: authing, hooks: plain(Hooks{Call: func(call *provider.Call) {
				if half := make([]byte, secretBytes(call)/2); in(call, []role{rotate}) {
					if _, err := call.Random.Read(half); err == nil {
						reseed(call, append(half, half...))
					}
				}
			}}),
		},
		{
			ID: "secret-ends-in-a-line-break", About: "A secret that is made ends in a line break, and works only with it.",
			Providers: []string{identity}, hooks: lineBreak,
		},
		{
			ID: "empty-update-clears-the-description", About: "An update that has nothing but the id empties the description.",
			Providers: []string{angus}, hooks: plain(changed(func(call *provider.Call, _ client.Client, after *client.Client) {
				if in(call, []role{update}) && len(call.Object()) == 1 {
					after.Attributes = after.Attributes.With(map[string]any{"description": ""})
				}
			})),
		},
		{
			ID: "replacement-makes-an-unknown-client", About: "Replacing a client that does not exist is refused and registers it.",
			Providers: []string{angus}, hooks: plain(Hooks{Around: registersTheUnknown}),
		},
		{
			ID: "taken-name-is-taken-again", About: "An identifier that another client has is accepted.",
			Providers: []string{v2, v3}, hooks: plain(Hooks{Call: func(call *provider.Call) {
				call.Store = creating{Store: call.Store, change: func(c *client.Client) { c.Alias = "" }}
			}}),
		},
		{
			ID: "introspection-takes-the-disabled", About: "A disabled client still authenticates at the introspection endpoint.",
			Providers: []string{angus}, hooks: plain(judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
				if in(call, []role{introspect}) {
					c.Enabled = true
					return c.Accepts(presented, call.Now)
				}
				return accepted
			})),
		},
		{
			ID: "registration-drops-the-logo", About: "A registration drops the logo.",
			Providers: authing, hooks: plain(Hooks{Call: func(call *provider.Call) {
				call.Store = creating{Store: call.Store, change: func(c *client.Client) {
					c.Attributes = c.Attributes.With(map[string]any{"logo": ""})
				}}
			}}),
		},
	}
}

func lineBreak() []Hooks {
	show := replying(func(_ *provider.Call, reply *provider.Reply) {
		if value, is := at(reply, "/clientSecret").(string); is {
			put(reply, "/clientSecret", value+"\n")
		}
	}, create, rotate)
	broken := remembering[bool]()
	judge := judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
		if value, ends := strings.CutSuffix(presented, "\n"); ends {
			return c.Accepts(value, call.Now)
		}
		// A client of the world has secrets from before.
		return accepted && !broken.get(c.Key)
	})
	mark := Hooks{Call: func(call *provider.Call) {
		call.Store = creating{Store: call.Store, change: func(c *client.Client) { broken.set(c.Key, true) }}
	}}
	return []Hooks{show, judge, mark}
}

func registersTheUnknown(next provider.Handler) provider.Handler {
	return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
		reply, err := next(ctx, call)
		id := wire.Text(call.Object(), "id")
		if client.KindOf(err) != client.NotFound || !in(call, []role{replace}) || id == "" {
			return reply, err
		}
		name := wire.Text(call.Object(), "clientId")
		if name == "" {
			name = id
		}
		made := client.Client{
			Key: call.Key(id), ClientID: name, Tenant: call.Principal.Home(), Alias: wire.Text(call.Object(), "clientName"),
			Enabled: true, CreatedAt: call.Now, UpdatedAt: call.Now, Attributes: client.NewAttributes(map[string]any{"clientName": wire.Text(call.Object(), "clientName")}),
		}
		if _, storing := call.Store.Create(ctx, made); storing != nil {
			return provider.Reply{}, storing
		}
		return reply, err
	}
}
