package defect

import (
	"bytes"
	"cmp"
	"context"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// views lists where a client or a secret is shown otherwise than it is, and made or
// taken otherwise than it was asked for.
func views() []Defect {
	return []Defect{
		{
			ID: "list-has-other-ids", About: "The list of clients has the clientId in the place of the id.",
			Providers: []string{angus}, hooks: plain(listed(func(_ *provider.Call, item wire.Object) { item["id"] = item["clientId"] }, list)),
		},
		{
			ID: "filter-is-a-pattern", About: "A percent sign in a filter stands for anything.",
			Providers: []string{angus}, hooks: plain(calling(func(call *provider.Call) {
				if strings.Contains(call.HTTP.URL.RawQuery, "%25") {
					ownRequest(call).URL.RawQuery = ""
				}
			}, list)),
		},
		{
			ID: "list-shows-no-tag", About: "The list of clients shows the tag of each as null.",
			Providers: []string{angus}, hooks: plain(listed(func(_ *provider.Call, item wire.Object) { item["bizTag"] = nil }, list)),
		},
		{
			ID: "list-shows-no-description", About: "The list of clients shows the description of each as empty.",
			Providers: authing, hooks: plain(listed(showNoDescription, list)),
		},
		{
			ID: "unknown-client-has-an-empty-list", About: "The list of the secrets of a client that does not exist is empty.",
			Providers: []string{identity}, hooks: plain(instead(refused(client.NotFound), func(*provider.Call) provider.Reply {
				return provider.OK(wire.Array{})
			}, by(listSecrets))),
		},
		{
			ID: "secrets-repeat-themselves", About: "The second half of a secret is its first half again.",
			Providers: authing, hooks: plain(calling(reseedTwice, rotate)),
		},
		{
			ID: "secret-ends-in-a-line-break", About: "A secret that is made ends in a line break, and works only with it.",
			Providers: []string{identity}, hooks: lineBreak,
		},
		{
			ID: "empty-update-clears-the-description", About: "An update that has nothing but the id empties the description.",
			Providers: []string{angus}, hooks: plain(changed(func(call *provider.Call, _ client.Client, after *client.Client) {
				if len(call.Object()) == 1 {
					setAttribute(after, "description", "")
				}
			}, update)),
		},
		{
			ID: "replacement-makes-an-unknown-client", About: "Replacing a client that does not exist is refused, and registers it.",
			Providers: []string{angus}, hooks: plain(aside(refused(client.NotFound), registerTheUnknown, by(replace))),
		},
		{
			ID: "taken-name-is-taken-again", About: "An identifier that another client has is accepted.",
			Providers: authing, hooks: plain(created(func(c *client.Client) { c.Alias = "" })),
		},
		{
			ID: "introspection-takes-the-disabled", About: "A disabled client still authenticates at the introspection endpoint.",
			Providers: []string{angus}, hooks: plain(judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
				if in(call, introspect) {
					c.Enabled = true
					return c.Accepts(presented, call.Now)
				}
				return accepted
			})),
		},
		{
			ID: "registration-drops-the-logo", About: "A registration drops the logo.",
			Providers: authing, hooks: plain(created(func(c *client.Client) { setAttribute(c, "logo", "") })),
		},
	}
}

func showNoDescription(_ *provider.Call, item wire.Object) {
	for _, name := range []string{"description", "appDescription"} {
		if item[name] != nil {
			item[name] = ""
		}
	}
}

func reseedTwice(call *provider.Call) {
	half := make([]byte, secretBytes(call)/2)
	if _, err := call.Random.Read(half); err == nil {
		reseed(call, bytes.Repeat(half, 2))
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
	mark := created(func(c *client.Client) { broken.set(c.Key, true) })
	return []Hooks{show, judge, mark}
}

func registerTheUnknown(ctx context.Context, call *provider.Call) error {
	id, name := wire.Text(call.Object(), "id"), wire.Text(call.Object(), "clientName")
	if id == "" {
		return nil
	}
	_, err := call.Store.Create(ctx, client.Client{
		Key: call.Key(id), ClientID: cmp.Or(wire.Text(call.Object(), "clientId"), id), Tenant: call.Principal.Home(), Alias: name,
		Enabled: true, CreatedAt: call.Now, UpdatedAt: call.Now, Attributes: client.NewAttributes(map[string]any{"clientName": name}),
	})
	return err
}
