//go:build browser

package browsertest

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/admin"
	"github.com/keyturn/keyturn/mockserver/console"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

// stand is a stand-in with its console, and an application that rotates its secrets.
type stand struct {
	testing.TB

	*mockserver.Server

	url string
	// stop ends the server.
	stop func()
}

const clientPage = "client?realm=identity-service&id=my-new-app"

func start(t *testing.T, token string) *stand {
	t.Helper()
	server, err := mockserver.New(t.Context(), mockserver.Options{AdminToken: token})
	if err != nil {
		t.Fatal(err)
	}
	page := console.New(console.Options{
		Control: server,
		Enter: func(r *http.Request) (*namespace.Namespace, string, error) {
			rest, byPath := strings.CutPrefix(r.URL.Path, "/ns/")
			if !byPath {
				return server.Namespaces().Default(), "", nil
			}
			name, _, _ := strings.Cut(rest, "/")
			found, err := server.Namespaces().Find(t.Context(), name)
			return found, "/ns/" + name, err
		},
		Providers: []console.Provider{{Name: "identity-service", Realm: "identity-service"}, {Name: "authing-v2", Realm: "authing"}},
		Guard:     admin.Guard{Hosts: admin.Hosts(nil, func() string { return "" }), Token: token},
		Key:       []byte("the key of sessions"),
	})
	// The streams end before the server waits for its connections.
	ctx, end := context.WithCancel(context.Background())
	listening := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, console.Path) {
			page.ServeHTTP(w, r)
			return
		}
		server.ServeHTTP(w, r)
	}))
	listening.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	listening.Start()
	stop := sync.OnceFunc(func() { end(); listening.CloseClientConnections(); listening.Close() })
	t.Cleanup(stop)
	return &stand{TB: t, Server: server, url: listening.URL, stop: stop}
}

func (s *stand) console() string { return s.url + console.Path }

// rotate adds a secret that lives for so long, and returns it.
func (s *stand) rotate(lives time.Duration) string {
	s.Helper()
	expiry := s.Clock().Now().Add(lives).UTC().Format(time.RFC3339)
	reply, status := s.send("/api/tenants/acme/applications/my-new-app/secrets", "application/json", `{"expirationDate":"`+expiry+`"}`, "token")
	var added struct {
		ClientSecret string `json:"clientSecret"`
	}
	if err := json.Unmarshal(reply, &added); err != nil || status != http.StatusOK || added.ClientSecret == "" {
		s.Fatalf("the rotation: status %d, %v\n%s", status, err, reply)
	}
	return added.ClientSecret
}

// use asks for a token with the secret and returns the status.
func (s *stand) use(secret string) int {
	s.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"my-new-app"}, "client_secret": {secret}}
	_, status := s.send("/connect/token", "application/x-www-form-urlencoded", form.Encode(), "")
	return status
}

func (s *stand) send(path, media, body, bearer string) ([]byte, int) {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.url+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	request.Header.Set("Content-Type", media)
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.Fatal(err)
	}
	return text, response.StatusCode
}
