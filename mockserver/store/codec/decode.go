package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
)

var errCut = errors.New("the bytes of a client are cut off or damaged")

// deepest is far above what a request can have brought, and keeps damaged bytes from
// being read forever deeper.
const deepest = 1000

// Decode reads what Append wrote, to its end. The client shares no memory with from.
// Errors: bytes that Append did not write, or that a later version did.
func Decode(from []byte) (client.Client, error) {
	if len(from) == 0 {
		return client.Client{}, errCut
	}
	if from[0] != format {
		return client.Client{}, fmt.Errorf("the client is in format %d, this version of keyturn reads %d", from[0], format)
	}
	// One copy, of which the texts are parts.
	r := &reader{rest: string(from[1:])}
	var c client.Client
	c.Realm, c.ID, c.ClientID, c.Tenant, c.Alias = r.text(), r.text(), r.text(), r.text(), r.text()
	c.Enabled = r.bytes(1) == "\x01"
	c.CreatedAt, c.UpdatedAt = r.time(), r.time()
	if n := r.count(); n > 0 {
		c.Secrets = make([]client.Secret, 0, n)
		for range n {
			c.Secrets = append(c.Secrets, r.secret())
		}
	}
	if n := r.count(); n > 0 {
		revoked := make(map[string]time.Time, n)
		for range n {
			token := r.text()
			revoked[token] = r.time()
		}
		c.RevokedTokens = client.NewRevocations(revoked)
	}
	c.Attributes = client.NewAttributes(r.object(0))
	if r.err == nil && r.rest != "" {
		r.err = errCut
	}
	if r.err != nil {
		return client.Client{}, r.err
	}
	return c, nil
}

// reader takes bytes from the front. After its first error it returns zero values.
type reader struct {
	rest string
	err  error
}

func (r *reader) fail() {
	r.err, r.rest = errCut, ""
}

func (r *reader) bytes(n int) string {
	if n > len(r.rest) {
		r.fail()
		return ""
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

// number reads a uvarint; those of package binary read from byte slices only.
func (r *reader) number() uint64 {
	var n uint64
	for i := range binary.MaxVarintLen64 {
		if i == len(r.rest) {
			break
		}
		b := r.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
	r.fail()
	return 0
}

// count reads how many of something follow, each of which has at least a byte.
func (r *reader) count() int {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) text() string { return r.bytes(r.count()) }

func (r *reader) time() time.Time {
	nanoseconds := r.number()
	if nanoseconds == 0 {
		return time.Time{}
	}
	zigzag := r.number()
	return time.Unix(int64(zigzag>>1)^-int64(zigzag&1), int64(nanoseconds-1)).UTC()
}

func (r *reader) secret() client.Secret {
	s := client.Secret{ID: r.text(), Stored: client.Value(r.text())}
	copy(s.Digest[:], r.bytes(len(s.Digest)))
	s.CreatedAt, s.ExpiresAt, s.DeletedAt = r.time(), r.time(), r.time()
	return s
}

func (r *reader) object(depth int) map[string]any {
	n := r.count()
	members := make(map[string]any, n)
	for range n {
		name := r.text()
		members[name] = r.value(depth + 1)
	}
	return members
}

func (r *reader) value(depth int) any {
	tag := r.bytes(1)
	if r.err != nil || depth > deepest {
		r.fail()
		return nil
	}
	switch tag[0] {
	case tagNull:
		return nil
	case tagFalse, tagTrue:
		return tag[0] == tagTrue
	case tagNumber:
		if bits := r.bytes(8); r.err == nil {
			return math.Float64frombits(binary.BigEndian.Uint64([]byte(bits)))
		}
	case tagText:
		return r.text()
	case tagList:
		n := r.count()
		list := make([]any, 0, n)
		for range n {
			list = append(list, r.value(depth+1))
		}
		return list
	case tagObject:
		return r.object(depth)
	default:
		r.fail()
	}
	return nil
}
