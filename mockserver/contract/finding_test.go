package contract_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/contract"
)

// large is a document with what only explaining has to find its way through.
const large = `
openapi: 3.0.3
info: {title: large, version: "1"}
paths:
  /things:
    get:
      operationId: list
      x-keyturn-access: open
      parameters:
        - {name: page, in: query, required: true, schema: {type: integer}}
        - {name: filter, in: query, schema: {type: object, properties: {name: {type: string}}}}
      responses:
        "200":
          description: listed
          headers: {X-Total: {required: true, schema: {type: string, pattern: '^[0-9]+$'}}}
          content:
            application/json:
              schema:
                allOf:
                  - {$ref: "#/components/schemas/Envelope"}
                  - type: object
                    required: [data]
                    properties: {data: {type: array, items: {$ref: "#/components/schemas/Thing"}}}
        "201": {description: text, content: {text/plain: {schema: {type: string, enum: [yes]}}}}
        "204": {description: nothing}
    put:
      operationId: change
      x-keyturn-access: open
      responses:
        "200": {description: changed}
        default:
          description: refused
          content: {application/problem+json: {schema: {type: object, required: [title], properties: {title: {type: string}}}}}
components:
  schemas:
    Envelope: {type: object, required: [code], properties: {code: {type: string, enum: [S]}}}
    Thing:
      type: object
      required: [id]
      properties:
        id: {type: string}
        size: {type: integer, minimum: 1}
        closed: {type: object, additionalProperties: false, properties: {a: {type: string}}}
        tags: {type: object, additionalProperties: {type: string}}
        free: {type: object}
        any: {type: object, properties: {a: {type: string}}, additionalProperties: true}
        link: {oneOf: [{type: string}, {type: object, required: [to, at], properties: {to: {type: string}, at: {type: string, format: date-time}}}]}
        maybe: {nullable: true, allOf: [{$ref: "#/components/schemas/Envelope"}]}
`

func largeOperation(t *testing.T) *contract.Operation {
	t.Helper()
	return largeOperations(t)[0]
}

// largeOperations are list and change.
func largeOperations(t *testing.T) []*contract.Operation {
	t.Helper()
	operations, err := compile(t, large)
	if err != nil {
		t.Fatal(err)
	}
	return operations
}

// lines writes each finding as one line.
func lines(findings []contract.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, string(f.Level)+" "+f.In+" "+f.Member+": "+f.Rule)
	}
	return all
}

