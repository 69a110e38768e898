package accept

import (
	"math"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// kinds are what a schema says of each kind of value, nil for those that it does not permit.
type kinds struct {
	boolean bool
	number  func(float64) bool
	text    func(string) bool
	array   func([]any) bool
	object  func(map[string]any) bool
	// other is for what no decoder makes.
	other Func
}

func (c *compiler) kinds(schema *openapi3.Schema) (*kinds, error) {
	k := &kinds{boolean: schema.Type.Permits(openapi3.TypeBoolean), other: ByKin(schema, c.formats)}
	var err error
	if schema.Type.Permits(openapi3.TypeInteger) || schema.Type.Permits(openapi3.TypeNumber) {
		if k.number, err = compileNumber(schema); err != nil {
			return nil, err
		}
	}
	if schema.Type.Permits(openapi3.TypeString) {
		if k.text, err = c.text(schema); err != nil {
			return nil, err
		}
	}
	if schema.Type.Permits(openapi3.TypeArray) {
		if k.array, err = c.array(schema, k.other); err != nil {
			return nil, err
		}
	}
	if schema.Type.Permits(openapi3.TypeObject) {
		k.object, err = c.object(schema)
	}
	return k, err
}

func (k *kinds) accept(value any) bool {
	switch value := value.(type) {
	case string:
		return k.text != nil && k.text(value)
	case map[string]any:
		return k.object != nil && k.object(value)
	case []any:
		return k.array != nil && k.array(value)
	case bool:
		return k.boolean
	}
	number, is := numberOf(value)
	if !is {
		return k.other(value)
	}
	return k.number != nil && finite(value) && k.number(number)
}

// numberOf returns the numbers that are kept as such.
func numberOf(value any) (float64, bool) {
	switch value := value.(type) {
	case float64:
		return value, true
	case int:
		return float64(value), true
	case int32:
		return float64(value), true
	case int64:
		return float64(value), true
	}
	return 0, false
}

func compileNumber(schema *openapi3.Schema) (func(float64) bool, error) {
	// A bound that is a number of its own is of OpenAPI 3.1.
	if schema.MultipleOf != nil || schema.ExclusiveMin.Value != nil || schema.ExclusiveMax.Value != nil {
		return nil, errUnknown
	}
	least, most := math.Inf(-1), math.Inf(1)
	if schema.Min != nil {
		least = *schema.Min
	}
	if schema.Max != nil {
		most = *schema.Max
	}
	above := schema.Min != nil && schema.ExclusiveMin.IsTrue()
	below := schema.Max != nil && schema.ExclusiveMax.IsTrue()
	whole := !schema.Type.Permits(openapi3.TypeNumber)
	first, last := math.Inf(-1), math.Inf(1)
	_, ofIntegers := openapi3.SchemaIntegerFormats[schema.Format]
	_, ofNumbers := openapi3.SchemaNumberFormats[schema.Format]
	switch {
	case whole && schema.Format == "int32":
		first, last = math.MinInt32, math.MaxInt32
	case whole && schema.Format == "int64":
		first, last = math.MinInt64, math.MaxInt64 // the last rounds up, as kin-openapi lets it
	case whole && ofIntegers, !whole && ofNumbers:
		return nil, errUnknown
	}
	return func(number float64) bool {
		return (!whole || number == math.Trunc(number)) && first <= number && number <= last &&
			least <= number && number <= most && !(above && number == least) && !(below && number == most)
	}, nil
}

func (c *compiler) text(schema *openapi3.Schema) (func(string) bool, error) {
	many, counted := between(schema.MinLength, schema.MaxLength), schema.MinLength != 0 || schema.MaxLength != nil
	var pattern *regexp.Regexp
	if schema.Pattern != "" {
		var err error
		if pattern, err = compilePattern(schema.Pattern); err != nil {
			return nil, err
		}
	}
	format := c.formats[schema.Format]
	if format == nil {
		format = openapi3.SchemaStringFormats[schema.Format]
	}
	return func(text string) bool {
		if counted && !many(utf8.RuneCountInString(text)) {
			return false
		}
		return (pattern == nil || pattern.MatchString(text)) && (format == nil || format.Validate(text) == nil)
	}, nil
}

func compilePattern(text string) (*regexp.Regexp, error) {
	if strings.Contains(text, `\u`) {
		return nil, errUnknown // kin-openapi spells it otherwise
	}
	compiled, err := regexp.Compile(text)
	if err != nil {
		return nil, errUnknown
	}
	return compiled, nil
}
