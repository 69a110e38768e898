package postgres

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
)

// updateAlone carries out a call that changes a name. It locks the content, for which it
// may have to wait, and so is no part of a batch.
func (b *Backend) updateAlone(call *updateCall) {
	for round := range rounds {
		spread(round)
		read := &lookupCall{question: call.question}
		b.gets.Do(read)
		switch {
		case read.err != nil:
			call.err = read.err
			return
		case read.found == nil:
			call.err = notFound(call.name)
			return
		}
		after, body, err := attempt(call, read.found.client)
		if call.err = err; err != nil || call.crashed {
			return // it is about the client as it is
		}
		next := &version{place: read.found.place, epoch: read.found.epoch, revision: b.revision(), client: after, size: len(body)}
		written, err := b.rename(call.content, read.found, next, body)
		if call.err = err; err != nil {
			return
		}
		if written {
			b.remember(call.question, next)
			call.result = after.Clone()
			return
		}
	}
	call.err = contended()
}

// rename keeps a client that has other names than before. It reports false when the client
// has another revision by now, and compares names only if it has not.
func (b *Backend) rename(content int64, base, next *version, body []byte) (written bool, err error) {
	before, after := columnsOf(&base.client), columnsOf(&next.client)
	err = b.pool.transact(context.Background(), writing, limit, func(c *conn) error {
		if _, err := c.run(contentLock, nil, integer(content)); err != nil {
			return err
		}
		n, err := c.run(clientRename, nil, integer(content), integer(next.place), integer(base.revision),
			after.clientID, after.tenant, after.alias, integer(next.revision), body)
		if written = err == nil && n == 1; !written || next.client.Tenant == base.client.Tenant {
			return conflict(err, &next.client)
		}
		moved := counts{}
		moved.add(before.realm, before.tenant, next.place, -1)
		moved.add(after.realm, after.tenant, next.place, 1)
		return moved.write(c, content)
	})
	return written && err == nil, err
}

// sameNames reports whether one client is in every index where the other is.
func sameNames(a, b *client.Client) bool {
	return a.ClientID == b.ClientID && a.Alias == b.Alias && a.Tenant == b.Tenant
}
