package checks_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

// runID begins the ids of clients that do not exist; each run has its own.
var runID = regexp.MustCompile(`keyturn-[0-9a-f]+`)

// replay runs the random sequences with a seed against a service of its own, and gives
// what that was asked, in order and without what is secret, and what came of it.
func replay(t *testing.T, policy profile.Policy, fault string, seed int64) (asked []string, result report.Result) {
	t.Helper()
	service := &till{policy: policy, fault: fault, clients: map[string]*tillClient{}}
	bound := service.bind(t)
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		line := fmt.Sprintf("%s %s as %q", r.Method, runID.ReplaceAllString(r.URL.Path, "keyturn-"), r.Header.Get("Authorization"))
		if id, secret, ok := r.BasicAuth(); ok { // the number of the secret is the same where its value is not
			service.mu.Lock()
			line = fmt.Sprintf("ask about secret %d of %s", service.place(id, secret), id)
			service.mu.Unlock()
		}
		if r.Method == http.MethodPatch {
			line += " " + string(body)
		}
		mu.Lock()
		asked = append(asked, line)
		mu.Unlock()
		service.ServeHTTP(w, r)
	}))
	defer server.Close()
	finished, err := conformance.Run(t.Context(), conformance.Options{
		URL: server.URL, Profile: bound, Checks: checks.All(), Filter: "CON-014", Seed: seed,
		Journal: filepath.Join(t.TempDir(), "journal"), Limits: profile.Limits{Timeout: 5 * time.Second, Wall: time.Minute},
	})
	if err != nil {
		t.Fatal(err)
	}
	return asked, finished.Results[0]
}

// place is where a secret is among those of a client, 0 where it is not.
func (l *till) place(id, secret string) int {
	if c := l.clients[id]; c != nil {
		for i, one := range c.secrets {
			if one.value == secret {
				return i + 1
			}
		}
	}
	return 0
}

// TestSeedReplays demands that the seed of a report does the same once more, request by
// request: where all is well, and where a sequence fails and is shrunk.
func TestSeedReplays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		policy profile.Policy
		fault  string
	}{
		{tillReplaces, ""},
		{tillAdds, ""},
		{tillReplaces, "an update revives the first secret"},
		{tillAdds, "a deletion ends the next one too"},
	} {
		t.Run(test.policy.Rotation+" "+test.fault, func(t *testing.T) {
			t.Parallel()
			first, result := replay(t, test.policy, test.fault, 3)
			again, same := replay(t, test.policy, test.fault, 3)
			if test.fault == "" { // otherwise how often is asked depends on the clock
				if diff := cmp.Diff(first, again); diff != "" {
					t.Errorf("the same seed asks for something else (-first +again):\n%s", diff)
				}
			}
			if diff := cmp.Diff(result.Steps, same.Steps); diff != "" || result.Verdict != same.Verdict || result.Message != same.Message {
				t.Errorf("%s: %s\nand once more %s: %s\n%s", result.Verdict, result.Message, same.Verdict, same.Message, diff)
			}
			other, _ := replay(t, test.policy, test.fault, 4)
			if cmp.Equal(first, other) {
				t.Error("another seed asks for the same")
			}
			if test.fault != "" && (result.Verdict != report.Fail || !strings.Contains(result.Message, "of seed 3")) {
				t.Errorf("%s: %s", result.Verdict, result.Message)
			}
		})
	}
}
