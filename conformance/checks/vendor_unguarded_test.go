package checks_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

// gateway makes the edition "unguarded" of the single one: it lets anybody in, and speaks
// of patches, links and introspection as testdata/locksmith/unguarded.yaml has them.
type gateway struct {
	service *locksmith
	proofs  atomic.Int64 // credentials of clients that came to the management side
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		if strings.HasPrefix(r.Header.Get("Authorization"), "Basic ") {
			g.proofs.Add(1)
		}
		r.Header.Set("X-Api-Key", lockPrincipals[0].key)
		r.Header.Set("Locksmith-Workspace", lockPrincipals[0].workspace)
	}
	set := ""
	switch {
	case r.URL.Path == "/v1/clients/":
		http.Redirect(w, r, "/v1/clients", http.StatusMovedPermanently)
		return
	case r.URL.Path == "/v1/introspection":
		r.URL.Path, r.URL.RawPath = "/oauth/introspect", ""
		r.SetBasicAuth("standing.app", url.QueryEscape("T0Zw+4kq/8vYh2bQd1xJm5sLrNcE7uGaViP3oXtKfWM="))
	case r.URL.Path == "/oauth/token" && r.Header.Get("Authorization") != "" && bytes.Contains(body, []byte("client_secret=")):
		oauthError(401, "invalid_client").write(w, r.Method) // the second way is none of the client's
		return
	case r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/v1/clients/"):
		reply := problem(405, "the method has no meaning here")
		reply.header = http.Header{"Allow": {"GET, HEAD, PATCH, DELETE"}}
		reply.write(w, r.Method)
		return
	case r.Method == http.MethodPatch && strings.HasPrefix(r.URL.Path, "/v1/clients/"):
		var ok bool
		if body, set, ok = applied(body); !ok {
			problem(400, "the body is no patch").write(w, r.Method)
			return
		}
	case r.URL.Path == "/v1/clients" && r.Method == http.MethodGet && !g.turn(r):
		problem(422, "there is no such page").write(w, r.Method)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	g.service.ServeHTTP(answer, r)
	g.pass(w, r, answer, set)
}

// applied is a patch as the object of its values, and the secret among them.
func applied(body []byte) (object []byte, secret string, ok bool) {
	var patch []struct {
		Op, Path string
		Value    any
	}
	if json.Unmarshal(body, &patch) != nil {
		return nil, "", false
	}
	members := map[string]any{}
	for _, one := range patch {
		if one.Op != "add" || strings.Count(one.Path, "/") != 1 {
			return nil, "", false
		}
		members[one.Path[1:]] = one.Value
	}
	secret, _ = members["secret"].(string)
	object, err := json.Marshal(members)
	return object, secret, err == nil
}

// turn makes a page's number of its token.
func (*gateway) turn(r *http.Request) bool {
	query := r.URL.Query()
	if token := query.Get("token"); token != "" {
		number, err := strconv.Atoi(strings.TrimPrefix(token, "page-"))
		if err != nil || !strings.HasPrefix(token, "page-") {
			return false
		}
		query.Set("page", strconv.Itoa(number))
	}
	query.Del("token")
	r.URL.RawQuery = query.Encode()
	return true
}

// pass hands an answer on, with the secret that was set and the link to the next page.
func (*gateway) pass(w http.ResponseWriter, r *http.Request, answer *httptest.ResponseRecorder, set string) {
	object := map[string]any{}
	if answer.Code < 300 && json.Unmarshal(answer.Body.Bytes(), &object) == nil {
		if total, listed := object["total"].(float64); listed {
			page, _ := strconv.Atoi(r.URL.Query().Get("page"))
			size, err := strconv.Atoi(r.URL.Query().Get("per_page"))
			if err == nil && (page+1)*size < int(total) {
				w.Header().Set("Link", fmt.Sprintf(`</v1/clients?per_page=%d>; rel="first", </v1/clients?token=page-%d&per_page=%d>; rel="next"`, size, page+1, size))
			}
			delete(object, "total")
		}
		if set != "" {
			object["secret"] = set
		}
		text, _ := json.Marshal(object)
		answer.Body = bytes.NewBuffer(text)
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	if r.Method != http.MethodHead {
		w.Write(answer.Body.Bytes())
	}
}

// TestUnguarded has an API pass that is unlike the others in what it asks of a profile.
func TestUnguarded(t *testing.T) {
	t.Parallel()
	bound, err := profile.File(filepath.Join("testdata", "locksmith", "unguarded.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	front := &gateway{service: newLocksmith(editions["single"], "")}
	server := httptest.NewServer(front)
	defer server.Close()
	finished, err := conformance.Run(t.Context(), conformance.Options{
		URL: server.URL, Profile: bound, Checks: checks.All(), Seed: 1, Journal: filepath.Join(t.TempDir(), "journal"),
		Limits: profile.Limits{Timeout: 5 * time.Second, Wall: time.Minute},
	})
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]report.Verdict{}
	for _, result := range finished.Report.Results {
		verdicts[result.ID] = result.Verdict
		if result.Verdict != report.Pass && result.Verdict != report.NotApplicable {
			t.Errorf("%s is %s: %s\n%+v", result.ID, result.Verdict, result.Message, result.Findings)
		}
	}
	for id, want := range map[string]report.Verdict{
		"AUTH-001": report.NotApplicable, "AUTH-009": report.NotApplicable, "TEN-001": report.NotApplicable,
		"HYG-001": report.Pass, "FUZ-002": report.Pass, "TOK-003": report.Pass, "LST-005": report.Pass, "UPD-006": report.Pass, "CON-014": report.Pass,
	} {
		if verdicts[id] != want {
			t.Errorf("%s is %s, want %s", id, verdicts[id], want)
		}
	}
	if sent := front.proofs.Load(); sent > 0 {
		t.Errorf("%d requests to the management side had credentials of a client, which nobody there asks for", sent)
	}
	if left := front.service.remain(); left > 0 || len(finished.Report.Leftovers) > 0 {
		t.Errorf("%d clients are left, the report names %v", left, finished.Report.Leftovers)
	}
}
