package profile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/profile"
)

const openDocument = `
openapi: 3.0.3
info: {title: A test, version: "1"}
paths:
  /clients:
    post:
      operationId: make
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"201": {description: made}}
  /secret:
    get: {operationId: look, responses: {"200": {description: found}}}
    post:
      operationId: turn
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: turned}}
  /token:
    post:
      operationId: issue
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object}}}}
      responses: {"200": {description: issued}}
  /revoke:
    post:
      operationId: recall
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object}}}}
      responses: {"200": {description: recalled}}
`

const openProfile = `
profile: 1
provider: test
document: openapi.yaml
operations:
  create: {operation: make, put: {name: /body/title}, take: {client: /id}}
  rotate: {operation: turn, put: {secret: /body/secret}}
  reveal: {operation: look, take: {secret: /secret}}
  token: {operation: issue}
  revoke: {operation: recall, put: {token: /body/token}}
`

func TestOpen(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		policy                string
		rotation, source      string
		says, silent          []string
		oracle                []string
		complete, loadsStrict bool
	}{
		"nothing": {
			"", "add", "caller", nil, []string{"rotation", "oracle", "client_auth", "statuses.unknown"}, []string{"revoke", "token"}, false, false,
		},
		"a part": {
			"policy: {rotation: replace, reads: }\nstatuses: {unknown: [404]}\n", "replace", "caller",
			[]string{"rotation", "statuses.unknown"}, []string{"reads", "secret_source", "statuses.foreign"}, []string{"revoke", "token"}, false, false,
		},
		"all that a run takes": {
			"policy: {rotation: grace, secret_source: reveal}\noracle: [token]\nclient_auth: [post]\n", "grace", "reveal",
			[]string{"rotation", "secret_source", "oracle", "client_auth"}, []string{"max_live"}, []string{"token"}, true, true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, openProfile+test.policy, openDocument)
			open, err := profile.OpenFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if open.Policy.Rotation != test.rotation || open.Policy.SecretSource != test.source {
				t.Errorf("goes by %s and %s, want %s and %s", open.Policy.Rotation, open.Policy.SecretSource, test.rotation, test.source)
			}
			if diff := cmp.Diff(test.oracle, open.Oracle); diff != "" {
				t.Errorf("oracle (-want +got)\n%s", diff)
			}
			for _, fact := range test.says {
				if !open.Says(fact) {
					t.Errorf("%s is there, and taken for open", fact)
				}
			}
			for _, fact := range test.silent {
				if open.Says(fact) {
					t.Errorf("%s is open, and taken for declared", fact)
				}
			}
			if open.Complete() != test.complete {
				t.Errorf("complete is %t, want %t", open.Complete(), test.complete)
			}
			if want, _ := os.ReadFile(path); string(open.Text()) != string(want) {
				t.Errorf("the text is %q", open.Text())
			}
			if _, err := profile.File(path); (err == nil) != test.loadsStrict {
				t.Errorf("a run takes it: %v, want %t", err, test.loadsStrict)
			}
		})
	}
}

// TestOpenIsNoExcuse has mistakes that stay mistakes in a profile that may be open.
func TestOpenIsNoExcuse(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"a word":        {openProfile + "policy: {rotation: sideways}\n", `policy.rotation: is "sideways", want one of`},
		"an operation":  {strings.Replace(openProfile, "operation: turn", "operation: twist", 1), `has no operation "twist"`},
		"a key":         {openProfile + "plicy: {}\n", "field plicy not found"},
		"no way to one": {strings.NewReplacer("put: {secret: /body/secret}", "put: {}", "  reveal:", "  read:").Replace(openProfile), `policy.secret_source: is ""`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := profile.OpenFile(write(t, test.text, openDocument)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want one with %q", err, test.want)
			}
		})
	}
	if _, err := profile.OpenFile(filepath.Join(t.TempDir(), "none.yaml")); err == nil {
		t.Error("a file that is not there passes for a profile")
	}
	if _, err := profile.OpenBuiltin("okta"); err == nil || !strings.Contains(err.Error(), "angusgm") {
		t.Errorf("error is %v, want the providers there are", err)
	}
	for _, provider := range providers {
		if open, err := profile.OpenBuiltin(provider); err != nil || !open.Complete() {
			t.Errorf("%s: %v, or it is not complete", provider, err)
		}
	}
}
