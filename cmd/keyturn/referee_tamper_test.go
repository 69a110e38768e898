package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// between puts a handler between the referee and the stand-in, with the way on.
func between(t *testing.T, tamper func(w http.ResponseWriter, r *http.Request, pass http.Handler)) string {
	t.Helper()
	target, err := url.Parse(mocktest.Start(t).BaseURL())
	if err != nil {
		t.Fatal(err)
	}
	pass := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { tamper(w, r, pass) }))
	t.Cleanup(server.Close)
	return server.URL
}

// referee runs chosen checks on an address, with bounds that a test can wait for.
func referee(t *testing.T, provider, address, filter string) *conformance.Finished {
	t.Helper()
	bound, err := profile.Builtin(provider)
	if err != nil {
		t.Fatal(err)
	}
	bound.Policy.Accept, bound.Policy.Refuse = 300*time.Millisecond, 300*time.Millisecond
	finished, err := conformance.Run(t.Context(), conformance.Options{
		URL: address, Profile: bound, Checks: checks.All(), Filter: filter, Journal: filepath.Join(t.TempDir(), "journal"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return finished
}

func verdictOf(finished *conformance.Finished, id string) report.Verdict {
	for _, result := range finished.Results {
		if result.ID == id {
			return result.Verdict
		}
	}
	return "missing"
}

// backdoor lets every secret that a client ever had in by some doors of GenAuth V3: it
// knows them from the replies and puts the current one in their place.
type backdoor struct {
	open func(r *http.Request) bool

	mu     sync.Mutex
	secret map[string]string // of each client
	owner  map[string]string // of each secret that ever was
}

func (b *backdoor) tamper(w http.ResponseWriter, r *http.Request, pass http.Handler) {
	body, _ := io.ReadAll(r.Body)
	if strings.HasPrefix(r.URL.Path, "/oidc/") && b.open(r) {
		body = b.swap(r, body)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	recorder := httptest.NewRecorder()
	pass.ServeHTTP(recorder, r)
	if strings.HasSuffix(r.URL.Path, "-application-secret") {
		b.learn(r, body, recorder.Body.Bytes())
	}
	maps.Copy(w.Header(), recorder.Header())
	w.WriteHeader(recorder.Code)
	w.Write(recorder.Body.Bytes())
}

func (b *backdoor) learn(r *http.Request, sent, got []byte) {
	var asked struct{ AppID string }
	var reply struct{ Data struct{ Secret string } }
	json.Unmarshal(sent, &asked)
	json.Unmarshal(got, &reply)
	if asked.AppID == "" {
		asked.AppID = r.URL.Query().Get("appId")
	}
	if reply.Data.Secret == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.secret[asked.AppID], b.owner[reply.Data.Secret] = reply.Data.Secret, asked.AppID
}

func (b *backdoor) swap(r *http.Request, body []byte) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	if id, secret, ok := r.BasicAuth(); ok && b.owner[secret] == id {
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+b.secret[id])))
	}
	form, _ := url.ParseQuery(string(body))
	if id := form.Get("client_id"); id != "" && b.owner[form.Get("client_secret")] == id {
		form.Set("client_secret", b.secret[id])
	}
	return []byte(form.Encode())
}

// TestOneOpenDoor leaves retired secrets alive at one endpoint, or in one way to
// authenticate, of many: the referee asks at every one.
func TestOneOpenDoor(t *testing.T) {
	t.Parallel()
	basic := func(r *http.Request) bool { _, _, ok := r.BasicAuth(); return ok }
	for name, test := range map[string]struct {
		open func(*http.Request) bool
		want report.Verdict
	}{
		"none":          {func(*http.Request) bool { return false }, report.Pass},
		"token":         {func(r *http.Request) bool { return r.URL.Path == "/oidc/token" }, report.Fail},
		"introspection": {func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "introspection") }, report.Fail},
		"basic":         {basic, report.Fail},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			door := &backdoor{open: test.open, secret: map[string]string{}, owner: map[string]string{}}
			finished := referee(t, "genauth-v3", between(t, door.tamper), "ROT-003")
			if got := verdictOf(finished, "ROT-003"); got != test.want {
				t.Errorf("ROT-003 is %s, want %s: %s", got, test.want, finished.Oracle.Proof)
			}
		})
	}
}

