package realm

import (
	"errors"
	"math"
	"time"
	"unicode/utf8"
)

var errNoJSON = errors.New("want a value that JSON has: null, true, false, a number, a text, a list or an object")

// jsonTree copies a value that YAML or Go wrote into the types that a JSON reader
// makes, so that a world's attributes are what a request's would be.
func jsonTree(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool:
		return v, nil
	case string:
		if !utf8.ValidString(v) {
			return nil, errNoJSON
		}
		return v, nil
	case time.Time:
		return v.Format(time.RFC3339Nano), nil
	case map[string]any:
		return jsonObject(v)
	case []any:
		list := make([]any, 0, len(v))
		for _, item := range v {
			converted, err := jsonTree(item)
			if err != nil {
				return nil, err
			}
			list = append(list, converted)
		}
		return list, nil
	default:
		return jsonNumber(v)
	}
}

func jsonObject(v map[string]any) (map[string]any, error) {
	object := make(map[string]any, len(v))
	for name, member := range v {
		converted, err := jsonTree(member)
		if err != nil || !utf8.ValidString(name) {
			return nil, errNoJSON
		}
		object[name] = converted
	}
	return object, nil
}

func jsonNumber(v any) (any, error) {
	switch n := v.(type) {
	case int:
		return float64(n), nil
	case int64:
		return float64(n), nil
	case uint64:
		return float64(n), nil
	case float64:
		if !math.IsNaN(n) && !math.IsInf(n, 0) {
			return n, nil
		}
	}
	return nil, errNoJSON
}
