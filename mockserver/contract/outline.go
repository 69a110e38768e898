package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// Outline returns the operations of a document without reading its schemas, in the
// order of Compile. The schemas are most of the time that a start would take, so the
// first check of an operation loads and compiles the part of the document that it is
// made of. Errors are those of Compile that concern names, access and security; the
// others are for that check to return.
func Outline(text []byte) ([]*Operation, error) {
	doc := &document{}
	if err := json.Unmarshal(text, doc); err != nil {
		return nil, fmt.Errorf("read the outline: %w", err)
	}
	var ops []*Operation
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, member := range slices.Sorted(maps.Keys(doc.Paths[path])) {
			method := strings.ToUpper(member)
			if !methods[method] {
				continue
			}
			op, err := outline(doc.Paths[path][member], doc.Security)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			op.Method, op.Path = method, path
			op.compiled = sync.OnceValues(func() (*Operation, error) { return doc.compile(path, member) })
			ops = append(ops, op)
		}
	}
	return ops, nil
}

// methods tell the operations of a path from its other members.
var methods = map[string]bool{
	http.MethodGet: true, http.MethodPut: true, http.MethodPost: true, http.MethodPatch: true, http.MethodDelete: true,
	http.MethodHead: true, http.MethodOptions: true, http.MethodTrace: true, http.MethodConnect: true,
}

type requirements []map[string]json.RawMessage

func outline(text []byte, security requirements) (*Operation, error) {
	var from struct {
		OperationID string        `json:"operationId"`
		Access      string        `json:"x-keyturn-access"`
		Security    *requirements `json:"security"`
	}
	if err := json.Unmarshal(text, &from); err != nil {
		return nil, fmt.Errorf("read the outline: %w", err)
	}
	if from.Security != nil {
		security = *from.Security
	}
	op := &Operation{ID: from.OperationID}
	for _, alternative := range security {
		op.Schemes = append(op.Schemes, sortedKeys(alternative)...)
	}
	var err error
	op.Access, err = op.identify(from.Access)
	return op, err
}

// whole returns the operation with its schemas.
func (o *Operation) whole() (*Operation, error) {
	if o.compiled == nil {
		return o, nil
	}
	whole, err := o.compiled()
	if err != nil {
		return nil, fmt.Errorf("operation %s: %w", o.ID, err)
	}
	return whole, nil
}

// document is an OpenAPI document in pieces.
type document struct {
	OpenAPI    json.RawMessage                       `json:"openapi,omitempty"`
	Info       json.RawMessage                       `json:"info,omitempty"`
	Security   requirements                          `json:"security,omitempty"`
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components map[string]map[string]json.RawMessage `json:"components,omitempty"`
}

// compile makes one operation of what it refers to, directly or not.
func (d *document) compile(path, member string) (*Operation, error) {
	item := maps.Clone(d.Paths[path])
	maps.DeleteFunc(item, func(name string, _ json.RawMessage) bool { return name != member && methods[strings.ToUpper(name)] })
	part := &document{
		OpenAPI: d.OpenAPI, Info: d.Info, Security: d.Security,
		Paths:      map[string]map[string]json.RawMessage{path: item},
		Components: map[string]map[string]json.RawMessage{"securitySchemes": d.Components["securitySchemes"]},
	}
	for _, text := range item {
		part.follow(d, text)
	}
	text, err := json.Marshal(part)
	if err != nil {
		return nil, err
	}
	loaded, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	ops, err := Compile(loaded)
	if err != nil {
		return nil, err
	}
	return ops[0], nil
}

// follow takes over the components that a text refers to. What is not there is for the
// loader to miss.
func (d *document) follow(from *document, text json.RawMessage) {
	var value any
	if json.Unmarshal(text, &value) != nil {
		return
	}
	references(value, func(to string) {
		kind, name, _ := strings.Cut(strings.TrimPrefix(to, "#/components/"), "/")
		component, there := from.Components[kind][name]
		if _, taken := d.Components[kind][name]; taken || !there {
			return
		}
		if d.Components[kind] == nil {
			d.Components[kind] = map[string]json.RawMessage{}
		}
		d.Components[kind][name] = component
		d.follow(from, component)
	})
}

// references calls found with every $ref in a JSON tree.
func references(value any, found func(to string)) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			references(item, found)
		}
	case map[string]any:
		for name, member := range value {
			if to, is := member.(string); is && name == "$ref" {
				found(to)
			}
			references(member, found)
		}
	}
}
