package admin_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/specs"
)

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) tree(t *testing.T) map[string]any {
	t.Helper()
	var tree map[string]any
	if err := json.Unmarshal([]byte(a.body), &tree); err != nil {
		t.Fatalf("%q is no JSON object: %v", a.body, err)
	}
	return tree
}

func ask(t *testing.T, method, url, body string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return send(t, request)
}

func send(t *testing.T, request *http.Request) answer {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.Header.Get("Content-Type") == "text/event-stream" {
		return answer{status: response.StatusCode, header: response.Header} // it has no end
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

func start(t *testing.T) string {
	return mocktest.Start(t).BaseURL()
}

func wantProblem(t *testing.T, a answer, status int, kind string) {
	t.Helper()
	if a.status != status || a.header.Get("Keyturn-Problem") != kind || a.header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("got %d %v %s, want a %d problem of kind %s", a.status, a.header, a.body, status, kind)
	}
	if got := a.tree(t); got["status"] != float64(status) || got["detail"] == "" {
		t.Errorf("got %v", got)
	}
}

func TestServerOperations(t *testing.T) {
	base := start(t) + "/__admin"
	if got := ask(t, "GET", base+"/health", ""); got.status != 200 || got.tree(t)["status"] != "ok" {
		t.Errorf("health: got %+v", got)
	}
	if got := ask(t, "GET", base+"/ready", ""); got.status != 200 || got.tree(t)["status"] != "ready" {
		t.Errorf("ready: got %+v", got)
	}
	if got := ask(t, "GET", base+"/version", ""); got.status != 200 || !strings.HasPrefix(got.tree(t)["go"].(string), "go1.") {
		t.Errorf("version: got %+v", got)
	}
}

func TestProblems(t *testing.T) {
	base := start(t) + "/__admin"
	wantProblem(t, ask(t, "GET", base+"/nothing", ""), 404, "no-route")
	wantProblem(t, ask(t, "POST", base+"/health", ""), 405, "wrong-method")
	wantProblem(t, ask(t, "GET", base+"/specs/nothing", ""), 404, "not-found")
	wantProblem(t, ask(t, "GET", base+"/requests?limit=0", ""), 400, "invalid")
	wantProblem(t, ask(t, "GET", base+"/requests?limit=%zz", ""), 400, "malformed")
	wantProblem(t, ask(t, "PUT", base+"/world", ""), 400, "missing")
	request, _ := http.NewRequestWithContext(t.Context(), "POST", base+"/reset", nil)
	request.Header.Set("Origin", "https://evil.example")
	wantProblem(t, send(t, request), 403, "forbidden")
}

func TestWorldComesBackAsItWasPut(t *testing.T) {
	base := start(t) + "/__admin"
	seeded := ask(t, "GET", base+"/world", "")
	if seeded.status != 200 {
		t.Fatalf("got %+v", seeded)
	}
	if got := ask(t, "PUT", base+"/world", `{"version": 1, "realms": {}}`); got.status != 204 || got.body != "" {
		t.Fatalf("got %+v", got)
	}
	emptied := ask(t, "GET", base+"/world", "")
	if emptied.body == seeded.body {
		t.Fatal("putting a world changed nothing")
	}
	if got := ask(t, "PUT", base+"/world", seeded.body); got.status != 204 {
		t.Fatalf("got %+v", got)
	}
	if diff := cmp.Diff(seeded.tree(t), ask(t, "GET", base+"/world", "").tree(t)); diff != "" {
		t.Errorf("(-seeded +put)\n%s", diff)
	}
}

func TestResetGoesBackToTheWorldThatWasPut(t *testing.T) {
	standIn := mocktest.Start(t)
	base := standIn.BaseURL() + "/__admin"
	ask(t, "PUT", base+"/world", `{"version": 1, "realms": {}}`)
	put := ask(t, "GET", base+"/world", "")
	ask(t, "GET", standIn.BaseURL()+"/nothing", "")
	if got := ask(t, "POST", base+"/reset", ""); got.status != 204 {
		t.Fatalf("got %+v", got)
	}
	if got := ask(t, "GET", base+"/world", ""); got.body != put.body {
		t.Errorf("got %s, want %s", got.body, put.body)
	}
	if entries := ask(t, "GET", base+"/requests", "").tree(t)["entries"].([]any); len(entries) != 0 {
		t.Errorf("the journal holds %d entries after a reset", len(entries))
	}
}

func TestWrongWorldsChangeNothing(t *testing.T) {
	base := start(t) + "/__admin"
	before := ask(t, "GET", base+"/world", "")
	tests := map[string]struct{ world, want string }{
		"unknown key":        {"{\n\"version\": 1,\n\"relams\": {}}", `body:3:1: unknown key "relams"`},
		"unknown realm":      {"{\"version\": 1,\n\"realms\": {\n\"nowhere\": {}}}", `body:3:1: realms.nowhere: there is no such realm`},
		"version":            {"{\n\"version\": 2, \"realms\": {}}", "body:2:12: version: want 1"},
		"type":               {"{\"version\": 1,\n\"realms\": []}", "body:2:11: "},
		"no such tenant":     {"{\"version\": 1, \"realms\": {\"authing\": {\n\"clients\": [{\"id\": \"c\", \"tenant\": \"t\"}]}}}", "body:2:35: realms.authing.clients[0].tenant"},
		"colliding clients":  {`{"version": 1, "realms": {"authing": {"tenants": [{"id": "t"}], "clients": [{"id": "c", "tenant": "t"}, {"id": "c", "tenant": "t"}]}}}`, `body:1:112: realms.authing.clients[1].id: "c" is taken by clients[0]`},
		"escapes of PHP":     {`{"version": 1, "realms": {"a\/b": {}, "é\ud83d\ude00": {"tenants": [{"id": "a\/\/b"}], "client": []}}}`, `body:1:88: unknown key "client"`},
		"an array, no world": {`[]`, "object"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := ask(t, "PUT", base+"/world", test.world)
			wantProblem(t, got, 400, "invalid")
			if detail := got.tree(t)["detail"].(string); !strings.Contains(detail, test.want) {
				t.Errorf("got %q, want it to hold %q", detail, test.want)
			}
			if after := ask(t, "GET", base+"/world", ""); after.body != before.body {
				t.Errorf("the state changed to %s", after.body)
			}
		})
	}
}

func TestSpecs(t *testing.T) {
	base := start(t)
	var names []string
	for _, document := range ask(t, "GET", base+"/__admin/specs", "").tree(t)["documents"].([]any) {
		document := document.(map[string]any)
		names = append(names, document["name"].(string))
		got := ask(t, "GET", document["url"].(string), "")
		if want, _ := specs.Source(document["name"].(string)); got.status != 200 || got.body != string(want) {
			t.Errorf("%s: got %d and another text", document["url"], got.status)
		}
		if got.header.Get("Content-Type") != "application/yaml" {
			t.Errorf("%s: got media type %s", document["url"], got.header.Get("Content-Type"))
		}
	}
	if diff := cmp.Diff(specs.Names(), names); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
