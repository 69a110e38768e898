package genauthv3

import (
	"context"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/oauth"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm/authing"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// tokenLifetime is the vendor's documented default.
const tokenLifetime = 2 * time.Hour

func refreshSecret(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	c, err := authing.Refresh(ctx, call, wire.Text(call.Object(), "appId"))
	if err != nil {
		return provider.Reply{}, err
	}
	return succeed(call, wire.Object{"secret": authing.SecretOf(call, c)}), nil
}

func getSecret(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	c, err := authing.Application(ctx, call, call.Params.Text("appId"))
	if err != nil {
		return provider.Reply{}, err
	}
	return succeed(call, wire.Object{"secret": authing.SecretOf(call, c)}), nil
}

// checkSecret says whether a pair is valid, in the same words for an unknown
// application and a wrong secret.
func checkSecret(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	body := call.Object()
	c, err := call.Store.Get(ctx, call.Key(wire.Text(body, "appId")))
	known := client.KindOf(err) != client.NotFound
	if err != nil && known {
		return provider.Reply{}, err
	}
	if !known || !call.Accepts(c, wire.Text(body, "appSecret")) {
		return succeed(call, wire.Object{"valid": false, "message": "the application id or its secret is wrong"}), nil
	}
	return succeed(call, wire.Object{"valid": true}), nil
}

func managementToken(_ context.Context, call *provider.Call) (provider.Reply, error) {
	body := call.Object()
	token, err := authing.IssueManagementToken(call, wire.Text(body, "accessKeyId"), wire.Text(body, "accessKeySecret"), tokenLifetime)
	if err != nil {
		return provider.Reply{}, err
	}
	return succeed(call, wire.Object{"access_token": token.Text, "expires_in": int(tokenLifetime.Seconds())}), nil
}

// applicationKeys is the key set under an application's own path. The keys are the
// realm's; an unknown application has none.
func applicationKeys(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	if _, err := call.Store.Get(ctx, call.Key(call.Params.Text("appId"))); err != nil {
		return provider.Reply{}, err
	}
	return oauth.KeySet(ctx, call)
}
