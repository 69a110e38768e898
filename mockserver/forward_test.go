package mockserver_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/mockserver/proxy"
)

// startProxy stands before the deployment at the address.
func startProxy(t *testing.T, address string, limits proxy.Limits, providers ...string) *mocktest.Server {
	t.Helper()
	upstream, err := proxy.NewUpstream(address, nil, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(upstream.Close)
	set := &mockserver.Proxy{Providers: providers, Upstream: upstream, Drift: proxy.NewDrift(upstream.URL())}
	return mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.Proxy = set }))
}

// TestProxyOfACleanDeployment replays what the documents print through a proxy before
// the stand-in: all of it arrives, and nothing is drift.
func TestProxyOfACleanDeployment(t *testing.T) {
	t.Parallel()
	transcripts, err := fixtures.Transcripts()
	if err != nil {
		t.Fatal(err)
	}
	for _, transcript := range transcripts {
		t.Run(transcript.Provider, func(t *testing.T) {
			t.Parallel()
			server := startProxy(t, mocktest.Start(t).BaseURL(), proxy.Limits{}, transcript.Provider)
			for _, exchange := range transcript.Exchanges {
				replay(t, server.BaseURL(), exchange)
			}
			report := server.Drift().Report()
			if report.Drift() || report.Exchanges != uint64(len(transcript.Exchanges)) {
				t.Errorf("%d of %d exchanges, want %d without drift: %+v", report.Drifted, report.Exchanges, len(transcript.Exchanges), report.Rows)
			}
		})
	}
}

// TestProxyFindsDefects has a deployment that breaks its document on purpose.
func TestProxyFindsDefects(t *testing.T) {
	t.Parallel()
	const app = "/api/v2/applications/61df925846bed781f5757166"
	rotate := question{"PATCH", "/api/v2/application/61df925846bed781f5757166/refresh-secret", ""}
	secrets := "/api/tenants/acme/applications/my-new-app/secrets"
	for defect, test := range map[string]struct {
		provider string
		ask      question
		want     string
	}{
		"required-member-is-missing": {"authing-v2", rotate, "violation refreshSecret reply body /message: required member is missing"},
		"member-has-another-type":    {"authing-v2", question{"GET", app, ""}, "violation getApplication reply body /data/name: type is integer, want string"},
		"read-is-called-text":        {"authing-v2", question{"GET", app, ""}, "violation getApplication reply media type : media type is text/plain, want application/json"},
		"list-is-wrapped":            {"identity-service", question{"GET", secrets, ""}, "violation listSecrets reply body : type is object, want array"},
		"rotation-answers-202":       {"identity-service", question{"POST", secrets, `{"expirationDate":"2099-12-31T23:59:59Z"}`}, "violation addSecret reply status 202: undocumented status 202"},
	} {
		t.Run(defect, func(t *testing.T) {
			t.Parallel()
			server := startProxy(t, mocktest.Start(t, mocktest.WithDefect(defect)).BaseURL(), proxy.Limits{}, test.provider)
			test.ask.send(t, server.BaseURL())
			got := rows(server)
			if !slices.Contains(got, test.want) {
				t.Errorf("got %q, want %q among them", got, test.want)
			}
		})
	}
}

// rows are the lines of the ledger.
func rows(server *mocktest.Server) []string {
	var all []string
	for _, row := range server.Drift().Report().Rows {
		all = append(all, string(row.Level)+" "+row.Operation+" "+string(row.Direction)+" "+row.In+" "+row.Member+": "+row.Rule)
	}
	return all
}

// question is a request with a body of JSON, if any.
type question struct{ method, path, body string }

func (a question) send(t *testing.T, base string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), a.method, base+a.path, strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer token")
	if a.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// TestProxyPassesOn sends what no document allows, and compares the two ends.
