package accept

import (
	"maps"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// between says whether a count is between those of a schema.
func between(least uint64, most *uint64) func(int) bool {
	last := uint64(math.MaxUint64)
	if most != nil {
		last = *most
	}
	return func(count int) bool { return least <= uint64(count) && uint64(count) <= last }
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

// object compiles what is said of objects. The properties are asked for one by one: a walk
// over the value would take longer, and has to be made only where it has others.
func (c *compiler) object(schema *openapi3.Schema) (func(map[string]any) bool, error) {
	var properties []property
	known := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		accepts, err := c.member(schema.Properties[name])
		if err != nil {
			return nil, err
		}
		properties = append(properties, property{name, accepts, slices.Contains(schema.Required, name)})
		known[name] = true
	}
	required := slices.DeleteFunc(slices.Clone(schema.Required), func(name string) bool { return known[name] })
	allowed := schema.AdditionalProperties.Has == nil || *schema.AdditionalProperties.Has
	var other Func
	if schema.AdditionalProperties.Schema != nil {
		var err error
		if other, err = c.member(schema.AdditionalProperties.Schema); err != nil {
			return nil, err
		}
	}
	many := between(schema.MinProps, schema.MaxProps)
	return func(object map[string]any) bool {
		if !many(len(object)) {
			return false
		}
		found := 0
		for i := range properties {
			p := &properties[i]
			value, given := object[p.name]
			switch {
			case given && !p.accepts(value), !given && p.required:
				return false
			case given:
				found++
			}
		}
		for _, name := range required {
			if _, given := object[name]; !given {
				return false
			}
		}
		if found == len(object) || allowed && other == nil {
			return true
		}
		for name, value := range object {
			if !known[name] && !(allowed && other(value)) {
				return false
			}
		}
		return true
	}, nil
}
