package accept

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// mutated changes one place of a tree, which it may write into, and returns the tree.
// Values of others are those of another schema.
func (g *generator) mutated(value any, other *openapi3.Schema) any {
	switch value := value.(type) {
	case map[string]any:
		if len(value) > 0 && !g.oneIn(4) {
			name := g.nameOf(value)
			value[name] = g.mutated(value[name], other)
			return value
		}
	case []any:
		if len(value) > 0 && !g.oneIn(4) {
			i := g.IntN(len(value))
			value[i] = g.mutated(value[i], other)
			return value
		}
	}
	switch g.IntN(10) {
	case 0:
		return nil
	case 1:
		return g.odd()
	case 2:
		return g.value(other.NewRef(), 2)
	case 3:
		return g.anything()
	case 4:
		return []any{value}
	}
	switch value := value.(type) {
	case string:
		return g.anotherText(value)
	case float64:
		return g.anotherNumber(value)
	case bool:
		return !value
	case []any:
		return g.anotherArray(value)
	case map[string]any:
		return g.anotherObject(value)
	}
	return g.anything()
}

var pointed = new("a")

// odd are values that no decoder of the project makes, and that kin-openapi has a way with
// all the same. A json.Number that spells NaN is none of them: kin-openapi panics.
func (g *generator) odd() any {
	return pick[any](g,
		math.NaN(), math.Inf(1), math.Inf(-1), json.Number("1"), json.Number("-0.5"), json.Number("1e999"), json.Number(""), json.Number("x"),
		json.Number("9007199254740993"), 1, -3, int32(2), int64(math.MaxInt64), int64(math.MinInt64), math.MaxInt32+1, uint8(1), uint64(math.MaxUint64),
		float32(1.5), []string{"a", "b"}, []string{"a", "a"}, []int{1, 1}, []byte("ab"), []map[string]any{{"a": 1.0}}, [1]string{"a"},
		map[any]any{"a": 1.0}, map[any]any{1: "a"}, map[string]string{"a": "b"}, json.RawMessage("1"), struct{}{}, pointed,
		"\xff", "a\xff\xfe", "\xed\xa0\x80", []any{"\xff", "\xfe"}, []any{"\xff", "\uFFFD"}, []any{math.NaN(), math.NaN()}, []any{"a", []string{"a"}},
		[]any{1.0, 1}, []any{1.0, json.Number("1.0")}, []any(nil), map[string]any(nil), map[string]any{"\xff": 1.0}, (*string)(nil),
	)
}

func (g *generator) nameOf(object map[string]any) string {
	return pick(g, slices.Sorted(maps.Keys(object))...)
}

func (g *generator) anotherText(text string) any {
	runes := []rune(text)
	at := g.IntN(len(runes) + 1)
	switch g.IntN(8) {
	case 0:
		return string(runes[at:])
	case 1:
		return string(runes[:max(0, len(runes)-1)])
	case 2:
		return text + pick(g, "a", "é", "𝄞", "\n", "\xff", "\x00", "\u2028")
	case 3:
		return string(runes[:at]) + pick(g, "界", " ", "<", "\xc3") + string(runes[at:])
	case 4:
		return strings.ToUpper(text)
	case 5:
		return strings.Repeat(text, 1+g.IntN(40))
	case 6:
		return []string{text, text}
	}
	return ""
}

func (g *generator) anotherNumber(number float64) any {
	switch g.IntN(12) {
	case 0:
		return number + 1
	case 1:
		return number - 1
	case 2:
		return number + 0.5
	case 3:
		return -number
	case 4:
		return math.Nextafter(number, pick(g, math.Inf(1), math.Inf(-1)))
	case 5:
		return pick(g, edges...)
	case 6:
		return int(number)
	case 7:
		return int64(number)
	case 8:
		return int32(int64(number))
	case 9:
		text, err := json.Marshal(number)
		if err != nil {
			return json.Number("none")
		}
		return json.Number(text)
	case 10:
		return float32(number)
	}
	return uint64(math.Abs(number))
}

func (g *generator) anotherArray(list []any) any {
	if len(list) == 0 {
		return []any{g.anything()}
	}
	at := g.IntN(len(list))
	switch g.IntN(7) {
	case 0:
		return append(list, copied(list[at]))
	case 1:
		return slices.Delete(list, at, at+1)
	case 2:
		return append(list, g.anything())
	case 3:
		var texts []string
		for _, item := range list {
			if text, is := item.(string); is {
				texts = append(texts, text)
			}
		}
		return texts
	case 4:
		return []any{}
	case 5:
		return append(slices.Clone(list), copied(list).([]any)...)
	}
	return slices.Insert(list, at, g.odd())
}

func (g *generator) anotherObject(object map[string]any) any {
	if object == nil {
		return map[string]any{}
	}
	if len(object) == 0 || g.oneIn(5) {
		object[pick(g, "x", "", "a", "b", "d", "é", "secret", "\xff")] = g.anything()
		return object
	}
	name := g.nameOf(object)
	switch g.IntN(6) {
	case 0:
		object[pick(g, strings.ToUpper(name), name+" ", name+"x")] = object[name]
		delete(object, name)
	case 1:
		other := g.nameOf(object)
		object[name], object[other] = object[other], object[name]
	case 2:
		others := make(map[any]any, len(object))
		for name, value := range object {
			others[name] = value
		}
		return others
	case 3:
		return map[string]any{}
	default:
		delete(object, name)
	}
	return object
}

// copied is a value that shares nothing with the other, so that a place can be changed in
// one without the other.
func copied(value any) any {
	switch value := value.(type) {
	case map[string]any:
		object := make(map[string]any, len(value))
		for name, member := range value {
			object[name] = copied(member)
		}
		return object
	case []any:
		list := make([]any, 0, len(value))
		for _, item := range value {
			list = append(list, copied(item))
		}
		return list
	}
	return value
}