func TestProxyPassesOn(t *testing.T) {
	t.Parallel()
	var seen atomic.Pointer[string]
	deployment := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		text := r.Method + " " + r.RequestURI + " " + string(body)
		seen.Store(&text)
		switch r.URL.Path {
		case "/api/v2/applications":
			w.Header().Set("Content-Type", "application/json")
			w.Header()["X-Two"] = []string{"1", "2"}
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, `{ "as": "it is" }`)
		case "/moved":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		case "/huge":
			_, _ = w.Write(bytes.Repeat([]byte("x"), 1<<20+1))
		case "/slow":
			<-r.Context().Done()
		default:
			w.Header()["Content-Type"] = nil
			_, _ = io.WriteString(w, "<plain>")
		}
	}))
	t.Cleanup(deployment.Close)
	server := startProxy(t, deployment.URL, proxy.Limits{Total: time.Second, Reply: 1 << 20}, "authing-v2")
	for name, test := range map[string]struct {
		ask    question
		status int
		want   string
		seen   string
	}{
		"documented":   {question{"POST", "/api/v2/applications?x=%2F", `{ "a": 1 }`}, http.StatusTeapot, `{ "as": "it is" }`, `POST /api/v2/applications?x=%2F { "a": 1 }`},
		"undocumented": {question{"PUT", "/else/%2Fwhere?a", ""}, http.StatusOK, "<plain>", "PUT /else/%2Fwhere?a "},
		"a namespace":  {question{"GET", "/ns/default/else", ""}, http.StatusOK, "<plain>", "GET /else "},
		"moved":        {question{"GET", "/moved", ""}, http.StatusFound, "Found", "GET /moved "},
		"huge":         {question{"GET", "/huge", ""}, http.StatusBadGateway, "larger than 1048576 bytes", "GET /huge "},
		"slow":         {question{"GET", "/slow", ""}, http.StatusGatewayTimeout, "no whole reply within 1s", "GET /slow "},
	} {
		response, text := test.ask.send(t, server.BaseURL())
		if response.StatusCode != test.status || !strings.Contains(text, test.want) || *seen.Load() != test.seen {
			t.Errorf("%s: got HTTP %d %.200s for %q, want %d %s for %q", name, response.StatusCode, text, *seen.Load(), test.status, test.want, test.seen)
		}
		if id := response.Header.Get("Keyturn-Request-Id"); id == "" || response.Header.Get("Keyturn-Violation") != "" {
			t.Errorf("%s: the header is %v", name, response.Header)
		}
	}
	response, _ := question{"GET", "/api/v2/applications", ""}.send(t, server.BaseURL())
	if diff := cmp.Diff([]string{"1", "2"}, response.Header["X-Two"]); diff != "" || response.Header.Get("Cache-Control") != "" {
		t.Errorf("the header is %v", response.Header)
	}
	response, _ = question{"GET", "/else", ""}.send(t, server.BaseURL())
	if _, given := response.Header["Content-Type"]; given {
		t.Errorf("a media type was made up: %v", response.Header)
	}
	head, _ := question{"HEAD", "/else", ""}.send(t, server.BaseURL())
	if head.ContentLength != 7 {
		t.Errorf("HEAD: the length is %d, want that of the deployment", head.ContentLength)
	}
	if plane, _ := (question{"GET", "/__admin/nowhere", ""}).send(t, server.BaseURL()); plane.StatusCode != http.StatusNotFound {
		t.Errorf("the admin plane: HTTP %d", plane.StatusCode)
	}
	if got := rows(server); !slices.Contains(got, "violation  request path PUT /else/*: undocumented operation") ||
		!slices.Contains(got, "violation createApplication request body /appName: required member is missing") &&
			!slices.Contains(got, "violation createApplication request body /name: required member is missing") {
		t.Errorf("got %q", got)
	}
}

