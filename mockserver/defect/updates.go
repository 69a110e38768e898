package defect

import (
	"cmp"
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// updates lists what goes wrong when a client is changed.
func updates() []Defect {
	return []Defect{
		{
			ID: "replacement-merges", About: "A replacement keeps what it leaves out.",
			Providers: []string{angus}, hooks: plain(changed(func(call *provider.Call, before client.Client, after *client.Client) {
				if !in(call, []role{replace}) {
					return
				}
				for name, value := range before.Attributes.All() {
					if _, given := call.Object()[name]; !given {
						after.Attributes = after.Attributes.With(map[string]any{name: value})
					}
				}
			})),
		},
		{
			ID: "update-empties-what-it-leaves-out", About: "An update empties the description when it does not have one.",
			Providers: []string{v2, v3, angus}, hooks: plain(changed(func(call *provider.Call, _ client.Client, after *client.Client) {
				_, given := call.Object()["description"]
				_, named := call.Object()["appDescription"]
				if !given && !named && in(call, []role{update}) && after.Attributes.Get("description") != nil {
					after.Attributes = after.Attributes.With(map[string]any{"description": ""})
				}
			})),
		},
		{
			ID: "update-stops-half-way", About: "An update that is refused has changed the description before.",
			Providers: []string{v2, v3, angus}, hooks: plain(Hooks{Around: halfWay}),
		},
		{
			ID: "update-moves-the-client", About: "An update with another tenant moves the client there.",
			Providers: []string{angus}, hooks: plain(changed(func(call *provider.Call, _ client.Client, after *client.Client) {
				if tenant := wire.Text(call.Object(), "tenantName"); tenant != "" && in(call, []role{update}) {
					after.Attributes = after.Attributes.With(map[string]any{"tenantName": tenant})
				}
			})),
		},
		{
			ID: "update-changes-the-platform", About: "An update changes the platform, which is fixed at registration.",
			Providers: []string{angus}, hooks: plain(changed(func(call *provider.Call, _ client.Client, after *client.Client) {
				if platform := wire.Text(call.Object(), "platform"); platform != "" && in(call, []role{update, replace}) {
					after.Attributes = after.Attributes.With(map[string]any{"platform": platform})
				}
			})),
		},
		{
			ID: "update-sets-the-maker", About: "An update says who made the client.",
			Providers: []string{angus}, hooks: plain(changed(func(call *provider.Call, _ client.Client, after *client.Client) {
				if maker := wire.Text(call.Object(), "createdBy"); maker != "" {
					after.Attributes = after.Attributes.With(map[string]any{"createdBy": maker})
				}
			})),
		},
		{
			ID: "update-sets-the-secret", About: "An update takes a secret that nobody may choose.",
			Providers: []string{v2, v3}, hooks: plain(changed(func(call *provider.Call, _ client.Client, after *client.Client) {
				if secret := wire.Text(call.Object(), "secret"); secret != "" && in(call, []role{update}) {
					give(call, after, secret)
				}
			})),
		},
		{
			ID: "addition-takes-the-callers-id", About: "An addition takes the id of the secret from its caller.",
			Providers: []string{identity}, hooks: plain(changed(func(call *provider.Call, _ client.Client, after *client.Client) {
				if id := wire.Text(call.Object(), "clientSecretId"); id != "" && in(call, []role{rotate}) {
					after.Secrets[len(after.Secrets)-1].ID = id
				}
			})),
		},
		{
			ID: "any-value-will-do", About: "Values are not checked: a number does for a name, and nothing for what is required.",
			Providers: []string{v2, v3, angus}, hooks: plain(Hooks{Unchecked: func(call *provider.Call) bool {
				return in(call, []role{create, update, replace}) && wellFormed(call)
			}}),
		},
		{
			ID: "name-may-be-empty", About: "A client may be given an empty name.",
			Providers: []string{v2, angus}, hooks: plain(Hooks{Unchecked: func(call *provider.Call) bool {
				body := sent(call)
				for _, member := range []string{"name", "clientName"} {
					if value, given := body[member]; given && value == "" {
						return true
					}
				}
				return false
			}}),
		},
	}
}

// wellFormed reports whether the body is JSON at least.
func wellFormed(call *provider.Call) bool {
	_, err := wire.Decode(call.Raw)
	return err == nil
}

// halfWay applies the description of an update that is refused.
func halfWay(next provider.Handler) provider.Handler {
	return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
		reply, err := next(ctx, call)
		kind := client.KindOf(err)
		if err == nil || kind != client.Invalid && kind != client.Malformed || !in(call, []role{update}) {
			return reply, err
		}
		c, known := subject(ctx, call)
		text := cmp.Or(wire.Text(sent(call), "description"), wire.Text(sent(call), "appDescription"))
		if !known || text == "" {
			return reply, err
		}
		_, storing := call.Store.Update(ctx, c.Key, func(c *client.Client) error {
			c.Attributes = c.Attributes.With(map[string]any{"description": text})
			return nil
		})
		return reply, cmp.Or(storing, err)
	}
}
