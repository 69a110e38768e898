package admin

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/keyturn/keyturn/mockserver/client"
)

// fixed is a public URL that nobody changes.
func fixed(publicURL string) func() string { return func() string { return publicURL } }

func TestHostPolicy(t *testing.T) {
	policy := Hosts([]string{"Admin.Example.com", "with-port.example.com:7070", "2001:db8::1"}, fixed("https://Public.example.org:8443/base"))
	type headers map[string]string
	tests := []struct {
		name    string
		host    string
		headers headers
		allowed bool
	}{
		{"IPv4", "127.0.0.1", nil, true},
		{"IPv4 and port", "127.0.0.1:7070", nil, true},
		{"any IPv4", "192.0.2.7:7070", nil, true},
		{"IPv6", "[::1]", nil, true},
		{"more than IPv6", "[::1].evil.example", nil, false},
		{"more than IPv4 in brackets", "[127.0.0.1]evil.example:7070", nil, false},
		{"IPv6 and port", "[::1]:7070", nil, true},
		{"IPv6 without brackets", "::1", nil, true},
		{"IPv6 with a zone", "[fe80::1%25eth0]:7070", nil, true},
		{"localhost", "localhost", nil, true},
		{"localhost and port", "localhost:7070", nil, true},
		{"upper case", "LOCALHOST:7070", nil, true},
		{"trailing dot", "localhost.:7070", nil, true},
		{"below localhost", "keyturn.localhost:7070", nil, true},
		{"below localhost, upper case and dot", "Keyturn.LocalHost.", nil, true},
		{"container name", "keyturn:7070", nil, true},
		{"container name with a dot at the end", "keyturn.", nil, true},
		{"container name with an underscore", "my_keyturn_1", nil, true},
		{"no name, as in HTTP/1.0", "", nil, true},
		{"public name", "example.com", nil, false},
		{"public name and port", "example.com:7070", nil, false},
		{"public name with a trailing dot", "example.com.", nil, false},
		{"localhost as a label only", "localhost.example.com", nil, false},
		{"ending like localhost", "notlocalhost.com", nil, false},
		{"address in a public name", "127.0.0.1.example.com", nil, false},
		{"short address that is no literal", "127.1", nil, false},
		{"brackets around a name", "[example.com]", nil, false},
		{"configured", "admin.example.com", nil, true},
		{"configured, other case, port and dot", "ADMIN.example.com.:1", nil, true},
		{"configured with a port", "with-port.example.com", nil, true},
		{"below a configured name", "x.admin.example.com", nil, false},
		{"public URL", "public.example.org:1", nil, true},
		{"same origin", "localhost:7070", headers{"Origin": "http://localhost:7070"}, true},
		{"same origin in upper case", "localhost:7070", headers{"Origin": "HTTP://LOCALHOST:7070"}, true},
		{"same origin behind TLS", "public.example.org", headers{"Origin": "https://public.example.org"}, true},
		{"same origin on IPv6", "[::1]:7070", headers{"Origin": "http://[::1]:7070"}, true},
		{"other origin", "localhost:7070", headers{"Origin": "https://evil.example"}, false},
		{"other port", "localhost:7070", headers{"Origin": "http://localhost:3000"}, false},
		{"other port, none given", "localhost:7070", headers{"Origin": "http://localhost"}, false},
		{"opaque origin", "localhost:7070", headers{"Origin": "null"}, false},
		{"origin that is none", "localhost:7070", headers{"Origin": "http://[::1"}, false},
		{"fetched from the same origin", "localhost:7070", headers{"Sec-Fetch-Site": "same-origin"}, true},
		{"typed into the browser", "localhost:7070", headers{"Sec-Fetch-Site": "none"}, true},
		{"fetched from the same site", "localhost:7070", headers{"Sec-Fetch-Site": "same-site"}, false},
		{"fetched from another site", "localhost:7070", headers{"Sec-Fetch-Site": "Cross-Site"}, false},
		{"rebound name of the same origin", "evil.example:7070", headers{"Origin": "http://evil.example:7070", "Sec-Fetch-Site": "same-origin"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/__admin/health", nil)
			r.Host = test.host
			for name, value := range test.headers {
				r.Header.Set(name, value)
			}
			err := policy.Check(r)
			if allowed := err == nil; allowed != test.allowed {
				t.Fatalf("Host %q with %v: got %v, want allowed %t", test.host, test.headers, err, test.allowed)
			}
			if err != nil && client.KindOf(err) != client.Forbidden {
				t.Errorf("got kind %s, want forbidden", client.KindOf(err))
			}
		})
	}
}

func TestHostPolicyLooksAtEveryHeaderLine(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "http://localhost/__admin/health", nil)
	r.Header["Origin"] = []string{"http://localhost", "https://evil.example"}
	if Hosts(nil, fixed("")).Check(r) == nil {
		t.Error("a second Origin line was not looked at")
	}
}

func TestNoNamesAreConfiguredByAccident(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/__admin/health", nil)
	r.Host = "example.com"
	if Hosts([]string{""}, fixed("")).Check(r) == nil {
		t.Error("an empty name allowed a public one")
	}
}

func TestHostPolicyFollowsThePublicURL(t *testing.T) {
	publicURL := ""
	policy := Hosts(nil, func() string { return publicURL })
	r := httptest.NewRequest(http.MethodGet, "/__admin/world", nil)
	r.Host = "id.example.com:8443"
	for _, test := range []struct {
		publicURL string
		allowed   bool
	}{
		{"", false},
		{"https://ID.example.com", true},
		{"https://other.example.com", false},
		{"http://[::1", false},
	} {
		publicURL = test.publicURL
		if err := policy.Check(r); (err == nil) != test.allowed {
			t.Errorf("public URL %q: got %v, want allowed %t", publicURL, err, test.allowed)
		}
	}
}
