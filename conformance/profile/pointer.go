package profile

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// place is where a value goes in a request.
type place struct {
	in   string // path, query, header or body
	name string // of the parameter
	body []string
}

func splitPlace(pointer string) (place, error) {
	tokens, err := split(pointer)
	if err != nil {
		return place{}, err
	}
	if len(tokens) < 2 {
		return place{}, fmt.Errorf("%q: want /path/NAME, /query/NAME, /header/NAME or /body/MEMBER…", pointer)
	}
	switch tokens[0] {
	case "path", "query", "header":
		if len(tokens) == 2 {
			return place{in: tokens[0], name: tokens[1]}, nil
		}
	case "body":
		return place{in: "body", body: tokens[1:]}, nil
	}
	return place{}, fmt.Errorf("%q: want /path/NAME, /query/NAME, /header/NAME or /body/MEMBER…", pointer)
}

// split reads a JSON pointer (RFC 6901).
func split(pointer string) ([]string, error) {
	if pointer == "" {
		return nil, nil
	}
	if pointer[0] != '/' {
		return nil, fmt.Errorf("%q is no JSON pointer: it has to begin with a slash", pointer)
	}
	tokens := strings.Split(pointer[1:], "/")
	for i, token := range tokens {
		tokens[i] = unescape.Replace(token)
	}
	return tokens, nil
}

var (
	unescape = strings.NewReplacer("~1", "/", "~0", "~")
	escape   = strings.NewReplacer("~", "~0", "/", "~1")
)

// At looks into decoded JSON. It reports false where the pointer leads nowhere.
func At(value any, pointer string) (any, bool) {
	tokens, err := split(pointer)
	if err != nil {
		return nil, false
	}
	for _, token := range tokens {
		switch container := value.(type) {
		case map[string]any:
			next, ok := container[token]
			if !ok {
				return nil, false
			}
			value = next
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(container) {
				return nil, false
			}
			value = container[i]
		default:
			return nil, false
		}
	}
	return value, true
}

// Set writes a value into an object, making objects on the way, and returns it.
func Set(object map[string]any, pointer string, value any) map[string]any {
	tokens, err := split(pointer)
	if err != nil || len(tokens) == 0 {
		return object
	}
	return set(object, tokens, value)
}

func set(object map[string]any, tokens []string, value any) map[string]any {
	copied := maps.Clone(object)
	if copied == nil {
		copied = map[string]any{}
	}
	if len(tokens) == 1 {
		copied[tokens[0]] = value
		return copied
	}
	inner, _ := copied[tokens[0]].(map[string]any)
	copied[tokens[0]] = set(inner, tokens[1:], value)
	return copied
}

// Flatten lists the leaves of decoded JSON by pointer. Empty objects and arrays are
// leaves.
func Flatten(value any) map[string]any {
	leaves := map[string]any{}
	flatten("", value, leaves)
	return leaves
}

func flatten(at string, value any, leaves map[string]any) {
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			flatten(at+"/"+escape.Replace(name), v[name], leaves)
		}
		if len(v) > 0 {
			return
		}
	case []any:
		for i, item := range v {
			flatten(at+"/"+strconv.Itoa(i), item, leaves)
		}
		if len(v) > 0 {
			return
		}
	}
	leaves[at] = value
}
