package checks

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// lack is a member that is not there, or is of another type than the document's.
type lack struct {
	pointer string // items of arrays are all "*", so that one finding stands for all
	message string
}

func (l lack) String() string {
	if l.pointer == "" {
		return "the body " + l.message
	}
	return l.pointer + " " + l.message
}

// lacks holds a value to the required members and the JSON types of a schema, and to
// nothing else in it: values, forms and members beyond it are free.
func lacks(schema *openapi3.Schema, value any, at string) []lack {
	if schema == nil || value == nil && schema.Nullable {
		return nil
	}
	if !typed(schema, value) {
		return []lack{{at, fmt.Sprintf("is of type %s, want %s", kindOf(value), strings.Join(schema.Type.Slice(), " or "))}}
	}
	var found []lack
	for _, ref := range schema.AllOf {
		found = append(found, lacks(ref.Value, value, at)...)
	}
	for _, alternatives := range []openapi3.SchemaRefs{schema.OneOf, schema.AnyOf} {
		if fit := closest(alternatives, value); fit != nil {
			found = append(found, lacks(fit, value, at)...)
		}
	}
	switch v := value.(type) {
	case map[string]any:
		found = append(found, lackingMembers(schema, v, at)...)
	case []any:
		if schema.Items != nil {
			for _, item := range v {
				found = append(found, lacks(schema.Items.Value, item, at+"/*")...)
			}
		}
	}
	seen := map[lack]bool{}
	return slices.DeleteFunc(found, func(one lack) bool {
		twice := seen[one]
		seen[one] = true
		return twice
	})
}

func lackingMembers(schema *openapi3.Schema, object map[string]any, at string) []lack {
	var found []lack
	for _, name := range schema.Required {
		if ref := schema.Properties[name]; ref != nil && ref.Value != nil && ref.Value.WriteOnly {
			continue
		}
		if _, ok := object[name]; !ok {
			found = append(found, lack{at + "/" + name, "is missing"})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		ref := schema.Properties[name]
		if ref == nil {
			ref = schema.AdditionalProperties.Schema
		}
		if ref != nil {
			found = append(found, lacks(ref.Value, object[name], at+"/"+name)...)
		}
	}
	return found
}

// closest picks the alternative that a value means to be: the one whose type and
// whose plain members hold, such as the code that tells success from failure, and
// then the one that it lacks least of.
func closest(alternatives openapi3.SchemaRefs, value any) *openapi3.Schema {
	var best *openapi3.Schema
	fewest := [2]int{math.MaxInt, math.MaxInt}
	for _, ref := range alternatives {
		score := [2]int{misfits(ref.Value, value), len(lacks(ref.Value, value, ""))}
		if best == nil || slices.Compare(score[:], fewest[:]) < 0 {
			best, fewest = ref.Value, score
		}
	}
	return best
}

func misfits(schema *openapi3.Schema, value any) int {
	count := 0
	if !typed(schema, value) && (value != nil || !schema.Nullable) {
		count += 100
	}
	for _, ref := range schema.AllOf {
		count += misfits(ref.Value, value)
	}
	object, _ := value.(map[string]any)
	for name, ref := range schema.Properties {
		switch member := object[name].(type) {
		case string, float64, bool:
			if ref.Value.VisitJSON(member) != nil {
				count++
			}
		}
	}
	return count
}

// wrapping names the member that holds what should be the body itself, "" where the
// body is bare.
func wrapping(schema *openapi3.Schema, value any) string {
	object, ok := value.(map[string]any)
	if !ok {
		return ""
	}
	required := requiredOf(schema, value)
	holds := func(inner map[string]any) int {
		count := 0
		for _, name := range required {
			if _, ok := inner[name]; ok {
				count++
			}
		}
		return count
	}
	if holds(object) > 0 {
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if inner, ok := object[name].(map[string]any); ok && holds(inner) > 0 {
			return name
		}
	}
	return ""
}

func requiredOf(schema *openapi3.Schema, value any) []string {
	required := slices.Clone(schema.Required)
	for _, ref := range schema.AllOf {
		required = append(required, requiredOf(ref.Value, value)...)
	}
	for _, alternatives := range []openapi3.SchemaRefs{schema.OneOf, schema.AnyOf} {
		if fit := closest(alternatives, value); fit != nil {
			required = append(required, requiredOf(fit, value)...)
		}
	}
	return required
}

// typed reports whether a value has one of a schema's types. A schema without types
// takes any.
func typed(schema *openapi3.Schema, value any) bool {
	if schema.Type.IsEmpty() {
		return true
	}
	kind := kindOf(value)
	if schema.Type.Includes(kind) {
		return true
	}
	number, ok := value.(float64)
	return ok && schema.Type.Includes("integer") && number == math.Trunc(number)
}

func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}
