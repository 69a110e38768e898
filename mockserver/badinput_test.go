package mockserver_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/specs"
)

// known fills the variables of a documented path with things that exist.
var known = strings.NewReplacer(
	"{appId}", "61df925846bed781f5757166", "{tenant}", "acme", "{clientId}", "my-new-app",
	"{id}", "3f0c6b1e-8a52-4d7f-9c36-5e1b7a90d248",
)

// hostile are things to put where an identifier belongs.
var hostile = []string{
	"%00", "..%2f..%2fetc", "%2e%2e", "%ff%fe", "a%2Fb", "%27%20OR%201=1--", "%22", "%0d%0aX-Planted:%20yes", ";x=y", "%F0%9F%94%91",
	strings.Repeat("a", 5000), "null", "-1", "%7B%7D", "*", "%25", "~", "$ne",
}

// bodies are wrong for every operation that takes JSON, and most for forms too.
var bodies = map[string]string{
	"nothing":          "",
	"half a value":     `{"appId":`,
	"trailing text":    `{}x`,
	"duplicate names":  `{"appId":"61df925846bed781f5757166","appId":"6229ffaxxxxxxxxcade3e3d9"}`,
	"invalid UTF-8":    "{\"appId\":\"\xff\xfe\"}",
	"an array":         `[]`,
	"null":             `null`,
	"a text":           `"x"`,
	"a deep tree":      strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000),
	"a huge text":      `{"appId":"` + strings.Repeat("x", 2<<20) + `"}`,
	"a byte order":     "\ufeff{}",
	"a NUL":            "{\"appId\":\"\x00\"}",
	"an unknown shape": `{"a":{"b":[1,2,{"c":null}]}}`,
	"a broken form":    `client_id=%zz&grant_type`,
	"a repeated form":  `grant_type=a&grant_type=b&client_id=c`,
}

// values are of the wrong type, length or form for most members.
var values = []string{`null`, `true`, `-1`, `1e300`, `""`, `" "`, `"\u0000"`, `[]`, `{}`, `[null]`, `{"value":{}}`, `"` + strings.Repeat("x", 70_000) + `"`}

type probe struct {
	server   *mockserver.Server
	counting *countingStore
}

func newProbe(t *testing.T) *probe {
	t.Helper()
	server, counting := newCountingServer(t)
	return &probe{server: server, counting: counting}
}

// send demands what holds for every request there is: no 5xx, and a refusal
// writes nothing. It starts afresh after what was, legitimately, accepted.
func (p *probe) send(t *testing.T, method, target, contentType, body string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, "/", bytes.NewReader([]byte(body)))
	request.Method, request.RequestURI = method, target
	parsed, err := url.ParseRequestURI(target)
	if err != nil {
		t.Skip("net/http refuses the target itself")
	}
	request.URL = parsed
	request.Header.Set("Authorization", "Bearer token")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	reply := httptest.NewRecorder()
	p.server.ServeHTTP(reply, request)
	label := fmt.Sprintf("%s %.120s with %q, %.80q", method, target, contentType, body)
	if reply.Code >= 500 {
		t.Fatalf("%s: HTTP %d %s", label, reply.Code, reply.Body)
	}
	if reply.Header().Get("X-Planted") != "" {
		t.Fatalf("%s: a header was planted", label)
	}
	if reply.Header().Get("Keyturn-Violation") != "" {
		if p.counting.writes > 0 {
			t.Fatalf("%s: refused with %q, and something was written", label, reply.Header().Get("Keyturn-Violation"))
		}
	}
	p.counting.startOver(t, p.server)
	return reply
}

// forEachOperation runs a test for every operation of every emulated API.
func forEachOperation(t *testing.T, run func(t *testing.T, path, method string, operation *openapi3.Operation)) {
	t.Helper()
	for _, name := range specs.Names() {
		if name == specs.Admin {
			continue
		}
		doc, err := specs.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for path, item := range doc.Paths.Map() {
			for method, operation := range item.Operations() {
				t.Run(name+"/"+operation.OperationID, func(t *testing.T) {
					t.Parallel()
					run(t, path, method, operation)
				})
			}
		}
	}
}

