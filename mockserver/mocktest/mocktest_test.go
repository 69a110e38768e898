package mocktest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/specs"
)

// world has one tenant, with a name that no other world has.
const world = "version: 1\nrealms:\n  identity-service:\n    tenants: [{id: own}]\n    principals: [{name: me, token: mine, role: admin, tenants: [own]}]\n    clients: [{id: app, tenant: own}]\n"

func get(t *testing.T, client *http.Client, address, token string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

const discovery = "/.well-known/openid-configuration"

// TestOptions takes each option with a port and without.
func TestOptions(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "world.yaml")
	if err := os.WriteFile(file, []byte(world), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		options []mocktest.Option
		check   func(t *testing.T, s *mocktest.Server)
	}{
		"none": {nil, func(t *testing.T, s *mocktest.Server) {
			if !strings.HasPrefix(s.BaseURL(), "http://") || strings.HasSuffix(s.BaseURL(), "/") || len(s.CA()) != 0 || len(s.Defects()) != 0 {
				t.Errorf("got %s with %d bytes of certificate and the defects %q", s.BaseURL(), len(s.CA()), s.Defects())
			}
			if _, body := get(t, s.HTTPClient(), s.BaseURL()+discovery, ""); !strings.Contains(body, `"issuer":"`+s.BaseURL()) {
				t.Errorf("got %s, want the base URL for the issuer", body)
			}
		}},
		"world": {[]mocktest.Option{mocktest.WithWorld(file)}, func(t *testing.T, s *mocktest.Server) {
			if status, body := get(t, s.HTTPClient(), s.BaseURL()+"/api/tenants/own/applications/app/secrets", "mine"); status != http.StatusOK {
				t.Errorf("got %d %s", status, body)
			}
		}},
		"world of a folder": {[]mocktest.Option{mocktest.WithWorld(filepath.Dir(file))}, func(t *testing.T, s *mocktest.Server) {
			if status, body := get(t, s.HTTPClient(), s.BaseURL()+"/api/tenants/own/applications/app/secrets", "mine"); status != http.StatusOK {
				t.Errorf("got %d %s", status, body)
			}
		}},
		"defects": {[]mocktest.Option{mocktest.WithDefect("old-secret-lives-3s"), mocktest.WithDefect("old-secret-returns")}, func(t *testing.T, s *mocktest.Server) {
			if got := s.Defects(); len(got) != 2 {
				t.Errorf("%q are on, want both", got)
			}
			if err := s.SetDefects(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := s.Admin().Reset(t.Context()); err != nil || len(s.Defects()) != 2 {
				t.Errorf("%v; %q are on after a reset, want both", err, s.Defects())
			}
		}},
		"token": {[]mocktest.Option{mocktest.WithAdminToken("only-for-tests")}, func(t *testing.T, s *mocktest.Server) {
			if status, _ := get(t, s.HTTPClient(), s.BaseURL()+"/__admin/world", "another"); status != http.StatusUnauthorized {
				t.Errorf("got %d for another token", status)
			}
			if _, err := s.Admin().World(t.Context()); err != nil {
				t.Error(err)
			}
		}},
		"public URL": {[]mocktest.Option{mocktest.WithPublicURL("https://id.example/base")}, func(t *testing.T, s *mocktest.Server) {
			if _, body := get(t, s.HTTPClient(), s.BaseURL()+discovery, ""); !strings.Contains(body, `"issuer":"https://id.example/base`) {
				t.Errorf("got %s, want the public URL for the issuer", body)
			}
		}},
		"TLS": {[]mocktest.Option{mocktest.WithTLS()}, func(t *testing.T, s *mocktest.Server) {
			if _, body := get(t, s.HTTPClient(), s.BaseURL()+discovery, ""); !strings.HasPrefix(s.BaseURL(), "https://") || !strings.Contains(body, `"issuer":"`+s.BaseURL()) {
				t.Errorf("got %s from %s, want the base URL for the issuer", body, s.BaseURL())
			}
			if got, err := s.Admin().CA(t.Context()); err != nil || len(got) == 0 || string(got) != string(s.CA()) {
				t.Errorf("got %q, %v, want %q", got, err, s.CA())
			}
		}},
		"the rest": {[]mocktest.Option{
			mocktest.WithTLS(),
			mocktest.WithOptions(func(o *mockserver.Options) { *o = mockserver.Options{Journal: journal.Bounds{Entries: 7}} }),
		}, func(t *testing.T, s *mocktest.Server) {
			if got := s.Journal().Snapshot().Bounds.Entries; got != 7 {
				t.Errorf("the journal takes %d entries, want 7", got)
			}
			if _, err := s.Admin().CA(t.Context()); err != nil {
				t.Error(err)
			}
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.check(t, mocktest.Start(t, test.options...))
		})
		t.Run(name+", in memory", func(t *testing.T) {
			t.Parallel()
			test.check(t, mocktest.Start(t, append([]mocktest.Option{mocktest.WithoutListener()}, test.options...)...))
		})
	}
}

// failing is a test that only wants to know how it would fail.
type failing struct {
	testing.TB

	message string
}

func (f *failing) Helper() {}

func (f *failing) Fatalf(format string, args ...any) {
	f.message = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (f *failing) Error(args ...any) { f.message += fmt.Sprint(args...) }

func TestOptionsThatCannotBeFollowed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		option mocktest.Option
		want   string
	}{
		"world":      {mocktest.WithWorld("no-such-file.yaml"), "start a stand-in: WithWorld: "},
		"defect":     {mocktest.WithDefect("no-such-defect"), "start a stand-in: WithDefect: "},
		"token":      {mocktest.WithAdminToken(""), "start a stand-in: WithAdminToken: "},
		"public URL": {mocktest.WithPublicURL("nowhere"), "start a stand-in: WithPublicURL: "},
		"options":    {mocktest.WithOptions(nil), "start a stand-in: WithOptions: "},
		"the rest":   {mocktest.WithOptions(func(o *mockserver.Options) { o.Defects = []string{"no-such-defect"} }), "start a stand-in: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			judge := &failing{TB: t}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				mocktest.Start(judge, test.option)
			}()
			<-ended
			if !strings.HasPrefix(judge.message, test.want) || len(judge.message) == len(test.want) {
				t.Errorf("got %q, want %q and the reason", judge.message, test.want)
			}
		})
	}
}

