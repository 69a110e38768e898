package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Values are what a neutral operation is called with, by neutral name: client,
// client_id, name, secret, secret_id, expires (a time.Time), and whatever else the
// profile puts. A nil value is sent as null, in JSON.
type Values map[string]any

// Request is an operation ready to be sent.
type Request struct {
	Method string
	Path   string // escaped
	Query  url.Values
	Header http.Header
	Body   map[string]any // nil where the operation takes none
	Media  string         // "application/json", "application/x-www-form-urlencoded", that of a JSON Patch, or ""
	Patch  bool           // the members of Body go as a JSON Patch
	Sent   []string       // the values that had a place
}

// Request fills the route's places. Values without a place are left out. Errors name the
// path parameter that has no value, or one that would make a request to change something
// address the collection, and the value that is no text, number or bool where only one
// of these can stand.
func (b *Bound) Request(name string, values Values) (*Request, error) {
	route := b.routes[name]
	if route == nil {
		return nil, fmt.Errorf("the profile of %s binds no operation %q", b.Provider, name)
	}
	request := &Request{Method: route.Method, Query: url.Values{}, Header: http.Header{}, Media: route.media, Patch: route.patch}
	if route.media != "" {
		request.Body = maps.Clone(route.Binding.Body)
		if request.Body == nil {
			request.Body = map[string]any{}
		}
	}
	path := map[string]string{}
	for _, value := range slices.Sorted(maps.Keys(values)) {
		pointer, ok := route.Binding.Put[value]
		if !ok {
			if pointer, ok = b.Common[value]; !ok || !route.declares(pointer) {
				continue
			}
		}
		at, err := splitPlace(pointer)
		if err != nil {
			return nil, err
		}
		request.Sent = append(request.Sent, value)
		given := b.encode(value, values[value])
		if at.in == "body" {
			request.Body = set(request.Body, at.body, given)
			continue
		}
		text, err := exactly(given)
		if err != nil {
			return nil, fmt.Errorf("operation %s: the value of %s %w, which has no place in the %s", name, value, err, at.in)
		}
		switch at.in {
		case "path":
			path[at.name] = text
		case "query":
			request.Query.Set(at.name, text)
		case "header":
			request.Header.Set(at.name, text)
		}
	}
	var err error
	if request.Path, err = route.fill(path); err != nil {
		return nil, fmt.Errorf("operation %s: %w", name, err)
	}
	return request, nil
}

// fill writes the path with its parameters, escaped.
func (r *Route) fill(parameters map[string]string) (string, error) {
	segments := strings.Split(r.Path, "/")
	for i, segment := range segments {
		if !strings.HasPrefix(segment, "{") {
			continue
		}
		value, ok := parameters[segment[1:len(segment)-1]]
		switch {
		case !ok:
			return "", fmt.Errorf("no value for %s of %s", segment, r.Path)
		case r.Method != http.MethodGet && r.Method != http.MethodHead && (value == "" || value == "." || value == ".."):
			// Servers remove the dots (RFC 3986 section 5.2.4), and many an empty segment.
			return "", fmt.Errorf("the value for %s of %s %s is %q, with which it would address something else", segment, r.Method, r.Path, value)
		}
		segments[i] = url.PathEscape(value)
	}
	return strings.Join(segments, "/"), nil
}

// declares reports whether the operation has the parameter that a common value goes to.
func (r *Route) declares(pointer string) bool {
	at, err := splitPlace(pointer)
	return err == nil && (at.in == "body" && r.media != "" || r.parameter[at.in+" "+strings.ToLower(at.name)])
}

// Encoded is the body as bytes. In a form only texts, numbers and bools have a place.
func (r *Request) Encoded() ([]byte, error) {
	switch {
	case r.Body == nil:
		return nil, nil
	case r.Patch:
		return json.Marshal(operations(r.Body))
	case r.Media == "application/json":
		return json.Marshal(r.Body)
	}
	form := url.Values{}
	for name, value := range r.Body {
		text, err := exactly(value)
		if err != nil {
			return nil, fmt.Errorf("the value of %s %w, which has no place in a form", name, err)
		}
		form.Set(name, text)
	}
	return []byte(form.Encode()), nil
}

// operations are the members of a body as a JSON Patch: each is added, which replaces one
// that is there already (RFC 6902 section 4.1).
func operations(body map[string]any) []map[string]any {
	patch := make([]map[string]any, 0, len(body))
	for _, name := range slices.Sorted(maps.Keys(body)) {
		patch = append(patch, map[string]any{"op": "add", "path": "/" + escape.Replace(name), "value": body[name]})
	}
	return patch
}

// exactly writes a text, number or bool outside JSON: digits without an exponent, as a
// number that was decoded from JSON is a float64 and may be an id. Its error says what
// the value is instead, and not the value.
func exactly(value any) (string, error) {
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.String:
		return v.String(), nil
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, v.Type().Bits()), nil
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return fmt.Sprint(value), nil
	case reflect.Invalid:
		return "", errors.New("is null")
	case reflect.Slice, reflect.Array:
		return "", errors.New("is a list")
	default:
		return "", errors.New("is an object")
	}
}

// encode writes a value as the provider has it.
func (b *Bound) encode(name string, value any) any {
	switch v := value.(type) {
	case time.Time:
		return b.Date(v)
	case string:
		if name == "secret" {
			return b.Secret.Prefix + v
		}
	}
	return value
}
