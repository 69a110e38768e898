package codec

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/octet"
)

// format is the first byte of all that is written here.
const format = 1

// What an attribute is.
const (
	tagNull = iota
	tagFalse
	tagTrue
	tagNumber
	tagText
	tagList
	tagObject
)

// Append writes the client after what is in to. The same client is always the same bytes.
// Errors: an attribute that is no JSON, and Invalid for one that is nested too deep.
func Append(to []byte, c *client.Client) ([]byte, error) {
	to = append(to, format)
	for _, text := range []string{c.Realm, c.ID, c.ClientID, c.Tenant, c.Alias} {
		to = octet.AppendText(to, text)
	}
	enabled := byte(0)
	if c.Enabled {
		enabled = 1
	}
	to = append(to, enabled)
	to = octet.AppendTime(octet.AppendTime(to, c.CreatedAt), c.UpdatedAt)
	to = octet.AppendNumber(to, uint64(len(c.Secrets)))
	for i := range c.Secrets {
		to = appendSecret(to, &c.Secrets[i])
	}
	to = octet.AppendNumber(to, uint64(c.RevokedTokens.Len()))
	revoked := maps.Collect(c.RevokedTokens.All())
	for _, token := range slices.Sorted(maps.Keys(revoked)) {
		to = octet.AppendTime(octet.AppendText(to, token), revoked[token])
	}
	return appendObject(to, maps.Collect(c.Attributes.All()), 0)
}

func appendSecret(to []byte, s *client.Secret) []byte {
	to = octet.AppendText(octet.AppendText(to, s.ID), s.Stored.Reveal())
	to = append(to, s.Digest[:]...)
	return octet.AppendTime(octet.AppendTime(octet.AppendTime(to, s.CreatedAt), s.ExpiresAt), s.DeletedAt)
}

func appendObject(to []byte, members map[string]any, depth int) ([]byte, error) {
	to = octet.AppendNumber(to, uint64(len(members)))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		var err error
		if to, err = appendValue(octet.AppendText(to, name), members[name], depth+1); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return to, nil
}

func appendValue(to []byte, value any, depth int) ([]byte, error) {
	if depth > deepest {
		return nil, client.Errorf(client.Invalid, "an attribute is nested more than %d deep", deepest)
	}
	switch v := value.(type) {
	case nil:
		return append(to, tagNull), nil
	case bool:
		if v {
			return append(to, tagTrue), nil
		}
		return append(to, tagFalse), nil
	case float64:
		return binary.BigEndian.AppendUint64(append(to, tagNumber), math.Float64bits(v)), nil
	case string:
		return octet.AppendText(append(to, tagText), v), nil
	case []any:
		to = octet.AppendNumber(append(to, tagList), uint64(len(v)))
		for i, item := range v {
			var err error
			if to, err = appendValue(to, item, depth+1); err != nil {
				return nil, fmt.Errorf("%d: %w", i, err)
			}
		}
		return to, nil
	case map[string]any:
		return appendObject(append(to, tagObject), v, depth)
	default:
		return nil, fmt.Errorf("a %T is no attribute, want what a JSON reader makes", value)
	}
}
