package mockserver_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/mockserver/proxy"
)

// heard is a deployment that answers all alike and remembers the last request.
type heard struct {
	count  atomic.Int64
	target atomic.Pointer[string]
	prefer atomic.Pointer[[]string]
}

// startHeard returns it and a proxy before it, of the API with vendor envelopes.
func startHeard(t *testing.T) (*heard, *mocktest.Server) {
	t.Helper()
	h := &heard{}
	deployment := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.count.Add(1)
		h.target.Store(&r.RequestURI)
		prefer := r.Header["Prefer"]
		h.prefer.Store(&prefer)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"code":200,"message":"m","data":[]}`)
	}))
	t.Cleanup(deployment.Close)
	return h, startProxy(t, deployment.URL, proxy.Limits{}, "authing-v2")
}

// sendRaw sends the request line as it stands, which no client of net/http would, and what
// comes after the header.
func sendRaw(t *testing.T, server *mocktest.Server, lines, body string) *http.Response {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(server.BaseURL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, lines+"\r\nHost: stand-in.test\r\nConnection: close\r\n\r\n"+body); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// TestProxyPassesPathsVerbatim: the deployment gets the path that the caller wrote, or none.
func TestProxyPassesPathsVerbatim(t *testing.T) {
	t.Parallel()
	const refused = ""
	for target, want := range map[string]string{
		"/a%2Fb":                         "/a%2Fb",
		"/a%2fb/../c//%2e":               "/a%2fb/../c//%2e",
		`/a%2Fb?q=|"{é}&%zz`:             `/a%2Fb?q=|"{é}&%zz`,
		"/x?":                            "/x?",
		"//b.test/x":                     "//b.test/x",
		"/a?b=http://c/|":                "/a?b=http://c/|",
		"http://stand-in.test/a%2Fb?c":   "/a%2Fb?c",
		"http://stand-in.test?c":         "/?c",
		"http://stand-in.test//a":        "//a",
		"/ns/default/a%2Fb":              "/a%2Fb",
		"/ns/default":                    "/",
		"http://s.test/ns/default/a%2Fb": "/a%2Fb",
		"/a%2Fb|c":                       refused,
		"/a|c":                           refused,
		`/a"`:                            refused,
		"/caf\xe9":                       refused,
		"/a#b":                           refused,
		"/ns/default/a%2Fb|c":            refused,
		"http://stand-in.test/a%2Fb|c":   refused,
		"http://s.test/ns/default/a|":    refused,
		"opaque:path":                    refused,
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			deployment, server := startHeard(t)
			response := sendRaw(t, server, "GET "+target+" HTTP/1.1", "")
			kind, report := response.Header.Get("Keyturn-Problem"), server.Drift().Report()
			if want == refused {
				if response.StatusCode != http.StatusBadRequest || kind != "upstream-target" || deployment.count.Load() != 0 || report.Unanswered != 1 {
					t.Errorf("got %s %q after %d requests, want a refusal: %+v", response.Status, kind, deployment.count.Load(), report)
				}
				return
			}
			if got := deployment.target.Load(); response.StatusCode != http.StatusOK || got == nil || *got != want || report.Unanswered != 0 {
				t.Errorf("got %s %q, the deployment %v, want %q", response.Status, kind, got, want)
			}
		})
	}
}

// TestProxyRefusesBodiesItself: no vendor's refusal is made up, and no deployment sees the
// request.
func TestProxyRefusesBodiesItself(t *testing.T) {
	t.Parallel()
	const large = 1<<20 + 1
	for name, test := range map[string]struct {
		header, body string
		status       int
		kind         string
	}{
		"at the bound": {"Content-Length: 1048576", strings.Repeat("x", large-1), http.StatusOK, ""},
		"above it":     {"Content-Length: 1048577", "", http.StatusRequestEntityTooLarge, "request-too-large"},
		"in chunks":    {"Transfer-Encoding: chunked", "100001\r\n" + strings.Repeat("x", large) + "\r\n0\r\n\r\n", http.StatusRequestEntityTooLarge, "request-too-large"},
		"no chunk":     {"Transfer-Encoding: chunked", "none\r\n", http.StatusBadRequest, "request-unreadable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deployment, server := startHeard(t)
			response := sendRaw(t, server, "POST /api/v2/applications HTTP/1.1\r\nContent-Type: application/json\r\n"+test.header, test.body)
			if kind := response.Header.Get("Keyturn-Problem"); response.StatusCode != test.status || kind != test.kind {
				text, _ := io.ReadAll(response.Body)
				t.Errorf("got %s %q %.300s, want %d %q", response.Status, kind, text, test.status, test.kind)
			}
			refused := uint64(0)
			if test.kind != "" {
				refused = 1
			}
			if report := server.Drift().Report(); report.Exchanges != 1 || report.Unanswered != refused || deployment.count.Load() != int64(1-refused) {
				t.Errorf("%d requests arrived, and the ledger is %+v", deployment.count.Load(), report)
			}
		})
	}
}

// TestProxyPassesForeignPreferences takes off those that were carried out here.
func TestProxyPassesForeignPreferences(t *testing.T) {
	t.Parallel()
	deployment, server := startHeard(t)
	for prefer, want := range map[string]string{
		"return=minimal, delay=1ms":         "return=minimal",
		"delay=1ms":                         "",
		"respond-async,  return=minimal; a": "respond-async,  return=minimal; a",
	} {
		response, _ := question{"GET", "/api/v2/applications", ""}.send(t, server.BaseURL(), "Prefer", prefer)
		if got := strings.Join(*deployment.prefer.Load(), "|"); response.StatusCode != http.StatusOK || got != want {
			t.Errorf("%s: got %s, and the deployment %q, want %q", prefer, response.Status, got, want)
		}
	}
}

// TestProxyCountsWhatIsNotAnswered asks the plane, of a deployment that is down.
func TestProxyCountsWhatIsNotAnswered(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	server := startProxy(t, gone.URL, proxy.Limits{}, "authing-v2")
	question{"GET", "/api/v2/applications", ""}.send(t, server.BaseURL())
	question{"GET", "/api/v2/applications", ""}.send(t, server.BaseURL(), "Prefer", "code=503") // which asks nobody
	drift, err := server.Admin().Drift(t.Context())
	if err != nil || drift.Exchanges != 1 || drift.Unanswered != 1 || drift.Drifted != 0 {
		t.Errorf("got %+v, %v", drift, err)
	}
}
