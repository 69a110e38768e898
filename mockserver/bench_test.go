package mockserver_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver"
)

// discard is a ResponseWriter that costs nothing.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header       { return d.header }
func (d *discard) WriteHeader(status int)    { d.status = status }
func (*discard) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkOperations is what one request costs inside the process, checks on and
// off.
func BenchmarkOperations(b *testing.B) {
	const json, form = "application/json", "application/x-www-form-urlencoded"
	for _, operation := range []struct{ name, method, path, media, body string }{
		{"v2-refresh", "PATCH", "/api/v2/application/61df925846bed781f5757166/refresh-secret", "", ""},
		{"v3-refresh", "POST", "/api/v3/refresh-application-secret", json, `{"appId":"6229ffaxxxxxxxxcade3e3d9"}`},
		{"identity-list", "GET", "/api/tenants/acme/applications/my-new-app/secrets", "", ""},
		{"angus-list", "GET", "/api/v1/auth/client", "", ""},
		{"angus-get", "GET", "/api/v1/auth/client/00000000-0000-4000-8000-000000000001", "", ""},
		{"angus-token", "POST", "/oauth2/token", form, "grant_type=client_credentials&client_id=example-service&client_secret=example-service-secret"},
	} {
		for _, unchecked := range []bool{false, true} {
			name := operation.name + "/checked"
			if unchecked {
				name = operation.name + "/unchecked"
			}
			b.Run(name, func(b *testing.B) {
				server, err := mockserver.New(b.Context(), mockserver.Options{Unchecked: unchecked})
				if err != nil {
					b.Fatal(err)
				}
				request := httptest.NewRequest(operation.method, operation.path, nil)
				request.Header.Set("Authorization", "Bearer token")
				if operation.body != "" {
					request.Header.Set("Content-Type", operation.media)
				}
				b.ReportAllocs()
				for b.Loop() {
					one := *request
					one.Body = io.NopCloser(strings.NewReader(operation.body))
					one.ContentLength = int64(len(operation.body))
					reply := &discard{header: http.Header{}}
					if server.ServeHTTP(reply, &one); reply.status != http.StatusOK {
						b.Fatalf("HTTP %d, want 200", reply.status)
					}
				}
			})
		}
	}
}