func TestProviderURL(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t, mocktest.WithoutListener())
	for _, name := range specs.Names() {
		if name == specs.Admin {
			continue
		}
		if got := standIn.ProviderURL(name); got != standIn.BaseURL() {
			t.Errorf("%s: got %s, want %s", name, got, standIn.BaseURL())
		}
		document, err := specs.Load(name)
		if err != nil || len(document.Servers) != 0 {
			t.Errorf("%s: %v, or it has a base path of its own", name, err)
		}
	}
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, `no provider "authing", want one of angusgm, authing-v2, `) || strings.Contains(text, specs.Admin+",") {
			t.Errorf("got %q, want the providers there are", text)
		}
	}()
	standIn.ProviderURL("authing")
}

// TestAuthorityIsForOtherClients trusts the certificate by nothing but its text, and
// by nothing.
func TestAuthorityIsForOtherClients(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t, mocktest.WithTLS("id.example.com"))
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(standIn.CA()) {
		t.Fatalf("got %q for a certificate", standIn.CA())
	}
	for _, name := range []string{"", "localhost", "id.example.com"} {
		trusting := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: name}, DisableKeepAlives: true}
		if status, _ := get(t, &http.Client{Transport: trusting}, standIn.BaseURL()+discovery, ""); status != http.StatusOK {
			t.Errorf("as %q: got %d", name, status)
		}
	}
	if response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(standIn.BaseURL()); err == nil {
		response.Body.Close()
		t.Error("a client that was not told of the authority trusts it")
	}
}

// TestTimeOfABubble lets a secret expire a month later at once.
func TestTimeOfABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		standIn := mocktest.Start(t, mocktest.WithoutListener(), inMemory)
		const path = "/api/tenants/acme/applications/my-new-app/secrets"
		expires := time.Now().Add(30 * 24 * time.Hour).UTC().Format(time.RFC3339)
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, standIn.BaseURL()+path, strings.NewReader(`{"expirationDate":"`+expires+`"}`))
		request.Header.Set("Authorization", "Bearer token")
		request.Header.Set("Content-Type", "application/json")
		response, err := standIn.HTTPClient().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var added struct{ ClientSecret string }
		err = json.NewDecoder(response.Body).Decode(&added)
		response.Body.Close()
		if err != nil || added.ClientSecret == "" {
			t.Fatalf("got %+v, %v", added, err)
		}
		proves := func() int {
			form := url.Values{"token": {"any"}, "client_id": {"my-new-app"}, "client_secret": {added.ClientSecret}}
			response, err := standIn.HTTPClient().PostForm(standIn.BaseURL()+"/connect/revoke", form)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			return response.StatusCode
		}
		if got := proves(); got != http.StatusOK {
			t.Errorf("got %d at once, want 200", got)
		}
		time.Sleep(30*24*time.Hour + time.Second)
		if got := proves(); got != http.StatusUnauthorized {
			t.Errorf("got %d a month later, want 401", got)
		}
	})
}

// TestCertificatesOutliveABubble connects anew after all that a browser would allow a
// certificate.
func TestCertificatesOutliveABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		standIn := mocktest.Start(t, mocktest.WithoutListener(), mocktest.WithTLS(), inMemory)
		time.Sleep(9 * 365 * 24 * time.Hour)
		if err := standIn.Admin().Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestNothingAnswersAfterTheEnd keeps a client for longer than its test.
func TestNothingAnswersAfterTheEnd(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]mocktest.Option{"port": nil, "memory": {mocktest.WithoutListener()}} {
		var standIn *mocktest.Server
		t.Run(name, func(t *testing.T) { standIn = mocktest.Start(t, options...) })
		if err := standIn.Admin().Ready(context.WithoutCancel(t.Context())); err == nil {
			t.Errorf("%s: it is ready", name)
		}
	}
}
