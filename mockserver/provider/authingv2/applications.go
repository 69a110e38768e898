package authingv2

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm/authing"
	"github.com/keyturn/keyturn/mockserver/wire"
)

var (
	refreshed = message{"刷新应用 secret 成功!", "Application secret refreshed"}
	listed    = message{"获取列表成功", "List retrieved"}
	created   = message{"创建应用成功！", "Application created"}
	detailed  = message{"获取应用配置成功", "Application retrieved"}
	updated   = message{"修改应用成功", "Application updated"}
	deleted   = message{"删除应用成功", "Application deleted"}
)

func refreshSecret(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	c, err := authing.Refresh(ctx, call, call.Params.Text("appId"))
	if err != nil {
		return provider.Reply{}, err
	}
	document := document(call, c)
	if authing.SettingsOf(call).RefreshShowsSecret {
		document["secret"] = authing.SecretOf(call, c)
	}
	return succeed(call, refreshed, document), nil
}

func getApplication(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	c, err := authing.Application(ctx, call, call.Params.Text("appId"))
	if err != nil {
		return provider.Reply{}, err
	}
	return succeed(call, detailed, detail(call, c)), nil
}

func listApplications(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	page, err := authing.List(ctx, call, call.Params.Int("page", 1), call.Params.Int("limit", 10), nil)
	if err != nil {
		return provider.Reply{}, err
	}
	list := make(wire.Array, 0, len(page.Clients))
	for _, c := range page.Clients {
		list = append(list, detail(call, c))
	}
	return succeed(call, listed, wire.Object{"list": list, "totalCount": page.Total}), nil
}

func createApplication(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	body := call.Object()
	c, err := authing.Create(ctx, call, wire.Text(body, "identifier"), members(body))
	if err != nil {
		return provider.Reply{}, err
	}
	return succeed(call, created, detail(call, c)), nil
}

func updateApplication(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	body := call.Object()
	c, err := authing.Change(ctx, call, call.Params.Text("appId"), wire.Text(body, "identifier"), members(body))
	if err != nil {
		return provider.Reply{}, err
	}
	return succeed(call, updated, detail(call, c)), nil
}

func deleteApplication(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	if err := authing.Delete(ctx, call, call.Params.Text("appId")); err != nil {
		return provider.Reply{}, err
	}
	return succeed(call, deleted, nil), nil
}

// detail is the document with the secret in the three places where the vendor
// shows it, for callers who may see secrets.
func detail(call *provider.Call, c client.Client) wire.Object {
	document := document(call, c)
	if !call.Principal.MaySeeSecrets() {
		return document
	}
	secret := authing.SecretOf(call, c)
	document["secret"] = secret
	for _, name := range []string{"oidcConfig", "oauthConfig"} {
		if config, ok := document[name].(wire.Object); ok {
			config["client_secret"] = secret
		}
	}
	return document
}
