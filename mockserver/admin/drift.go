package admin

import (
	"context"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/proxy"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// drift shows the ledger of a server that stands before a deployment. It is nil for any
// other server. There is one for all namespaces, as the deployment is the same for all.
type drift struct{ ledger *proxy.Drift }

func (d drift) check() error {
	if d.ledger == nil {
		return client.Errorf(client.NotFound, "the server stands before no deployment that could be compared with its document: start it with keyturn proxy")
	}
	return nil
}

func (d drift) get(context.Context, *provider.Call) (provider.Reply, error) {
	if err := d.check(); err != nil {
		return provider.Reply{}, err
	}
	return provider.OK(driftTree(d.ledger.Report())), nil
}

func (d drift) clear(context.Context, *provider.Call) (provider.Reply, error) {
	if err := d.check(); err != nil {
		return provider.Reply{}, err
	}
	d.ledger.Clear()
	return done, nil
}

func driftTree(report proxy.Report) wire.Object {
	findings := make(wire.Array, len(report.Rows))
	for i, row := range report.Rows {
		findings[i] = wire.Object{
			"level": string(row.Level), "operation": row.Operation, "direction": string(row.Direction),
			"in": row.In, "member": row.Member, "rule": row.Rule, "count": int64(row.Count),
			"first": row.First.UTC().Format(time.RFC3339Nano), "last": row.Last.UTC().Format(time.RFC3339Nano), "example": row.Example,
		}
	}
	return wire.Object{
		"upstream": report.Upstream, "exchanges": int64(report.Exchanges), "drifted": int64(report.Drifted),
		"dropped": int64(report.Dropped), "findings": findings,
	}
}
