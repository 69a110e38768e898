package accept

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// combined compiles oneOf, anyOf and allOf, nil where there is none of them.
func (c *compiler) combined(schema *openapi3.Schema, around []*openapi3.Schema) (Func, error) {
	one, err := c.alternatives(schema.OneOf, around)
	if err != nil {
		return nil, err
	}
	some, err := c.alternatives(schema.AnyOf, around)
	if err != nil {
		return nil, err
	}
	all, err := c.alternatives(schema.AllOf, around)
	if err != nil || len(one)+len(some)+len(all) == 0 {
		return nil, err
	}
	return func(value any) bool {
		accepts := func(f Func) bool { return f(value) }
		refuses := func(f Func) bool { return !f(value) }
		return (len(one) == 0 || count(one, value) == 1) &&
			(len(some) == 0 || slices.ContainsFunc(some, accepts)) &&
			!slices.ContainsFunc(all, refuses)
	}, nil
}

func (c *compiler) alternatives(refs openapi3.SchemaRefs, around []*openapi3.Schema) ([]Func, error) {
	var list []Func
	for _, ref := range refs {
		schema, err := resolved(ref)
		if err != nil {
			return nil, err
		}
		compiled, err := c.schema(schema, around)
		if err != nil {
			return nil, err
		}
		list = append(list, compiled)
	}
	return list, nil
}

func count(list []Func, value any) (accepted int) {
	for _, f := range list {
		if f(value) {
			accepted++
		}
	}
	return accepted
}

// compileEnum is nil where there is no enum. Its null needs no look, since a value that is
// null needs more than that, and is done with before.
func compileEnum(enum []any) (Func, error) {
	if len(enum) == 0 {
		return nil, nil
	}
	var texts []string
	var numbers []float64
	for _, one := range enum {
		switch one := one.(type) {
		case nil:
		case string:
			texts = append(texts, one)
		case float64:
			numbers = append(numbers, one)
		default:
			return nil, errUnknown
		}
	}
	return func(value any) bool {
		switch value := value.(type) {
		case string:
			return slices.Contains(texts, value)
		case bool, []any, map[string]any:
			return false
		}
		number, is := numberOf(value)
		return !is || slices.Contains(numbers, number) // what is none of these is left to kinds.other
	}, nil
}
