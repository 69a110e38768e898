package accept

import (
	"maps"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"github.com/keyturn/keyturn/specs"
)

// formats are of the two kinds there are: one in place of kin-openapi's own, and one of
// which it knows nothing.
var formats = Formats{
	"uuid": openapi3.NewCallbackValidator(uuid.Validate),
	"date-time": openapi3.NewCallbackValidator(func(text string) error {
		_, err := time.Parse(time.RFC3339Nano, text)
		return err
	}),
}

// subject is a schema with both of its functions.
type subject struct {
	name          string
	schema        *openapi3.Schema
	compiled, kin Func
}

func newSubject(name string, schema *openapi3.Schema) subject {
	return subject{name, schema, Compile(schema, formats), ByKin(schema, formats)}
}

// group is the schemas of one document.
type group struct {
	name     string
	subjects []subject
}

// groups are all schemas, each one on its own: of the documents that are served, of one
// that somebody else serves, and of what none of these has.
func groups(tb testing.TB) []group {
	tb.Helper()
	var all []group
	for _, name := range specs.Names() {
		doc, err := specs.Load(name)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, group{name, subjectsOf(tb, doc)})
	}
	all = append(all, group{"ory-hydra", subjectsOf(tb, load(tb, "../../../specs/foreign/ory-hydra/openapi.yaml"))})
	keywords := subjectsOf(tb, load(tb, "testdata/keywords.yaml"))
	more := unwritten()
	for _, name := range slices.Sorted(maps.Keys(more)) {
		keywords = append(keywords, newSubject(name, more[name]))
	}
	return append(all, group{"keywords", keywords})
}

func load(tb testing.TB, file string) *openapi3.T {
	tb.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		tb.Fatalf("%s: %v", file, err)
	}
	return doc
}

func subjectsOf(tb testing.TB, doc *openapi3.T) []subject {
	tb.Helper()
	var all []subject
	err := doc.WalkSchemas(func(pointer string, ref *openapi3.SchemaRef) error {
		all = append(all, newSubject(pointer, ref.Value))
		return nil
	})
	if err != nil || len(all) < 20 {
		tb.Fatalf("found %d schemas, want at least 20: %v", len(all), err)
	}
	return all
}

// unwritten are schemas that no document can have, or only one that is not valid.
func unwritten() map[string]*openapi3.Schema {
	beyond, always, never := uint64(math.MaxInt64)+1, true, false
	text := openapi3.NewStringSchema()
	return map[string]*openapi3.Schema{
		"unresolved items":      openapi3.NewArraySchema().WithItems(nil),
		"unresolved property":   {Type: &openapi3.Types{"object"}, Properties: openapi3.Schemas{"a": {}, "b": text.NewRef()}},
		"no property":           {Type: &openapi3.Types{"object"}, Properties: openapi3.Schemas{"a": nil, "b": text.NewRef()}},
		"unresolved rest":       {Type: &openapi3.Types{"object"}, AdditionalProperties: openapi3.AdditionalProperties{Schema: &openapi3.SchemaRef{}}},
		"unresolved part":       {Type: &openapi3.Types{"string"}, AnyOf: openapi3.SchemaRefs{text.NewRef(), {}}},
		"closed, with a schema": {Type: &openapi3.Types{"object"}, AdditionalProperties: openapi3.AdditionalProperties{Has: &never, Schema: text.NewRef()}},
		"open, with a schema":   {Type: &openapi3.Types{"object"}, AdditionalProperties: openapi3.AdditionalProperties{Has: &always, Schema: text.NewRef()}},
		"numbers of Go":         {Enum: []any{1, int64(2), uint8(3), float32(0.5), []any{1}}},
		"always":                {Always: &always},
		"never":                 {Always: &never},
		"sometimes":             openapi3.NewOneOfSchema(&openapi3.Schema{Always: &never}, text, &openapi3.Schema{Always: &always, Type: text.Type}),
		"at least too many":     {MinItems: beyond, MinProps: beyond, MinLength: beyond},
		"at most too many":      {MaxItems: &beyond, MaxProps: &beyond, MaxLength: &beyond},
		"bounds of no number":   {Type: &openapi3.Types{"number"}, Min: new(math.NaN())},
		"bounds without end":    {Type: &openapi3.Types{"number"}, Min: new(math.Inf(-1)), Max: new(math.Inf(1))},
	}
}
