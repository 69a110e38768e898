package postgres

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/keyturn/keyturn/mockserver/client"
)

// longest is what of a name is in an index, whose entries have a limit of 2 704 bytes in
// PostgreSQL.
const longest = 1024

// key is a name as it is in a column. A name within another, such as an id in a realm, is
// the names one after the other, each after its length. What is longer than an index takes
// is as many of its first bytes as leave room for its digest; no two names have the same,
// since those that are as long as the longest are digested, too.
//
// Names are bytes and not text, as a request may name anything: text cannot have a NUL and
// must be UTF-8 in the database's eyes. Names within others are one column, for an index
// of it leaves nothing for the planner to weigh: before a table was analysed it takes a
// part of a longer index for as good as the whole.
func key(names ...string) []byte {
	joined := make([]byte, 0, 64)
	for _, name := range names {
		joined = append(binary.AppendUvarint(joined, uint64(len(name))), name...)
	}
	if len(joined) < longest {
		return joined
	}
	digest := sha256.Sum256(joined)
	return append(joined[:longest-len(digest)], digest[:]...)
}

// columns are a client's names as they are in its row.
type columns struct {
	realm, id, clientID, tenant []byte
	// alias is nil, NULL, for none.
	alias []byte
}

func columnsOf(c *client.Client) columns {
	names := columns{
		realm: key(c.Realm), id: key(c.Realm, c.ID), clientID: key(c.Realm, c.ClientID), tenant: key(c.Realm, c.Tenant),
	}
	if c.Alias != "" {
		names.alias = key(c.Realm, c.Tenant, c.Alias)
	}
	return names
}
