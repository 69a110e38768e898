package checks_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/profile"
)

// TestAll holds bodies and catalogue together: one for each entry that is not
// retired, in its order.
func TestAll(t *testing.T) {
	entries, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, family := range entries.Families {
		for _, entry := range family.Checks {
			if entry.Retired == "" {
				want = append(want, entry.ID)
			}
		}
	}
	for _, check := range checks.All() {
		got = append(got, check.ID)
		if check.Run == nil {
			t.Errorf("%s has no body", check.ID)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries without a body (-), bodies without an entry or out of order (+):\n%s", diff)
	}
}

// profiles are the built-in ones and those of the invented vendor.
func profiles(t *testing.T) map[string]*profile.Bound {
	t.Helper()
	all := map[string]*profile.Bound{}
	for _, name := range []string{"angusgm", "authing-v2", "genauth-v3", "identity-service"} {
		one, err := profile.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = one
	}
	for edition, one := range bindings(t) {
		all["locksmith "+edition] = one
	}
	return all
}

// TestPlan sees every check planned for every profile, and nothing sent.
func TestPlan(t *testing.T) {
	for name, bound := range profiles(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var connections atomic.Int64
			server := httptest.NewUnstartedServer(http.NotFoundHandler())
			server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					connections.Add(1)
				}
			}
			server.Start()
			defer server.Close()
			var plan strings.Builder
			err := conformance.WritePlan(t.Context(), &plan, conformance.Options{URL: server.URL, Profile: bound, Checks: checks.All(), Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			for _, check := range checks.All() {
				if strings.Count(plan.String(), "\n"+check.ID+" ") != 1 {
					t.Errorf("%s is not in the plan once", check.ID)
				}
			}
			if made := connections.Load(); made != 0 {
				t.Errorf("%d connections were made", made)
			}
			if token := bound.Credentials.Admin.Token; len(token) > 8 && strings.Contains(plan.String(), token) {
				t.Errorf("the plan shows the token of the admin")
			}
		})
	}
}
