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
type drift struct{ control Control }

func (d drift) ledger() (*proxy.Drift, error) {
	if ledger := d.control.Drift(); ledger != nil {
		return ledger, nil
	}
	return nil, client.Errorf(client.NotFound, "the server stands before no deployment that could be compared with its document: start it with keyturn proxy")
}

func (d drift) get(context.Context, *provider.Call) (provider.Reply, error) {
	ledger, err := d.ledger()
	if err != nil {
		return provider.Reply{}, err
	}
	return provider.OK(driftTree(ledger.Report())), nil
}

func (d drift) clear(context.Context, *provider.Call) (provider.Reply, error) {
	ledger, err := d.ledger()
	if err != nil {
		return provider.Reply{}, err
	}
	ledger.Clear()
	return done, nil
}

// standIn refuses what a server that stands before a deployment could only ignore.
func (p plane) standIn(what string) error {
	if p.control.Drift() == nil {
		return nil
	}
	return client.Errorf(client.Conflict, "the server passes on the answers of a deployment and has none of its own that %s could change; faults work", what)
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
		"unanswered": int64(report.Unanswered), "dropped": int64(report.Dropped), "findings": findings,
	}
}
