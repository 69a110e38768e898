package file

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store/codec"
)

// table is one of the file's buckets. Those of clients begin their keys with a generation,
// which is one content at one time: the clients of a content are neighbours, and a batch of
// calls for many contents writes few pages.
type table int

const (
	// tableSelf says what the file is.
	tableSelf table = iota
	// tableContents leads from a content's number to its root.
	tableContents
	// tableClients leads from generation and place to the epoch and the bytes of a client.
	tableClients
	// tableNames leads from generation, kind and name to a place.
	tableNames
	// tableOrder leads from generation and place to the tenant's group.
	tableOrder
	// tableLoose has the generations that no content refers to: half built, or to be
	// swept.
	tableLoose
	// tableRecords leads from a namespace to its version and data.
	tableRecords
	// tableSecrets has the ledger's secrets by name.
	tableSecrets
	tables
)

var tableNamed = [tables][]byte{
	tableSelf: []byte("keyturn"), tableContents: []byte("contents"), tableClients: []byte("clients"),
	tableNames: []byte("names"), tableOrder: []byte("order"), tableLoose: []byte("loose"),
	tableRecords: []byte("records"), tableSecrets: []byte("secrets"),
}

// The keys of tableSelf.
var (
	keyFormat  = []byte("format")
	keyNumbers = []byte("numbers")
)

// ofClients are the tables whose keys begin with a generation.
var ofClients = []table{tableClients, tableNames, tableOrder}

// kind is what sort of name leads to a client.
type kind byte

const (
	kindID kind = 1 + iota
	// kindClientID is of those whose ClientID is not their ID.
	kindClientID
	kindAlias
)

// longestName is the longest name that is a key as it is. Longer ones are by their digest:
// a page should have room for several keys.
const longestName = 400

const widthOfGeneration = 8

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func placeKey(generation uint64, place uint32) []byte {
	key := make([]byte, 0, widthOfGeneration+4)
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(key, generation), place)
}

// nameKey is where a name is kept. The parts before the last are led by their lengths, so
// that no two names are one.
func nameKey(generation uint64, of kind, parts ...string) []byte {
	length := widthOfGeneration + 1
	for _, part := range parts {
		length += binary.MaxVarintLen32 + len(part)
	}
	key := append(binary.BigEndian.AppendUint64(make([]byte, 0, length), generation), byte(of))
	head := len(key)
	for i, part := range parts {
		if i < len(parts)-1 {
			key = binary.AppendUvarint(key, uint64(len(part)))
		}
		key = append(key, part...)
	}
	if len(key)-head > longestName {
		digest := sha256.Sum256(key[head:])
		key[head-1] |= 0x80
		key = append(key[:head], digest[:]...)
	}
	return key
}

// spot is what a name leads to.
type spot struct {
	place uint32
	// presents says of an ID that it is the ClientID too.
	presents bool
}

func (s spot) bytes() []byte {
	value := binary.BigEndian.AppendUint32(nil, s.place)
	if s.presents {
		return append(value, 1)
	}
	return append(value, 0)
}

func readSpot(value []byte) (spot, bool) {
	if len(value) != 5 {
		return spot{}, false
	}
	return spot{place: binary.BigEndian.Uint32(value), presents: value[4] == 1}, true
}

// root is what the file says of a content besides its clients.
type root struct {
	generation uint64
	// given is the last place that was given, epoch the one of the next client.
	given, epoch uint32
}

func (r root) bytes() []byte {
	value := binary.BigEndian.AppendUint32(number(r.generation), r.given)
	return binary.BigEndian.AppendUint32(value, r.epoch)
}

func readRoot(value []byte) (root, bool) {
	if len(value) != 16 {
		return root{}, false
	}
	return root{
		generation: binary.BigEndian.Uint64(value),
		given:      binary.BigEndian.Uint32(value[8:]),
		epoch:      binary.BigEndian.Uint32(value[12:]),
	}, true
}

func encodeClient(c *client.Client) ([]byte, error) {
	value := binary.BigEndian.AppendUint32(make([]byte, 0, 768), uint32(c.Serial>>32))
	return codec.Append(value, c)
}

func decodeClient(place uint32, value []byte) (*client.Client, error) {
	if len(value) < 4 {
		return nil, errDamaged
	}
	c, err := codec.Decode(value[4:])
	if err != nil {
		return nil, err
	}
	c.Serial = uint64(binary.BigEndian.Uint32(value))<<32 + uint64(place)
	return &c, nil
}

// withEpoch is the same client as a new one.
func withEpoch(value []byte, epoch uint32) []byte {
	renewed := binary.BigEndian.AppendUint32(make([]byte, 0, len(value)), epoch)
	return append(renewed, value[4:]...)
}

// entry is one key of one table.
type entry struct {
	in         table
	key, value []byte
}

// named lists the entries by which the client is found.
func named(generation uint64, c *client.Client) []entry {
	at := spot{place: uint32(c.Serial), presents: c.ClientID == c.ID}
	list := []entry{{tableNames, nameKey(generation, kindID, c.Realm, c.ID), at.bytes()}}
	if !at.presents {
		list = append(list, entry{tableNames, nameKey(generation, kindClientID, c.Realm, c.ClientID), spot{place: at.place}.bytes()})
	}
	if c.Alias != "" {
		list = append(list, entry{tableNames, nameKey(generation, kindAlias, c.Realm, c.Tenant, c.Alias), spot{place: at.place}.bytes()})
	}
	return list
}
