package profile

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // a profile's zone must be known on a machine without a zone database
)

// Values are what a neutral operation is called with, by neutral name: client,
// client_id, name, secret, secret_id, expires (a time.Time), and whatever else the
// profile puts. A nil value is sent as null.
type Values map[string]any

// Request is an operation ready to be sent.
type Request struct {
	Method string
	Path   string // escaped
	Query  url.Values
	Header http.Header
	Body   map[string]any // nil where the operation takes none
	Media  string         // "application/json", "application/x-www-form-urlencoded" or ""
	Sent   []string       // the values that had a place
}

// Request fills the route's places. Values without a place are left out; a path
// parameter without a value is an error.
func (b *Bound) Request(name string, values Values) (*Request, error) {
	route := b.routes[name]
	if route == nil {
		return nil, fmt.Errorf("the profile of %s binds no operation %q", b.Provider, name)
	}
	request := &Request{Method: route.Method, Query: url.Values{}, Header: http.Header{}, Media: route.media}
	if route.media != "" {
		request.Body = maps.Clone(route.Binding.Body)
		if request.Body == nil {
			request.Body = map[string]any{}
		}
	}
	path := map[string]string{}
	for value, given := range values {
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
		text := b.encode(value, given)
		switch at.in {
		case "path":
			path[at.name] = fmt.Sprint(text)
		case "query":
			request.Query.Set(at.name, fmt.Sprint(text))
		case "header":
			request.Header.Set(at.name, fmt.Sprint(text))
		case "body":
			request.Body = set(request.Body, at.body, text)
		}
	}
	segments := strings.Split(route.Path, "/")
	for i, segment := range segments {
		if !strings.HasPrefix(segment, "{") {
			continue
		}
		value, ok := path[segment[1:len(segment)-1]]
		if !ok {
			return nil, fmt.Errorf("operation %s: no value for %s of %s", name, segment, route.Path)
		}
		segments[i] = url.PathEscape(value)
	}
	request.Path = strings.Join(segments, "/")
	return request, nil
}

// declares reports whether the operation has the parameter that a common value goes to.
func (r *Route) declares(pointer string) bool {
	at, err := splitPlace(pointer)
	return err == nil && (at.in == "body" && r.media != "" || r.parameter[at.in+" "+strings.ToLower(at.name)])
}

// Encoded is the body as bytes.
func (r *Request) Encoded() ([]byte, error) {
	switch {
	case r.Body == nil:
		return nil, nil
	case r.Media == "application/json":
		return json.Marshal(r.Body)
	}
	form := url.Values{}
	for name, value := range r.Body {
		form.Set(name, fmt.Sprint(value))
	}
	return []byte(form.Encode()), nil
}

func (p *Profile) zone() (*time.Location, error) { return time.LoadLocation(p.Dates.Zone) }

// encode writes a value as the provider has it.
func (b *Bound) encode(name string, value any) any {
	switch v := value.(type) {
	case time.Time:
		return v.In(b.zone).Format(b.Dates.Layout)
	case string:
		if name == "secret" {
			return b.Secret.Prefix + v
		}
	}
	return value
}

// Instant reads a time as the provider writes it.
func (b *Bound) Instant(value any) (time.Time, error) {
	text, ok := value.(string)
	if !ok {
		return time.Time{}, fmt.Errorf("%v is not a text", value)
	}
	return time.ParseInLocation(b.Dates.Layout, text, b.zone)
}
