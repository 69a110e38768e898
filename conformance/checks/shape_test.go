package checks

import (
	"encoding/json"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
)

func schemaOf(t *testing.T, text string) *openapi3.Schema {
	t.Helper()
	schema := new(openapi3.Schema)
	if err := json.Unmarshal([]byte(text), schema); err != nil {
		t.Fatal(err)
	}
	return schema
}

func valueOf(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// envelope is a success or a failure, as a reply in HTTP 200 may be either.
const envelope = `{"oneOf":[
	{"type":"object","required":["code","data"],"properties":{
		"code":{"type":"integer","enum":[200]},
		"data":{"type":"object","required":["id","name","tags"],"properties":{
			"id":{"type":"string"},"name":{"type":"string","nullable":true,"maxLength":3},
			"tags":{"type":"array","items":{"type":"object","required":["key"],"properties":{"key":{"type":"string"}}}}}}}},
	{"type":"object","required":["code","data"],"properties":{"code":{"type":"integer","minimum":400},"data":{"nullable":true,"enum":[null]}}}]}`

func TestLacks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, schema, value string
		want                []string
	}{
		{"whole", envelope, `{"code":200,"data":{"id":"1","name":null,"tags":[]}}`, nil},
		{"values and members beyond are free", envelope, `{"code":200,"more":1,"data":{"id":"1","name":"longer than three","tags":[],"more":2}}`, nil},
		{"a member for each", envelope, `{"code":200,"data":{}}`, []string{"/data/id is missing", "/data/name is missing", "/data/tags is missing"}},
		{"a failure's alternative", envelope, `{"code":404}`, []string{"/data is missing"}},
		{"another type", envelope, `{"code":200,"data":{"id":1,"name":"x","tags":{}}}`, []string{"/data/id is of type number, want string", "/data/tags is of type object, want array"}},
		{"null that may not be", envelope, `{"code":200,"data":{"id":null,"name":"x","tags":[]}}`, []string{"/data/id is of type null, want string"}},
		{"items once", envelope, `{"code":200,"data":{"id":"1","name":"x","tags":[{},{},{"key":"k"}]}}`, []string{"/data/tags/*/key is missing"}},
		{"whole number", `{"type":"integer"}`, `3`, nil},
		{"no whole number", `{"type":"integer"}`, `3.5`, []string{"the body is of type number, want integer"}},
		{"list for an object", `{"type":"object"}`, `[]`, []string{"the body is of type array, want object"}},
		{"all of", `{"allOf":[{"type":"object","required":["a"]},{"type":"object","required":["b"]}]}`, `{}`, []string{"/a is missing", "/b is missing"}},
		{"nullable as a whole", `{"nullable":true,"allOf":[{"type":"object"}]}`, `null`, nil},
		{"any of", `{"anyOf":[{"type":"object","required":["active"],"properties":{"active":{"type":"boolean","enum":[false]}}},
			{"type":"object","required":["active","client_id"],"properties":{"active":{"type":"boolean","enum":[true]}}}]}`,
			`{"active":true}`, []string{"/client_id is missing"}},
		{"anything", `{}`, `[1,null]`, nil},
		{"only written", `{"type":"object","required":["secret"],"properties":{"secret":{"type":"string","writeOnly":true}}}`, `{}`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, one := range lacks(schemaOf(t, test.schema), valueOf(t, test.value), "") {
				got = append(got, one.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWrapping(t *testing.T) {
	t.Parallel()
	bare := `{"allOf":[{"type":"object","required":["clientId","secret"]}]}`
	for _, test := range []struct{ name, value, want string }{
		{"bare", `{"clientId":"x","secret":"y"}`, ""},
		{"half of it", `{"clientId":"x"}`, ""},
		{"wrapped", `{"code":200,"data":{"clientId":"x","secret":"y"}}`, "data"},
		{"something else", `{"code":200,"data":{}}`, ""},
		{"no object", `[]`, ""},
	} {
		if got := wrapping(schemaOf(t, bare), valueOf(t, test.value)); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