// TestDeletionIsChecked has deletions succeed that do nothing, or a gateway that knows
// nobody: the referee says what is still there.
func TestDeletionIsChecked(t *testing.T) {
	t.Parallel()
	var nobody atomic.Bool
	for name, answer := range map[string]func(w http.ResponseWriter, r *http.Request, pass http.Handler){
		"knows nobody any more": func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
			if r.Method == http.MethodDelete {
				nobody.Store(true)
			}
			if nobody.Load() {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusNotFound)
				io.WriteString(w, `{"code":"E0","msg":"not found"}`)
				return
			}
			pass.ServeHTTP(w, r)
		},
		"does nothing": func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
			if r.Method != http.MethodDelete {
				pass.ServeHTTP(w, r)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		},
		"a gateway's 404": func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
			if r.Method != http.MethodDelete {
				pass.ServeHTTP(w, r)
				return
			}
			http.Error(w, "<h1>404</h1>", http.StatusNotFound)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			finished := referee(t, "angusgm", between(t, answer), "ROT-002")
			if len(finished.Leftovers) != 2 || finished.Exit != conformance.ExitLeftovers {
				t.Errorf("left behind: %v, exit %d, want the canary and the check's client, exit 5", finished.Leftovers, finished.Exit)
			}
		})
	}
}

// TestDeletionIsTriedAgain has every deletion fail once.
func TestDeletionIsTriedAgain(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]bool{}
	finished := referee(t, "angusgm", between(t, func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		mu.Lock()
		first := r.Method == http.MethodDelete && !seen[r.URL.RawQuery]
		seen[r.URL.RawQuery] = true
		mu.Unlock()
		if first {
			http.Error(w, `{"code":"E2"}`, http.StatusInternalServerError)
			return
		}
		pass.ServeHTTP(w, r)
	}), "ROT-002")
	if len(finished.Leftovers) != 0 || finished.Exit != conformance.ExitConformant {
		t.Errorf("left behind: %v, exit %d", finished.Leftovers, finished.Exit)
	}
}

// TestCreationThatWasMadeAllTheSame has the stand-in make a client and something on the
// way say that it did not: it is found by its name and removed.
func TestCreationThatWasMadeAllTheSame(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusRequestTimeout, http.StatusNotFound, http.StatusBadGateway} {
		var mu sync.Mutex
		created := 0
		var inner http.Handler
		address := between(t, func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
			inner = pass
			if r.Method == http.MethodPost && r.URL.Path == "/api/v1/auth/client" {
				mu.Lock()
				created++
				lose := created > 1 // the canary gets through
				mu.Unlock()
				if lose {
					pass.ServeHTTP(httptest.NewRecorder(), r)
					http.Error(w, "gave up", status)
					return
				}
			}
			pass.ServeHTTP(w, r)
		})
		finished := referee(t, "angusgm", address, "ROT-002")
		if len(finished.Leftovers) != 0 || finished.Exit != conformance.ExitIncomplete {
			t.Errorf("%d: left behind %v, exit %d", status, finished.Leftovers, finished.Exit)
		}
		list := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodGet, "/api/v1/auth/client", nil)
		request.Header.Set("Authorization", "Bearer token")
		inner.ServeHTTP(list, request)
		if strings.Contains(list.Body.String(), "keyturn-") {
			t.Errorf("%d: a client of the run is still there", status)
		}
	}
}

// TestSecretsThatStay has deletions of secrets succeed that do nothing, where clients
// cannot be deleted: they are no residue without secrets.
func TestSecretsThatStay(t *testing.T) {
	t.Parallel()
	finished := referee(t, "identity-service", between(t, func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		if r.Method == http.MethodDelete {
			application, _, _ := strings.Cut(r.URL.Path, "/secrets/")
			r.Method, r.URL.Path = http.MethodGet, application
		}
		pass.ServeHTTP(w, r)
	}), "ROT-002")
	if len(finished.Leftovers) != 2 || len(finished.Residue) != 0 || finished.Exit != conformance.ExitLeftovers {
		t.Errorf("left behind: %v, residue %v, exit %d", finished.Leftovers, finished.Residue, finished.Exit)
	}
}

// TestAnotherClientsID has creations answer with the id of a client that was there
// before: nothing is done to it.
func TestAnotherClientsID(t *testing.T) {
	t.Parallel()
	const theirs = "61df925846bed781f5757166"
	var inner http.Handler
	finished := referee(t, "genauth-v3", between(t, func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		inner = pass
		if !strings.HasSuffix(r.URL.Path, "/create-application") {
			pass.ServeHTTP(w, r)
			return
		}
		made := httptest.NewRecorder()
		pass.ServeHTTP(made, r)
		var reply map[string]any
		json.Unmarshal(made.Body.Bytes(), &reply)
		reply["data"].(map[string]any)["appId"] = theirs
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(reply)
	}), "ROT-00[123]")
	if finished.Exit != conformance.ExitIncomplete || len(finished.Leftovers) != 0 {
		t.Errorf("exit %d, left behind %v: %s", finished.Exit, finished.Leftovers, finished.Summary)
	}
	show := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodGet, "/api/v3/get-application-secret?appId="+theirs, nil)
	request.Header.Set("Authorization", "Bearer token")
	inner.ServeHTTP(show, request)
	if !strings.Contains(show.Body.String(), "2b0f6a7c9d4e4f1e8a35c7d21b96e0f4") {
		t.Errorf("the client that was there before has changed: %s", show.Body)
	}
}
