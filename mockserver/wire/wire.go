// Package wire reads and writes JSON trees: nil, bool, string, numbers, []any and
// map[string]any. Reading is strict where encoding/json is lenient, because a
// stand-in that lets a client's mistake pass is of no use; writing is in sorted
// order, so that equal values are equal bytes, and does without reflection, which
// was most of the cost of a reply.
package wire

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Object is a JSON object.
type Object = map[string]any

// Array is a JSON array.
type Array = []any

// Decode reads exactly one JSON value. It refuses duplicate names, invalid UTF-8
// and anything after the value, and its errors hold nothing of the input but
// positions.
func Decode(data []byte) (any, error) {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, explain(err)
	}
	return v, nil
}

func explain(err error) error {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return errors.New("a value is out of range")
	}
	reason := "the syntax is wrong"
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		reason = "a name appears twice in one object"
	case errors.Is(err, jsontext.ErrNonStringName):
		reason = "an object name must be a string"
	case strings.Contains(syntax.Err.Error(), "UTF-8"):
		reason = "the text is not valid UTF-8"
	case strings.Contains(syntax.Err.Error(), "EOF"):
		reason = "the text ends too early"
	}
	return fmt.Errorf("%s at byte %d", reason, syntax.ByteOffset)
}

// Append writes v to dst as JSON, object members sorted by name. Errors: a value
// that is no JSON tree, or a number that JSON cannot hold.
func Append(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case string:
		return appendQuote(dst, v)
	case int:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case float64:
		return appendFloat(dst, v)
	case Object:
		return appendObject(dst, v, "")
	case Array:
		return appendArray(dst, v)
	default:
		return dst, fmt.Errorf("%T is no JSON value", v)
	}
}

func appendFloat(dst []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return dst, errors.New("the number is not finite")
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64), nil
}

var nameLists = sync.Pool{New: func() any { return new([]string) }}

// AppendLast is Append for an object of which one member is written after the others.
func AppendLast(dst []byte, members Object, last string) ([]byte, error) {
	return appendObject(dst, members, last)
}

func appendObject(dst []byte, members Object, last string) ([]byte, error) {
	if last == "" {
		if out, done, err := appendAsBefore(dst, members); done {
			return out, err
		}
	}
	if len(members) == 0 {
		return append(dst, "{}"...), nil
	}
	pooled := nameLists.Get().(*[]string)
	names := slices.AppendSeq((*pooled)[:0], maps.Keys(members))
	defer func() {
		clear(names)
		*pooled = names
		nameLists.Put(pooled)
	}()
	slices.Sort(names)
	if last == "" {
		remember(names)
	} else if at, found := slices.BinarySearch(names, last); found {
		names = append(slices.Delete(names, at, at+1), last)
	}
	separator := byte('{')
	var err error
	for _, name := range names {
		dst = append(dst, separator)
		separator = ','
		if dst, err = appendQuote(dst, name); err != nil {
			return dst, err
		}
		dst = append(dst, ':')
		if dst, err = Append(dst, members[name]); err != nil {
			return dst, fmt.Errorf("%s: %w", name, err)
		}
	}
	return append(dst, '}'), nil
}

func appendArray(dst []byte, items Array) ([]byte, error) {
	dst = append(dst, '[')
	var err error
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = Append(dst, item); err != nil {
			return dst, fmt.Errorf("%d: %w", i, err)
		}
	}
	return append(dst, ']'), nil
}

// Strings returns the items as an Array.
func Strings(items []string) Array {
	list := make(Array, len(items))
	for i, item := range items {
		list[i] = item
	}
	return list
}

// Time writes an instant the way JavaScript services do: UTC with milliseconds.
func Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Text returns the named string member, empty when it is absent, null or no
// string.
func Text(o Object, name string) string {
	s, _ := o[name].(string)
	return s
}
