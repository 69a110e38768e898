package console_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/admin"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/console"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/provider/angusgm"
	"github.com/keyturn/keyturn/mockserver/provider/authingv2"
	"github.com/keyturn/keyturn/mockserver/provider/identityservice"
	"github.com/keyturn/keyturn/mockserver/realm"
	"github.com/keyturn/keyturn/mockserver/store/memory"
)

// start is a Tuesday.
var start = time.Date(2026, 3, 3, 10, 0, 0, 0, time.UTC)

// stage is a console over namespaces that a test plays in.
type stage struct {
	testing.TB

	namespaces *namespace.Registry
	server     *httptest.Server
	// system is what the system's clock shows, in Unix nanoseconds.
	system   atomic.Int64
	browser  *http.Client
	redactor *journal.Redactor
	// end ends the streams.
	end func()
}

func (s *stage) Namespaces() *namespace.Registry { return s.namespaces }

func (s *stage) Redactor() *journal.Redactor { return s.redactor }

// Operations are some of what the emulated APIs have.
func (*stage) Operations() []journal.Operation {
	return []journal.Operation{
		{Provider: identityservice.Name, ID: "createSecret", Method: http.MethodPost, Path: "/api/tenants/{tenant}/applications/{clientId}/secrets"},
		{Provider: authingv2.Name, ID: "refreshApplicationSecret", Method: http.MethodPatch, Path: "/api/v2/application/{appId}/refresh-secret"},
	}
}

func (s *stage) now() time.Time { return time.Unix(0, s.system.Load()).UTC() }

func (s *stage) pass(d time.Duration) { s.system.Add(int64(d)) }

// raise starts a console. set may change its options.
func raise(t testing.TB, set func(*console.Options), bounds journal.Bounds) *stage {
	t.Helper()
	s := &stage{TB: t, redactor: journal.NewRedactor()}
	s.system.Store(start.UnixNano())
	world, err := fixtures.Default()
	if err != nil {
		t.Fatal(err)
	}
	var kinds []realm.Kind
	emulated := []provider.Provider{angusgm.New(), authingv2.New(), identityservice.New()}
	for _, p := range emulated {
		kinds = append(kinds, p.Realm)
	}
	s.namespaces, err = namespace.New(t.Context(), namespace.Options{
		Kinds: kinds, System: s.now, Random: zeros{}, Backend: memory.Backend{}, World: world, Journal: bounds,
	})
	if err != nil {
		t.Fatal(err)
	}
	options := console.Options{
		Control: s, Enter: s.enter, System: s.now, Logger: slog.New(slog.DiscardHandler),
		Guard: admin.Guard{Hosts: admin.Hosts(nil, func() string { return "" })},
	}
	for _, p := range emulated {
		options.Providers = append(options.Providers, console.Provider{Name: p.Name, Realm: p.Realm.Name})
	}
	if set != nil {
		set(&options)
	}
	handler := console.New(options)
	ending, end := context.WithCancel(context.Background())
	s.end = end
	s.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(ending, cancel)()
		handler.ServeHTTP(w, r.WithContext(ctx))
	}))
	// Limits as a server has them; a stream has to outlast them.
	s.server.Config.ReadTimeout, s.server.Config.WriteTimeout = 3*time.Second, 3*time.Second
	s.server.Start()
	t.Cleanup(func() { end(); s.server.Close() })
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.browser = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return s
}

// zeros is randomness that a test can foresee.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func (s *stage) enter(r *http.Request) (*namespace.Namespace, string, error) {
	rest, byPath := strings.CutPrefix(r.URL.Path, "/ns/")
	if label, _, byHost := strings.Cut(r.Host, ".localhost"); byHost {
		found, err := s.namespaces.Find(r.Context(), label)
		return found, "", err
	}
	if !byPath {
		return s.namespaces.Default(), "", nil
	}
	name, _, _ := strings.Cut(rest, "/")
	found, err := s.namespaces.Find(r.Context(), name)
	return found, "/ns/" + name, err
}

// key is the client that most tests are about.
var key = client.Key{Realm: "identity-service", ID: "my-new-app"}

// issue gives the client another secret, in the store and in the journal.
func (s *stage) issue(n *namespace.Namespace, id, value string, lives time.Duration) {
	s.Helper()
	now := n.Clock().Now()
	secret := client.NewSecret(id, value, now)
	if lives > 0 {
		secret.ExpiresAt = now.Add(lives)
	}
	if _, err := n.Store().Update(s.Context(), key, func(c *client.Client) error { return c.Add(secret, client.Policy{}, now) }); err != nil {
		s.Fatal(err)
	}
	s.record(n, journal.Entry{
		Method: http.MethodPost, Target: "/api/tenants/acme/applications/my-new-app/secrets", Status: http.StatusCreated, Operation: "createSecret",
		ReplyHeader: http.Header{"Content-Type": {"application/json"}}, ReplyBody: []byte(`{"id":"` + id + `","value":"` + value + `"}`),
		Changes: []journal.Change{{Realm: key.Realm, Client: key.ID, Secret: id, Digest: secret.Digest, Kind: journal.ChangeIssued, ExpiresAt: secret.ExpiresAt}},
	})
}

// present asks for a token with the secret.
func (s *stage) present(n *namespace.Namespace, value string) {
	s.Helper()
	found, err := n.Store().Get(s.Context(), key)
	if err != nil {
		s.Fatal(err)
	}
	use := journal.Use{Realm: key.Realm, Client: key.ID, Digest: client.DigestOf(value), Outcome: journal.UseUnknown}
	for _, secret := range found.Secrets {
		if secret.Digest != use.Digest {
			continue
		}
		use.Secret, use.Outcome = secret.ID, journal.UseAccepted
		switch {
		case secret.Deleted():
			use.Outcome = journal.UseDeleted
		case secret.Expired(n.Clock().Now()):
			use.Outcome = journal.UseExpired
		}
	}
	status := http.StatusOK
	if use.Outcome != journal.UseAccepted {
		status = http.StatusUnauthorized
	}
	s.record(n, journal.Entry{
		Method: http.MethodPost, Target: "/acme/connect/token", Operation: "token", Status: status, Uses: []journal.Use{use},
		RequestHeader: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		RequestBody:   []byte("grant_type=client_credentials&client_id=my-new-app&client_secret=" + value),
	})
}

func (s *stage) record(n *namespace.Namespace, e journal.Entry) {
	e.At, e.Duration = n.Clock().Now(), 1300*time.Microsecond
	if e.Provider == "" {
		e.Provider = identityservice.Name
	}
	n.Journal().Record(e)
}

// answer is what the console answered.
type answer struct {
	status int
	header http.Header
	body   string
}

func (s *stage) get(page string, headers ...string) answer {
	s.Helper()
	return s.send(http.MethodGet, page, "", headers...)
}

// post sends a form, given as names and values.
func (s *stage) post(page string, pairs ...string) answer {
	s.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return s.send(http.MethodPost, page, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func (s *stage) send(method, page, body string, headers ...string) answer {
	s.Helper()
	address := page
	if !strings.HasPrefix(page, "/") {
		address = console.Path + page
	}
	request, err := http.NewRequestWithContext(s.Context(), method, s.server.URL+address, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.browser.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

// from posts a form under another host name.
func (s *stage) from(host, page, form string) answer {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.server.URL+console.Path+page, strings.NewReader(form))
	if err != nil {
		s.Fatal(err)
	}
	request.Host = host
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := s.browser.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}
