package main

import (
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/report"
	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/specs"
)

// firstOf is the first check of a level, and of a class of safety where one is given,
// that applies to every target.
func firstOf(t *testing.T, level catalogue.Level, safety ...catalogue.Safety) string {
	t.Helper()
	entries, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range entries.Families {
		for _, check := range family.Checks {
			a := check.Applies
			if check.Level == level && check.Scope == catalogue.Alone && check.Safety != catalogue.Disruptive &&
				(len(safety) == 0 || slices.Contains(safety, check.Safety)) &&
				len(check.Needs)+len(a.Operations)+len(a.Any)+len(a.Policy)+len(a.Features) == 0 {
				return check.ID
			}
		}
	}
	t.Fatalf("no check of level %s applies to every target", level)
	return ""
}

// quickProfile is a provider's own profile with short windows, as a file.
func quickProfile(t *testing.T, provider string, edits ...string) string {
	t.Helper()
	text, err := specs.Profile(provider)
	if err != nil {
		t.Fatal(err)
	}
	document, err := specs.Source(provider)
	if err != nil {
		t.Fatal(err)
	}
	edited := string(text)
	edits = append([]string{"accept: 5s", "accept: 200ms", "refuse: 5s", "refuse: 200ms", "profile: 1\n", "profile: 1\ndocument: openapi.yaml\n"}, edits...)
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(edited, edits[i]) {
			t.Fatalf("the profile of %s has no %q", provider, edits[i])
		}
		edited = strings.ReplaceAll(edited, edits[i], edits[i+1])
	}
	name := writeFile(t, "profile.yaml", edited)
	if err := os.WriteFile(filepath.Join(filepath.Dir(name), "openapi.yaml"), document, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// hang waits until the caller has had enough, which a server sees once it has read all.
func hang(r *http.Request) {
	io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// TestTargetsThatAreNone has addresses at which there is no such API. Nothing is a pass
// there, nothing is made, and the reason is said once.
func TestTargetsThatAreNone(t *testing.T) {
	t.Parallel()
	serve := func(answer http.HandlerFunc, start func(*httptest.Server)) string {
		server := httptest.NewUnstartedServer(answer)
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		start(server)
		t.Cleanup(server.Close)
		return server.URL
	}
	overTLS, overHTTP := (*httptest.Server).StartTLS, (*httptest.Server).Start
	answers := func(status int, media, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", media)
			w.WriteHeader(status)
			w.Write([]byte(text))
		}
	}
	throttled := func(after string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", after)
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	plain := serve(answers(200, "application/json", `{}`), overHTTP)
	tests := map[string]struct{ url, want string }{
		"unreachable":       {"http://" + closed.Addr().String(), "connection refused"},
		"plain HTTP":        {strings.Replace(plain, "http:", "https:", 1), "server gave HTTP response to HTTPS client; is it an http address?"},
		"TLS":               {strings.Replace(serve(answers(200, "application/json", `{}`), overTLS), "https:", "http:", 1), "is it an https address?"},
		"self-signed":       {serve(answers(200, "application/json", `{}`), overTLS), "unknown authority; give the authority's certificate with --ca-cert"},
		"HTML":              {serve(answers(200, "text/html", "<!doctype html>\n<title>Sign in</title>"+strings.Repeat("x", 99)), overHTTP), `"text/html" that is no JSON and begins "<!doctype html> <title>Sign in</title>xxx`},
		"gateway":           {serve(answers(502, "text/html", "<h1>Bad gateway</h1>"), overHTTP), `HTTP 502 with a body that begins "<h1>Bad gateway</h1>": the target, or what stands before it, fails`},
		"fails":             {serve(answers(500, "application/json", ""), overHTTP), "HTTP 500: the target, or what stands before it, fails"},
		"throttles":         {serve(throttled("7200"), overHTTP), "HTTP 429 with a Retry-After of 7200 s, and a run waits for a minute at most: try again later"},
		"throttles till":    {serve(throttled("Fri, 31 Dec 2999 23:59:59 GMT"), overHTTP), "HTTP 429 with a Retry-After of Fri, 31 Dec 2999 23:59:59 GMT, and"},
		"another's":         {serve(answers(404, "text/plain", "404 page not found"), overHTTP), `begins "404 page not found": is this the base address of the API?`},
		"no body":           {serve(answers(200, "application/json", ""), overHTTP), "HTTP 200 without a body: is this the base address"},
		"wrong credentials": {serve(answers(401, "application/json", `{"message":"no"}`), overHTTP), "HTTP 401: the credentials of admin are not taken"},
		"not allowed":       {serve(answers(403, "application/json", `{"message":"no"}`), overHTTP), "HTTP 403: the credentials of admin are taken, but may not do this"},
		"redirects": {serve(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"/again", http.StatusFound)
		}, overHTTP), `/again" (HTTP 302); redirects are not followed`},
		"hangs": {serve(func(_ http.ResponseWriter, r *http.Request) { hang(r) }, overHTTP), "got no answer: no whole answer within 300ms"},
		"breaks off": {serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte(`{"code":200,`))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, overHTTP), "the answer broke off after 12 bytes of its body"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, provider := range providers() {
				folder := t.TempDir()
				began := time.Now()
				code, stdout, stderr := judge(t, checks.All(), "run", "--provider", provider, "--url", test.url, "--timeout", "300ms", "--report-dir", folder, "--format", "json")
				if took := time.Since(began); took > 15*time.Second {
					t.Errorf("%s: it took %s", provider, took)
				}
				if code != conformance.ExitIncomplete || !strings.Contains(stderr, "keyturn: incomplete: Nothing could be tested: ") || !strings.Contains(stderr, test.want) {
					t.Errorf("%s: got exit %d and %s, want 3 and %q", provider, code, stderr, test.want)
				}
				result := read(t, stdout)
				if !strings.Contains(result.Summary, test.want) || result.Counts[report.Untested] == 0 ||
					result.Counts[report.Untested]+result.Counts[report.NotApplicable] != len(result.Results) || len(result.Leftovers)+len(result.Residue) > 0 {
					t.Errorf("%s: got %v, left %v and %s", provider, result.Counts, result.Leftovers, result.Summary)
				}
				if strings.Count(stdout, result.Summary) > 1 || len(filesIn(t, folder)) != len(allFiles) {
					t.Errorf("%s: the reason stands in more than one place, or the folder has %v", provider, filesIn(t, folder))
				}
			}
		})
	}
}

