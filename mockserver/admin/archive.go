package admin

import (
	"bytes"
	"context"

	"github.com/keyturn/keyturn/mockserver/build"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func (p plane) exportRequests(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	held, err := space.Secrets(ctx)
	if err != nil {
		return provider.Reply{}, err
	}
	shown := p.control.Redactor().Redact(space.Journal().Snapshot().Entries, held, func(*journal.Entry) bool { return true })
	var text bytes.Buffer
	if err := journal.WriteHAR(&text, shown, journal.Archive{Creator: "keyturn", Version: build.Read().Version, Base: call.BaseURL}); err != nil {
		return provider.Reply{}, err
	}
	archive, err := wire.Decode(text.Bytes())
	if err != nil {
		return provider.Reply{}, err
	}
	reply := provider.OK(archive)
	reply.Header = map[string][]string{"Content-Disposition": {`attachment; filename="` + space.Name() + `.har"`}}
	return reply, nil
}
