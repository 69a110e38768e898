package postgres

// level is a size of blocks. keyturn_count has a row for each block with clients, which
// says how many: a page is found by a walk over the large blocks, then over the small ones
// in one of these, then over the clients in one of those.
type level struct {
	// bits is how many bits of a place are within a block.
	bits int
	// base is added to the numbers of the blocks, so that they are apart from others.
	base int64
}

func (l level) block(place int64) int64 { return l.base + place>>l.bits }

var (
	small  = level{bits: 7}
	large  = level{bits: 14, base: 1 << 40}
	levels = []level{small, large}
)

// counted is a row of keyturn_count: the clients of a realm, or of one of its tenants, in a
// block of places.
type counted struct {
	// whose is the key of either.
	whose string
	block int64
}

// counts is what to add to the rows.
type counts map[counted]int64

func (n counts) add(realm, tenant []byte, place, by int64) {
	for _, of := range levels {
		n[counted{string(realm), of.block(place)}] += by
		n[counted{string(tenant), of.block(place)}] += by
	}
}

// write adds to the rows, and removes those that come to zero. The caller has locked the
// content.
func (n counts) write(c *conn, content int64) error {
	all, blocks, by := byteses(len(n)), integers(len(n)), integers(len(n))
	none := false
	for row, count := range n {
		all.bytes([]byte(row.whose))
		blocks.integer(row.block)
		by.integer(count)
	}
	_, err := c.run(countsAdd, func(r row) error {
		none = none || r.integer(0) == 0
		return nil
	}, integer(content), all.sent(), blocks.sent(), by.sent())
	if err != nil || !none {
		return err
	}
	_, err = c.run(countsTidy, nil, integer(content), all.sent(), blocks.sent())
	return err
}