// TestWrongCredentials are refused by the real thing.
func TestWrongCredentials(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	credentials := writeFile(t, "c.yaml", "admin: {token: not-the-right-one}\nvalues: {tenant: acme, pool: 61b95d6c96d42670da568408}\n")
	for _, provider := range providers() {
		code, _, stderr := judge(t, checks.All(), "run", "--provider", provider, "--url", standIn.BaseURL(), "--credentials", credentials)
		if code != conformance.ExitIncomplete || !strings.Contains(stderr, "the credentials of admin are not taken") || strings.Contains(stderr, "not-the-right-one") {
			t.Errorf("%s: got exit %d and %s", provider, code, stderr)
		}
	}
}

// several makes a suite of many checks that all do the same.
func several(t *testing.T, run func(*conformance.Session)) []conformance.Check {
	t.Helper()
	entries, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	var suite []conformance.Check
	for _, family := range entries.Families {
		for _, check := range family.Checks {
			if check.Scope == catalogue.Alone && check.Safety == catalogue.Write && len(check.Needs) == 0 && len(suite) < 20 {
				suite = append(suite, conformance.Check{ID: check.ID, Run: run})
			}
		}
	}
	return suite
}

// TestATargetThatDies stops answering in the middle of a run, and comes back for the
// cleanup.
func TestATargetThatDies(t *testing.T) {
	t.Parallel()
	var created atomic.Int64
	var dead atomic.Bool
	target := tampered(t, func(_ http.ResponseWriter, r *http.Request) bool {
		// The first client is the preparation's, the second that of a check.
		if r.Method == http.MethodPost && r.URL.Path == "/api/v2/applications" && created.Add(1) == 2 {
			dead.Store(true)
		}
		if !dead.Load() {
			return false
		}
		hang(r)
		return true
	})
	before := remains(t, target)
	folder := t.TempDir()
	began := time.Now()
	suite := several(t, func(s *conformance.Session) { s.NewClient().Rotate() })
	code, stdout, stderr := judge(t, suite, "run", "--provider", "authing-v2", "--url", target.BaseURL(), "--timeout", "2s", "--concurrency", "4", "--report-dir", folder, "--format", "json")
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %s", took)
	}
	result := read(t, stdout)
	if code != conformance.ExitLeftovers || result.Outcome != report.Incomplete || result.Counts[report.Untested] == 0 || result.Counts[report.Fail] > 0 {
		t.Errorf("got exit %d, %s, %v and %s, want 5 and incomplete", code, result.Outcome, result.Counts, stderr)
	}
	if len(result.Leftovers) == 0 || !strings.Contains(stderr, "the target stopped answering") {
		t.Errorf("got the leftovers %v and %s", result.Leftovers, stderr)
	}
	dead.Store(false)
	command := pasted.FindStringSubmatch(stderr)
	if command == nil {
		t.Fatalf("no command to remove what is left in %s", stderr)
	}
	if code, stdout, stderr := judge(t, nil, strings.Fields(command[1])[1:]...); code != conformance.ExitConformant {
		t.Errorf("cleanup: got exit %d, %s and %s", code, stdout, stderr)
	}
	if after := remains(t, target); after != before {
		t.Errorf("%d mentions of what runs make before, %d after", before, after)
	}
}

func pemOf(certificate *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
}

