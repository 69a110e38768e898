package contract_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/specs"
)

// TestOutlineAgreesWithCompile: what is known of an operation at the start is what
// the whole document says, and the whole document is in order.
func TestOutlineAgreesWithCompile(t *testing.T) {
	t.Parallel()
	for _, name := range specs.Names() {
		text, err := specs.Compact(name)
		if err != nil {
			t.Fatal(err)
		}
		outlined, err := contract.Outline(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		doc, err := specs.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		compiled, err := contract.Compile(doc)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(compiled, outlined, cmpopts.IgnoreUnexported(contract.Operation{})); diff != "" {
			t.Errorf("%s (-compiled +outlined):\n%s", name, diff)
		}
		for _, op := range outlined {
			if _, err := op.Parameters(nil, "", nil); err != nil && client.KindOf(err) == client.Internal {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestOutlineRefuses(t *testing.T) {
	t.Parallel()
	for want, text := range map[string]string{
		"operationId is missing":         `{"paths":{"/a":{"get":{"x-keyturn-access":"open"}}}}`,
		"want open, read, secret":        `{"paths":{"/a":{"get":{"operationId":"a","x-keyturn-access":"some"}}}}`,
		"no security scheme is named":    `{"paths":{"/a":{"parameters":[],"get":{"operationId":"a","x-keyturn-access":"read"}}}}`,
		"GET /a: read the outline: json": `{"paths":{"/a":{"get":[]}}}`,
		"read the outline: invalid":      `no`,
	} {
		if _, err := contract.Outline([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", text, err, want)
		}
	}
}

// TestABrokenDocumentFailsTheCheck: what the outline cannot see is an error of the
// first check, and never a check that passes.
func TestABrokenDocumentFailsTheCheck(t *testing.T) {
	t.Parallel()
	ops, err := contract.Outline([]byte(`{"openapi":"3.0.3","paths":{"/a":{"get":{"operationId":"a","x-keyturn-access":"open",
		"responses":{"200":{"$ref":"#/components/responses/away"}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	op := ops[0]
	_, parameters := op.Parameters(nil, "", nil)
	_, body := op.Body("", nil)
	_, _, unchecked := op.Unchecked(nil, "", nil, nil)
	for name, err := range map[string]error{
		"parameters": parameters, "body": body, "reply": op.CheckReply(contract.Reply{Status: 200}), "unchecked": unchecked,
	} {
		if err == nil || !strings.Contains(err.Error(), "away") {
			t.Errorf("%s: %v, want the document's error", name, err)
		}
	}
}
