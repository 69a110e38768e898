package mockserver_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
)

// attempt is Send for answers that may never come.
func (s stage) attempt(call vendortest.Call) (reply apitest.Reply, err error) {
	request, err := http.NewRequestWithContext(s.t.Context(), call.Method, s.BaseURL()+call.Path, strings.NewReader(call.Body))
	if err != nil {
		return apitest.Reply{}, err
	}
	request.Header.Set("Authorization", "Bearer token")
	request.Header.Set("X-Keyturn-Namespace", s.name)
	if call.Body != "" {
		request.Header.Set("Content-Type", jsonMedia)
	}
	return exchanged(s.HTTPClient(), request)
}

// TestFaultsBeforeAndAfter holds each way to lose an answer to what it promises of the
// state: nothing has happened before the handler, and all of it after.
func TestFaultsBeforeAndAfter(t *testing.T) {
	t.Parallel()
	forVendors(t, func(t *testing.T, v vendortest.Vendor, s stage) {
		for _, effect := range []struct {
			effect         string
			status, length int // status 0 for no answer, length -1 for any
			commits        bool
		}{
			{`{"status":503}`, 503, -1, false},
			{`{"status":503,"when":"before"}`, 503, -1, false},
			{`{"status":503,"when":"after"}`, 503, -1, true},
			{`{"status":404,"when":"after"}`, 404, -1, true},
			{`{"reset":true}`, 0, -1, false},
			{`{"reset":true,"when":"after"}`, 0, -1, true},
			{`{"empty":true}`, 200, 0, true},
			{`{"truncate":3}`, 200, 3, true},
			{`{"truncate":0}`, 200, 0, true},
			{`{"truncate":3,"status":500}`, 500, 3, false},
			{`{"drip":{"bytes":100000,"every":"1ms"}}`, 200, -1, true},
			{`{"latency":{"fixed":"1ms"}}`, 200, -1, true},
			{`{"latency":{"uniform":{"min":"1ms","max":"2ms"}},"when":"after"}`, 200, -1, true},
			{`{"latency":{"log_normal":{"median":"1ms","sigma":0.1}},"status":409}`, 409, -1, false},
			{`{"throttle":{"limit":0,"per":"1h"}}`, 429, -1, false},
			{`{"throttle":{"limit":0,"per":"1h"},"status":503}`, 503, -1, false},
		} {
			s.put(http.MethodPost, "/reset", "", http.StatusNoContent)
			before := s.Send(http.MethodGet, v.Held).Text
			s.inject(`{"match":{"operation":"` + v.Operation + `"},"effect":` + effect.effect + `}`)
			got, err := s.attempt(v.Rotation)
			cut := effect.length > 0 || effect.effect == `{"truncate":0}`
			if (err != nil) != (effect.status == 0 || cut) {
				t.Errorf("%s: %v", effect.effect, err)
			}
			if got.Status != effect.status || effect.length >= 0 && len(got.Text) != effect.length {
				t.Errorf("%s: HTTP %d %q", effect.effect, got.Status, got.Text)
			}
			if after := s.Send(http.MethodGet, v.Held).Text; (withoutIDs(before) != withoutIDs(after)) != effect.commits {
				t.Errorf("%s: something happened: %v, want %v: %s", effect.effect, !effect.commits, effect.commits, after)
			}
			entries := s.journal()
			if met := entries[1].Fault; !strings.HasPrefix(met, "f") || entries[0].Fault != "" || len(entries) != 3 {
				t.Errorf("%s: the journal has the fault %q", effect.effect, met)
			}
		}
	})
}

// withoutIDs is a body without what each request gets a new one of.
func withoutIDs(body string) string {
	for _, member := range []string{`"requestId":"`, `"uniqueId":"`, `"datetime":"`} {
		if start, rest, found := strings.Cut(body, member); found {
			_, rest, _ = strings.Cut(rest, `"`)
			body = start + rest
		}
	}
	return body
}