// TestACertificateOfOnesOwn is trusted when it is given.
func TestACertificateOfOnesOwn(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	secure := httptest.NewTLSServer(standIn)
	t.Cleanup(secure.Close)
	authority := writeFile(t, "ca.pem", pemOf(secure.Certificate()))
	code, _, stderr := judge(t, body("ROT-001", func(s *conformance.Session) { s.NewClient() }),
		"run", "--provider", "authing-v2", "--url", secure.URL, "--ca-cert", authority)
	if code != conformance.ExitConformant {
		t.Errorf("got exit %d and %s", code, stderr)
	}
	empty := writeFile(t, "empty.pem", "nothing\n")
	code, _, stderr = judge(t, nil, "run", "--provider", "authing-v2", "--url", secure.URL, "--ca-cert", empty)
	if code != conformance.ExitUsage || !strings.Contains(stderr, "empty.pem: holds no certificate in PEM") {
		t.Errorf("got exit %d and %s", code, stderr)
	}
}

func TestReadOnlyMakesNothing(t *testing.T) {
	t.Parallel()
	target := mocktest.Start(t)
	before := remains(t, target)
	folder := t.TempDir()
	suite := append(several(t, func(s *conformance.Session) { s.Failf("a check that changes something runs") }),
		conformance.Check{ID: firstOf(t, "MUST", catalogue.Read), Run: func(s *conformance.Session) {
			s.App()
			s.NewClient()
		}})
	code, stdout, stderr := judge(t, suite, "run", "--provider", "authing-v2", "--url", target.BaseURL(), "--mode", "readonly", "--format", "json", "--report-dir", folder)
	result := read(t, stdout)
	if code != conformance.ExitIncomplete || result.Counts.Total() != 1 || !strings.Contains(stderr, "mode readonly makes no clients") {
		t.Errorf("got exit %d, %v and %s", code, result.Counts, stderr)
	}
	if after := remains(t, target); after != before {
		t.Errorf("%d mentions of what runs make before, %d after", before, after)
	}
	if got := filesIn(t, folder); len(got) != len(allFiles) {
		t.Errorf("got the files %v", got)
	}
}

// TestFailingCreations are told as what they are, though reading went well. Who is asked
// to wait for an hour cannot look either whether nothing was made.
func TestFailingCreations(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		body   string
		code   int
		want   string
	}{
		"fails":     {http.StatusInternalServerError, `{"message":"deadlock found"}`, conformance.ExitIncomplete, `with a body that begins "{\"message\":\"deadlock found\"}": the target, or what stands before it, fails by itself`},
		"throttles": {http.StatusTooManyRequests, `{"message":"slow down"}`, conformance.ExitLeftovers, "HTTP 429 with a Retry-After of 3600 s, and a run waits for a minute at most"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := tampered(t, func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPost || r.URL.Path != "/api/v2/applications" {
					return false
				}
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Retry-After", "3600")
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
				return true
			})
			code, _, stderr := judge(t, checks.All(), "run", "--provider", "authing-v2", "--url", target.BaseURL())
			if code != test.code || !strings.Contains(stderr, test.want) {
				t.Errorf("got exit %d and %s, want %d and %q", code, stderr, test.code, test.want)
			}
		})
	}
}

// TestAPlanIsText that no terminal acts on, with credentials or without. Some checks
// send what would ring and erase, and ids of several KiB.
func TestAPlanIsText(t *testing.T) {
	t.Parallel()
	for _, provider := range providers() {
		code, stdout, stderr := judge(t, checks.All(), "run", "--provider", provider, "--url", "https://id.example.com", "--mode", "plan")
		if code != exitOK || stderr != "" || !strings.Contains(stdout, "\nNo credentials are given, so their values are named in braces.\n") {
			t.Errorf("%s: got exit %d and %s", provider, code, stderr)
		}
		for line := range strings.Lines(stdout) {
			line = strings.TrimSuffix(line, "\n")
			if got := printable(line); got != line || len([]rune(line)) > 400 {
				t.Errorf("%s: got a line of %d columns: %q", provider, len([]rune(line)), line)
			}
		}
		if !strings.Contains(stdout, " KiB)") || !strings.Contains(stdout, "{") {
			t.Errorf("%s: nothing is cut, or no placeholder is shown", provider)
		}
	}
}

func TestPlanSendsNothing(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("got %s %s", r.Method, r.URL) }))
	t.Cleanup(target.Close)
	folder := t.TempDir()
	code, stdout, stderr := judge(t, checks.All(), "run", "--provider", "authing-v2", "--url", target.URL, "--mode", "plan", "--checks", "ROT-00*", "--report-dir", folder)
	if code != exitOK || stderr != "" || !strings.Contains(stdout, "nothing is sent") || !strings.Contains(stdout, "ROT-001") || len(filesIn(t, folder)) > 0 {
		t.Errorf("got exit %d, %s and %s", code, stdout, stderr)
	}
}
