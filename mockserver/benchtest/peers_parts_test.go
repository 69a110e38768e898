package benchtest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
)

// TestPeersDocument: two documents as one are a valid one, which has the examples and what
// either asks of a request.
func TestPeersDocument(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "openapi.json")
	if err := writeDocument(path, answers{refreshed: []byte(`{"a":1}`), added: []byte(`{"b":2}`)}); err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context(), openapi3.DisableExamplesValidation()); err != nil {
		t.Error(err)
	}
	var wrong any
	if err := json.Unmarshal([]byte(wrongReply), &wrong); err != nil {
		t.Fatal(err)
	}
	shown := doc.Paths.Value("/api/v2/applications/{appId}").Get.Responses.Status(200).Value.Content.Get(jsonType)
	if diff := cmp.Diff(wrong, shown.Example); diff != "" || shown.Schema.Value.VisitJSON(wrong) == nil {
		t.Errorf("the wrong reply is not the example, or not wrong: -want +got:\n%s", diff)
	}
	example := func(path, method string) any {
		return doc.Paths.Value(path).GetOperation(method).Responses.Status(200).Value.Content.Get(jsonType).Example
	}
	got := []any{
		example("/api/v2/application/{appId}/refresh-secret", "PATCH"),
		example("/api/tenants/{tenant}/applications/{clientId}/secrets", "POST"),
		doc.Paths.Value(tenantOperation).Post.RequestBody.Value.Content.Get(jsonType).Schema.Value.Required,
	}
	want := []any{map[string]any{"a": 1.0}, map[string]any{"b": 2.0}, []string{"clientId"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if doc.Paths.Value("/api/v2/applications").Post.RequestBody.Value.Content.Get(jsonType).Schema.Value.Required == nil {
		t.Error("creating an application requires nothing")
	}
}

const tenantOperation = "/api/tenants/{tenant}/applications"

func TestVerdicts(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/hangs":
			panic(http.ErrAbortHandler)
		case r.URL.Path == "/broken":
			w.WriteHeader(http.StatusBadGateway)
		case r.Header.Get("Authorization") == "":
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	addr := strings.TrimPrefix(server.URL, "http://")
	at := func(path, authorization string) question {
		return question{request{method: "POST", path: path, media: jsonType, body: "{}"}, authorization}
	}
	right := []question{at("/", bearer)}
	got, err := verdicts(t.Context(), addr, []probe{
		{anonymous, right, at("/", "")}, {unknown, right, at("/", "Bearer unknown")}, {malformed, right, at("/hangs", bearer)}, {mistyped, right, at("/broken", bearer)},
	})
	want := map[string]string{anonymous: refused, unknown: accepted, malformed: noAnswer, mistyped: "HTTP 502"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, -want +got:\n%s", err, diff)
	}
	if got, err := verdicts(t.Context(), addr, []probe{{anonymous, []question{at("/", "")}, at("/", "")}}); err == nil {
		t.Errorf("a server that refuses what is right got the verdicts %v", got)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := right[0].ask(gone, addr); err == nil {
		t.Errorf("an interrupted run got the verdict %q", got)
	}
}

// TestServed: what a server starts itself counts as its own, and ends with it.
func TestServed(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("memory and processor time are read from /proc")
	}
	folder := t.TempDir()
	s, err := launch(t.Context(), folder, []string{"sh", "-c", `sleep 60 & echo "$!" >child; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; wait`})
	if err != nil {
		t.Fatal(err)
	}
	var child int
	for range 500 {
		time.Sleep(10 * time.Millisecond)
		text, _ := os.ReadFile(filepath.Join(folder, "child"))
		_, used, err := s.usage()
		if json.Unmarshal(text, &child) == nil && err == nil && used > 0 {
			break
		}
	}
	resident, used, err := s.usage()
	if err != nil || resident <= 0 || used <= 0 || child == 0 {
		t.Errorf("%v MiB, %v, child %d, error %v", resident, used, child, err)
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	left := func() bool { _, _, err := s.usage(); return err == nil }
	for n := 0; n < 500 && left(); n++ {
		time.Sleep(10 * time.Millisecond)
	}
	if left() {
		t.Error("something of the group is left")
	}
	if _, err := s.firstAnswer(nil, want{}); err == nil || !strings.Contains(err.Error(), "ended by itself") {
		t.Errorf("the first answer of what has ended: %v", err)
	}
}
