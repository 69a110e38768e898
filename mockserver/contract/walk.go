package contract

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// held holds the value to the rule.
func (f *findings) held(pointer string, r *rule, value any) {
	if !r.compiled()(value) {
		f.explain(pointer, r.Schema, value)
	}
}

// explain notes every reason for which the value does not match. Whether it does is
// for kin-openapi to say; it gives up at the first alternative that fails, so that the
// way down is walked here.
func (f *findings) explain(pointer string, schema *openapi3.Schema, value any) {
	if schema.VisitJSON(value, firstFailure...) == nil {
		return
	}
	before := f.met
	parts := applied(schema, value)
	for _, part := range parts {
		f.itself(pointer, part, value)
	}
	switch value := value.(type) {
	case map[string]any:
		f.members(pointer, parts, value)
	case []any:
		for _, part := range parts {
			for _, item := range value {
				if part.Items != nil {
					f.explain(under(pointer, anyName), part.Items.Value, item)
				}
			}
		}
	}
	if f.met == before {
		f.add(Violation, pointer, "the value does not match its schema")
	}
}

// itself holds the value to what one schema says of it, without what it is composed of
// and what is inside.
func (f *findings) itself(pointer string, schema *openapi3.Schema, value any) {
	composed := len(schema.AllOf)+len(schema.AnyOf)+len(schema.OneOf) > 0
	switch {
	case value == nil && (schema.Nullable || composed):
		return // or what it is composed of decides
	case value == nil, !permits(schema, value):
		f.add(Violation, pointer, "type is "+typeOf(value)+", want "+cmp.Or(strings.Join(schema.Type.Slice(), " or "), "any other"))
		return
	}
	local := *schema
	local.AllOf, local.AnyOf, local.OneOf, local.Items = nil, nil, nil, nil
	local.Properties, local.Required, local.AdditionalProperties = nil, nil, openapi3.AdditionalProperties{}
	for _, failure := range leaves(local.VisitJSON(value, allFailures...)) {
		f.add(Violation, pointer, ruleOf(failure))
	}
}

func ruleOf(failure *openapi3.SchemaError) string {
	const longest = 200
	switch {
	case failure.Reason == "":
		return "the document forbids it by \"" + failure.SchemaField + "\""
	case len(failure.Reason) > longest:
		return strings.ToValidUTF8(failure.Reason[:longest], "") + "..."
	}
	return failure.Reason
}

// members holds an object to all the schemas that apply to it.
func (f *findings) members(pointer string, parts []*openapi3.Schema, value map[string]any) {
	for _, part := range parts {
		for _, name := range part.Required {
			if _, given := value[name]; !given {
				f.add(Violation, under(pointer, name), "required member is missing")
			}
		}
		for _, name := range sortedKeys(value) {
			if ref := part.Properties[name]; ref != nil {
				f.explain(under(pointer, name), ref.Value, value[name])
				continue
			}
			rest := part.AdditionalProperties
			switch {
			case rest.Schema != nil:
				f.explain(under(pointer, anyName), rest.Schema.Value, value[name])
			case rest.Has != nil && !*rest.Has:
				f.add(Violation, under(pointer, nameOf(name)), undocumentedMember)
			}
		}
	}
}

const undocumentedMember = "undocumented member"

// undocumented notes the members that the document does not know and does not forbid.
// Of an object of which it names no member, or says that it may have any, it knows that
// much.
func (f *findings) undocumented(pointer string, schema *openapi3.Schema, value any) {
	parts := applied(schema, value)
	switch value := value.(type) {
	case map[string]any:
		for _, name := range sortedKeys(value) {
			f.unknown(pointer, name, parts, value[name])
		}
	case []any:
		for _, part := range parts {
			for _, item := range value {
				if part.Items != nil {
					f.undocumented(under(pointer, anyName), part.Items.Value, item)
				}
			}
		}
	}
}

func (f *findings) unknown(pointer, name string, parts []*openapi3.Schema, value any) {
	named, known := false, false
	for _, part := range parts {
		rest := part.AdditionalProperties
		named = named || len(part.Properties) > 0
		switch ref := part.Properties[name]; {
		case ref != nil:
			f.undocumented(under(pointer, name), ref.Value, value)
			known = true
		case rest.Schema != nil:
			f.undocumented(under(pointer, anyName), rest.Schema.Value, value)
			known = true
		case rest.Has != nil:
			known = true // allowed by name of none, or forbidden, which is a violation
		}
	}
	if named && !known {
		f.add(Info, under(pointer, nameOf(name)), undocumentedMember)
	}
}

// applied are the schemas that the value is held to at once: the schema, those that it
// is composed of, and of alternatives those that match, or else the one with the fewest
// reasons not to.
func applied(schema *openapi3.Schema, value any) []*openapi3.Schema {
	parts := []*openapi3.Schema{schema}
	for _, ref := range schema.AllOf {
		parts = append(parts, applied(ref.Value, value)...)
	}
	for _, alternatives := range []openapi3.SchemaRefs{schema.OneOf, schema.AnyOf} {
		if len(alternatives) == 0 {
			continue
		}
		matches := slices.DeleteFunc(slices.Clone(alternatives), func(ref *openapi3.SchemaRef) bool {
			return ref.Value.VisitJSON(value, firstFailure...) != nil
		})
		if len(matches) == 0 {
			matches = openapi3.SchemaRefs{nearest(alternatives, value)}
		}
		for _, ref := range matches {
			parts = append(parts, applied(ref.Value, value)...)
		}
	}
	return parts
}

// nearest is the first of the alternatives with the fewest reasons not to match. One of
// another type altogether is further away than any of its own.
func nearest(alternatives openapi3.SchemaRefs, value any) *openapi3.SchemaRef {
	fewest, best := math.MaxInt, alternatives[0]
	for _, ref := range alternatives {
		f := findings{}
		f.explain("", ref.Value, value)
		reasons := len(f.list)
		if !permits(ref.Value, value) {
			reasons = math.MaxInt - 1
		}
		if reasons < fewest {
			fewest, best = reasons, ref
		}
	}
	return best
}

// permits reports whether the type is one of the schema's, which has any where it
// names none. A null is not for it to judge.
func permits(schema *openapi3.Schema, value any) bool {
	name := typeOf(value)
	return len(schema.Type.Slice()) == 0 || schema.Type.Includes(name) ||
		name == openapi3.TypeInteger && schema.Type.Includes(openapi3.TypeNumber)
}

// typeOf is the JSON type of the value; a number without a fraction is an integer.
func typeOf(value any) string {
	switch value := value.(type) {
	case nil:
		return openapi3.TypeNull
	case bool:
		return openapi3.TypeBoolean
	case string:
		return openapi3.TypeString
	case []any:
		return openapi3.TypeArray
	case map[string]any:
		return openapi3.TypeObject
	case float64:
		if value != math.Trunc(value) {
			return openapi3.TypeNumber
		}
	}
	return openapi3.TypeInteger
}
