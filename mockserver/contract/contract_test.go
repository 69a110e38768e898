package contract_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// small is a document with one of everything that is supported.
const small = `
openapi: 3.0.3
info: {title: small, version: "1"}
paths:
  /things/{id}:
    post:
      operationId: make
      x-keyturn-access: open
      parameters:
        - {name: id, in: path, required: true, schema: {type: string, maxLength: 8}}
        - {name: count, in: query, schema: {type: integer, minimum: 1}}
        - {name: all, in: query, schema: {type: boolean}}
        - {name: ids, in: query, schema: {type: array, maxItems: 2, items: {type: string}}}
        - {name: filter, in: query, schema: {type: object, properties: {name: {type: string}, size: {type: integer}}}}
        - {name: X-Pool, in: header, required: true, schema: {type: string}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string, minLength: 1}
                when: {type: string, format: date-time}
                ref: {type: string, format: uuid}
      responses:
        "200":
          description: made, or not
          headers: {X-Made: {required: true, schema: {type: string}}}
          content:
            application/json:
              schema: {oneOf: [{$ref: "#/components/schemas/Made"}, {$ref: "#/components/schemas/Failure"}]}
        "204": {description: nothing}
  /form:
    post:
      operationId: form
      x-keyturn-access: open
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema: {type: object, required: [token], properties: {token: {type: string}}}
      responses:
        default: {description: any}
components:
  schemas:
    Made: {type: object, required: [code, id], properties: {code: {type: integer, enum: [200]}, id: {type: string}, secret: {type: string, pattern: '^[a-f]+$'}}}
    Failure: {x-keyturn-failure: true, type: object, required: [code, message], properties: {code: {type: integer, minimum: 400}, message: {type: string}}}
`

func compile(t *testing.T, text string) ([]*contract.Operation, error) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return contract.Compile(doc)
}

func operation(t *testing.T, id string) *contract.Operation {
	t.Helper()
	operations, err := compile(t, small)
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range operations {
		if op.ID == id {
			return op
		}
	}
	t.Fatalf("there is no operation %s", id)
	return nil
}

func wantFailure(t *testing.T, name string, err error, kind client.Kind, field string) {
	t.Helper()
	got := client.AsError(err)
	if err == nil || got.Kind != kind || got.Field != field {
		t.Errorf("%s: %v (kind %s at %q), want %s at %q", name, err, got.Kind, got.Field, kind, field)
	}
}

func TestParameters(t *testing.T) {
	t.Parallel()
	op := operation(t, "make")
	pool := http.Header{"X-Pool": {"p"}}
	values, err := op.Parameters(map[string]string{"id": "a%2Fb"}, "count=3&all=true&ids=x,y&name=n&size=4&other=z", pool)
	if err != nil {
		t.Fatal(err)
	}
	filter, _ := values["filter"].(map[string]any)
	ids, _ := values["ids"].([]any)
	if values.Text("id") != "a/b" || values.Int("count", 0) != 3 || values["all"] != true || len(ids) != 2 || filter["name"] != "n" || filter["size"] != 4.0 {
		t.Fatalf("values %v", values)
	}
	for _, test := range []struct {
		name, id, query string
		header          http.Header
		kind            client.Kind
		field           string
	}{
		{"a path too long", "123456789", "", pool, client.Invalid, "id"},
		{"a path not UTF-8", "%ff", "", pool, client.Malformed, "id"},
		{"no number", "a", "count=x", pool, client.Invalid, "count"},
		{"a number too small", "a", "count=0", pool, client.Invalid, "count"},
		{"no truth value", "a", "all=yes", pool, client.Invalid, "all"},
		{"given twice", "a", "count=1&count=2", pool, client.Malformed, "count"},
		{"too many items", "a", "ids=a&ids=b,c", pool, client.Invalid, "ids"},
		{"a broken query", "a", "%zz", pool, client.Malformed, ""},
		{"a query not UTF-8", "a", "x=%ff", pool, client.Malformed, ""},
		{"a member of a wrong type", "a", "size=big", pool, client.Invalid, "size"},
		{"no header", "a", "", nil, client.Missing, "X-Pool"},
		{"a header given twice", "a", "", http.Header{"X-Pool": {"a", "b"}}, client.Malformed, "X-Pool"},
	} {
		_, err := op.Parameters(map[string]string{"id": test.id}, test.query, test.header)
		wantFailure(t, test.name, err, test.kind, test.field)
	}
}

func TestBody(t *testing.T) {
	t.Parallel()
	op := operation(t, "make")
	if _, err := op.Body("application/json; charset=UTF-8", []byte(`{"name":"x","more":[1]}`)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, media, text string
		kind              client.Kind
		field             string
	}{
		{"nothing", contract.JSON, ``, client.Missing, ""},
		{"no media type", "", `{}`, client.WrongMedia, ""},
		{"another media type", "text/plain", `{}`, client.WrongMedia, ""},
		{"another charset", "application/json; charset=latin1", `{}`, client.WrongMedia, ""},
		{"half a value", contract.JSON, `{"name":`, client.Malformed, ""},
		{"no object", contract.JSON, `[]`, client.Invalid, ""},
		{"a missing member", contract.JSON, `{}`, client.Invalid, "/name"},
		{"an empty member", contract.JSON, `{"name":""}`, client.Invalid, "/name"},
		{"a day that is none", contract.JSON, `{"name":"x","when":"2026-02-31T00:00:00Z"}`, client.Invalid, "/when"},
		{"no uuid", contract.JSON, `{"name":"x","ref":"y"}`, client.Invalid, "/ref"},
		{"two failures", contract.JSON, `{"name":1,"ref":"y"}`, client.Invalid, "/name"},
	} {
		_, err := op.Body(test.media, []byte(test.text))
		wantFailure(t, test.name, err, test.kind, test.field)
	}
}

