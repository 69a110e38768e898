package mockserver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
	"github.com/keyturn/keyturn/mockserver/journal"
)

// verdict asks whether what was expected has happened.
func (s stage) verdict(expectation string) (outcome string, text string) {
	s.t.Helper()
	got := s.put(http.MethodPost, "/requests/verify", expectation, http.StatusOK)
	return got.TextAt("verdict"), got.Text
}

// TestVerdicts holds expectations to three requests, first with all of them in the
// journal and then after others have driven them out.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a", withJournal(journal.Bounds{Entries: 5}))
	for _, v := range vendortest.All[:3] {
		v.Rotation.Send(s.API)
	}
	const (
		add, update, refresh = `{"operation":"addSecret"}`, `{"operation":"updateClient"}`, `{"operation":"refreshSecret"}`
		pass, fail, open     = "pass", "fail", "inconclusive"
	)
	for _, test := range []struct{ expectation, verdict string }{
		{`{"match":` + add + `,"exactly":1}`, pass},
		{`{"match":` + add + `,"exactly":0}`, fail},
		{`{"match":` + add + `,"exactly":2}`, fail},
		{`{"match":` + add + `,"at_least":1}`, pass},
		{`{"match":` + add + `,"at_least":2}`, fail},
		{`{"match":` + add + `,"never":true}`, fail},
		{`{"match":{"operation":"getClient"},"never":true}`, pass},
		{`{"match":{"client":"` + vendortest.IdentityApp + `"},"exactly":1}`, pass},
		{`{"match":{"provider":"angusgm","method":"PATCH","path":"/api/v1/auth/client","status":200},"exactly":1}`, pass},
		{`{"match":{"provider":"angusgm","status":404},"at_least":1}`, fail},
		{`{"in_order":[` + add + `,` + update + `,` + refresh + `]}`, pass},
		{`{"in_order":[` + update + `,` + add + `]}`, fail},
		{`{"in_order":[` + refresh + `,{"path":"/nobody"}]}`, fail},
		{`{"match":{"path":"/nobody"},"at_least":5}`, fail},
		{`{"match":{"path":"/nobody"},"never":true}`, pass},
		{`{"in_order":[{"path":"/nobody"},{"path":"/nobody"}]}`, fail},
		{`{"match":{"path":"/nobody"},"exactly":4}`, fail},
	} {
		if outcome, text := s.verdict(test.expectation); outcome != test.verdict {
			t.Errorf("%s: %s, want %s", test.expectation, text, test.verdict)
		}
	}
	for range 7 {
		s.Send(http.MethodGet, "/nobody")
	}
	for _, test := range []struct{ expectation, verdict string }{
		{`{"match":` + add + `,"exactly":1}`, open},
		{`{"match":` + add + `,"at_least":1}`, open},
		{`{"match":` + add + `,"never":true}`, open},
		{`{"in_order":[` + add + `,` + update + `]}`, open},
		{`{"match":{"path":"/nobody"},"at_least":5}`, pass},
		{`{"match":{"path":"/nobody"},"at_least":8}`, open},
		{`{"match":{"path":"/nobody"},"never":true}`, fail},
		{`{"match":{"path":"/nobody"},"exactly":4}`, fail},
		{`{"in_order":[{"path":"/nobody"},{"path":"/nobody"}]}`, pass},
		{`{"match":{"path":"/nobody"},"exactly":5,"after":5}`, pass},
		{`{"match":` + add + `,"never":true,"after":5}`, pass},
	} {
		if outcome, text := s.verdict(test.expectation); outcome != test.verdict || !strings.Contains(text, `"evicted":`) {
			t.Errorf("%s: %s, want %s", test.expectation, text, test.verdict)
		}
	}
}

func TestAFailedVerdictShowsWhatCameNearest(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	s.Send(http.MethodGet, "/nobody")
	vendortest.AuthingV2.Rotation.Send(s.With("Prefer", "code=503"))
	got := s.put(http.MethodPost, "/requests/verify", `{"match":{"operation":"refreshSecret","status":200},"at_least":1}`, http.StatusOK)
	if got.TextAt("verdict") != "fail" || got.TextAt("nearest", 0, "operation") != "refreshSecret" || !strings.Contains(got.TextAt("nearest", 0, "difference"), "503") {
		t.Errorf("got %s", got.Text)
	}
	if id := got.TextAt("nearest", 0, "request_id"); id == "" || id != s.journal()[1].RequestID {
		t.Errorf("got the request %q", id)
	}
}

