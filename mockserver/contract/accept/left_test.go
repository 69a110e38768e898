package accept

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/specs"
)

// left says what of a schema kin-openapi is asked for value by value: all of it, or the
// schemas inside that are no more than parts.
func left(schema *openapi3.Schema) (whole bool, parts []*openapi3.Schema) {
	c := &compiler{formats: formats, known: map[*openapi3.Schema]*Func{}}
	if _, err := c.schema(schema, nil); err != nil {
		return true, nil
	}
	for part := range c.known {
		again := &compiler{formats: formats, known: map[*openapi3.Schema]*Func{}}
		if _, err := again.compile(part, []*openapi3.Schema{part}); errors.Is(err, errUnknown) {
			parts = append(parts, part)
		}
	}
	return slices.Contains(parts, schema), parts
}

// roots are the schemas that values are held to as such, by their pointers.
func roots(doc *openapi3.T) map[string]*openapi3.Schema {
	all := map[string]*openapi3.Schema{}
	content := func(at string, content openapi3.Content) {
		for media, of := range content {
			all[at+" "+media] = of.Schema.Value
		}
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			at := method + " " + path
			for _, ref := range slices.Concat(item.Parameters, op.Parameters) {
				all[at+" "+ref.Value.Name] = ref.Value.Schema.Value
			}
			if op.RequestBody != nil {
				content(at+" body", op.RequestBody.Value.Content)
			}
			for status, ref := range op.Responses.Map() {
				content(at+" "+status, ref.Value.Content)
				for name, header := range ref.Value.Headers {
					all[at+" "+status+" "+name] = header.Value.Schema.Value
				}
			}
		}
	}
	return all
}

// TestNoneIsLeft keeps what a request or a reply is held to from falling back to
// kin-openapi as a whole.
func TestNoneIsLeft(t *testing.T) {
	t.Parallel()
	for _, name := range specs.Names() {
		doc, err := specs.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		all := roots(doc)
		if len(all) < 20 {
			t.Errorf("%s: found %d schemas of parameters, bodies and replies, want at least 20", name, len(all))
		}
		for at, schema := range all {
			if whole, _ := left(schema); whole {
				t.Errorf("%s: %s is left to kin-openapi", name, at)
			}
		}
	}
}

// TestLeft lists what is left to kin-openapi, of the documents and of the keywords: what is
// compiled in the future is to be taken off the list, and nothing is to get onto it unseen.
func TestLeft(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"admin": {"ClockChange/properties/release", "Expectation/properties/never"},
		"angusgm": {
			"Active/properties/active", "Inactive/properties/active",
			"/paths/~1oauth2~1jwks/get/responses/200/content/application~1json/schema/properties/keys/items",
		},
	}
	for _, one := range groups(t) {
		if one.name == "keywords" {
			continue
		}
		var got []string
		for _, subject := range one.subjects {
			if whole, _ := left(subject.schema); whole {
				got = append(got, strings.TrimPrefix(subject.name, "/components/schemas/"))
			}
		}
		slices.Sort(got)
		expected := slices.Sorted(slices.Values(want[one.name]))
		if !slices.Equal(got, expected) {
			t.Errorf("%s: left to kin-openapi are %q, want %q", one.name, got, expected)
		}
	}
}

// TestLeftOfKeywords makes sure that left tells the one from the other, and a ring that is
// met on the way down from one that is not.
func TestLeftOfKeywords(t *testing.T) {
	t.Parallel()
	doc := load(t, "testdata/keywords.yaml")
	tests := map[string]struct {
		whole bool
		parts int
	}{
		"Closed":         {},
		"Tree":           {},
		"Three":          {},
		"MutualOther":    {},
		"Not":            {whole: true, parts: 1},
		"NotInside":      {whole: true, parts: 1},
		"NotAlternative": {parts: 1},
		"Zoo":            {parts: 2},
		"Ring":           {whole: true},
		"RingInside":     {whole: true},
		"RingNot":        {whole: true},
		"RingNotInside":  {whole: true},
		"RingMultiple":   {whole: true},
		"AnimalA":        {whole: true},
	}
	for name, test := range tests {
		whole, parts := left(doc.Components.Schemas[name].Value)
		if whole != test.whole || len(parts) != test.parts {
			t.Errorf("%s: left as a whole %t, in %d parts, want %t and %d", name, whole, len(parts), test.whole, test.parts)
		}
	}
}
