package profile_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/profile"
)

var providers = []string{"angusgm", "authing-v2", "genauth-v3", "identity-service"}

func builtin(t *testing.T, provider string) *profile.Bound {
	t.Helper()
	bound, err := profile.Builtin(provider)
	if err != nil {
		t.Fatal(err)
	}
	return bound
}

func TestBuiltin(t *testing.T) {
	t.Parallel()
	for _, provider := range providers {
		bound := builtin(t, provider)
		if bound.Provider != provider || len(bound.Digest) != 64 || !bound.Credentials.Admin.Given() {
			t.Errorf("%s: provider %q, digest %q", provider, bound.Provider, bound.Digest)
		}
		for _, route := range bound.Routes() {
			if bound.Route(route.Name) != route {
				t.Errorf("%s: route %s is not found by its name", provider, route.Name)
			}
		}
	}
	if _, err := profile.Builtin("admin"); err == nil {
		t.Error("the admin plane passes for a provider")
	}
	if _, err := profile.Builtin("okta"); err == nil || !strings.Contains(err.Error(), "angusgm") {
		t.Errorf("error is %v, want the providers there are", err)
	}
}

const document = `
openapi: 3.0.3
info: {title: A test, version: "1"}
paths:
  /clients:
    post:
      operationId: make
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"201": {description: made, content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}}}}}}}
  /clients/{id}/secret:
    post:
      operationId: turn
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: turned
          headers: {Cache-Control: {required: true, schema: {type: string}}}
          content: {application/json: {schema: {type: object, required: [secret, at], properties: {secret: {type: string}, at: {type: string, format: date-time}}}}}
        4XX: {description: refused}
`

const minimal = `
profile: 1
provider: test
document: openapi.yaml
operations:
  create: {operation: make, put: {name: /body/title}, take: {client: /id}}
  rotate: {operation: turn, put: {client: /path/id, expires: /query/until}, take: {secret: /secret}}
policy: {rotation: replace, secret_source: reply}
`

// write puts a profile and a document into a folder.
func write(t *testing.T, text, document string) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range map[string]string{"profile.yaml": text, "openapi.yaml": document} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(folder, "profile.yaml")
}

func load(t *testing.T, text string) *profile.Bound {
	t.Helper()
	bound, err := profile.File(write(t, text, document))
	if err != nil {
		t.Fatal(err)
	}
	return bound
}

func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	replaced := func(old, by string) string { return strings.Replace(minimal, old, by, 1) }
	tests := map[string]struct{ profile, document, want string }{
		"empty":              {"", document, "the file is empty"},
		"two documents":      {minimal + "---\n{}\n", document, "more than one YAML document"},
		"unknown key":        {minimal + "colour: red\n", document, "line 9: field colour not found"},
		"version":            {replaced("profile: 1", "profile: 2"), document, "profile: is version 2, want 1"},
		"no provider":        {replaced("provider: test", "title: test"), document, "provider: is missing"},
		"policy word":        {replaced("rotation: replace", "rotation: sometimes"), document, `policy.rotation: is "sometimes", want one of replace, add, grace`},
		"operation name":     {replaced("  create:", "  destroy: {operation: make}\n  create:"), document, "operations.destroy: is not a neutral operation"},
		"no rotate":          {replaced("  rotate:", "  read:"), document, "operations.rotate: is missing"},
		"operationId":        {replaced("operation: make", "operation: build"), document, `operations.create: the document has no operation "build", it has make, turn`},
		"place":              {replaced("/body/title", "/cookie/title"), document, "operations.create.put.name"},
		"path parameter":     {replaced("client: /path/id", "client: /path/key"), document, `has no path parameter "key"`},
		"unfilled path":      {replaced("client: /path/id, ", ""), document, `nothing is put into the path parameter "id"`},
		"no body":            {replaced("/query/until", "/body/until"), document, "takes no JSON or form body"},
		"secret source":      {replaced("secret_source: reply", "secret_source: caller"), document, "operations.rotate.put.secret is missing"},
		"oracle":             {minimal + "oracle: [read]\n", document, `oracle: "read" is not a bound operation`},
		"filter is no place": {replaced("take: {client: /id}", "take: {client: /id}, filters: {client: /id}"), document, "operations.create.filters.client"},
		"filter in the body": {replaced("take: {client: /id}", "take: {client: /id}, filters: {client: /body/id}"), document, `is "/body/id", want /query/NAME`},
		"filter by nothing":  {replaced("take: {client: /id}", "take: {client: /id}, filters: {name: /query/name}"), document, "operations.create.filters.name: nothing is taken by this name"},
		"switch unwritten":   {minimal + "switch: {read: /on}\n", document, "switch.write: is missing"},
		"switch is no place": {minimal + "switch: {write: on}\n", document, `switch.write: "on" is no JSON pointer`},
		"switch not updated": {minimal + "switch: {write: /on}\n", document, "operations.update is not bound"},
		"switch has one way": {replaced("  create:", "  update: {operation: make}\n  create:") + "switch: {write: /on, on: 1, off: 1}\n", document, "on and off are both 1"},
		"zone":               {minimal + "dates: {zone: Mars/Olympus}\n", document, "dates.zone"},
		"document missing":   {replaced("openapi.yaml", "nowhere.yaml"), document, "nowhere.yaml"},
		"document unnamed":   {replaced("document: openapi.yaml\n", ""), document, "document: names no OpenAPI document"},
		"document is broken": {minimal, "openapi: [", "openapi.yaml"},
		"document is wrong":  {minimal, strings.Replace(document, "title: A test, ", "", 1), "openapi.yaml"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := profile.File(write(t, test.profile, test.document))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want one with %q", err, test.want)
			}
		})
	}
	if _, err := profile.File(filepath.Join(t.TempDir(), "none.yaml")); err == nil {
		t.Error("a file that is not there was loaded")
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	list := builtin(t, "angusgm").Operations["list"]
	for value, want := range map[string]string{"client_id": "clientId", "name": ""} {
		if got := list.Filter(value); got != want {
			t.Errorf("the list is filtered by %s with the parameter %q, want %q", value, got, want)
		}
	}
}