// TestFaultsSpeakAsTheVendor demands the status and some of the vendor's own words.
func TestFaultsSpeakAsTheVendor(t *testing.T) {
	t.Parallel()
	words := map[string][]any{
		"identity-service": {"status"}, "angusgm": {"ext", "eKey"}, "authing-v2": {"statusCode"}, "genauth-v3": {"statusCode"},
	}
	forVendors(t, func(t *testing.T, v vendortest.Vendor, s stage) {
		for _, status := range []int{400, 401, 403, 404, 409, 429, 500, 503} {
			s.put(http.MethodDelete, "/faults", "", http.StatusNoContent)
			s.inject(`{"match":{"provider":"` + v.Name + `"},"effect":{"status":` + strconv.Itoa(status) + `}}`)
			for what, got := range map[string]apitest.Reply{"rotation": v.Rotation.Send(s.API), "token": v.Asked(s.API, v.Secret)} {
				said := got.At(words[v.Name]...)
				if what == "token" {
					said = got.At("error")
				}
				if number, is := said.(float64); got.Status != status || said == nil || is && number != float64(status) {
					t.Errorf("%s with %d: HTTP %d %s", what, status, got.Status, got.Text)
				}
				if got.Header.Get("Keyturn-Fault") == "" || got.Header.Get("Keyturn-Request-Id") == "" {
					t.Errorf("%s with %d: the header tells of no fault: %v", what, status, got.Header)
				}
				if got.Header.Get("Keyturn-Violation") != "" {
					t.Errorf("%s with %d: the fault is taken for a violation: %v", what, status, got.Header)
				}
			}
		}
	})
}

// TestFaultsKnowTheirClient names it where each kind of request does, by either of its
// names.
func TestFaultsKnowTheirClient(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	const form = "grant_type=client_credentials&client_id=example-service&client_secret=example-service-secret"
	for _, named := range []string{vendortest.AngusID, "example-service"} {
		s.put(http.MethodDelete, "/faults", "", http.StatusNoContent)
		s.inject(`{"match":{"client":"` + named + `"},"effect":{"status":503}}`)
		for _, test := range []struct {
			name, method, path, media, body, authorization string
			hit                                            bool
		}{
			{"path", "GET", "/api/v1/auth/client/" + vendortest.AngusID, "", "", "Bearer token", true},
			{"another path", "GET", "/api/v1/auth/client/00000000-0000-4000-8000-000000000002", "", "", "Bearer token", false},
			{"query", "DELETE", "/api/v1/auth/client?clientIds=example-service", "", "", "Bearer token", true},
			{"another query", "GET", "/api/v1/auth/client?clientId=example-website", "", "", "Bearer token", false},
			{"body", "PATCH", "/api/v1/auth/client", jsonMedia, `{"id":"` + vendortest.AngusID + `","clientName":"x"}`, "Bearer token", true},
			{"another body", "PATCH", "/api/v1/auth/client", jsonMedia, `{"id":"00000000-0000-4000-8000-000000000002","clientName":"x"}`, "Bearer token", false},
			{"form", "POST", "/oauth2/token", formMedia, form, "", true},
			{"another form", "POST", "/oauth2/token", formMedia, strings.ReplaceAll(form, "service", "nothing"), "", false},
			{"Basic", "POST", "/oauth2/token", formMedia, "grant_type=client_credentials", "Basic ZXhhbXBsZS1zZXJ2aWNlOmV4YW1wbGUtc2VydmljZS1zZWNyZXQ=", true},
			{"Basic, encoded", "POST", "/oauth2/token", formMedia, "grant_type=client_credentials", "Basic ZXhhbXBsZSUyRHNlcnZpY2U6eA==", true},
			{"another Basic", "POST", "/oauth2/token", formMedia, "grant_type=client_credentials", "Basic YTpi", false},
			{"nothing", "GET", "/oauth2/jwks", "", "", "", false},
		} {
			got := s.With("Authorization", test.authorization).Raw(test.method, test.path, test.media, test.body)
			if hit := got.Header.Get("Keyturn-Fault") != ""; hit != test.hit {
				t.Errorf("%s by %s: met: %v, want %v: HTTP %d %s", named, test.name, hit, test.hit, got.Status, got.Text)
			}
		}
	}
}

