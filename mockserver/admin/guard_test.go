package admin_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/specs"
)

const hush = "hush-hush"

// listen serves a stand-in with these options until the test ends.
func listen(t *testing.T, options mockserver.Options) string {
	t.Helper()
	standIn, err := mockserver.New(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(standIn)
	t.Cleanup(listener.Close)
	return listener.URL
}

// call sends a request with these header lines; Host among them is the host.
func call(t *testing.T, method, url, body string, header http.Header) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(request.Header, header)
	request.Host = header.Get("Host")
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return send(t, request)
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// openOperations are answered to everybody, wherever the server listens.
var openOperations = []string{"getAuthority", "getSpec", "health", "listSpecs", "ready", "version"}

// TestEveryOperationIsGuarded asks every operation that the document has, as those who
// may and those who may not.
func TestEveryOperationIsGuarded(t *testing.T) {
	t.Parallel()
	document, err := specs.Load(specs.Admin)
	if err != nil {
		t.Fatal(err)
	}
	trusting, guarded, closed := listen(t, mockserver.Options{}), listen(t, mockserver.Options{AdminToken: hush}), listen(t, mockserver.Options{AdminClosed: true})
	both := listen(t, mockserver.Options{AdminToken: hush, AdminClosed: true})
	var open []string
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			if operation.Extensions["x-keyturn-access"] == "open" {
				open = append(open, operation.OperationID)
			}
			refused := func(status int) func(answer) bool { return func(a answer) bool { return a.status == status } }
			passed := func(a answer) bool { return a.status != 401 && a.status != 403 }
			for name, test := range map[string]struct {
				base   string
				header http.Header
				want   func(answer) bool
			}{
				"trusting":                       {trusting, nil, passed},
				"trusting, any token":            {trusting, bearer("other-token"), passed},
				"trusting, a public name":        {trusting, http.Header{"Host": {"evil.example"}}, refused(403)},
				"guarded, no token":              {guarded, nil, refused(401)},
				"guarded, the token":             {guarded, bearer(hush), passed},
				"guarded, lower case":            {guarded, http.Header{"Authorization": {"bearer " + hush}}, passed},
				"guarded, a public name":         {guarded, http.Header{"Authorization": {"Bearer " + hush}, "Host": {"id.example.com"}}, passed},
				"guarded, another's page":        {guarded, http.Header{"Authorization": {"Bearer " + hush}, "Origin": {"https://evil.example"}}, refused(403)},
				"guarded, fetched by another's":  {guarded, http.Header{"Authorization": {"Bearer " + hush}, "Sec-Fetch-Site": {"cross-site"}}, refused(403)},
				"guarded, more":                  {guarded, bearer(hush + "x"), refused(401)},
				"guarded, less":                  {guarded, bearer(hush[1:]), refused(401)},
				"guarded, nothing":               {guarded, bearer(""), refused(401)},
				"guarded, another scheme":        {guarded, http.Header{"Authorization": {"Basic " + hush}}, refused(401)},
				"guarded, no scheme":             {guarded, http.Header{"Authorization": {hush}}, refused(401)},
				"guarded, twice":                 {guarded, http.Header{"Authorization": {"Bearer " + hush, "Bearer " + hush}}, refused(401)},
				"guarded, a caller of an API":    {guarded, bearer("token"), refused(401)},
				"closed":                         {closed, nil, refused(403)},
				"closed, any token":              {closed, bearer(hush), refused(403)},
				"closed, a public name":          {closed, http.Header{"Host": {"id.example.com"}}, refused(403)},
				"reachable and guarded":          {both, bearer(hush), passed},
				"reachable and guarded, nothing": {both, nil, refused(401)},
			} {
				want := test.want
				if operation.Extensions["x-keyturn-access"] == "open" {
					want = passed
				}
				got := call(t, method, test.base+strings.Replace(path, "{name}", "admin", 1), "", test.header)
				if !want(got) {
					t.Errorf("%s, %s: HTTP %d %s", operation.OperationID, name, got.status, got.body)
				}
			}
		}
	}
	if diff := cmp.Diff(openOperations, slices.Sorted(slices.Values(open))); diff != "" {
		t.Errorf("operations that are open (-want +got)\n%s", diff)
	}
}

