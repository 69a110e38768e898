package defect

import (
	"context"
	"net/http"

	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// tokens lists what goes wrong where a client presents its secret: how it is refused, and
// what is revoked.
func tokens() []Defect {
	return []Defect{
		{
			ID: "wrong-secret-is-invalid-grant", About: "A wrong secret is refused as an invalid grant.",
			Providers: everywhere, hooks: plain(refusing(func(_ *provider.Call, reply *provider.Reply) {
				if wrongSecret(reply) {
					put(reply, "/error", "invalid_grant")
				}
			}, token, introspect, revoke)),
		},
		{
			ID: "wrong-secret-is-a-403", About: "A wrong secret is refused with 403.",
			Providers: everywhere, hooks: plain(refusing(func(_ *provider.Call, reply *provider.Reply) {
				if wrongSecret(reply) {
					reply.Status = http.StatusForbidden
				}
			}, token, introspect, revoke)),
		},
		{
			ID: "basic-refusal-has-no-challenge", About: "A secret that is refused by HTTP Basic is refused without a challenge.",
			Providers: everywhere, hooks: plain(heading(http.StatusUnauthorized, without("WWW-Authenticate"), tokenSide)),
		},
		{
			ID: "first-of-two-proofs-counts", About: "Of a secret in the header and another in the form, the one in the header counts.",
			Providers: everywhere, hooks: plain(Hooks{Around: withoutFormSecret}),
		},
		{
			ID: "anybody-may-revoke-nothing", About: "A revocation by a client that does not authenticate succeeds.",
			Providers: everywhere, hooks: plain(refusing(func(_ *provider.Call, reply *provider.Reply) {
				if wrongSecret(reply) {
					*reply = provider.Reply{Status: http.StatusOK}
				}
			}, revoke)),
		},
		{
			ID: "revoking-an-unknown-token-fails", About: "A revocation that was made is answered as refused.",
			Providers: everywhere, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) {
				*reply = provider.Reply{Status: http.StatusBadRequest, Body: wire.Object{"error": "invalid_request"}, Failed: true}
			}, revoke)),
		},
	}
}

// wrongSecret reports the refusal of a client that did not authenticate.
func wrongSecret(reply *provider.Reply) bool { return at(reply, "/error") == "invalid_client" }

// withoutFormSecret takes the secret out of a form whose request has a header too.
func withoutFormSecret(next provider.Handler) provider.Handler {
	return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
		credentials, err := provider.CredentialsOf(call.HTTP)
		if err != nil || !tokenSide(call) || !credentials.Are("Basic") {
			return next(ctx, call)
		}
		form := formOf(call.Raw)
		form.Del("client_secret")
		call.Raw = []byte(form.Encode())
		return next(ctx, call)
	}
}
