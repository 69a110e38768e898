package console_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/keyturn/keyturn/mockserver/console"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

// keyed is a server with the key and the token.
func keyed(key, token string) func(*console.Options) {
	return func(o *console.Options) {
		withToken(o)
		o.Key, o.Guard.Token = []byte(key), token
	}
}

// session signs in and returns what the cookie holds, which it takes from the browser.
func (s *stage) session(token string) string {
	s.Helper()
	s.browser.Jar = nil
	cookie, err := http.ParseSetCookie(s.signIn(token).header.Get("Set-Cookie"))
	if err != nil {
		s.Fatal(err)
	}
	return cookie.Value
}

// shows asks for a page with the session.
func (s *stage) shows(session string) int {
	s.Helper()
	return s.get("requests", "Cookie", "keyturn-console="+session).status
}

// TestSessionAtAnotherServer has servers judge the session of one that they have never
// heard of.
func TestSessionAtAnotherServer(t *testing.T) {
	t.Parallel()
	const other = "another-token"
	first := raise(t, keyed("one", planeToken), journal.Bounds{})
	session := first.session(planeToken)
	for name, test := range map[string]struct {
		key, token string
		want       int
		later      time.Duration
	}{
		"the same":          {key: "one", token: planeToken, want: http.StatusOK},
		"in the last hour":  {key: "one", token: planeToken, later: 12*time.Hour - time.Second, want: http.StatusOK},
		"at its end":        {key: "one", token: planeToken, later: 12 * time.Hour, want: http.StatusUnauthorized},
		"long after":        {key: "one", token: planeToken, later: 90 * 24 * time.Hour, want: http.StatusUnauthorized},
		"another token":     {key: "one", token: other, want: http.StatusUnauthorized},
		"another key":       {key: "two", token: planeToken, want: http.StatusUnauthorized},
		"no key":            {token: planeToken, want: http.StatusUnauthorized},
		"one for the other": {key: planeToken, token: "one", want: http.StatusUnauthorized},
	} {
		s := raise(t, keyed(test.key, test.token), journal.Bounds{})
		s.pass(test.later)
		if got := s.shows(session); got != test.want {
			t.Errorf("%s: status %d, want %d", name, got, test.want)
		}
	}
}

// TestAlteredSessions changes each byte in turn, and what is around them.
func TestAlteredSessions(t *testing.T) {
	t.Parallel()
	s := raise(t, withToken, journal.Bounds{})
	session := s.session(planeToken)
	content, err := base64.RawURLEncoding.DecodeString(session)
	if err != nil {
		t.Fatal(err)
	}
	altered := []string{"", "A", session + "AAAA", session[:len(session)-4], session[4:], strings.Repeat("A", len(session)), "*" + session[1:], session + "="}
	for i := range content {
		content[i] ^= 1
		altered = append(altered, base64.RawURLEncoding.EncodeToString(content))
		content[i] ^= 1
	}
	for _, other := range altered {
		if got := s.shows(other); got != http.StatusUnauthorized {
			t.Errorf("%s: status %d", other, got)
		}
	}
	if got := s.shows(session); got != http.StatusOK {
		t.Errorf("unaltered: status %d", got)
	}
}

// TestSigningOut ends one session of two that began in the same second, in whatever way it
// is spelled and in all namespaces, but not at another server.
func TestSigningOut(t *testing.T) {
	t.Parallel()
	s, other := raise(t, withToken, journal.Bounds{}), raise(t, withToken, journal.Bounds{})
	if _, err := s.namespaces.Create(t.Context(), namespace.Plan{Name: "mine"}); err != nil {
		t.Fatal(err)
	}
	session, second := s.session(planeToken), s.session(planeToken)
	if session == second {
		t.Fatal("two sessions are one")
	}
	s.send(http.MethodPost, "signout", "", "Cookie", "keyturn-console="+session)
	// What was never given is no sign-out, and takes none back.
	for _, forged := range []string{"nothing", session[:len(session)-6] + strings.Repeat("A", 6)} {
		s.send(http.MethodPost, "signout", "", "Cookie", "keyturn-console="+forged, "Authorization", "Bearer "+planeToken)
	}
	// The last character has bits that say nothing.
	last := strings.IndexByte("AEIMQUYcgkosw048", session[len(session)-1])
	if last < 0 {
		t.Fatalf("the session is %q", session)
	}
	respelled := session[:len(session)-1] + "BFJNRVZdhlptx159"[last:last+1]
	for _, ended := range []string{session, respelled} {
		if got := s.shows(ended); got != http.StatusUnauthorized {
			t.Errorf("after signing out: status %d for %s", got, ended)
		}
	}
	if got := s.get("/ns/mine"+console.Path, "Cookie", "keyturn-console="+session); got.status != http.StatusUnauthorized {
		t.Errorf("in another namespace: status %d", got.status)
	}
	if got := s.shows(second); got != http.StatusOK {
		t.Errorf("the other session: status %d", got)
	}
	if got := other.shows(session); got != http.StatusOK {
		t.Errorf("the other server: status %d", got)
	}
}

// TestNoSessionWithoutANonce has nobody in by what could be foreseen.
func TestNoSessionWithoutANonce(t *testing.T) {
	t.Parallel()
	s := raise(t, func(o *console.Options) {
		withToken(o)
		o.Random = iotest.ErrReader(errors.New("there is none left"))
	}, journal.Bounds{})
	if got := s.signIn(planeToken); got.status != http.StatusInternalServerError || got.header.Get("Set-Cookie") != "" {
		t.Errorf("status %d, cookie %q", got.status, got.header.Get("Set-Cookie"))
	}
}
