package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/admin"
	"github.com/keyturn/keyturn/mockserver/console"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

const planeToken = "token-of-the-plane"

func withToken(o *console.Options) { o.Guard = admin.Guard{Token: planeToken, Closed: true} }

// TestOthersAreKeptOut holds every page and action to what the plane's guard refuses.
func TestOthersAreKeptOut(t *testing.T) {
	t.Parallel()
	for kind, set := range map[string]func(*console.Options){"by place": nil, "by token": withToken} {
		s := raise(t, set, journal.Bounds{})
		if set != nil {
			s.signIn(planeToken)
		}
		for name, headers := range map[string][]string{
			"another site":  {"Sec-Fetch-Site", "cross-site"},
			"a sister site": {"Sec-Fetch-Site", "same-site"},
			"its origin":    {"Origin", "https://example.com"},
			"nobody's":      {"Origin", "null"},
		} {
			for _, page := range []string{"", clientPage, "stream"} {
				if got := s.get(page, headers...); got.status != http.StatusForbidden {
					t.Errorf("%s, %s: GET %q answers %d", kind, name, page, got.status)
				}
			}
			for _, action := range []string{"clock", "reset", clientPage, "signin", "signout"} {
				sent := append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)
				if got := s.send(http.MethodPost, action, "advance=1h&token="+planeToken, sent...); got.status != http.StatusForbidden {
					t.Errorf("%s, %s: POST %q answers %d", kind, name, action, got.status)
				}
			}
		}
		if now := s.namespaces.Default().Clock().Now(); !now.Equal(start) {
			t.Errorf("%s: somebody else moved the clock to %v", kind, now)
		}
	}
}

func TestForeignNames(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.server.URL+console.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "rebound.example.com"
	response, err := s.browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("status %d under a name that could be a public one", response.StatusCode)
	}
}

// TestClosed says what to set, in the words of the guard.
func TestClosed(t *testing.T) {
	t.Parallel()
	s := raise(t, func(o *console.Options) { o.Guard = admin.Guard{Closed: true} }, journal.Bounds{})
	got := s.get("")
	if got.status != http.StatusForbidden || !strings.Contains(got.body, "start it with --admin-plane-token or KEYTURN_ADMIN_PLANE_TOKEN") {
		t.Errorf("status %d\n%.400s", got.status, got.body)
	}
	if strings.Contains(got.body, `name="token"`) {
		t.Error("there is a form for a token that does not exist")
	}
}

// signIn returns the answer to the form.
func (s *stage) signIn(token string) answer {
	s.Helper()
	return s.post("signin", "token", token, "to", "requests")
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := raise(t, withToken, journal.Bounds{})
	first := s.get("requests?only=faults")
	if first.status != http.StatusUnauthorized || !strings.Contains(first.body, `name="to" value="requests?only=faults"`) {
		t.Fatalf("without a session: status %d\n%.400s", first.status, first.body)
	}
	if got := s.get("assets/nothing"); got.status != http.StatusNotFound {
		t.Errorf("the style of the page to sign in asks to sign in: %d", got.status)
	}
	if got := s.signIn("not-the-token"); got.status != http.StatusUnauthorized || !strings.Contains(got.body, "this is not the token") || got.header.Get("Set-Cookie") != "" {
		t.Errorf("a wrong token: status %d, cookie %q", got.status, got.header.Get("Set-Cookie"))
	}
	in := s.signIn(planeToken)
	cookie := in.header.Get("Set-Cookie")
	if in.status != http.StatusSeeOther || in.header.Get("Location") != "./requests" {
		t.Errorf("the token: status %d to %q", in.status, in.header.Get("Location"))
	}
	for _, want := range []string{"; Path=/__admin/ui/", "; HttpOnly", "; SameSite=Strict", "; Max-Age=43200"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie %q has no %q", cookie, want)
		}
	}
	if strings.Contains(cookie, planeToken) || strings.Contains(cookie, "Secure") {
		t.Errorf("the cookie is %q", cookie)
	}
	if got := s.get("requests"); got.status != http.StatusOK || !strings.Contains(got.body, "Sign out") {
		t.Errorf("with a session: status %d", got.status)
	}
	s.pass(12 * time.Hour)
	if got := s.get("requests"); got.status != http.StatusUnauthorized {
		t.Errorf("12 hours later: status %d", got.status)
	}
	s.signIn(planeToken)
	if got := s.post("signout"); got.status != http.StatusSeeOther || !strings.Contains(got.header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("signing out: status %d", got.status)
	}
	if got := s.get(""); got.status != http.StatusUnauthorized {
		t.Errorf("after signing out: status %d", got.status)
	}
	if got := s.get("", "Authorization", "Bearer "+planeToken); got.status != http.StatusOK {
		t.Errorf("with the token itself: status %d", got.status)
	}
}

// TestSessionComesAlong sees that another namespace needs no other session.
func TestSessionComesAlong(t *testing.T) {
	t.Parallel()
	s := raise(t, withToken, journal.Bounds{})
	if _, err := s.namespaces.Create(t.Context(), namespace.Plan{Name: "mine"}); err != nil {
		t.Fatal(err)
	}
	s.signIn(planeToken)
	mine := "/ns/mine" + console.Path
	if got := s.get(mine); got.status != http.StatusUnauthorized {
		t.Errorf("before it was opened: status %d", got.status)
	}
	if got := s.post("namespace-open", "name", "mine"); !strings.Contains(got.header.Get("Set-Cookie"), "; Path=/ns/mine/__admin/ui/;") {
		t.Errorf("the cookie is %q", got.header.Get("Set-Cookie"))
	}
	if got := s.get(mine); got.status != http.StatusOK {
		t.Errorf("after it was opened: status %d", got.status)
	}
}

// TestNoNamespaceIsTold to whoever is not in.
func TestNoNamespaceIsTold(t *testing.T) {
	t.Parallel()
	s := raise(t, withToken, journal.Bounds{})
	for _, page := range []string{"", "signin"} {
		if got := s.get("/ns/nobody" + console.Path + page); page == "" && got.status != http.StatusUnauthorized {
			t.Errorf("%q: status %d", page, got.status)
		}
	}
	if got := s.post("/ns/nobody"+console.Path+"signin", "token", "wrong-token"); got.status != http.StatusUnauthorized {
		t.Errorf("status %d", got.status)
	}
}
