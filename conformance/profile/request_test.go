package profile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/profile"
)

const placesDocument = `
openapi: 3.0.3
info: {title: A test, version: "1"}
paths:
  /clients:
    post:
      operationId: make
      parameters: [{name: X-Order, in: header, schema: {type: string}}]
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object}}}}
      responses: {"201": {description: made}}
  /clients/{id}:
    get:
      operationId: look
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: found}}
    delete:
      operationId: drop
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"204": {description: gone}}
  /clients/{id}/secret:
    post:
      operationId: turn
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: turned}}
`

const placesProfile = `
profile: 1
provider: test
document: openapi.yaml
operations:
  create: {operation: make, put: {name: /body/title, order: /header/X-Order}, take: {client: /id}}
  read: {operation: look, put: {client: /path/id}}
  delete: {operation: drop, put: {client: /path/id}}
  rotate: {operation: turn, put: {client: /path/id, expires: /query/until}, take: {secret: /secret}}
policy: {rotation: replace, secret_source: reply}
`

func places(t *testing.T) *profile.Bound {
	t.Helper()
	bound, err := profile.File(write(t, placesProfile, placesDocument))
	if err != nil {
		t.Fatal(err)
	}
	return bound
}

func TestValuesAreWrittenExactly(t *testing.T) {
	t.Parallel()
	type order string
	bound := places(t)
	for want, value := range map[string]any{
		"10000000":               1e7,
		"-123456789012":          -123456789012.0,
		"1000000000000000000000": 1e21,
		"0.000001":               1e-6,
		"1.5":                    float32(1.5),
		"7":                      7,
		"8":                      int64(8),
		"9":                      uint8(9),
		"true":                   true,
		"1e+07":                  "1e+07",
		"up":                     order("up"),
	} {
		rotate, err := bound.Request("rotate", profile.Values{"client": value, "expires": value})
		if err != nil {
			t.Errorf("%v: %v", value, err)
			continue
		}
		create, err := bound.Request("create", profile.Values{"name": value, "order": value})
		if err != nil {
			t.Errorf("%v: %v", value, err)
			continue
		}
		form, err := create.Encoded()
		got := []string{rotate.Path, rotate.Query.Get("until"), create.Header.Get("X-Order"), string(form)}
		escaped := strings.ReplaceAll(want, "+", "%2B")
		if diff := cmp.Diff([]string{"/clients/" + want + "/secret", want, want, "title=" + escaped}, got); diff != "" || err != nil {
			t.Errorf("%T %v, %v (-want +got):\n%s", value, value, err, diff)
		}
	}
}

func TestValuesWithoutAText(t *testing.T) {
	t.Parallel()
	bound := places(t)
	for what, value := range map[string]any{
		"is null":      nil,
		"is a list":    []any{"t0psecret"},
		"is an object": map[string]any{"t0psecret": 1},
	} {
		tests := map[string]struct {
			operation, value, place string
		}{
			"path":   {"rotate", "client", "the path"},
			"query":  {"rotate", "expires", "the query"},
			"header": {"create", "order", "the header"},
			"form":   {"create", "title", "a form"},
		}
		for in, test := range tests {
			values := profile.Values{"client": "a", test.value: value, "without a place": value}
			if in == "form" {
				values["name"] = value
			}
			request, err := bound.Request(test.operation, values)
			if in == "form" && err == nil {
				_, err = request.Encoded()
			}
			want := "the value of " + test.value + " " + what + ", which has no place in " + test.place
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "t0psecret") {
				t.Errorf("%s: error is %v, want one with %q", in, err, want)
			}
		}
	}
}

func TestNullStandsInJSON(t *testing.T) {
	t.Parallel()
	request, err := load(t, minimal).Request("create", profile.Values{"name": nil})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := request.Encoded(); err != nil || string(text) != `{"title":null}` {
		t.Errorf("body is %s, %v", text, err)
	}
}

func TestChangesAreNotAddressedToTheCollection(t *testing.T) {
	t.Parallel()
	bound := places(t)
	for _, id := range []string{"", ".", ".."} {
		for _, operation := range []string{"delete", "rotate"} {
			if _, err := bound.Request(operation, profile.Values{"client": id}); err == nil || !strings.Contains(err.Error(), "{id}") {
				t.Errorf("%s of %q: error is %v, want one that names {id}", operation, id, err)
			}
		}
		if request, err := bound.Request("read", profile.Values{"client": id}); err != nil || request.Path != "/clients/"+id {
			t.Errorf("read of %q: %+v, %v", id, request, err)
		}
	}
}
