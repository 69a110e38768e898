package codec

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/octet"
)

// deepest is as deep as readers of JSON go, and keeps damaged bytes from being read forever
// deeper.
const deepest = 10_000

// Decode reads what Append wrote, to its end. The client shares no memory with from.
// Errors: bytes that Append did not write, or that a later version did.
func Decode(from []byte) (client.Client, error) {
	if len(from) == 0 {
		return client.Client{}, octet.ErrCut
	}
	if from[0] != format {
		return client.Client{}, fmt.Errorf("the client is in format %d, this version of keyturn reads %d", from[0], format)
	}
	// One copy, of which the texts are parts.
	r := reader{octet.NewReader(from[1:])}
	var c client.Client
	c.Realm, c.ID, c.ClientID, c.Tenant, c.Alias = r.Text(), r.Text(), r.Text(), r.Text(), r.Text()
	c.Enabled = r.Bytes(1) == "\x01"
	c.CreatedAt, c.UpdatedAt = r.Time(), r.Time()
	if n := r.Count(); n > 0 {
		c.Secrets = make([]client.Secret, 0, n)
		for range n {
			c.Secrets = append(c.Secrets, r.secret())
		}
	}
	if n := r.Count(); n > 0 {
		revoked := make(map[string]time.Time, n)
		for range n {
			token := r.Text()
			revoked[token] = r.Time()
		}
		c.RevokedTokens = client.NewRevocations(revoked)
	}
	c.Attributes = client.NewAttributes(r.object(0))
	if err := r.End(); err != nil {
		return client.Client{}, err
	}
	return c, nil
}

type reader struct{ *octet.Reader }

func (r reader) secret() client.Secret {
	s := client.Secret{ID: r.Text(), Stored: client.Value(r.Text())}
	copy(s.Digest[:], r.Bytes(len(s.Digest)))
	s.CreatedAt, s.ExpiresAt, s.DeletedAt = r.Time(), r.Time(), r.Time()
	return s
}

func (r reader) object(depth int) map[string]any {
	n := r.Count()
	members := make(map[string]any, n)
	for range n {
		name := r.Text()
		members[name] = r.value(depth + 1)
	}
	return members
}

func (r reader) value(depth int) any {
	tag := r.Bytes(1)
	if r.Err() != nil || depth > deepest {
		r.Fail()
		return nil
	}
	switch tag[0] {
	case tagNull:
		return nil
	case tagFalse, tagTrue:
		return tag[0] == tagTrue
	case tagNumber:
		if bits := r.Bytes(8); r.Err() == nil {
			return math.Float64frombits(binary.BigEndian.Uint64([]byte(bits)))
		}
	case tagText:
		return r.Text()
	case tagList:
		n := r.Count()
		list := make([]any, 0, n)
		for range n {
			list = append(list, r.value(depth+1))
		}
		return list
	case tagObject:
		return r.object(depth)
	default:
		r.Fail()
	}
	return nil
}
