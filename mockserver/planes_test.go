package mockserver_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/specs"
)

const wrongListener = "wrong-listener"

// answer is what the handler says to a request without a body. Streams end at once.
func answer(t *testing.T, handler http.Handler, method, target string) *httptest.ResponseRecorder {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	request := httptest.NewRequestWithContext(ctx, method, "http://localhost"+target, nil)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func isTurnedAway(got *httptest.ResponseRecorder) bool {
	return got.Code == http.StatusNotFound && got.Header().Get("Keyturn-Problem") == wrongListener
}

var inBraces = regexp.MustCompile(`\{[^}]*\}`)

// TestPlanesByTheDocuments asks for every operation that there is at both listeners.
func TestPlanesByTheDocuments(t *testing.T) {
	t.Parallel()
	server := startOne(t, mockserver.Options{})
	open := map[string]bool{}
	for _, name := range specs.Names() {
		document, err := specs.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for path, item := range document.Paths.Map() {
			for method, operation := range item.Operations() {
				isPlane := name == specs.Admin
				isOpen := isPlane && accessOf(operation) == "open"
				if isOpen {
					open[path] = true
				}
				for _, prefix := range []string{"", "/ns/default"} {
					target := prefix + inBraces.ReplaceAllString(path, "x")
					if got := answer(t, server.Emulated(), method, target); isTurnedAway(got) != (isPlane && !isOpen) {
						t.Errorf("%s %s where the emulated APIs are: HTTP %d %s", method, target, got.Code, got.Body)
					}
					if got := answer(t, server.Plane(), method, target); isTurnedAway(got) == isPlane {
						t.Errorf("%s %s where the plane is: HTTP %d %s", method, target, got.Code, got.Body)
					}
				}
			}
		}
	}
	for _, path := range []string{"/__admin/health", "/__admin/ready", "/__admin/version", "/__admin/ca.pem", "/__admin/specs", "/__admin/specs/{name}"} {
		if !open[path] {
			t.Errorf("%s is open no more", path)
		}
		delete(open, path)
	}
	if len(open) > 0 {
		t.Errorf("also open are %v", open)
	}
}

func accessOf(operation *openapi3.Operation) string {
	access, _ := operation.Extensions["x-keyturn-access"].(string)
	return access
}

// TestPlanesByThePath has what is no operation, and ways around.
func TestPlanesByThePath(t *testing.T) {
	t.Parallel()
	server := startOne(t, mockserver.Options{})
	for target, want := range map[string]struct{ emulated, plane bool }{
		"/metrics":                               {true, true},
		"/ns/default/metrics":                    {true, true},
		"/__admin/health":                        {true, true},
		"/__admin":                               {false, true},
		"/__admin/":                              {false, true},
		"/__admin/docs/":                         {false, true},
		"/__admin/docs/swagger-ui.css":           {false, true},
		"/__admin/ui/":                           {false, true},
		"/__admin/nowhere":                       {false, true},
		"/%5F_admin/docs/":                       {false, true},
		"/__admin%2Fworld":                       {false, true},
		"/__admin/health/":                       {false, true},
		"/__admin/health/../world":               {false, true},
		"/__admin/specs/../world":                {false, true},
		"/__admin/specs/..%2Fworld":              {true, true}, // the name of a document that there is not
		"/ns/default/__admin/docs/":              {false, true},
		"/ns/default/%5f_admin/docs/":            {false, true},
		"/ns/default/ns/default/__admin/":        {true, false},
		"/__adminx":                              {true, false},
		"/":                                      {true, false},
		"//__admin/world":                        {true, false},
		"/metrics/":                              {true, false},
		"/oidc/.well-known/openid-configuration": {true, false},
	} {
		if got := answer(t, server.Emulated(), http.MethodGet, target); isTurnedAway(got) == want.emulated {
			t.Errorf("%s where the emulated APIs are: HTTP %d %s", target, got.Code, got.Body)
		} else if got.Code == http.StatusOK && strings.Contains(got.Body.String(), "realms") {
			t.Errorf("%s where the emulated APIs are shows the world", target)
		}
		if got := answer(t, server.Plane(), http.MethodGet, target); isTurnedAway(got) == want.plane {
			t.Errorf("%s where the plane is: HTTP %d %s", target, got.Code, got.Body)
		}
	}
	if got := answer(t, server.Emulated(), http.MethodPost, "/__admin/health"); !isTurnedAway(got) {
		t.Errorf("another method: HTTP %d %s", got.Code, got.Body)
	}
	if got := answer(t, server.Emulated(), http.MethodGet, "/ns/nowhere/__admin/health"); got.Header().Get("Keyturn-Problem") != "no-namespace" {
		t.Errorf("no such namespace: HTTP %d %s", got.Code, got.Body)
	}
}

// TestTurnedAway looks at the two refusals, and at what is left of them.
func TestTurnedAway(t *testing.T) {
	t.Parallel()
	server := startOne(t, mockserver.Options{})
	for name, test := range map[string]struct {
		handler http.Handler
		target  string
		says    []string
	}{
		"emulated": {server.Emulated(), "/__admin/world", []string{"--admin-addr", "KEYTURN_ADMIN_ADDR", "/__admin/health"}},
		"plane":    {server.Plane(), "/connect/token", []string{"/__admin", "/metrics", "--addr", "KEYTURN_ADDR"}},
	} {
		got := answer(t, test.handler, http.MethodGet, test.target)
		var problem struct {
			Title, Detail string
			Status        int
		}
		if err := json.Unmarshal(got.Body.Bytes(), &problem); err != nil || problem.Status != http.StatusNotFound || problem.Title == "" ||
			got.Header().Get("Content-Type") != "application/problem+json" || got.Header().Get("Keyturn-Request-Id") == "" {
			t.Errorf("%s: got %v %s, %v", name, got.Header(), got.Body, err)
		}
		for _, word := range test.says {
			if !strings.Contains(problem.Detail, word) {
				t.Errorf("%s: no %s in %s", name, word, problem.Detail)
			}
		}
	}
	if entries := server.Journal().Snapshot().Entries; len(entries) != 0 {
		t.Errorf("the journal holds %+v", entries)
	}
	figures := answer(t, server.Plane(), http.MethodGet, "/metrics").Body.String()
	if !strings.Contains(figures, `kind="`+wrongListener+`"`) {
		t.Errorf("the refusals are not counted: %s", figures)
	}
}

// TestServeAllBeginsAndEndsTogether has two endpoints, one of which fails or neither.
func TestServeAllBeginsAndEndsTogether(t *testing.T) {
	t.Parallel()
	server := startOne(t, mockserver.Options{})
	silent := slog.New(slog.DiscardHandler)
	for name, fails := range map[string]int{"neither": -1, "first": 0, "second": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var endpoints []mockserver.Endpoint
			for _, handler := range []http.Handler{server.Emulated(), server.Plane()} {
				listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				endpoints = append(endpoints, mockserver.Endpoint{Listener: listener, Handler: handler})
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stopped := make(chan error, 1)
			go func() { stopped <- mockserver.ServeAll(ctx, short, silent, endpoints...) }()
			for _, at := range endpoints {
				response, err := http.Get("http://" + at.Listener.Addr().String() + "/__admin/ready")
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				if response.StatusCode != http.StatusOK {
					t.Errorf("got %s", response.Status)
				}
			}
			if fails < 0 {
				cancel()
			} else {
				endpoints[fails].Listener.Close()
			}
			select {
			case err := <-stopped:
				if (err == nil) != (fails < 0) || err != nil && !strings.Contains(err.Error(), endpoints[fails].Listener.Addr().String()) {
					t.Errorf("got %v", err)
				}
			case <-time.After(patience):
				t.Fatal("it did not stop")
			}
			for _, at := range endpoints {
				if connection, err := net.Dial("tcp", at.Listener.Addr().String()); err == nil {
					connection.Close()
					t.Errorf("%s still listens", at.Listener.Addr())
				}
			}
		})
	}
}
