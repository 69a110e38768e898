package contract

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/mockserver/client"
)

type parameter struct {
	name     string
	in       string
	required bool
	schema   *rule
	// properties are the scalar members of a query object in its default form,
	// where each becomes a query parameter of its own.
	properties []parameter
}

func compileParameter(from *openapi3.Parameter) (parameter, error) {
	p := parameter{name: from.Name, in: from.In, required: from.Required}
	if from.Schema == nil {
		return p, fmt.Errorf("schema is missing")
	}
	p.schema = newRule(from.Schema.Value)
	switch {
	case from.In == openapi3.ParameterInCookie:
		return p, fmt.Errorf("cookies are not supported")
	case p.schema.Type.Is(openapi3.TypeObject):
		if from.In != openapi3.ParameterInQuery || (from.Style != "" && from.Style != openapi3.SerializationForm) {
			return p, fmt.Errorf("an object is supported in a query of style form only")
		}
		for _, name := range sortedKeys(p.schema.Properties) {
			p.properties = append(p.properties, parameter{name: name, in: from.In, schema: newRule(p.schema.Properties[name].Value)})
		}
	case p.schema.Type.Is(openapi3.TypeArray) && from.In != openapi3.ParameterInQuery:
		return p, fmt.Errorf("an array is supported in a query only")
	}
	return p, nil
}

// Values are decoded parameters by name.
type Values map[string]any

// Text returns a string parameter, empty when it was not given.
func (v Values) Text(name string) string {
	s, _ := v[name].(string)
	return s
}

// Int returns a whole-number parameter, or the fallback when it was not given.
func (v Values) Int(name string, fallback int) int {
	if n, ok := v[name].(float64); ok {
		return int(n)
	}
	return fallback
}

// Parameters finds, decodes and checks every parameter of the operation. path
// holds the escaped segments that the route matched. Errors: Malformed, Missing,
// Invalid, each naming the parameter.
func (o *Operation) Parameters(path map[string]string, rawQuery string, header http.Header) (Values, error) {
	o, err := o.whole()
	if err != nil {
		return nil, err
	}
	query, err := parseQuery(rawQuery)
	if err != nil {
		return nil, err
	}
	if len(o.params) == 0 {
		return nil, nil
	}
	values := make(Values, len(o.params))
	for i := range o.params {
		p := &o.params[i]
		value, given, err := p.find(path, query, header)
		if err != nil {
			return nil, err
		}
		if !given {
			if p.required {
				return nil, client.Errorf(client.Missing, "the %s parameter is required", p.in).At(p.name)
			}
			continue
		}
		if failure := p.schema.check(value); failure != nil {
			return nil, failure.At(p.name + failure.Field)
		}
		values[p.name] = value
	}
	return values, nil
}

func parseQuery(raw string) (url.Values, error) {
	if raw == "" {
		return nil, nil
	}
	query, err := url.ParseQuery(raw)
	if err != nil {
		return nil, client.Errorf(client.Malformed, "the query cannot be read: want name=value pairs joined by &, percent-encoded")
	}
	for name, values := range query {
		for _, text := range append(values, name) {
			if !utf8.ValidString(text) {
				return nil, client.Errorf(client.Malformed, "the query is not valid UTF-8")
			}
		}
	}
	return query, nil
}

func (p *parameter) find(path map[string]string, query url.Values, header http.Header) (value any, given bool, err error) {
	switch p.in {
	case openapi3.ParameterInPath:
		text, err := url.PathUnescape(path[p.name])
		if err != nil || !utf8.ValidString(text) {
			return nil, false, client.Errorf(client.Malformed, "the path segment is not valid percent-encoded UTF-8").At(p.name)
		}
		return p.scalar([]string{text})
	case openapi3.ParameterInHeader:
		if header.Get(p.name) == "" {
			return nil, false, nil
		}
		return p.scalar(header.Values(p.name))
	}
	switch {
	case p.properties != nil:
		object, err := p.object(query)
		return object, err == nil, err
	case p.schema.Type.Is(openapi3.TypeArray):
		return p.array(query[p.name])
	case query.Has(p.name):
		return p.scalar(query[p.name])
	}
	return nil, false, nil
}

func (p *parameter) object(query url.Values) (map[string]any, error) {
	object := map[string]any{}
	for i := range p.properties {
		member := &p.properties[i]
		if !query.Has(member.name) {
			continue
		}
		value, _, err := member.scalar(query[member.name])
		if err != nil {
			return nil, err
		}
		object[member.name] = value
	}
	return object, nil
}

// array takes both spellings of a list, a=1&a=2 and a=1,2, because clients of one
// API are seen to use either.
func (*parameter) array(texts []string) (any, bool, error) {
	if texts == nil {
		return nil, false, nil
	}
	list := []any{}
	for _, text := range texts {
		for item := range strings.SplitSeq(text, ",") {
			if item != "" {
				list = append(list, item)
			}
		}
	}
	return list, true, nil
}

func (p *parameter) scalar(texts []string) (any, bool, error) {
	if len(texts) > 1 {
		return nil, false, client.Errorf(client.Malformed, "the parameter is given %d times", len(texts)).At(p.name)
	}
	text := texts[0]
	switch {
	case p.schema.Type.Is(openapi3.TypeInteger):
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, false, client.Errorf(client.Invalid, "value must be a whole number").At(p.name)
		}
		return float64(n), true, nil
	case p.schema.Type.Is(openapi3.TypeBoolean):
		if text != "true" && text != "false" {
			return nil, false, client.Errorf(client.Invalid, "value must be true or false").At(p.name)
		}
		return text == "true", true, nil
	}
	return text, true, nil
}
