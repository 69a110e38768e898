package accept

import (
	"errors"
	"math"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Func says whether a value is what VisitJSON of the schema finds no fault with.
type Func func(value any) bool

// Formats are string formats that are checked in addition to kin-openapi's own, or instead.
type Formats map[string]openapi3.StringFormatValidator

// ByKin is VisitJSON itself.
func ByKin(schema *openapi3.Schema, formats Formats) Func {
	options := []openapi3.SchemaValidationOption{openapi3.FailFast(), openapi3.WithStringFormatValidators(formats)}
	return func(value any) bool { return schema.VisitJSON(value, options...) == nil }
}

// Compile returns the function of a schema whose references are resolved.
func Compile(schema *openapi3.Schema, formats Formats) Func {
	c := &compiler{formats: formats, known: map[*openapi3.Schema]*Func{}}
	compiled, err := c.schema(schema, nil)
	if err != nil {
		return ByKin(schema, formats)
	}
	return compiled
}

type compiler struct {
	formats Formats
	// known are the schemas that were begun. They are entered before they are done, since
	// a schema may be that of its own members.
	known map[*openapi3.Schema]*Func
}

// errUnknown is that a schema has something that is left to kin-openapi.
var errUnknown = errors.New("the schema is not one of those that are compiled")

// errRing is that a schema holds for a value because it holds for it. What kin-openapi
// makes of that depends on where it began.
var errRing = errors.New("the schema refers to itself for the same value")

// member compiles the schema of something inside of a value.
func (c *compiler) member(ref *openapi3.SchemaRef) (Func, error) {
	schema, err := resolved(ref)
	if err != nil {
		return nil, err
	}
	if begun := c.known[schema]; begun != nil {
		return func(value any) bool { return (*begun)(value) }, nil
	}
	return c.schema(schema, nil)
}

// schema compiles a schema for the same value that those around it are for.
func (c *compiler) schema(schema *openapi3.Schema, around []*openapi3.Schema) (Func, error) {
	if slices.Contains(around, schema) {
		return nil, errRing
	}
	done := new(Func)
	c.known[schema] = done
	compiled, err := c.compile(schema, append(slices.Clip(around), schema))
	if errors.Is(err, errUnknown) {
		if back(schema, around, map[*openapi3.Schema]bool{}) {
			return nil, errRing
		}
		compiled, err = ByKin(schema, c.formats), nil
	}
	*done = compiled
	return compiled, err
}

// back says whether a schema leads back to one of those around it, with the same value.
// Left to kin-openapi by itself, it would not know that it is among them.
func back(schema *openapi3.Schema, around []*openapi3.Schema, seen map[*openapi3.Schema]bool) bool {
	seen[schema] = true
	return slices.ContainsFunc(slices.Concat(schema.OneOf, schema.AnyOf, schema.AllOf, openapi3.SchemaRefs{schema.Not}), func(ref *openapi3.SchemaRef) bool {
		return ref != nil && ref.Value != nil && !seen[ref.Value] && (slices.Contains(around, ref.Value) || back(ref.Value, around, seen))
	})
}

func resolved(ref *openapi3.SchemaRef) (*openapi3.Schema, error) {
	if ref == nil || ref.Value == nil {
		return nil, errUnknown
	}
	return ref.Value, nil
}

// compile makes of a schema what kin-openapi's visitJSON does with it.
func (c *compiler) compile(schema *openapi3.Schema, around []*openapi3.Schema) (Func, error) {
	if schema.Always != nil || schema.Not != nil || schema.Discriminator != nil {
		return nil, errUnknown
	}
	null := schema.Nullable || schema.Type.IncludesNull()
	if schema.IsEmpty() {
		return func(value any) bool { return value != nil && finite(value) }, nil
	}
	combined, err := c.combined(schema, around)
	if err != nil {
		return nil, err
	}
	enum, err := compileEnum(schema.Enum)
	if err != nil {
		return nil, err
	}
	kinds, err := c.kinds(schema)
	if err != nil {
		return nil, err
	}
	return func(value any) bool {
		switch {
		case value == nil:
			return null || combined != nil && combined(nil)
		case combined != nil && !combined(value):
			return false
		}
		return (enum == nil || enum(value)) && kinds.accept(value)
	}, nil
}

// finite says that a value can be in JSON as far as it is a number.
func finite(value any) bool {
	number, is := value.(float64)
	return !is || !math.IsNaN(number) && !math.IsInf(number, 0)
}
