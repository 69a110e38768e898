package contract

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// Access is what a caller must be allowed to do, from the document's
// x-keyturn-access.
type Access string

// The levels of access.
const (
	// Open operations are answered without credentials.
	Open Access = "open"
	// Read operations show clients, without secrets to those who may only read.
	Read Access = "read"
	// Secret operations show a secret.
	Secret Access = "secret"
	// Write operations change something.
	Write Access = "write"
)

const (
	accessExtension  = "x-keyturn-access"
	failureExtension = "x-keyturn-failure"
)

// Operation is one compiled operation of a document. It is immutable.
type Operation struct {
	ID     string
	Method string
	// Path is the template as the document writes it, "/api/{id}".
	Path   string
	Access Access
	// Schemes are the names of the security schemes, any of which will do.
	Schemes []string

	params  []parameter
	body    *body
	replies map[int]*reply
	other   *reply

	// compiled is set for an operation of an outline, and gives it all of these.
	compiled func() (*Operation, error)
}

// Compile returns the operations of a validated document, in order of path and
// method. Errors name what in the document is missing or not supported.
func Compile(doc *openapi3.T) ([]*Operation, error) {
	var ops []*Operation
	paths := doc.Paths.Map()
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		methods := paths[path].Operations()
		for _, method := range slices.Sorted(maps.Keys(methods)) {
			op, err := compile(doc, path, method, paths[path], methods[method])
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			ops = append(ops, op)
		}
	}
	return ops, nil
}

func compile(doc *openapi3.T, path, method string, item *openapi3.PathItem, from *openapi3.Operation) (*Operation, error) {
	op := &Operation{ID: from.OperationID, Method: method, Path: path, Schemes: schemesOf(doc, from), replies: map[int]*reply{}}
	text, _ := from.Extensions[accessExtension].(string)
	var err error
	if op.Access, err = op.identify(text); err != nil {
		return nil, err
	}
	for _, ref := range slices.Concat(item.Parameters, from.Parameters) {
		p, err := compileParameter(ref.Value)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", ref.Value.Name, err)
		}
		op.params = append(op.params, p)
	}
	if from.RequestBody != nil {
		if op.body, err = compileBody(from.RequestBody.Value); err != nil {
			return nil, fmt.Errorf("request body: %w", err)
		}
	}
	for status, ref := range from.Responses.Map() {
		compiled, err := compileReply(ref.Value)
		if err != nil {
			return nil, fmt.Errorf("response %s: %w", status, err)
		}
		if status == "default" {
			op.other = compiled
			continue
		}
		code, err := strconv.Atoi(status)
		if err != nil {
			return nil, fmt.Errorf("response %q: want a three-digit status or default", status)
		}
		op.replies[code] = compiled
	}
	return op, nil
}

// identify reads the access, and holds an operation that is known by its name and
// schemes to what every operation needs.
func (o *Operation) identify(text string) (Access, error) {
	if o.ID == "" {
		return "", fmt.Errorf("operationId is missing")
	}
	switch access := Access(text); access {
	case Open:
		return access, nil
	case Read, Secret, Write:
		if len(o.Schemes) == 0 {
			return "", fmt.Errorf("%s is %q, but no security scheme is named", accessExtension, access)
		}
		return access, nil
	default:
		return "", fmt.Errorf("%s is %q, want open, read, secret or write", accessExtension, text)
	}
}

func schemesOf(doc *openapi3.T, from *openapi3.Operation) []string {
	required := doc.Security
	if from.Security != nil {
		required = *from.Security
	}
	var schemes []string
	for _, alternative := range required {
		schemes = append(schemes, slices.Sorted(maps.Keys(alternative))...)
	}
	return schemes
}

// Unchecked decodes a request without holding it to the document, for measuring
// what the checks cost.
func (o *Operation) Unchecked(path map[string]string, rawQuery string, header http.Header, data []byte) (Values, any, error) {
	o, err := o.whole()
	if err != nil {
		return nil, nil, err
	}
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, nil, err
	}
	values := make(Values, len(o.params))
	for i := range o.params {
		p := &o.params[i]
		value, given, err := p.find(path, query, header)
		if err != nil {
			return nil, nil, err
		}
		if given {
			values[p.name] = value
		}
	}
	if o.body == nil || len(data) == 0 {
		return values, nil, nil
	}
	media := Form
	if o.body.schemas[JSON] != nil {
		media = JSON
	}
	body, err := decode(media, data)
	return values, body, err
}