func TestRefusalsSayWhatIsWanted(t *testing.T) {
	t.Parallel()
	guarded, closed := listen(t, mockserver.Options{AdminToken: hush}), listen(t, mockserver.Options{AdminClosed: true})
	const settings = "--admin-plane-token or KEYTURN_ADMIN_PLANE_TOKEN"
	for name, test := range map[string]struct {
		got       answer
		status    int
		kind      string
		challenge string
		words     []string
	}{
		"no token":    {ask(t, "GET", guarded+"/__admin/world", ""), 401, "unauthenticated", "Bearer", []string{"Authorization: Bearer TOKEN", settings}},
		"wrong token": {call(t, "GET", guarded+"/__admin/world", "", bearer("hush-hush-hush")), 401, "invalid-credentials", "Bearer", []string{"this is not the token", settings}},
		"closed":      {ask(t, "GET", closed+"/__admin/world", ""), 403, "forbidden", "", []string{"other machines can reach it", "has no token", settings}},
	} {
		wantProblem(t, test.got, test.status, test.kind)
		if challenge := test.got.header.Get("WWW-Authenticate"); challenge != test.challenge {
			t.Errorf("%s: got the challenge %q", name, challenge)
		}
		for _, word := range test.words {
			if !strings.Contains(test.got.body, word) {
				t.Errorf("%s: no %q in %s", name, word, test.got.body)
			}
		}
		if strings.Contains(test.got.body, hush) {
			t.Errorf("%s: the token is shown in %s", name, test.got.body)
		}
	}
}

// TestDocsNeedNoToken has the page, which shows nothing but documents. Where the plane
// does not go by the name of the host, neither does the page.
func TestDocsNeedNoToken(t *testing.T) {
	t.Parallel()
	for _, options := range []mockserver.Options{{AdminToken: hush}, {AdminClosed: true}} {
		page := listen(t, options) + "/__admin/docs/"
		if got := ask(t, "GET", page, ""); got.status != 200 {
			t.Errorf("got %d %s", got.status, got.body)
		}
		if got := call(t, "GET", page, "", http.Header{"Host": {"id.example.com"}}); got.status != 200 {
			t.Errorf("under a public name: got %d %s", got.status, got.body)
		}
		wantProblem(t, call(t, "GET", page, "", http.Header{"Origin": {"https://evil.example"}}), 403, "forbidden")
	}
}

// TestTokenOfThePlaneIsNotJournalled sends it where it does not belong, and first where
// no name tells that it is a secret.
func TestTokenOfThePlaneIsNotJournalled(t *testing.T) {
	t.Parallel()
	base := listen(t, mockserver.Options{AdminToken: hush})
	wantHidden := func(places int) {
		t.Helper()
		shown := call(t, "GET", base+"/__admin/requests", "", bearer(hush)).body
		if strings.Contains(shown, hush) || strings.Count(shown, "[redacted #") < places {
			t.Errorf("got %s", shown)
		}
	}
	call(t, "POST", base+"/oauth/token?note="+hush, `{"note": "`+hush+`"}`, http.Header{"X-Note": {hush}})
	wantHidden(3)
	call(t, "GET", base+"/api/v2/applications/app", "", bearer(hush))
	wantHidden(4)
}

// TestStrangersSendNoWorlds demands the refusal before the body: a client that waits
// for the word to go on is never given it.
func TestStrangersSendNoWorlds(t *testing.T) {
	t.Parallel()
	body := &counter{Reader: strings.NewReader(strings.Repeat(" ", 1<<20))}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, listen(t, mockserver.Options{AdminToken: hush})+"/__admin/world", body)
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = 1 << 20
	request.Header = http.Header{"Expect": {"100-continue"}, "Content-Type": {"application/json"}, "Authorization": {"Bearer of-a-stranger"}}
	transport := &http.Transport{ExpectContinueTimeout: time.Minute}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized || body.read.Load() != 0 {
		t.Errorf("HTTP %d after %d bytes, want 401 and none", response.StatusCode, body.read.Load())
	}
}

// counter counts what is read.
type counter struct {
	*strings.Reader

	read atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read.Add(int64(n))
	return n, err
}
