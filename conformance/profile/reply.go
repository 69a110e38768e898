package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	json2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Judgement is what a reply says by the provider's own rules.
type Judgement struct {
	OK     bool
	Status int // the status that is meant: the envelope's where it has one, else HTTP's
}

// Judge reads success and the meant status from a reply. body is its decoded JSON,
// nil where it has none.
func (b *Bound) Judge(name string, status int, body any) Judgement {
	route := b.routes[name]
	ok := status >= 200 && status < 300
	if route != nil && len(route.Binding.Status) > 0 {
		ok = slices.Contains(route.Binding.Status, status)
	}
	if b.Envelope == nil || route != nil && route.TokenSide() {
		return Judgement{OK: ok, Status: status}
	}
	member, has := At(body, b.Envelope.Member)
	if name == "login" && !has {
		return Judgement{OK: ok, Status: status} // one provider's login has no envelope
	}
	if ok && (status == 204 || has && slices.ContainsFunc(b.Envelope.Success, func(want any) bool { return Equal(want, member) })) {
		return Judgement{OK: true, Status: status}
	}
	return Judgement{OK: false, Status: b.meant(status, body)}
}

// meant finds the status that a failure has in its envelope.
func (b *Bound) meant(status int, body any) int {
	if status >= 400 {
		return status
	}
	for _, pointer := range b.Envelope.Status {
		value, ok := At(body, pointer)
		if !ok {
			continue
		}
		number, ok := value.(float64)
		if !ok || number != math.Trunc(number) {
			continue
		}
		code := int(number)
		if mapped, ok := b.Envelope.Codes[code]; ok {
			return mapped
		}
		if code >= 400 && code < 600 {
			return code
		}
	}
	return status
}

// Equal compares two decoded values, whichever number types they came with.
func Equal(a, b any) bool {
	number := func(v any) any {
		switch n := v.(type) {
		case int:
			return float64(n)
		case int64:
			return float64(n)
		}
		return v
	}
	return reflect.DeepEqual(number(a), number(b)) || reflect.DeepEqual(plain(a), plain(b))
}

// plain brings a value to what JSON would decode it to.
func plain(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		return v
	}
	var decoded any
	if json.Unmarshal(text, &decoded) != nil {
		return v
	}
	return decoded
}

// Decode reads a JSON body. Only one value is a body. Of a member that comes twice the last
// counts, as for most who read JSON.
func Decode(body []byte) (any, error) {
	var value any
	err := json2.Unmarshal(body, &value)
	if err != nil { // to be lenient takes twice as long, and is hardly ever asked for
		value = nil
		err = json2.Unmarshal(body, &value, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	}
	if syntax, is := errors.AsType[*jsontext.SyntacticError](err); is {
		return nil, fmt.Errorf("at byte %d: %w", syntax.ByteOffset, syntax.Err)
	}
	return value, err
}

// Take reads the route's values out of a reply, or out of one item of it. Values
// that are not there are left out; times are time.Time, and a secret is without the
// prefix that it is stored under.
func (b *Bound) Take(name string, body any) Values {
	values := Values{}
	route := b.routes[name]
	if route == nil {
		return values
	}
	for value, pointer := range route.Binding.Take {
		found, ok := At(body, pointer)
		if !ok {
			continue
		}
		if text, is := found.(string); is && value == "expires" {
			if at, err := b.Instant(text); err == nil {
				found = at
			}
		} else if is && value == "secret" {
			found = strings.TrimPrefix(text, b.Secret.Prefix)
		} else if number, is := found.(float64); is && slices.Contains(identifiers, value) {
			found = strconv.FormatFloat(number, 'f', -1, 64)
		}
		values[value] = found
	}
	// A provider with one id for both names it once.
	for _, pair := range [][2]string{{"client", "client_id"}, {"client_id", "client"}} {
		if known, ok := values[pair[1]]; ok && values[pair[0]] == nil {
			values[pair[0]] = known
		}
	}
	return values
}

// identifiers are texts here, also where the provider counts. Beyond 2^53 its numbers
// would lose digits.
var identifiers = []string{"client", "client_id", "secret_id"}

// Items reads the items of a list. It reports false where the reply has no array in
// their place.
func (b *Bound) Items(name string, body any) ([]Values, bool) {
	route := b.routes[name]
	if route == nil || route.Binding.Items == nil {
		return nil, false
	}
	found, _ := At(body, *route.Binding.Items)
	array, ok := found.([]any)
	if !ok {
		return nil, false
	}
	items := make([]Values, 0, len(array))
	for _, item := range array {
		items = append(items, b.Take(name, item))
	}
	return items, true
}
