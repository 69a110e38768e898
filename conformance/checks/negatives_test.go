package checks

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const registration = `{"type":"object","required":["id","name","scopes"],"properties":{
	"id":{"type":"string","minLength":1,"maxLength":8},
	"name":{"type":"string","nullable":true,"pattern":"\\S"},
	"scopes":{"type":"array","minItems":1,"maxItems":2,"items":{"type":"string"}},
	"days":{"type":"integer","minimum":1,"maximum":30},
	"shown":{"type":"string","readOnly":true},
	"anything":{},
	"config":{"type":"object","properties":{"lifetime":{"type":"integer"}}}}}`

func TestNegatives(t *testing.T) {
	t.Parallel()
	schema := schemaOf(t, registration)
	body, _ := valueOf(t, `{"id":"c1","name":"x","scopes":["a"]}`).(map[string]any)
	var got []string
	for _, bad := range negatives(schema, body, []string{"/id"}) {
		got = append(got, bad.String())
		if schema.VisitJSON(bad.in(body)) == nil {
			t.Errorf("the schema takes %s", bad)
		}
	}
	for _, want := range []string{
		"/id left out", "/name left out", "/scopes left out", "/id null", "/scopes null", "/id an empty text", "/id one character too long",
		"/name a blank text", "/scopes an empty list", "/scopes one item too long", "/scopes a list of a number", "/scopes a text",
		"/days below its least", "/days above its most", "/days a text", "/config a list", "/config/lifetime of another type",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not among the negatives", want)
		}
	}
	for _, bad := range got {
		switch {
		case bad == "/name null", bad == "/days left out", strings.HasPrefix(bad, "/anything"), strings.HasPrefix(bad, "/shown"):
			t.Errorf("%q is no breach of the schema", bad)
		case bad == "/id a number", bad == "/id a truth value", bad == "/id a list of a number", bad == "/id a list":
			t.Errorf("%q could be read as the id of another client", bad)
		}
	}
	if diff := cmp.Diff(map[string]any{"id": "c1", "name": "x", "scopes": []any{"a"}}, body); diff != "" {
		t.Errorf("the ordinary body was changed: %s", diff)
	}
	if found := negatives(schema, map[string]any{}, nil); found != nil {
		t.Errorf("%v from a body that breaks its schema itself, want none", found)
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	var all []negative
	for _, one := range []kind{mistyped, mistyped, mistyped, outOfRange, null, absent, absent} {
		all = append(all, negative{kind: one})
	}
	kindsOf := func(room int) (kinds []kind) {
		for _, bad := range spread(all, room) {
			kinds = append(kinds, bad.kind)
		}
		return kinds
	}
	if diff := cmp.Diff([]kind{absent, absent, null, mistyped, outOfRange, mistyped}, kindsOf(6)); diff != "" {
		t.Error(diff)
	}
	if got := len(kindsOf(100)); got != len(all) {
		t.Errorf("%d of %d with room for all", got, len(all))
	}
}

func TestMalformations(t *testing.T) {
	t.Parallel()
	for _, body := range []map[string]any{{}, {"id": "c1", "expires": nil}} {
		for _, way := range malformations {
			if text := way.of(body); json.Valid(text) {
				t.Errorf("%q that %s is JSON", text, way.is)
			}
		}
	}
}
