package defect

import (
	"cmp"
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// updates lists what goes wrong when a client is changed: what an update loses, takes or
// does not look at.
func updates() []Defect {
	return []Defect{
		{
			ID: "replacement-merges", About: "A replacement keeps what it leaves out.",
			Providers: []string{angus}, hooks: plain(changed(keepWhatIsLeftOut, replace)),
		},
		{
			ID: "update-empties-what-it-leaves-out", About: "An update empties the description when it does not have one.",
			Providers: []string{v2, v3, angus}, hooks: plain(changed(emptyWhatIsLeftOut, update)),
		},
		{
			ID: "update-stops-half-way", About: "An update that is refused has changed the description before.",
			Providers: []string{v2, v3, angus}, hooks: plain(aside(refused(client.Invalid, client.Malformed), describeAllTheSame, by(update))),
		},
		{
			ID: "update-moves-the-client", About: "An update with another tenant moves the client there.",
			Providers: []string{angus}, hooks: plain(takes("tenantName", update)),
		},
		{
			ID: "update-changes-the-platform", About: "An update changes the platform, which is fixed at registration.",
			Providers: []string{angus}, hooks: plain(takes("platform", update, replace)),
		},
		{
			ID: "update-sets-the-maker", About: "An update may say who made the client.",
			Providers: []string{angus}, hooks: plain(takes("createdBy")),
		},
		{
			ID: "update-sets-the-secret", About: "An update takes a secret that nobody may choose.",
			Providers: authing, hooks: plain(changed(func(call *provider.Call, _ client.Client, after *client.Client) {
				if secret := wire.Text(call.Object(), "secret"); secret != "" {
					give(call, after, secret)
				}
			}, update)),
		},
		{
			ID: "addition-takes-the-callers-id", About: "An addition takes the id of the secret from its caller.",
			Providers: []string{identity}, hooks: plain(changed(func(call *provider.Call, _ client.Client, after *client.Client) {
				if id := wire.Text(call.Object(), "clientSecretId"); id != "" {
					newest(after).ID = id
				}
			}, rotate)),
		},
		{
			ID: "any-value-will-do", About: "Values are not checked: a number does for a name, and nothing for what is required.",
			Providers: []string{v2, v3, angus}, hooks: plain(Hooks{Unchecked: func(call *provider.Call) bool {
				return in(call, create, update, replace) && wellFormed(call)
			}}),
		},
		{
			ID: "name-may-be-empty", About: "A client may be given an empty name.",
			Providers: []string{v2, angus}, hooks: plain(Hooks{Unchecked: func(call *provider.Call) bool {
				return sent(call)["name"] == "" || sent(call)["clientName"] == ""
			}}),
		},
	}
}

// setAttribute changes an attribute of a client that is not in the store yet.
func setAttribute(c *client.Client, name string, value any) {
	c.Attributes = c.Attributes.With(map[string]any{name: value})
}

// takes has updates by operations in these roles take an attribute from the request
// that is none of theirs.
func takes(name string, roles ...role) Hooks {
	return changed(func(call *provider.Call, _ client.Client, after *client.Client) {
		if value := wire.Text(call.Object(), name); value != "" {
			setAttribute(after, name, value)
		}
	}, roles...)
}

func emptyTheDescription(_ *provider.Call, _ client.Client, after *client.Client) {
	setAttribute(after, "description", "")
}

func keepWhatIsLeftOut(call *provider.Call, before client.Client, after *client.Client) {
	for name, value := range before.Attributes.All() {
		if _, given := call.Object()[name]; !given {
			setAttribute(after, name, value)
		}
	}
}

func emptyWhatIsLeftOut(call *provider.Call, _ client.Client, after *client.Client) {
	_, given := call.Object()["description"]
	_, named := call.Object()["appDescription"]
	if !given && !named && after.Attributes.Get("description") != nil {
		setAttribute(after, "description", "")
	}
}

func describeAllTheSame(ctx context.Context, call *provider.Call) error {
	c, exists := subject(ctx, call)
	text := cmp.Or(wire.Text(sent(call), "description"), wire.Text(sent(call), "appDescription"))
	if !exists || text == "" {
		return nil
	}
	_, err := call.Store.Update(ctx, c.Key, func(c *client.Client) error {
		setAttribute(c, "description", text)
		return nil
	})
	return err
}
