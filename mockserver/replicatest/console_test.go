package replicatest_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
)

// TestASignInIsGoodAtAllReplicas signs in to the console at each of them and uses it at all,
// and at one that joins later. What a form changes at one is on the page of the next.
func TestASignInIsGoodAtAllReplicas(t *testing.T) {
	t.Parallel()
	const page = "/__admin/ui/"
	dsn := server.Get(t).Database(t)
	with := func(token string) func(*mockserver.Options) {
		return func(o *mockserver.Options) { o.AdminToken = token }
	}
	var replicas []*replica
	for range count {
		replicas = append(replicas, raised(t, dsn, with("token-of-all")))
	}
	var sessions []string
	for i, one := range replicas {
		in := apitest.New(t, one.base).Form(page+"signin", map[string]string{"token": "token-of-all"})
		session, _, _ := strings.Cut(in.Header.Get("Set-Cookie"), ";")
		if in.Status != http.StatusSeeOther || session == "" {
			t.Fatalf("replica %d: HTTP %d %s", i, in.Status, in.Text)
		}
		sessions = append(sessions, session)
	}
	replicas = append(replicas, raised(t, dsn, with("token-of-all")))
	for from, session := range sessions {
		browser := func(at int) apitest.API { return apitest.New(t, replicas[at].base).With("Cookie", session) }
		for i := range replicas {
			if got := browser(i).Send(http.MethodGet, page); got.Status != http.StatusOK || !strings.Contains(got.Text, "Sign out") {
				t.Errorf("replica %d: HTTP %d with the session of %d", i, got.Status, from)
			}
		}
		name, other := "from-"+strconv.Itoa(from), (from+1)%count
		if got := browser(other).Form(page+"snapshot", map[string]string{"name": name}); got.Status != http.StatusSeeOther {
			t.Errorf("replica %d: HTTP %d to a form with the session of %d", other, got.Status, from)
		}
		if got := browser((from+2)%count).Send(http.MethodGet, page); !strings.Contains(got.Text, name) {
			t.Errorf("the snapshot %s is not on the page of the next", name)
		}
	}
	if got := apitest.New(t, raised(t, dsn, with("token-of-another")).base).With("Cookie", sessions[0]).Send(http.MethodGet, page); got.Status != http.StatusUnauthorized {
		t.Errorf("a replica with another token: HTTP %d", got.Status)
	}
}
