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
type discard struct{ header http.Header }

func (d *discard) Header() http.Header       { return d.header }
func (*discard) WriteHeader(int)             {}
func (*discard) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkOperations is what one request costs inside the process, checks on and
// off.
func BenchmarkOperations(b *testing.B) {
	for _, operation := range []struct{ name, method, path, body string }{
		{"v2-refresh", "PATCH", "/api/v2/application/61df925846bed781f5757166/refresh-secret", ""},
		{"v3-refresh", "POST", "/api/v3/refresh-application-secret", `{"appId":"6229ffaxxxxxxxxcade3e3d9"}`},
		{"identity-list", "GET", "/api/tenants/acme/applications/my-new-app/secrets", ""},
		{"angus-list", "GET", "/api/v1/auth/client", ""},
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
					request.Header.Set("Content-Type", "application/json")
				}
				b.ReportAllocs()
				for b.Loop() {
					one := *request
					one.Body = io.NopCloser(strings.NewReader(operation.body))
					one.ContentLength = int64(len(operation.body))
					server.ServeHTTP(&discard{header: http.Header{}}, &one)
				}
			})
		}
	}
}
