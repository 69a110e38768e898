package admin

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
	"github.com/keyturn/keyturn/specs"
)

const yamlMedia = "application/yaml"

func (plane) listSpecs(_ context.Context, call *provider.Call) (provider.Reply, error) {
	documents := wire.Array{}
	for _, name := range specs.Names() {
		documents = append(documents, wire.Object{"name": name, "url": call.BaseURL + prefix + "/specs/" + name})
	}
	return provider.OK(wire.Object{"documents": documents, "docs": call.BaseURL + DocsPath}), nil
}

func (plane) getSpec(_ context.Context, call *provider.Call) (provider.Reply, error) {
	text, err := specs.Source(call.Params.Text("name"))
	if err != nil {
		return provider.Reply{}, client.Errorf(client.NotFound, "%s", err)
	}
	reply := provider.OK(string(text))
	reply.Media = yamlMedia
	return reply, nil
}
