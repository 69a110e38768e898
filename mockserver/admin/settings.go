package admin

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// pemMedia is the media type of RFC 8555 section 9.1, the one that is registered for
// certificates as PEM.
const pemMedia = "application/pem-certificate-chain"

func (p plane) getSettings(context.Context, *provider.Call) (provider.Reply, error) {
	return provider.OK(wire.Object{"public_url": p.control.PublicURL()}), nil
}

func (p plane) putSettings(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	if call.Namespace != namespace.Default {
		return provider.Reply{}, client.Errorf(client.Conflict, "the settings are the server's and so every namespace's: change them without choosing one")
	}
	if err := p.control.SetPublicURL(wire.Text(call.Object(), "public_url")); err != nil {
		return provider.Reply{}, client.Errorf(client.Invalid, "%s", err).At("/public_url")
	}
	return p.getSettings(ctx, call)
}

func (p plane) getAuthority(context.Context, *provider.Call) (provider.Reply, error) {
	certificate := p.control.CA()
	if len(certificate) == 0 {
		return provider.Reply{}, client.Errorf(client.NotFound, "this server has no authority of its own: it was not started with --tls")
	}
	reply := provider.OK(string(certificate))
	reply.Media = pemMedia
	return reply, nil
}