// TestFaultsThatMeetNothing are slips of the pen, each of which is told where it is.
func TestFaultsThatMeetNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	for fault, field := range map[string]string{
		`{"match":{"provider":"authing"},"effect":{"status":503}}`:                             "match/provider",
		`{"match":{"provider":"admin"},"effect":{"status":503}}`:                               "match/provider",
		`{"match":{"operation":"refresh"},"effect":{"status":503}}`:                            "match/operation",
		`{"match":{"operation":"putClock"},"effect":{"status":503}}`:                           "match/operation",
		`{"match":{"provider":"angusgm","operation":"refreshSecret"},"effect":{"status":503}}`: "match/operation",
		`{"match":{"path":"/api/v9/*"},"effect":{"status":503}}`:                               "match/path",
		`{"match":{"path":"/__admin/clock"},"effect":{"status":503}}`:                          "match/path",
		`{"match":{"path":"/__admin/*"},"effect":{"status":503}}`:                              "match/path",
		`{"match":{"path":"api"},"effect":{"status":503}}`:                                     "match/path",
		`{"match":{"path":"/a/*/b"},"effect":{"status":503}}`:                                  "match/path",
		`{"match":{"path":"/oidc/token?x"},"effect":{"status":503}}`:                           "match/path",
		`{"match":{"path":"/oidc/token","method":"GET"},"effect":{"status":503}}`:              "match/method",
		`{"match":{"method":"TRACE"},"effect":{"status":503}}`:                                 "match/method",
		`{"match":{"method":"get"},"effect":{"status":503}}`:                                   "match/method",
		`{"match":{"client":"nobody"},"effect":{"status":503}}`:                                "match/client",
		`{"match":{"colour":"red"},"effect":{"status":503}}`:                                   "colour",
		`{"match":{"nth":-1},"effect":{"status":503}}`:                                         "nth",
		`{"match":{"nth":"first"},"effect":{"status":503}}`:                                    "nth",
		`{"match":{"probability":1.5},"effect":{"status":503}}`:                                "probability",
		`{"match":{"seed":3},"effect":{"status":503}}`:                                         "seed",
		`{"effect":{"status":200}}`:                                                            "effect/status",
		`{"effect":{"status":600}}`:                                                            "effect/status",
		`{"effect":{"status":"503"}}`:                                                          "effect/status",
		`{"effect":{}}`:                                                                        "effect",
		`{}`:                                                                                   "effect",
		`{"effect":{"latency":{}}}`:                                                            "effect/latency",
		`{"effect":{"latency":{"fixed":"5m1s"}}}`:                                              "effect/latency/fixed",
		`{"effect":{"latency":{"fixed":"1s","uniform":{"min":"1s","max":"2s"}}}}`:              "effect/latency",
		`{"effect":{"latency":{"uniform":{"min":"2s","max":"1s"}}}}`:                           "effect/latency/uniform/min",
		`{"effect":{"latency":{"log_normal":{"median":"1s","sigma":0}}}}`:                      "effect/latency/log_normal/sigma",
		`{"effect":{"throttle":{"limit":1,"per":"0s"}}}`:                                       "effect/throttle/per",
		`{"effect":{"throttle":{"limit":1,"per":"1s"},"when":"after"}}`:                        "effect/when",
		`{"effect":{"truncate":-1}}`:                                                           "effect/truncate",
		`{"effect":{"drip":{"bytes":0,"every":"1s"}}}`:                                         "effect/drip/bytes",
		`{"effect":{"reset":true,"status":503}}`:                                               "effect/status",
		`{"effect":{"reset":true,"empty":true}}`:                                               "effect/empty",
		`{"effect":{"status":503,"when":"during"}}`:                                            "effect/when",
		`{"effect":{"status":503},"times":0}`:                                                  "times",
		`{"effect":{"status":503},"times":-1}`:                                                 "times",
		`{"effect":{"status":503},"match":{"nth":2},"times":3}`:                                "times",
		`{"effect":{"status":503},"id":"f1"}`:                                                  "id",
	} {
		got := s.admin(http.MethodPost, "/faults", fault)
		wantField(t, got, http.StatusBadRequest, field)
	}
	if got := s.admin(http.MethodGet, "/faults", ""); got.Text != `{"faults":[]}` {
		t.Errorf("there are faults: %s", got.Text)
	}
	if got := s.admin(http.MethodDelete, "/faults/f9", ""); got.Status != http.StatusNotFound {
		t.Errorf("HTTP %d %s", got.Status, got.Text)
	}
}

