package accept

import (
	"maps"
	"math"
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// generator makes values that a schema mostly accepts: it keeps to what it understands of
// one, and to each bound it keeps but for an occasional step across it. What it makes
// depends on nothing but the seed.
type generator struct {
	*rand.Rand

	patterns map[string]*syntax.Regexp
	names    map[*openapi3.Schema][]string
}

func newGenerator(seed, stream uint64) *generator {
	return &generator{rand.New(rand.NewPCG(seed, stream)), map[string]*syntax.Regexp{}, map[*openapi3.Schema][]string{}}
}

func (g *generator) oneIn(n int) bool { return g.IntN(n) == 0 }

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

// deepest is how far down values of recursive schemas are made.
const deepest = 6

// value makes a value of what a reference leads to.
func (g *generator) value(ref *openapi3.SchemaRef, depth int) any {
	if ref == nil || ref.Value == nil {
		return g.anything()
	}
	schema := ref.Value
	if depth > deepest || schema.Nullable && g.oneIn(6) {
		return nil
	}
	if len(schema.Enum) > 0 && !g.oneIn(8) {
		return copied(pick(g, schema.Enum...))
	}
	own := g.own(schema, depth)
	for _, alternatives := range []openapi3.SchemaRefs{schema.OneOf, schema.AnyOf} {
		if len(alternatives) > 0 {
			own = joined(own, g.value(pick(g, alternatives...), depth+1))
		}
	}
	for _, part := range schema.AllOf {
		own = joined(own, g.value(part, depth+1))
	}
	return own
}

// joined is what both say if they are objects, and else the second.
func joined(a, b any) any {
	first, is := a.(map[string]any)
	if second, are := b.(map[string]any); is && are {
		maps.Copy(first, second)
		return first
	}
	return b
}

// own makes what a schema says itself, without what it is composed of.
func (g *generator) own(schema *openapi3.Schema, depth int) any {
	kind := ""
	if types := schema.Type.Slice(); len(types) > 0 {
		kind = pick(g, types...)
	}
	switch {
	case kind == openapi3.TypeObject, kind == "" && len(schema.Properties)+len(schema.Required) > 0:
		return g.object(schema, depth)
	case kind == openapi3.TypeArray, kind == "" && schema.Items != nil:
		return g.array(schema, depth)
	case kind == openapi3.TypeString, kind == "" && schema.Format+schema.Pattern != "":
		return g.text(schema)
	case kind == openapi3.TypeInteger:
		return math.Round(g.number(schema))
	case kind == openapi3.TypeNumber, kind == "" && schema.Min != nil:
		return g.number(schema)
	case kind == openapi3.TypeBoolean:
		return g.oneIn(2)
	}
	return g.anything()
}

func (g *generator) object(schema *openapi3.Schema, depth int) any {
	object := map[string]any{}
	names, known := g.names[schema]
	if !known {
		names = slices.Sorted(maps.Keys(schema.Properties))
		g.names[schema] = names
	}
	density := 1 + g.IntN(3)
	for _, name := range names {
		if slices.Contains(schema.Required, name) || depth < deepest && g.oneIn(density) {
			object[name] = g.value(schema.Properties[name], depth+1)
		}
	}
	for _, name := range schema.Required {
		if schema.Properties[name] == nil {
			object[name] = g.anything()
		}
	}
	allowed := schema.AdditionalProperties.Has == nil || *schema.AdditionalProperties.Has
	for allowed && (len(object) < int(min(schema.MinProps, 5)) || g.oneIn(3)) && depth < deepest {
		object[pick(g, "x", "y", "é", "extra", "a", "b")+pick(g, "", "1", "2")] = g.value(schema.AdditionalProperties.Schema, depth+1)
	}
	return object
}

func (g *generator) array(schema *openapi3.Schema, depth int) any {
	list := []any{}
	if depth >= deepest {
		return list
	}
	for range g.count(schema.MinItems, schema.MaxItems, 3) {
		list = append(list, g.value(schema.Items, depth+1))
	}
	return list
}

// count is between the two, or one beside them, but not much more than the usual.
func (g *generator) count(least uint64, most *uint64, usual int) int {
	first := int(min(least, 300))
	last := first + usual
	if most != nil {
		last = max(first, int(min(*most, 2000)))
	}
	switch g.IntN(10) {
	case 0:
		return first
	case 1:
		return last
	case 2:
		return max(0, first-1)
	case 3:
		return last + 1
	}
	return first + g.IntN(min(last, first+usual)-first+1)
}

func (g *generator) number(schema *openapi3.Schema) float64 {
	least, most := -10.0, 10.0
	if schema.Min != nil {
		least = *schema.Min
		most = least + 20
	}
	if schema.Max != nil {
		most = *schema.Max
	}
	if near := formatEdges[schema.Format]; near != nil && g.oneIn(3) {
		return pick(g, near...)
	}
	between := least + g.Float64()*(most-least)
	switch g.IntN(8) {
	case 0:
		return pick(g, least, most, math.Nextafter(least, -math.MaxFloat64), math.Nextafter(most, math.MaxFloat64))
	case 1:
		return pick(g, least-1, least+1, most-1, most+1)
	case 2:
		return pick(g, edges...)
	case 3, 4:
		if schema.MultipleOf != nil {
			return *schema.MultipleOf * float64(g.IntN(50))
		}
	case 5:
		return between
	}
	return math.Round(between)
}

var formatEdges = map[string][]float64{
	"int32": {math.MinInt32 - 1, math.MinInt32, math.MinInt32 + 0.5, math.MaxInt32 - 0.5, math.MaxInt32, math.MaxInt32 + 1},
	"int64": {-1<<63 - 2048, -1 << 63, -1<<63 + 1024, 1<<63 - 1024, 1 << 63, 1<<63 + 2048},
}

var edges = []float64{
	0, math.Copysign(0, -1), 1, 0.5, 1e-320, math.MinInt32 - 1, math.MinInt32, math.MinInt32 - 0.5, math.MaxInt32, math.MaxInt32 + 1,
	math.MaxInt32 + 0.5, 1 << 53, -1 << 63, -1<<63 - 2048, 1 << 63, 1<<63 - 1024, 1<<63 + 2048, 1 << 64, 1e300, -1e300, math.MaxFloat64,
}

func (g *generator) text(schema *openapi3.Schema) string {
	switch {
	case schema.Pattern != "" && !g.oneIn(6):
		return g.matching(schema.Pattern)
	case g.oneIn(8):
	case schema.Format == "uuid":
		return pick(g, "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "00000000-0000-0000-0000-000000000000", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", "6ba7b8109dad11d180b400c04fd430c8")
	case schema.Format == "date-time":
		return pick(g, "2024-02-29T23:59:59Z", "2023-02-29T00:00:00Z", "2024-01-01T00:00:00.123456789+08:00", "2016-12-31T23:59:60Z", "2024-01-01 00:00:00Z", "2024-01-01t00:00:00z")
	case schema.Format == "date":
		return pick(g, "2024-02-31", "2024-12-01", "2024-13-01")
	case schema.Format == "byte":
		return pick(g, "", "aGVsbG8=", "aGVs-_", "a b", "====")
	}
	var b strings.Builder
	length := g.count(schema.MinLength, schema.MaxLength, 8)
	for range min(length, 8) {
		b.WriteString(g.letter())
	}
	return b.String() + strings.Repeat(g.letter(), max(0, length-8))
}

func (g *generator) letter() string {
	return pick(g, "a", "a", "b", "x", "0", "9", "-", "é", "界", "𝄞", "\uFFFD", " ")
}

// matching makes a text of a pattern, anything where the pattern cannot be read.
func (g *generator) matching(pattern string) string {
	parsed, known := g.patterns[pattern]
	if !known {
		parsed, _ = syntax.Parse(pattern, syntax.Perl)
		g.patterns[pattern] = parsed
	}
	var b strings.Builder
	if parsed != nil {
		g.write(&b, parsed)
	}
	return b.String()
}

func (g *generator) write(b *strings.Builder, re *syntax.Regexp) {
	least, most := 1, 1
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		if len(re.Rune) > 0 {
			first := g.IntN(len(re.Rune)/2) * 2
			b.WriteRune(re.Rune[first] + rune(g.IntN(min(int(re.Rune[first+1]-re.Rune[first]), 500)+1)))
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteRune(pick(g, 'a', 'é', '𝄞'))
	case syntax.OpAlternate:
		g.write(b, pick(g, re.Sub...))
		return
	case syntax.OpStar:
		least, most = 0, 4
	case syntax.OpPlus:
		most = 4
	case syntax.OpQuest:
		least = 0
	case syntax.OpRepeat:
		least, most = re.Min, max(re.Max, re.Min)
		if re.Max < 0 {
			most = re.Min + 4
		}
	}
	for range least + g.IntN(most-least+1) {
		for _, sub := range re.Sub {
			g.write(b, sub)
		}
	}
}

// anything is a plain value of no schema.
func (g *generator) anything() any {
	switch g.IntN(9) {
	case 0:
		return nil
	case 1:
		return g.oneIn(2)
	case 2:
		return pick(g, edges...)
	case 3, 4:
		return float64(g.IntN(9) - 2)
	case 5, 6:
		return pick(g, "", "a", "b", "é", "abc", "x1", "2024-01-01", "\uFFFD")
	case 7:
		return []any{g.anything(), pick[any](g, "a", 1.0)}
	}
	return map[string]any{pick(g, "a", "b", "x", "kind"): g.anything()}
}