func TestForm(t *testing.T) {
	t.Parallel()
	op := operation(t, "form")
	value, err := op.Body(contract.Form, []byte("token=a+b&empty="))
	if object, _ := value.(wire.Object); err != nil || object["token"] != "a b" || len(object) != 1 {
		t.Fatalf("%v, %v", value, err)
	}
	if value, err := op.Body("", nil); value != nil || err != nil {
		t.Fatalf("no body: %v, %v", value, err)
	}
	for text, kind := range map[string]client.Kind{"token=a&token=b": client.Malformed, "token=%zz": client.Malformed, "token=%ff": client.Malformed, "other=a": client.Invalid} {
		_, err := op.Body(contract.Form, []byte(text))
		if err == nil || client.KindOf(err) != kind {
			t.Errorf("%s: %v, want %s", text, err, kind)
		}
	}
}

// TestErrorsHoldNoValues puts a secret where each check fails.
func TestErrorsHoldNoValues(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t-v4lue"
	op := operation(t, "make")
	var errs []error
	for _, body := range []string{
		`{"name":["` + secret + `"]}`, `{"name":"x","when":"` + secret + `"}`, `{"name":"x","ref":"` + secret + `"}`,
		`{"name":"` + secret, `"` + secret + `"`, `{"name":"x","name":"` + secret + `"}`,
	} {
		_, err := op.Body(contract.JSON, []byte(body))
		errs = append(errs, err)
	}
	for _, query := range []string{"count=" + secret, "all=" + secret, "size=" + secret, "%zz" + secret} {
		_, err := op.Parameters(map[string]string{"id": "a"}, query, nil)
		errs = append(errs, err)
	}
	_, pathErr := op.Parameters(map[string]string{"id": secret}, "", nil)
	errs = append(errs, pathErr, op.CheckReply(contract.Reply{
		Status: 200, Media: contract.JSON, Header: http.Header{"X-Made": {"x"}}, Body: wire.Object{"code": 200, "id": "x", "secret": secret},
	}))
	for i, err := range errs {
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%d: %v: no error, or one with the secret", i, err)
		}
	}
}

// TestCheckReply breaks a good reply in every way there is.
func TestCheckReply(t *testing.T) {
	t.Parallel()
	op := operation(t, "make")
	good := func() contract.Reply {
		return contract.Reply{Status: 200, Media: contract.JSON, Header: http.Header{"X-Made": {"x"}}, Body: wire.Object{"code": 200, "id": "a"}}
	}
	if err := op.CheckReply(good()); err != nil {
		t.Fatal(err)
	}
	failed := good()
	failed.Failed, failed.Body = true, wire.Object{"code": 404, "message": "no"}
	if err := op.CheckReply(failed); err != nil {
		t.Fatal(err)
	}
	if err := op.CheckReply(contract.Reply{Status: 204}); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*contract.Reply){
		"another status":           func(r *contract.Reply) { r.Status = 201 },
		"another media type":       func(r *contract.Reply) { r.Media = "text/html" },
		"no body":                  func(r *contract.Reply) { r.Media, r.Body = "", nil },
		"a missing header":         func(r *contract.Reply) { r.Header = nil },
		"a missing member":         func(r *contract.Reply) { r.Body = wire.Object{"code": 200} },
		"a wrong type":             func(r *contract.Reply) { r.Body = wire.Object{"code": 200, "id": 1} },
		"a success like a failure": func(r *contract.Reply) { r.Body = wire.Object{"code": 404, "message": "no"} },
		"a failure like a success": func(r *contract.Reply) { r.Failed = true },
		"a broken pattern":         func(r *contract.Reply) { r.Body = wire.Object{"code": 200, "id": "a", "secret": "z"} },
	} {
		reply := good()
		spoil(&reply)
		if err := op.CheckReply(reply); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestCompileRefuses takes one thing out of the document at a time.
func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][2]string{
		"operationId is missing":      {"operationId: make", "summary: make"},
		"x-keyturn-access is \"any\"": {"x-keyturn-access: open", "x-keyturn-access: any"},
		"no security scheme is named": {"x-keyturn-access: open", "x-keyturn-access: write"},
		"cookies are not supported":   {"in: header", "in: cookie"},
		"a query of style form only":  {"name: filter, in: query", "name: filter, in: query, style: deepObject"},
		"media type text/csv":         {"application/x-www-form-urlencoded", "text/csv"},
		"want a three-digit status":   {`"204"`, `"2XX"`},
		"one media type is supported": {"application/json:\n              schema: {oneOf", "text/a: {}\n            application/json:\n              schema: {oneOf"},
	} {
		text := strings.Replace(small, change[0], change[1], 1)
		if text == small {
			t.Fatalf("%s: the change changes nothing", name)
		}
		if _, err := compile(t, text); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want an error with %q", err, name)
		}
	}
}

func TestCompiledOperations(t *testing.T) {
	t.Parallel()
	operations, err := compile(t, small)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, op := range operations {
		got[op.ID] = op.Method + " " + op.Path
	}
	if want := map[string]string{"make": "POST /things/{id}", "form": "POST /form"}; !maps.Equal(got, want) {
		t.Errorf("operations %v, want %v", got, want)
	}
}