// TestFaultsAreOfANamespace has one meet what the other does not.
func TestFaultsAreOfANamespace(t *testing.T) {
	t.Parallel()
	a := newStage(t, "a")
	b := a.in(t, "b")
	a.inject(`{"effect":{"status":503}}`)
	for _, v := range vendortest.All {
		if got := v.Rotation.Send(a.API); got.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: HTTP %d %s", v.Name, got.Status, got.Text)
		}
		if got := v.Rotation.Send(b.API); got.Status != http.StatusOK {
			t.Errorf("%s: HTTP %d %s", v.Name, got.Status, got.Text)
		}
	}
	for _, path := range []string{"/clock", "/faults", "/requests", "/health", "/world", "/snapshots"} {
		if got := a.With("Prefer", "code=418").Send(http.MethodGet, "/__admin"+path); got.Status != http.StatusOK || got.Header.Get("Keyturn-Fault") != "" {
			t.Errorf("%s met a fault: HTTP %d %s", path, got.Status, got.Text)
		}
	}
	if copied := a.in(t, "copy", `"from":"a"`); vendortest.IdentityService.Rotation.Send(copied.API).Status != http.StatusServiceUnavailable {
		t.Error("a copy has no faults")
	}
	a.put(http.MethodPost, "/reset", "", http.StatusNoContent)
	if got := vendortest.IdentityService.Rotation.Send(a.API); got.Status != http.StatusOK {
		t.Errorf("after the reset: HTTP %d %s", got.Status, got.Text)
	}
}

// statuses are those of so many requests, one after the other.
func statuses(s stage, count int) []int {
	got := make([]int, count)
	for i := range got {
		got[i] = s.Send(http.MethodGet, vendortest.IdentitySecrets).Status
	}
	return got
}

func TestFaultsCount(t *testing.T) {
	t.Parallel()
	a := newStage(t, "a")
	b := a.in(t, "b")
	for fault, want := range map[string][]int{
		`{"effect":{"status":503},"times":2}`:                                             {503, 503, 200, 200},
		`{"match":{"nth":3},"effect":{"status":503}}`:                                     {200, 200, 503, 200},
		`{"match":{"nth":1},"effect":{"status":503},"times":1}`:                           {503, 200, 200, 200},
		`{"match":{"operation":"addSecret"},"effect":{"status":503}}`:                     {200, 200, 200, 200},
		`{"match":{"probability":1},"effect":{"status":503},"times":1}`:                   {503, 200, 200, 200},
		`{"match":{"path":"/api/tenants/*"},"effect":{"status":503}}`:                     {503, 503, 503, 503},
		`{"match":{"path":"` + vendortest.IdentitySecrets + `"},"effect":{"status":503}}`: {503, 503, 503, 503},
	} {
		a.put(http.MethodDelete, "/faults", "", http.StatusNoContent)
		a.inject(fault)
		if got := statuses(a, len(want)); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", fault, got, want)
		}
	}
	const chance = `{"match":{"probability":0.5,"seed":7},"effect":{"status":503}}`
	a.put(http.MethodDelete, "/faults", "", http.StatusNoContent)
	a.inject(chance)
	b.inject(chance)
	const requests = 40
	first, second := statuses(a, requests), statuses(b, requests)
	if hits := strings.Count(fmt.Sprint(first), "503"); !slices.Equal(first, second) || hits < 8 || hits > 32 {
		t.Errorf("the same chance gives %v and %v", first, second)
	}
}

// TestOneOfManyIsHit sends a hundred requests at once to a fault that is for one.
func TestOneOfManyIsHit(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	s.inject(`{"match":{"operation":"listSecrets"},"effect":{"status":503},"times":1}`)
	var hit atomic.Int64
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if s.Send(http.MethodGet, vendortest.IdentitySecrets).Status == http.StatusServiceUnavailable {
				hit.Add(1)
			}
		})
	}
	all.Wait()
	listed := s.admin(http.MethodGet, "/faults", "")
	if hit.Load() != 1 || listed.At("faults", 0, "hits") != 1.0 || listed.At("faults", 0, "seen") != 100.0 {
		t.Errorf("%d were hit: %s", hit.Load(), listed.Text)
	}
}
