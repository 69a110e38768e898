package angusgm

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// maxDeletions is how many clients one request may delete.
const maxDeletions = 200

// deleteClients takes clientIds, although the parameter is called ids. One that
// does not exist stops the deletion of all.
func deleteClients(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	list, _ := call.Params["ids"].(wire.Array)
	ids := distinct(list)
	if len(ids) > maxDeletions {
		return provider.Reply{}, client.Errorf(client.Invalid, "want at most %d different ids", maxDeletions).At("ids")
	}
	keys := make([]client.Key, 0, len(ids))
	for _, item := range ids {
		id, _ := item.(string)
		c, err := visible(call, id)(call.Store.Find(ctx, Name, id))
		if err != nil {
			return provider.Reply{}, err
		}
		keys = append(keys, c.Key)
	}
	if err := call.Store.Delete(ctx, keys...); err != nil {
		return provider.Reply{}, err
	}
	return deleted(call), nil
}
