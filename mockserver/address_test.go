package mockserver_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver"
)

// approach is how a caller reaches the server.
type approach struct {
	server  *mockserver.Server
	host    string
	local   net.Addr
	secured *tls.ConnectionState
}

// ask sends a form, or nothing when there is none.
func (a approach) ask(t *testing.T, method, path string, form url.Values) map[string]any {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Host, r.TLS = a.host, a.secured
	if a.local != nil {
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, a.local))
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	reply := httptest.NewRecorder()
	a.server.ServeHTTP(reply, r)
	var tree map[string]any
	if err := json.Unmarshal(reply.Body.Bytes(), &tree); err != nil {
		t.Fatalf("%s %s: HTTP %d %s", method, path, reply.Code, reply.Body)
	}
	return tree
}

// issuer is what introspection says of a token that was made the same way.
func (a approach) issuer(t *testing.T, token, introspection, client, secret string) any {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {secret}}
	made, _ := a.ask(t, "POST", token, form)["access_token"].(string)
	form.Set("token", made)
	return a.ask(t, "POST", introspection, form)["iss"]
}

// addresses is every address that the stand-in puts into its replies.
func (a approach) addresses(t *testing.T) map[string]any {
	t.Helper()
	const authing, authingSecret = "6229ffaxxxxxxxxcade3e3d9", "9c1e5b7d3f2a4680b4d6e8f01a3c5e7f"
	found := map[string]any{
		"authing-v2 token":       a.issuer(t, "/oauth/token", "/oauth/token/introspection", authing, authingSecret),
		"genauth-v3 token":       a.issuer(t, "/oidc/token", "/oidc/token/introspection", authing, authingSecret),
		"angusgm token":          a.issuer(t, "/oauth2/token", "/oauth2/introspect", "example-service", "example-service-secret"),
		"identity-service token": a.issuer(t, "/connect/token", "/connect/introspect", "my-new-app", "hQ7v2Zk0sXwB9rTnE4uYc1LpJ6mDfGa8oViK3NxR5Sg"),
	}
	for name, path := range map[string]string{
		"genauth-v3":       "/oidc/.well-known/openid-configuration",
		"angusgm":          "/.well-known/oauth-authorization-server",
		"identity-service": "/.well-known/openid-configuration",
	} {
		for member, value := range a.ask(t, "GET", path, nil) {
			if _, text := value.(string); text {
				found[name+" "+member] = value
			}
		}
	}
	listed := a.ask(t, "GET", "/__admin/specs", nil)
	found["page of the documents"] = listed["docs"]
	documents, _ := listed["documents"].([]any)
	for _, document := range documents {
		document, _ := document.(map[string]any)
		found[fmt.Sprint("document ", document["name"])] = document["url"]
	}
	detail, _ := a.ask(t, "GET", "/nowhere", nil)["detail"].(string)
	_, found["problem"], _ = strings.Cut(detail, "listed at ")
	return found
}

func wantAddresses(base string) map[string]any {
	want := map[string]any{
		"problem": base + "/__admin/specs", "page of the documents": base + "/__admin/docs/",
		"authing-v2 token": base + "/oidc", "genauth-v3 token": base + "/oidc", "angusgm token": base, "identity-service token": base,
	}
	for _, name := range []string{"admin", "angusgm", "authing-v2", "genauth-v3", "identity-service"} {
		want["document "+name] = base + "/__admin/specs/" + name
	}
	for name, paths := range map[string][5]string{
		"genauth-v3":       {"/oidc", "/oidc/token", "/oidc/token/introspection", "/oidc/token/revocation", "/oidc/.well-known/jwks.json"},
		"angusgm":          {"", "/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/jwks"},
		"identity-service": {"", "/connect/token", "/connect/introspect", "/connect/revoke", "/.well-known/jwks"},
	} {
		for i, member := range []string{"issuer", "token_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri"} {
			want[name+" "+member] = base + paths[i]
		}
	}
	return want
}

