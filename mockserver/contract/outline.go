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
// first check of any operation loads the document and compiles all of it. Errors are
// those of Compile that concern names, access and security; the others are for the
// first check to return.
func Outline(text []byte, load func() (*openapi3.T, error)) ([]*Operation, error) {
	var doc struct {
		Security requirements                          `json:"security"`
		Paths    map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("read the outline: %w", err)
	}
	var ops []*Operation
	compiled := sync.OnceValues(func() (map[string]*Operation, error) { return compileAll(load, len(ops)) })
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
			op.Method, op.Path, op.compiled = method, path, compiled
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

func compileAll(load func() (*openapi3.T, error), want int) (map[string]*Operation, error) {
	doc, err := load()
	if err != nil {
		return nil, err
	}
	ops, err := Compile(doc)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*Operation, len(ops))
	for _, op := range ops {
		byID[op.ID] = op
	}
	if len(byID) != want {
		return nil, fmt.Errorf("the document has %d operations, its outline %d", len(byID), want)
	}
	return byID, nil
}

// whole returns the operation with its schemas.
func (o *Operation) whole() (*Operation, error) {
	if o.compiled == nil {
		return o, nil
	}
	all, err := o.compiled()
	if err != nil {
		return nil, fmt.Errorf("operation %s: %w", o.ID, err)
	}
	if all[o.ID] == nil {
		return nil, fmt.Errorf("the document has no operation %s", o.ID)
	}
	return all[o.ID], nil
}