func TestChosenID(t *testing.T) {
	t.Parallel()
	for provider, want := range map[string]string{"angusgm": "client_id", "identity-service": "client_id", "authing-v2": "identifier", "genauth-v3": "identifier"} {
		if got := builtin(t, provider).ChosenID(); got != want {
			t.Errorf("%s: the caller chooses %q, want %q", provider, got, want)
		}
	}
	if got := load(t, minimal).ChosenID(); got != "" {
		t.Errorf("the caller chooses %q where nothing takes an id", got)
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	bound := load(t, minimal+"dates: {layout: \"2006-01-02 15:04\", zone: Asia/Shanghai}\n")
	request, err := bound.Request("rotate", profile.Values{"client": "a/b c", "expires": time.Date(2030, 1, 1, 20, 0, 0, 0, time.UTC), "colour": "red"})
	if err != nil {
		t.Fatal(err)
	}
	if request.Method != http.MethodPost || request.Path != "/clients/a%2Fb%20c/secret" || request.Query.Get("until") != "2030-01-02 04:00" || len(request.Query) != 1 {
		t.Errorf("request is %+v", request)
	}
	if _, err := bound.Request("rotate", nil); err == nil || !strings.Contains(err.Error(), "no value for {id}") {
		t.Errorf("error is %v, want the parameter without a value", err)
	}
	if _, err := bound.Request("replace", nil); err == nil {
		t.Error("an operation that is not bound made a request")
	}
	body, err := bound.Request("create", profile.Values{"name": "x"})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := body.Encoded(); err != nil || string(text) != `{"title":"x"}` {
		t.Errorf("body is %s, %v", text, err)
	}
}

func TestLiteralBodiesAreNotShared(t *testing.T) {
	t.Parallel()
	bound := builtin(t, "identity-service")
	request, err := bound.Request("create", profile.Values{"tenant": "acme", "client_id": "one"})
	if err != nil {
		t.Fatal(err)
	}
	request.Body["clientId"] = "spoilt"
	again, err := bound.Request("create", profile.Values{"tenant": "acme"})
	if err != nil {
		t.Fatal(err)
	}
	if again.Body["clientId"] != nil {
		t.Error("what one request put into the body shows in the next")
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		provider, operation string
		status              int
		body                string
		want                profile.Judgement
	}{
		"http alone":                {"identity-service", "read", 404, `{"status":200}`, profile.Judgement{Status: 404}},
		"http alone, ok":            {"identity-service", "read", 200, `{}`, profile.Judgement{OK: true, Status: 200}},
		"envelope":                  {"genauth-v3", "rotate", 200, `{"statusCode":200}`, profile.Judgement{OK: true, Status: 200}},
		"failure under 200":         {"genauth-v3", "rotate", 200, `{"statusCode":404}`, profile.Judgement{Status: 404}},
		"failure under its status":  {"genauth-v3", "rotate", 403, `{"statusCode":404}`, profile.Judgement{Status: 403}},
		"envelope is missing":       {"genauth-v3", "rotate", 200, `{}`, profile.Judgement{Status: 200}},
		"envelope says 200, not ok": {"genauth-v3", "rotate", 500, `{"statusCode":200}`, profile.Judgement{Status: 500}},
		"code that is mapped":       {"authing-v2", "rotate", 200, `{"code":2011}`, profile.Judgement{Status: 404}},
		"status beside code":        {"authing-v2", "rotate", 200, `{"code":2020,"statusCode":403}`, profile.Judgement{Status: 403}},
		"text":                      {"angusgm", "read", 200, `{"code":"S"}`, profile.Judgement{OK: true, Status: 200}},
		"login without one":         {"authing-v2", "login", 200, `{"accessToken":"t"}`, profile.Judgement{OK: true, Status: 200}},
		"login that fails":          {"authing-v2", "login", 200, `{"code":2020}`, profile.Judgement{Status: 401}},
		"no content":                {"angusgm", "delete", 204, ``, profile.Judgement{OK: true, Status: 204}},
		"token side":                {"genauth-v3", "revoke", 200, ``, profile.Judgement{OK: true, Status: 200}},
	}
	for name, test := range tests {
		body, _ := profile.Decode([]byte(test.body))
		if got := builtin(t, test.provider).Judge(test.operation, test.status, body); got != test.want {
			t.Errorf("%s: judged %+v, want %+v", name, got, test.want)
		}
	}
}

func TestTake(t *testing.T) {
	t.Parallel()
	body, err := profile.Decode([]byte(`{"data":{"id":"7","clientId":"app","clientSecret":"{noop}s3cret","clientSecretExpiresAt":"2030-01-02 04:00:00"}}`))
	if err != nil {
		t.Fatal(err)
	}
	got := builtin(t, "angusgm").Take("read", body)
	want := profile.Values{"client": "7", "client_id": "app", "secret": "s3cret", "expires": time.Date(2030, 1, 1, 20, 0, 0, 0, time.UTC)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	list, err := profile.Decode([]byte(`[{"clientSecretId":"a","deleted":true},{"clientSecretId":"b"}]`))
	if err != nil {
		t.Fatal(err)
	}
	items, ok := builtin(t, "identity-service").Items("list_secrets", list)
	if diff := cmp.Diff([]profile.Values{{"secret_id": "a", "deleted": true}, {"secret_id": "b"}}, items); diff != "" || !ok {
		t.Error(diff, ok)
	}
	if _, ok := builtin(t, "identity-service").Items("list_secrets", map[string]any{}); ok {
		t.Error("an object passes for a list")
	}
}

func TestBreaches(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		header http.Header
		body   string
		want   []profile.Breach
	}{
		"as promised":       {200, http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Cache-Control": {"no-store"}}, `{"secret":"s","at":"2030-01-01T00:00:00Z"}`, nil},
		"a range of status": {404, http.Header{}, ``, nil},
		"status":            {302, http.Header{}, ``, []profile.Breach{{Message: "the document has no status 302 for POST /clients/{id}/secret"}}},
		"header":            {200, http.Header{"Content-Type": {"application/json"}}, `{"secret":"s","at":"2030-01-01T00:00:00Z"}`, []profile.Breach{{Message: "the header Cache-Control is missing"}}},
		"media type":        {200, http.Header{"Content-Type": {"text/html"}, "Cache-Control": {"x"}}, `<p>`, []profile.Breach{{Message: "Content-Type is text/html, which the document does not have for status 200"}}},
		"no media type":     {200, http.Header{"Cache-Control": {"x"}}, `{}`, []profile.Breach{{Message: `Content-Type is "", which is no media type`}}},
		"no JSON":           {200, http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"x"}}, `{"secret":`, []profile.Breach{{Message: "the body is no JSON: at byte 10: unexpected EOF"}}},
		"members": {200, http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"x"}}, `{"at":"tomorrow"}`, []profile.Breach{
			{Pointer: "/at", Message: `string doesn't match the format "date-time" (is no RFC 3339 date-time)`},
			{Pointer: "/secret", Message: `property "secret" is missing`},
		}},
	}
	route := load(t, minimal).Route("rotate")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, route.Breaches(test.status, test.header, []byte(test.body))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBreachesOfAnAlternative(t *testing.T) {
	t.Parallel()
	route := builtin(t, "genauth-v3").Route("rotate")
	got := route.Breaches(200, http.Header{"Content-Type": {"application/json"}}, []byte(`{"statusCode":200,"message":"ok","data":{}}`))
	want := []profile.Breach{{Pointer: "/data/secret", Message: `property "secret" is missing`}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPointers(t *testing.T) {
	t.Parallel()
	body, err := profile.Decode([]byte(`{"a/b":{"c~d":[1,{"e":null}]},"f":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	for pointer, want := range map[string]any{"/a~1b/c~0d/0": 1.0, "/a~1b/c~0d/1/e": nil, "/f": []any{}} {
		if got, ok := profile.At(body, pointer); !ok || !cmp.Equal(got, want) {
			t.Errorf("%s leads to %v, %v, want %v", pointer, got, ok, want)
		}
	}
	for _, pointer := range []string{"/f/0", "/a", "/a~1b/c~0d/x", "no", "/f/-1"} {
		if got, ok := profile.At(body, pointer); ok {
			t.Errorf("%s leads to %v, want nowhere", pointer, got)
		}
	}
	leaves := profile.Flatten(body)
	if diff := cmp.Diff(map[string]any{"/a~1b/c~0d/0": 1.0, "/a~1b/c~0d/1/e": nil, "/f": []any{}}, leaves); diff != "" {
		t.Error(diff)
	}
	object := map[string]any{"x": map[string]any{"y": 1}}
	changed := profile.Set(object, "/x/z", 2)
	if diff := cmp.Diff(map[string]any{"x": map[string]any{"y": 1, "z": 2}}, changed); diff != "" {
		t.Error(diff)
	}
	if _, spoilt := object["x"].(map[string]any)["z"]; spoilt {
		t.Error("Set wrote into the object that it was given")
	}
	if _, err := profile.Decode([]byte(`{} {}`)); err == nil {
		t.Error("two values pass for one body")
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	got, err := profile.ParseCredentials("c.yaml", []byte("admin: {token: t}\nforeign: {key: k, secret: s, values: {tenant: b}}\nvalues: {tenant: a}\n"))
	if err != nil || !got.Admin.Given() || !got.Foreign.Given() || got.Reader.Given() || got.Foreign.Values["tenant"] != "b" {
		t.Errorf("credentials are %+v, %v", got, err)
	}
	for name, test := range map[string]struct{ text, want string }{
		"unknown key":           {"admin: {tokn: t0psecret}\n", "c.yaml: line 1: a key that is not known here, allowed are the keys token, key, secret, values"},
		"no value at all":       {"\nadmin: {t0psecret}\n", "c.yaml: line 2: a key that is not known here, allowed are the keys token, key, secret, values"},
		"unknown at the top":    {"t0psecret: x\n", "c.yaml: line 1: a key that is not known here, allowed are the keys admin, reader, foreign, app, values"},
		"unknown of the app":    {"app: {client: a, t0psecret: b}\n", "c.yaml: line 1: a key that is not known here, allowed are the keys client, client_id, secret"},
		"key with the words":    {"admin: {t0psecret into type string: a}\n", "c.yaml: line 1: a key that is not known here, allowed are the keys token, key, secret, values"},
		"text for an object":    {"admin: t0psecret\n", "c.yaml: line 1: a value of the wrong kind, want the keys token, key, secret, values"},
		"list for a text":       {"admin: {token: [t0psecret]}\n", "c.yaml: line 1: a value of the wrong kind, want a text"},
		"text for values":       {"values: t0psecret\n", "c.yaml: line 1: a value of the wrong kind, want names with a text each"},
		"key that stands twice": {"values:\n  t0psecret: a\n  t0psecret: b\n", "c.yaml: line 3: a key that stands twice"},
		"two mistakes":          {"admin: {t0psecret}\nreader: t0psecret\n", "c.yaml: line 1: a key that is not known here, allowed are the keys token, key, secret, values; line 2: a value of the wrong kind, want the keys token, key, secret, values"},
		"alias":                 {"admin:\n  token: *t0psecret\n", "c.yaml: line 2: an alias without an anchor; a text that begins with * has to be quoted"},
		"broken":                {"admin:\n  token: t0psecret\n t0psecret: x\n", "c.yaml: line 2: the YAML is broken"},
		"broken in one line":    {"{t0psecret: [", "c.yaml: line 1: the YAML is broken"},
		"tag that does not fit": {"admin: {token: !!int t0psecret}\n", "c.yaml: the YAML is broken"},
		"empty":                 {"", "c.yaml: the file is empty"},
		"another document":      {"admin: {token: t}\n---\nt0psecret\n", "c.yaml: more than one YAML document"},
	} {
		_, err := profile.ParseCredentials("c.yaml", []byte(test.text))
		if err == nil || err.Error() != test.want || strings.Contains(err.Error(), "t0psecret") {
			t.Errorf("%s: error is %v\nwant %s", name, err, test.want)
		}
	}
}