// TestProxyMeetsFaults: a fault before leaves the deployment alone, one after has it
// carried out.
func TestProxyMeetsFaults(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int64
	deployment := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Prefer") != "" {
			t.Errorf("the deployment is asked to prefer %s", r.Header.Get("Prefer"))
		}
		arrived.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"code":200,"message":"m","data":[]}`)
	}))
	t.Cleanup(deployment.Close)
	server := startProxy(t, deployment.URL, proxy.Limits{}, "authing-v2")
	for prefer, want := range map[string]int64{"code=503, when=before": 0, "code=503, when=after": 1} {
		arrived.Store(0)
		for _, path := range []string{"/api/v2/applications", "/nowhere"} {
			response, _ := question{"GET", path, ""}.send(t, server.BaseURL(), "Prefer", prefer)
			if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Keyturn-Fault") == "" {
				t.Errorf("%s, %s: HTTP %d %v", path, prefer, response.StatusCode, response.Header)
			}
		}
		if got := arrived.Load(); got != 2*want {
			t.Errorf("%s: %d arrived, want %d", prefer, got, 2*want)
		}
	}
}

// TestProxyOfNobody: what is down is a problem document and no drift of the deployment.
func TestProxyOfNobody(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	server := startProxy(t, gone.URL, proxy.Limits{}, "authing-v2")
	response, text := question{"GET", "/api/v2/applications", ""}.send(t, server.BaseURL())
	if response.StatusCode != http.StatusBadGateway || response.Header.Get("Keyturn-Problem") != "upstream-unreachable" ||
		!strings.Contains(text, gone.URL+": connection refused") || server.Drift().Report().Drift() {
		t.Errorf("got HTTP %d %v %s and %v", response.StatusCode, response.Header, text, rows(server))
	}
}

// TestProxyShowsDrift asks the admin plane, and reads what was recorded.
func TestProxyShowsDrift(t *testing.T) {
	t.Parallel()
	set := startProxy(t, mocktest.Start(t, mocktest.WithDefect("required-member-is-missing")).BaseURL(), proxy.Limits{}, "authing-v2")
	rotated, _ := question{"PATCH", "/api/v2/application/61df925846bed781f5757166/refresh-secret", ""}.send(t, set.BaseURL())
	_, text := question{"GET", "/__admin/drift", ""}.send(t, set.BaseURL())
	var shown struct {
		Exchanges, Drifted int
		Findings           []struct{ Operation, Member, Example string }
	}
	if err := json.Unmarshal([]byte(text), &shown); err != nil {
		t.Fatal(err)
	}
	id := rotated.Header.Get("Keyturn-Request-Id")
	if shown.Exchanges != 1 || shown.Drifted != 1 || shown.Findings[0].Member != "/message" || shown.Findings[0].Example != id {
		t.Errorf("got %s, want the missing message of %s", text, id)
	}
	if _, text := (question{"GET", "/__admin/requests?violations=true", ""}).send(t, set.BaseURL()); !strings.Contains(text, id) {
		t.Errorf("the journal has no %s: %s", id, text)
	}
	if cleared, _ := (question{"DELETE", "/__admin/drift", ""}).send(t, set.BaseURL()); cleared.StatusCode != http.StatusNoContent || set.Drift().Report().Exchanges != 0 {
		t.Errorf("cleared: HTTP %d", cleared.StatusCode)
	}
	for path, body := range map[string]string{"defects": `{"on":["allow-is-missing"]}`, "propagation": `{"accept_new_after":"1s","refuse_old_after":"1s","replicas":1}`} {
		if refused, text := (question{"PUT", "/__admin/" + path, body}).send(t, set.BaseURL()); refused.StatusCode != http.StatusConflict {
			t.Errorf("%s: HTTP %d %s", path, refused.StatusCode, text)
		}
	}
	if plain, _ := (question{"GET", "/__admin/drift", ""}).send(t, mocktest.Start(t).BaseURL()); plain.StatusCode != http.StatusNotFound {
		t.Errorf("a stand-in shows drift: HTTP %d", plain.StatusCode)
	}
}

// TestProxyRecords reads what is written for a rotation and a read, in which the secret
// is.
func TestProxyRecords(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	upstream, err := proxy.NewUpstream(mocktest.Start(t).BaseURL(), nil, proxy.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	recorder := proxy.NewRecorder(&file, slog.New(slog.DiscardHandler))
	server := mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) {
		o.Proxy = &mockserver.Proxy{Providers: []string{"authing-v2"}, Upstream: upstream, Drift: proxy.NewDrift(upstream.URL()), Recorder: recorder}
	}))
	_, read := question{"GET", "/api/v2/applications/61df925846bed781f5757166", ""}.send(t, server.BaseURL())
	var reply struct{ Data struct{ Secret string } }
	if err := json.Unmarshal([]byte(read), &reply); err != nil || reply.Data.Secret == "" {
		t.Fatalf("no secret in %s", read)
	}
	question{"GET", "/anything/" + reply.Data.Secret, ""}.send(t, server.BaseURL())
	if err := recorder.Close(); err != nil {
		t.Fatal(err)
	}
	lines := 0
	for scanner := bufio.NewScanner(strings.NewReader(file.String())); scanner.Scan(); lines++ {
		if !json.Valid(scanner.Bytes()) {
			t.Errorf("no JSON: %s", scanner.Text())
		}
	}
	if lines != 2 || strings.Contains(file.String(), reply.Data.Secret) {
		t.Errorf("%d lines, want 2 without %s: %s", lines, reply.Data.Secret, file.String())
	}
	for _, row := range server.Drift().Report().Rows {
		if strings.Contains(row.Member+row.Rule, reply.Data.Secret) {
			t.Errorf("the ledger has the secret: %+v", row)
		}
	}
}

func TestProxyRefuses(t *testing.T) {
	t.Parallel()
	upstream, err := proxy.NewUpstream("http://127.0.0.1:1", nil, proxy.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	drift := proxy.NewDrift(upstream.URL())
	for want, options := range map[string]mockserver.Options{
		"no provider is named":             {Proxy: &mockserver.Proxy{Upstream: upstream, Drift: drift}},
		`no provider "angus", want one of`: {Proxy: &mockserver.Proxy{Providers: []string{"angus"}, Upstream: upstream, Drift: drift}},
		"want an upstream":                 {Proxy: &mockserver.Proxy{Providers: []string{"angusgm"}, Drift: drift}},
		"want no defects": {
			Defects: []string{"allow-is-missing"},
			Proxy:   &mockserver.Proxy{Providers: []string{"angusgm"}, Upstream: upstream, Drift: drift},
		},
	} {
		if _, err := mockserver.New(t.Context(), options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestDeliveryLeavesTheJournalAlone has others read the journal while answers go out.
func TestDeliveryLeavesTheJournalAlone(t *testing.T) {
	t.Parallel()
	server := mocktest.Start(t)
	var group sync.WaitGroup
	group.Go(func() {
		for range 50 {
			question{"GET", "/api/v2/applications", ""}.send(t, server.BaseURL(), "Prefer", "empty")
		}
	})
	for range 20 {
		question{"GET", "/__admin/requests", ""}.send(t, server.BaseURL())
	}
	group.Wait()
}