func TestHostileRequests(t *testing.T) {
	t.Parallel()
	forEachOperation(t, func(t *testing.T, path, method string, operation *openapi3.Operation) {
		p := newProbe(t)
		target := known.Replace(path)
		media := mediaOf(operation)
		for variable := range strings.SplitSeq(path, "/") {
			if !strings.HasPrefix(variable, "{") {
				continue
			}
			for _, id := range hostile {
				p.send(t, method, known.Replace(strings.Replace(path, variable, id, 1)), media, "")
			}
		}
		for _, query := range []string{"?%zz", "?a=%ff", "?page=x&limit=-1", "?ids=", "?ids=" + strings.Repeat("a,", 500), "?dto[clientId]=x", "?appId=" + strings.Repeat("x", 9000)} {
			p.send(t, method, target+query, media, "")
		}
		for _, body := range bodies {
			p.send(t, method, target, media, body)
			p.send(t, method, target, "text/plain", body)
			p.send(t, method, target, "application/json; charset=utf-16", body)
			p.send(t, method, target, "not a media type/;;", body)
		}
		for name, others := range membersOf(operation) {
			for _, value := range values {
				p.send(t, method, target, media, "{"+strings.Join(append(others, fmt.Sprintf("%q:%s", name, value)), ",")+"}")
			}
		}
	})
}

func mediaOf(operation *openapi3.Operation) string {
	if operation.RequestBody == nil {
		return ""
	}
	return slices.Sorted(maps.Keys(operation.RequestBody.Value.Content))[0]
}

// membersOf lists the documented members of a JSON body, each with the other
// required ones, filled with something of their type.
func membersOf(operation *openapi3.Operation) map[string][]string {
	if mediaOf(operation) != "application/json" {
		return nil
	}
	schema := operation.RequestBody.Value.Content["application/json"].Schema.Value
	members := map[string][]string{}
	for name := range schema.Properties {
		for _, required := range schema.Required {
			if required != name {
				members[name] = append(members[name], fmt.Sprintf("%q:%s", required, sample(schema.Properties[required].Value)))
			}
		}
		if members[name] == nil {
			members[name] = []string{}
		}
	}
	return members
}

func sample(schema *openapi3.Schema) string {
	switch {
	case schema.Type.Is("array"):
		return `["a"]`
	case schema.Type.Is("object"):
		return `{"a":"b"}`
	case schema.Type.Is("boolean"):
		return `true`
	default:
		return `"61df925846bed781f5757166"`
	}
}

func TestWrongMethods(t *testing.T) {
	t.Parallel()
	documented := map[string][]string{}
	for _, name := range specs.Names() {
		doc, err := specs.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for path, item := range doc.Paths.Map() {
			for method := range item.Operations() {
				documented[path] = append(documented[path], method)
				if method == http.MethodGet {
					documented[path] = append(documented[path], http.MethodHead)
				}
			}
		}
	}
	p := newProbe(t)
	for path, allowed := range documented {
		slices.Sort(allowed)
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} {
			if slices.Contains(allowed, method) {
				continue
			}
			reply := p.send(t, method, known.Replace(path), "", "")
			if reply.Code != http.StatusMethodNotAllowed || reply.Header().Get("Allow") != strings.Join(allowed, ", ") {
				t.Errorf("%s %s: HTTP %d, Allow %q, want 405 and %q", method, path, reply.Code, reply.Header().Get("Allow"), strings.Join(allowed, ", "))
			}
		}
	}
}

// TestUnknownRoutes demands each door's own shape where no operation answers.
func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	for path, want := range map[string]string{
		"/api/v2/nothing":                     `"code":404`,
		"/api/v2/application/a/b/c":           `"code":404`,
		"/api/v2//applications":               `"code":404`,
		"/graphql/v9":                         `"errors":[`,
		"/oauth/nothing":                      `"error":"invalid_request"`,
		"/api/v3/nothing":                     `"statusCode":404`,
		"/api/v3/refresh-application-secret/": `"statusCode":404`,
		"/oidc/nothing":                       `"error":"invalid_request"`,
		"/api/v1/nothing":                     `"eKey":"handler_not_found"`,
		"/oauth2/nothing":                     `"error":"invalid_request"`,
		"/api/tenants/acme/nothing":           `"status":404`,
		"/connect/nothing":                    `"error":"invalid_request"`,
		"/__admin/nothing":                    `"status":404`,
		"/any-app/oidc/token":                 `"error":"invalid_request"`,
		"/profiles":                           `No emulated API answers here`,
		"/profile/nothing":                    `"instance":"/profile/nothing"`,
		"/__administrator":                    `No emulated API answers here`,
		"/nothing":                            `"status":404`,
		"/":                                   `"status":404`,
	} {
		for _, method := range []string{"GET", "POST", "PATCH"} {
			reply := p.send(t, method, path, "", "")
			if !strings.Contains(reply.Body.String(), want) {
				t.Errorf("%s %s: HTTP %d %s, want %s", method, path, reply.Code, reply.Body, want)
			}
		}
	}
}