func TestExpectationsThatCannotBe(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	s.Send(http.MethodGet, "/nobody")
	for body, field := range map[string]string{
		`{}`:                                             "exactly",
		`{"match":{},"exactly":1,"never":true}`:          "exactly",
		`{"match":{},"exactly":-1}`:                      "exactly",
		`{"match":{},"exactly":"1"}`:                     "exactly",
		`{"match":{},"at_least":0}`:                      "at_least",
		`{"match":{},"never":false}`:                     "never",
		`{"in_order":[]}`:                                "in_order",
		`{"in_order":[{"status":99}]}`:                   "in_order/0/status",
		`{"in_order":[{}],"match":{"status":200}}`:       "match",
		`{"match":{"method":"get"},"never":true}`:        "match/method",
		`{"match":{"path":"x"},"never":true}`:            "match/path",
		`{"match":{"path":"/x?y"},"never":true}`:         "match/path",
		`{"match":{"colour":"red"},"never":true}`:        "colour",
		`{"match":{"path":"/x"},"never":true,"after":9}`: "after",
	} {
		wantField(t, s.admin(http.MethodPost, "/requests/verify", body), http.StatusBadRequest, field)
	}
}

// TestUnmatchedRequestsHaveANearest asks for what nearly answers.
func TestUnmatchedRequestsHaveANearest(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	for _, test := range []struct{ method, path, provider, operation string }{
		{"POST", "/api/v3/refresh-aplication-secret", "genauth-v3", "refreshApplicationSecret"},
		{"GET", "/api/v3/refresh-application-secret", "genauth-v3", "refreshApplicationSecret"},
		{"GET", "/api/tenants/acme/applications/my-new-app/secret", "identity-service", "listSecrets"},
		{"POST", "/oauth2/tokens", "angusgm", "oauthToken"},
	} {
		s.put(http.MethodDelete, "/requests", "", http.StatusNoContent)
		s.Send(test.method, test.path)
		vendortest.IdentityService.Rotation.Send(s.API)
		got := s.put(http.MethodGet, "/requests/unmatched", "", http.StatusOK)
		if got.TextAt("entries", 0, "nearest", "operation") != test.operation || got.TextAt("entries", 0, "nearest", "provider") != test.provider ||
			got.TextAt("entries", 0, "reason") == "" || got.At("entries", 1) != nil {
			t.Errorf("%s %s: got %s", test.method, test.path, got.Text)
		}
	}
	s.put(http.MethodDelete, "/requests", "", http.StatusNoContent)
	s.Send(http.MethodGet, "/favicon.ico")
	got := s.put(http.MethodGet, "/requests/unmatched", "", http.StatusOK)
	if entry, _ := got.At("entries", 0).(map[string]any); entry == nil || entry["nearest"] != nil {
		t.Errorf("got %s", got.Text)
	}
}

// TestTheArchive exports what was asked of a namespace by its prefix.
func TestTheArchive(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	const requests = 3
	for range requests {
		vendortest.IdentityService.Rotation.Send(s.API)
	}
	got := s.put(http.MethodGet, "/requests.har", "", http.StatusOK)
	var archive struct {
		Log struct {
			Version string
			Entries []struct {
				StartedDateTime string
				Time            float64
				Request         struct{ Method, URL, HTTPVersion string }
				Response        struct {
					Status  int
					Content struct{ MimeType, Text string }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(got.Text), &archive); err != nil {
		t.Fatal(err)
	}
	if archive.Log.Version != "1.2" || len(archive.Log.Entries) != requests {
		t.Fatalf("got %s", got.Text)
	}
	for _, e := range archive.Log.Entries {
		if e.Request.Method != http.MethodPost || e.Request.URL != s.BaseURL()+vendortest.IdentitySecrets || e.Request.HTTPVersion != "HTTP/1.1" ||
			e.Response.Status != 200 || e.Response.Content.MimeType == "" || !strings.Contains(e.Response.Content.Text, "[redacted #") {
			t.Errorf("got %s", fmt.Sprintf("%+v", e))
		}
	}
	if name := got.Header.Get("Content-Disposition"); !strings.Contains(name, `"a.har"`) {
		t.Errorf("it is named %s", name)
	}
}