func startOne(t *testing.T, options mockserver.Options) *mockserver.Server {
	t.Helper()
	server, err := mockserver.New(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// TestRepliesNameTheServerAsTheCallerDoes has the names that a server goes by in a
// container, and what else can stand in a request.
func TestRepliesNameTheServerAsTheCallerDoes(t *testing.T) {
	t.Parallel()
	secured := &tls.ConnectionState{}
	local := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7070}
	plain := startOne(t, mockserver.Options{})
	moved := startOne(t, mockserver.Options{PublicURL: "https://first.example"})
	if err := moved.SetPublicURL("https://id.example:8443/base//"); err != nil {
		t.Fatal(err)
	}
	back := startOne(t, mockserver.Options{PublicURL: "https://first.example"})
	if err := back.SetPublicURL(""); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		caller approach
		base   string
	}{
		"mapped port":            {approach{server: plain, host: "localhost:32768"}, "http://localhost:32768"},
		"container name":         {approach{server: plain, host: "keyturn:7070"}, "http://keyturn:7070"},
		"name of a service":      {approach{server: plain, host: "my_keyturn-1.ns.svc.cluster.local"}, "http://my_keyturn-1.ns.svc.cluster.local"},
		"IPv4":                   {approach{server: plain, host: "192.0.2.7:80"}, "http://192.0.2.7:80"},
		"IPv6":                   {approach{server: plain, host: "[2001:db8::1]:7070"}, "http://[2001:db8::1]:7070"},
		"upper case":             {approach{server: plain, host: "KEYTURN.Local:7070"}, "http://KEYTURN.Local:7070"},
		"HTTPS":                  {approach{server: plain, host: "keyturn:7070", secured: secured}, "https://keyturn:7070"},
		"HTTPS on IPv6":          {approach{server: plain, host: "[::1]", secured: secured}, "https://[::1]"},
		"no host":                {approach{server: plain, local: local}, "http://127.0.0.1:7070"},
		"no host and no address": {approach{server: plain}, "http://localhost"},
		"hostile host":           {approach{server: plain, host: "evil@h", local: local, secured: secured}, "https://127.0.0.1:7070"},
		"public URL":             {approach{server: moved, host: "localhost:32768"}, "https://id.example:8443/base"},
		"public URL over HTTPS":  {approach{server: moved, host: "evil@h", secured: secured}, "https://id.example:8443/base"},
		"public URL taken back":  {approach{server: back, host: "localhost:32768"}, "http://localhost:32768"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(wantAddresses(test.base), test.caller.addresses(t)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestNobodyElsesHostIsRepeated sends what is no host, as a header, in the target and
// past net/http, as another reader of requests might let it through.
func TestNobodyElsesHostIsRepeated(t *testing.T) {
	t.Parallel()
	server := startOne(t, mockserver.Options{})
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	address := strings.TrimPrefix(listener.URL, "http://")
	for _, host := range []string{
		"h marked", "h\tmarked", `h"marked`, "h'marked", "marked@h", "user:marked@h", "h/marked", "h?marked", "h#marked", `h\marked`, "<marked>", "h%2fmarked",
		"%22marked", "[fe80::1%25marked]", "h;marked", "h,marked", "$(marked)", "hémarked", "h\x00marked", "h\r\nX-Planted: marked",
	} {
		reply := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodGet, "/oidc/.well-known/openid-configuration", nil)
		request.Host = host
		server.ServeHTTP(reply, request)
		if text := reply.Body.String(); reply.Code != http.StatusOK || strings.Contains(text, "marked") || !strings.Contains(text, `"issuer":"http://localhost/oidc"`) {
			t.Errorf("%q: HTTP %d %s", host, reply.Code, text)
		}
		for _, head := range []string{
			"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
			"GET http://" + host + "/.well-known/openid-configuration HTTP/1.1\r\nHost: localhost\r\n\r\n",
		} {
			status, text := exchangeRaw(t, address, head)
			if strings.Contains(text, "marked") || status != http.StatusBadRequest && status != http.StatusOK && status != http.StatusNotFound {
				t.Errorf("%q: HTTP %d %s", head, status, text)
			}
		}
	}
}

// exchangeRaw sends the head as it is, and reads one reply.
func exchangeRaw(t *testing.T, address, head string) (status int, text string) {
	t.Helper()
	connection := dial(t, address)
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(connection, head); err != nil {
		t.Fatal(err)
	}
	reply, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatalf("%q: %v", head, err)
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil || reply.Header.Get("X-Planted") != "" {
		t.Fatalf("%q: %v %v", head, reply.Header, err)
	}
	return reply.StatusCode, string(body)
}

func TestPublicURLsThatCannotBe(t *testing.T) {
	t.Parallel()
	const first = "https://first.example"
	server := startOne(t, mockserver.Options{PublicURL: first + "/"})
	for text, want := range map[string]string{
		"id.example":           "want an http or https URL with a host and without a query",
		"ftp://id.example":     "want an http or https URL",
		"http://":              "with a host",
		"http://:7070":         "with a host",
		"/base":                "want an http or https URL",
		"http://id.example?":   "without a query",
		"http://id.example/#":  "without a query",
		"http://id.example?a":  "without a query",
		"http://u:hush@h.test": "without a user and a password",
		"http://u:hush#s@h":    "want an http or https URL",
		"http://u:hush%s@h":    "want an http or https URL",
		"http://u:hush/s@h":    "want an http or https URL",
		"http://h/hush@h s":    "want a path",
		"http://id example":    "want an http or https URL",
		"http:id.example":      "with a host",
		`http://h"x`:           "want a host",
		"http://a<b>":          "want a host",
		"http://*":             "want a host",
		"http://h]:80":         "want a host",
		"http://bücher":        "want a host",
		"http://[::1%25eth0]":  "want a host",
		"http://h:":            "a port from 1 to 65535",
		"http://h:0":           "a port from 1 to 65535",
		"http://h:99999/a":     "a port from 1 to 65535",
		"http://h/a b":         "want a path",
		`http://h/"<script>`:   "want a path",
		"http://h/é":           "want a path",
	} {
		err := server.SetPublicURL(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v, want an error with %q", text, err, want)
		}
		if _, started := mockserver.New(t.Context(), mockserver.Options{PublicURL: text}); started == nil || started.Error() != err.Error() {
			t.Errorf("%q: at the start %v, later %v", text, started, err)
		}
		if got := server.PublicURL(); got != first {
			t.Fatalf("%q: the public URL became %q", text, got)
		}
	}
}

func TestPublicURLsThatCanBe(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"http://h", "HTTPS://ID.Example:8443/", "http://my_service:1/a/b-c/", "http://h:65535", "http://192.0.2.7:80", "http://[::1]:7070/x",
		"http://h/a%20b", "http://h/%2f", "http://h/~a!$&'()*+,;=:@b",
	} {
		if err := mockserver.CheckPublicURL(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestPublicURLChangesBetweenRequests holds each reply to one address, whichever.
func TestPublicURLChangesBetweenRequests(t *testing.T) {
	t.Parallel()
	server := startOne(t, mockserver.Options{})
	bases := []string{"http://one.example", "http://two.example"}
	var group sync.WaitGroup
	group.Go(func() {
		for i := range 200 {
			if err := server.SetPublicURL(bases[i%len(bases)]); err != nil {
				t.Error(err)
			}
		}
	})
	caller := approach{server: server, host: "zero.example"}
	for range 50 {
		got := caller.ask(t, "GET", "/oidc/.well-known/openid-configuration", nil)
		issuer, _ := got["issuer"].(string)
		if token, _ := got["token_endpoint"].(string); token != issuer+"/token" {
			t.Fatalf("one reply has the issuer %s and the token endpoint %s", issuer, token)
		}
	}
	group.Wait()
}

func TestAdminTokensThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]string{
		"short": "hushhus", "a space": "hush hush", "a space at the end": "hushhush ", "a line end": "hushhush\n", "a tab": "hush\thush", "a NUL": "hush\x00hush", "beyond ASCII": "hushhúsh", "delete": "hushhush\x7f",
	} {
		_, err := mockserver.New(t.Context(), mockserver.Options{AdminToken: token})
		if err == nil || !strings.Contains(err.Error(), "admin token: want at least 8 visible ASCII characters") || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, token := range []string{"hushhush", "~!\"#$%&'()=", strings.Repeat("x", 500)} {
		if err := mockserver.CheckAdminToken(token); err != nil {
			t.Errorf("%q: got %v", token, err)
		}
	}
}