func TestReplyFindings(t *testing.T) {
	t.Parallel()
	made := http.Header{"X-Made": {"x"}, "Content-Type": {"application/json"}}
	listed := http.Header{"X-Total": {"3"}, "Content-Type": {"application/json; charset=utf-8"}}
	list := func(item string) contract.Received {
		return contract.Received{Status: 200, Header: listed, Body: []byte(`{"code":"S","data":[{"id":"a"},` + item + `]}`)}
	}
	small, large, change := operation(t, "make"), largeOperation(t), largeOperations(t)[1]
	problem := http.Header{"Content-Type": {"application/problem+json"}}
	for name, test := range map[string]struct {
		op   *contract.Operation
		got  contract.Received
		want []string
	}{
		"in order":             {large, list(`{"id":"b","size":2,"tags":{"x":"y"},"free":{"b":1},"any":{"b":1},"link":"x","maybe":null}`), nil},
		"an object for a link": {large, list(`{"id":"b","link":{"to":"x","at":"2026-01-02T03:04:05Z"}}`), nil},
		"several at once": {large, contract.Received{Status: 200, Header: http.Header{"X-Total": {"many"}, "Content-Type": {"application/problem+json"}}, Body: []byte(`{"code":7,"data":[{"size":0},{"id":4,"size":1.5}],"more":1}`)}, []string{
			"violation body /code: type is integer, want string",
			"violation body /data/*/id: required member is missing",
			"violation body /data/*/id: type is integer, want string",
			"violation body /data/*/size: number must be at least 1",
			"violation body /data/*/size: type is number, want integer",
			`violation header X-Total: string doesn't match the regular expression "^[0-9]+$"`,
			"violation media type : media type is application/problem+json, want application/json",
			"info body /more: undocumented member",
		}},
		"a closed object":     {large, list(`{"id":"b","closed":{"b":1}}`), []string{"violation body /data/*/closed/b: undocumented member"}},
		"a map":               {large, list(`{"id":"b","tags":{"5f0c2e9d-secret":1}}`), []string{"violation body /data/*/tags/*: type is integer, want string"}},
		"an alternative":      {large, list(`{"id":"b","link":{"to":"x"}}`), []string{"violation body /data/*/link/at: required member is missing"}},
		"a null":              {large, list(`{"id":null,"maybe":null}`), []string{"violation body /data/*/id: type is null, want string"}},
		"inside a nullable":   {large, list(`{"id":"b","maybe":{"code":"T"}}`), []string{`violation body /data/*/maybe/code: value is not one of the allowed values ["S"]`}},
		"names that are data": {large, list(`{"id":"b","9f8e7d6c5b4a":1,"a b":2,"new/name":3,"newName":4}`), []string{"info body /data/*/*: undocumented member", "info body /data/*/newName: undocumented member"}},
		"a text":              {large, contract.Received{Status: 201, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("no")}, []string{`violation body : value is not one of the allowed values ["yes"]`}},
		"another status":      {large, contract.Received{Status: 418, Body: []byte("x")}, []string{"violation status 418: undocumented status 418"}},
		"nothing":             {large, contract.Received{Status: 204}, nil},
		"a body where none is": {large, contract.Received{Status: 204, Header: listed, Body: []byte("{}")}, []string{
			"violation media type : there is a body, want none"}},
		"no body": {large, contract.Received{Status: 200, Header: listed}, []string{"violation media type : there is no body, want application/json"}},
		"HEAD":    {large, contract.Received{Method: http.MethodHead, Status: 200, Header: listed}, nil},
		"no JSON": {large, contract.Received{Status: 200, Header: listed, Body: []byte(`{"code"`)}, []string{"violation body : the body cannot be read as JSON: the text ends too early"}},
		"encoded": {large, contract.Received{Status: 200, Header: http.Header{"X-Total": {"3"}, "Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}}, Body: []byte{31}}, []string{
			"info media type : the body is encoded and was not looked into"}},
		"no header": {large, contract.Received{Status: 200, Header: http.Header{"Content-Type": {"nonsense"}}, Body: []byte(`{"code":"S","data":[]}`)}, []string{
			"violation header X-Total: required header is missing", "violation media type : media type is unreadable, want application/json"}},
		"a refusal": {change, contract.Received{Status: 409, Header: problem, Body: []byte(`{"title":"x"}`)}, nil},
		"half a refusal": {change, contract.Received{Status: 409, Header: problem, Body: []byte(`{}`)}, []string{
			"violation body /title: required member is missing"}},
		"another success": {change, contract.Received{Status: 202, Header: listed, Body: []byte(`{"new":1}`)}, []string{
			"violation status 202: undocumented status 202"}},
		"a success":      {small, contract.Received{Status: 200, Header: made, Body: []byte(`{"code":200,"id":"a"}`)}, nil},
		"a failure":      {small, contract.Received{Status: 200, Header: made, Body: []byte(`{"code":404,"message":"no"}`)}, nil},
		"half a success": {small, contract.Received{Status: 200, Header: made, Body: []byte(`{"code":200}`)}, []string{"violation body /id: required member is missing"}},
	} {
		got, err := test.op.ReplyFindings(test.got)
		if diff := cmp.Diff(test.want, lines(got)); diff != "" || err != nil {
			t.Errorf("%s: error %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestRequestFindings(t *testing.T) {
	t.Parallel()
	small, large := operation(t, "make"), largeOperation(t)
	asJSON := http.Header{"Content-Type": {"application/json"}, "X-Pool": {"p"}}
	path := map[string]string{"id": "a"}
	body := []byte(`{"name":"x"}`)
	for name, test := range map[string]struct {
		op   *contract.Operation
		got  contract.Sent
		want []string
	}{
		"in order": {small, contract.Sent{Path: path, Query: "count=1&name=n", Header: asJSON, Body: body}, nil},
		"several at once": {small, contract.Sent{Path: map[string]string{"id": "123456789"}, Query: "count=0&all=maybe&other=1", Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{"ref":"x","more":1}`)}, []string{
			"violation body /name: required member is missing",
			`violation body /ref: string doesn't match the format "uuid" (want a UUID)`,
			"violation header X-Pool: required parameter is missing",
			"violation path id: maximum string length is 8",
			"violation query all: value must be true or false",
			"violation query count: number must be at least 1",
			"info body /more: undocumented member",
			"info query other: undocumented parameter",
		}},
		"no body":            {small, contract.Sent{Path: path, Header: asJSON}, []string{"violation body : required body is missing"}},
		"another media type": {small, contract.Sent{Path: path, Header: http.Header{"X-Pool": {"p"}}, Body: body}, []string{"violation media type : media type is none, want application/json"}},
		"another charset":    {small, contract.Sent{Path: path, Header: http.Header{"X-Pool": {"p"}, "Content-Type": {"application/json; charset=latin1"}}, Body: body}, []string{"violation media type : the charset is another one, want utf-8"}},
		"no JSON":            {small, contract.Sent{Path: path, Header: asJSON, Body: []byte(`{"name":"x","name":"y"}`)}, []string{"violation body : the body cannot be read as application/json: a name appears twice in one object"}},
		"a broken query":     {small, contract.Sent{Path: path, Query: "%zz", Header: asJSON, Body: body}, []string{"violation query : the query cannot be read: want name=value pairs joined by &, percent-encoded"}},
		"no parameter":       {large, contract.Sent{Query: "name=x"}, []string{"violation query page: required parameter is missing"}},
		"a body too many":    {large, contract.Sent{Query: "page=1", Body: body}, []string{"info body : undocumented body"}},
		"a form":             {operation(t, "form"), contract.Sent{Header: http.Header{"Content-Type": {contract.Form}}, Body: []byte("token=a&more=b")}, []string{"info body /more: undocumented member"}},
	} {
		got, err := test.op.RequestFindings(test.got)
		if diff := cmp.Diff(test.want, lines(got)); diff != "" || err != nil {
			t.Errorf("%s: error %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// TestFindingsHoldNoValues puts a secret wherever a value or a name can be.
func TestFindingsHoldNoValues(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t-v4lue-0f-n0body"
	op := operation(t, "make")
	var all []contract.Finding
	collect := func(found []contract.Finding, err error) {
		if err != nil || len(found) == 0 {
			t.Errorf("%v, %v, want findings", found, err)
		}
		all = append(all, found...)
	}
	for _, body := range []string{
		`{"name":["` + secret + `"]}`, `{"name":"x","when":"` + secret + `"}`, `{"name":"x","` + secret + `":1}`, `{"name":"` + secret, `"` + secret + `"`,
		`{"name":"x","name":"` + secret + `"}`,
	} {
		collect(op.RequestFindings(contract.Sent{
			Path: map[string]string{"id": secret}, Query: "count=" + secret + "&" + secret + "=1&size=" + secret,
			Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body),
		}))
		collect(op.ReplyFindings(contract.Received{Status: 200, Header: http.Header{"Content-Type": {secret}}, Body: []byte(body)}))
	}
	collect(op.ReplyFindings(contract.Received{
		Status: 200, Header: http.Header{"Content-Type": {"application/json"}, "X-Made": {"x"}}, Body: []byte(`{"code":200,"id":"x","secret":"` + secret + `"}`),
	}))
	for _, finding := range all {
		if text := finding.Member + finding.Rule; strings.Contains(text, secret) {
			t.Errorf("%+v holds the secret", finding)
		}
	}
}

// TestFindingsAgreeWithTheCheck: what one takes, the other has no violation for.
func TestFindingsAgreeWithTheCheck(t *testing.T) {
	t.Parallel()
	op := largeOperation(t)
	header := http.Header{"X-Total": {"3"}, "Content-Type": {"application/json"}}
	values := []any{nil, true, "S", 1.0, 1.5, []any{}, []any{"x"}, map[string]any{}, map[string]any{"a": "b"}, map[string]any{"code": "S"}}
	accepted := 0
	for _, member := range []string{"id", "size", "closed", "tags", "free", "any", "link", "maybe", "other"} {
		for _, value := range values {
			thing := map[string]any{"id": "a"}
			thing[member] = value
			body := map[string]any{"code": "S", "data": []any{thing}}
			text, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			check := op.CheckReply(contract.Reply{Status: 200, Header: header, Media: contract.JSON, Body: body})
			found, err := op.ReplyFindings(contract.Received{Status: 200, Header: header, Body: text})
			violated := len(found) > 0 && found[0].Level == contract.Violation
			if err != nil || violated != (check != nil) {
				t.Errorf("%s: the check says %v, the findings are %v, error %v", text, check, lines(found), err)
			}
			if check == nil {
				accepted++
			}
		}
	}
	if total := 9 * len(values); accepted == 0 || accepted == total {
		t.Errorf("%d of %d values are accepted, want some", accepted, total)
	}
}

func TestFindingsNeedADocument(t *testing.T) {
	t.Parallel()
	ops, err := contract.Outline([]byte(`{"openapi":"3.0.3","paths":{"/a":{"get":{"operationId":"a","x-keyturn-access":"open",
		"responses":{"200":{"$ref":"#/components/responses/away"}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	_, request := ops[0].RequestFindings(contract.Sent{})
	_, reply := ops[0].ReplyFindings(contract.Received{Status: 200})
	if request == nil || reply == nil || !strings.Contains(request.Error(), "away") || !strings.Contains(reply.Error(), "away") {
		t.Errorf("%v and %v, want the document's error", request, reply)
	}
}

func TestFindingsAreBounded(t *testing.T) {
	t.Parallel()
	body := []byte(`{"code":"S","data":[]`)
	for a := 'a'; a <= 'z'; a++ {
		for b := 'a'; b <= 'z'; b++ {
			body = append(body, `,"`+string(a)+string(b)+`":1`...)
		}
	}
	found, err := largeOperation(t).ReplyFindings(contract.Received{
		Status: 200, Header: http.Header{"X-Total": {"3"}, "Content-Type": {"application/json"}}, Body: append(body, '}'),
	})
	if err != nil || len(found) != 200 {
		t.Errorf("%d findings, error %v, want 200", len(found), err)
	}
}
