package accept

import (
	"maps"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// between says whether a count is between those of a schema, which kin-openapi takes for
// signed ones.
func between(least uint64, most *uint64) func(int) bool {
	first, last := int64(least), int64(math.MaxInt64)
	if most != nil {
		last = int64(*most)
	}
	return func(count int) bool { return first <= int64(count) && int64(count) <= last }
}

// array compiles what is said of arrays. other is for those whose items are not easily
// compared.
func (c *compiler) array(schema *openapi3.Schema, other Func) (func([]any) bool, error) {
	if len(schema.PrefixItems) > 0 {
		return nil, errUnknown
	}
	var item Func
	if schema.Items != nil {
		var err error
		if item, err = c.member(schema.Items); err != nil {
			return nil, err
		}
	}
	many, unique := between(schema.MinItems, schema.MaxItems), schema.UniqueItems
	return func(list []any) bool {
		if !many(len(list)) {
			return false
		}
		if unique && len(list) > 1 {
			texts, are := textsOf(list)
			if !are {
				return other(list)
			}
			if !distinct(texts) {
				return false
			}
		}
		for _, value := range list {
			if item != nil && !item(value) {
				return false
			}
		}
		return true
	}, nil
}

// textsOf returns the items if all of them are valid texts: of those that are not,
// kin-openapi takes some for equal that differ.
func textsOf(list []any) (texts []string, are bool) {
	texts = make([]string, len(list))
	for i, value := range list {
		if texts[i], are = value.(string); !are || !utf8.ValidString(texts[i]) {
			return nil, false
		}
	}
	return texts, true
}

func distinct(texts []string) bool {
	slices.Sort(texts)
	return len(slices.Compact(texts)) == len(texts)
}

type property struct {
	name     string
	accepts  Func
	required bool
}

// object is what is said of objects.
type object struct {
	many       func(int) bool
	properties []property
	known      map[string]bool
	// required are those that must be there besides.
	required []string
	// other is what other properties are held to, nil for nothing; allowed says that there
	// may be some.
	other   Func
	allowed bool
}

func (c *compiler) object(schema *openapi3.Schema) (func(map[string]any) bool, error) {
	o := object{
		many: between(schema.MinProps, schema.MaxProps), known: map[string]bool{},
		allowed: schema.AdditionalProperties.Has == nil || *schema.AdditionalProperties.Has,
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		accepts, err := c.member(schema.Properties[name])
		if err != nil {
			return nil, err
		}
		o.properties = append(o.properties, property{name, accepts, slices.Contains(schema.Required, name)})
		o.known[name] = true
	}
	o.required = slices.DeleteFunc(slices.Clone(schema.Required), func(name string) bool { return o.known[name] })
	if schema.AdditionalProperties.Schema != nil {
		var err error
		if o.other, err = c.member(schema.AdditionalProperties.Schema); err != nil {
			return nil, err
		}
	}
	return o.accepts, nil
}

// accepts asks for the properties one by one: a walk over the value would take longer, and
// has to be made only where it has others.
func (o *object) accepts(value map[string]any) bool {
	if !o.many(len(value)) {
		return false
	}
	found := 0
	for i := range o.properties {
		p := &o.properties[i]
		member, given := value[p.name]
		switch {
		case given && !p.accepts(member), !given && p.required:
			return false
		case given:
			found++
		}
	}
	for _, name := range o.required {
		if _, given := value[name]; !given {
			return false
		}
	}
	return found == len(value) || o.allowed && (o.other == nil || o.acceptsOthers(value))
}

func (o *object) acceptsOthers(value map[string]any) bool {
	for name, member := range value {
		if !o.known[name] && !o.other(member) {
			return false
		}
	}
	return true
}
