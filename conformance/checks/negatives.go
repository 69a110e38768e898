package checks

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/conformance/profile"
)

// negative is one change to a body that makes its schema refuse it.
type negative struct {
	pointer string
	is      string // what the member is then, as in "null"
	kind    kind
	value   any
}

// kind is the way in which a body breaks its schema.
type kind int

const (
	absent   kind = iota // a required member is left out
	null                 // and may not be
	mistyped             // of another type
	outOfRange
	kinds
)

// spread takes as many as there is room for: first what is left out, then the other
// kinds by turns.
func spread(all []negative, room int) []negative {
	var byKind [kinds][]negative
	for _, bad := range all {
		byKind[bad.kind] = append(byKind[bad.kind], bad)
	}
	taken := byKind[absent]
	for left := true; left; {
		left = false
		for turn := null; turn < kinds; turn++ {
			if len(byKind[turn]) > 0 {
				taken, byKind[turn] = append(taken, byKind[turn][0]), byKind[turn][1:]
				left = true
			}
		}
	}
	return taken[:min(room, len(taken))]
}

func (n negative) String() string { return n.pointer + " " + n.is }

// in is a body with the change.
func (n negative) in(body map[string]any) map[string]any {
	if n.kind != absent {
		return profile.Set(body, n.pointer, n.value)
	}
	changed := maps.Clone(body)
	delete(changed, strings.TrimPrefix(n.pointer, "/")) // only members of the body itself are left out
	return changed
}

// negatives derives them from the document: only what the schema itself refuses, in
// an order that is always the same. ids are pointers to members that name a client:
// those never become what a service that reads loosely could take for the id of a
// client that is not ours.
func negatives(schema *openapi3.Schema, body map[string]any, ids []string) []negative {
	if schema.VisitJSON(body) != nil {
		return nil // then nothing would show which change it is that it refuses
	}
	var found []negative
	try := func(bad negative) {
		if schema.VisitJSON(bad.in(body)) != nil {
			found = append(found, bad)
		}
	}
	properties := members(schema)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		pointer := "/" + name
		if _, has := body[name]; has {
			try(negative{pointer: pointer, is: "left out", kind: absent})
		}
		for _, wrong := range wrongs(properties[name]) {
			if slices.Contains(ids, pointer) && mistakable(wrong.value) {
				continue
			}
			bad := negative{pointer: pointer, is: wrong.is, kind: outOfRange, value: wrong.value}
			switch fits := len(lacks(properties[name], wrong.value, "")) == 0; {
			case wrong.value == nil && fits:
				continue // without a type null is as good as any (OpenAPI 3.0.3, nullable)
			case wrong.value == nil:
				bad.kind = null
			case !fits:
				bad.kind = mistyped
			}
			try(bad)
		}
		for inner, property := range members(properties[name]) {
			// One of each inner member is plenty: they are many and rarely stored alone.
			try(negative{pointer: pointer + "/" + inner, is: "of another type", kind: mistyped, value: otherType(property)})
		}
	}
	slices.SortStableFunc(found, func(a, b negative) int { return strings.Compare(a.String(), b.String()) })
	return found
}

// mistakable reports whether a value may be read as an id.
func mistakable(value any) bool {
	switch v := value.(type) {
	case float64, bool:
		return true
	case []any:
		return len(v) > 0
	}
	return false
}

// members are the properties of an object with those of all that it is composed of.
func members(schema *openapi3.Schema) map[string]*openapi3.Schema {
	found := map[string]*openapi3.Schema{}
	for _, refs := range []openapi3.SchemaRefs{schema.AllOf, schema.AnyOf, schema.OneOf} {
		for _, ref := range refs {
			maps.Copy(found, members(ref.Value))
		}
	}
	for name, ref := range schema.Properties {
		if !ref.Value.ReadOnly {
			found[name] = ref.Value
		}
	}
	return found
}

type wrong struct {
	is    string
	value any
}

// wrongs are values that a schema may well refuse: of each type, and just past each
// bound that it names. Which ones it does refuse is for the schema to say.
func wrongs(schema *openapi3.Schema) []wrong {
	tried := []wrong{
		{"null", nil},
		{"a number", 5.0},
		{"a truth value", true},
		{"a list", []any{map[string]any{"keyturn": 5.0}}},
		{"an object", map[string]any{"keyturn": []any{5.0}}},
		{"a text", "keyturn"},
		{"an empty text", ""},
		{"a blank text", " "},
		{"an empty list", []any{}},
		{"an empty object", map[string]any{}},
		{"a list of a number", []any{5.0}},
		{"a list of a blank text", []any{" "}},
	}
	return append(tried, pastBounds(schema)...)
}

// Beyond these sizes a body is refused for its size and not for its schema.
const (
	longestText = 64 << 10
	longestList = 1000
)

func pastBounds(schema *openapi3.Schema) []wrong {
	var tried []wrong
	for _, refs := range []openapi3.SchemaRefs{schema.AllOf, schema.AnyOf, schema.OneOf} {
		for _, ref := range refs {
			tried = append(tried, pastBounds(ref.Value)...)
		}
	}
	if most := schema.MaxLength; most != nil && *most < longestText {
		tried = append(tried, wrong{"one character too long", strings.Repeat("k", int(*most)+1)})
	}
	if most := schema.MaxItems; most != nil && *most < longestList {
		tried = append(tried, wrong{"one item too long", slices.Repeat([]any{"keyturn"}, int(*most)+1)})
	}
	if least := schema.Min; least != nil {
		tried = append(tried, wrong{"below its least", math.Ceil(*least) - 1})
	}
	if most := schema.Max; most != nil {
		tried = append(tried, wrong{"above its most", math.Floor(*most) + 1})
	}
	if schema.UniqueItems {
		tried = append(tried, wrong{"a list with the same twice", []any{"keyturn", "keyturn"}})
	}
	return tried
}

// otherType is a value that is none of a schema's types.
func otherType(schema *openapi3.Schema) any {
	if schema.Type.Permits("object") {
		return 5.0
	}
	return map[string]any{"keyturn": []any{5.0}}
}
