package mockserver_test

import (
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/file"
	"github.com/keyturn/keyturn/mockserver/store/memory"
)

// TestConsoleSessionAfterARestart signs in at a server, and shows the session to the next.
func TestConsoleSessionAfterARestart(t *testing.T) {
	t.Parallel()
	const token, other = "token-of-the-plane", "another-token"
	path := filepath.Join(t.TempDir(), "state")
	onFile := func() store.Backend {
		t.Helper()
		b, err := file.Open(path, file.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	inMemory := func() store.Backend { return memory.Backend{} }
	for name, test := range map[string]struct {
		state func() store.Backend
		token string
		want  int
	}{
		"on a file":     {state: onFile, token: token, want: http.StatusOK},
		"another token": {state: onFile, token: other, want: http.StatusUnauthorized},
		"in memory":     {state: inMemory, token: token, want: http.StatusUnauthorized},
	} {
		session := ""
		during(t, test.state(), token, func(s *mockserver.Server) {
			in := askForm(s, "/__admin/ui/signin", "", "", url.Values{"token": {token}})
			cookie, err := http.ParseSetCookie(in.Header().Get("Set-Cookie"))
			if err != nil {
				t.Fatalf("%s: signing in: %d %v", name, in.Code, err)
			}
			session = cookie.Name + "=" + cookie.Value
			if got := askJSON(s, http.MethodGet, "/__admin/ui/", "", "Cookie", session); got.Code != http.StatusOK {
				t.Errorf("%s: before the restart: %d", name, got.Code)
			}
		})
		during(t, test.state(), test.token, func(s *mockserver.Server) {
			if got := askJSON(s, http.MethodGet, "/__admin/ui/", "", "Cookie", session); got.Code != test.want {
				t.Errorf("%s: %d, want %d", name, got.Code, test.want)
			}
		})
	}
}

// during runs a server on the state, and closes both.
func during(t *testing.T, state store.Backend, token string, do func(*mockserver.Server)) {
	t.Helper()
	s, err := mockserver.New(t.Context(), mockserver.Options{State: state, AdminToken: token})
	if err != nil {
		t.Fatal(err)
	}
	do(s)
	if err := s.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if durable, is := state.(store.Durable); is {
		if err := durable.Close(); err != nil {
			t.Error(err)
		}
	}
}
