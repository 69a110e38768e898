package mockserver_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// TestTheAdminPlaneNamesTheField asks for what cannot be, or would come to nothing.
func TestTheAdminPlaneNamesTheField(t *testing.T) {
	t.Parallel()
	base := mocktest.Start(t).BaseURL()
	create(t, base, "a")
	snapshot := func(faults string) string {
		return `{"format":"keyturn-snapshot","version":1,"taken_at":"2026-03-29T12:00:00Z","world":{"version":1,"realms":{}},"faults":[` + faults + `]}`
	}
	for _, test := range []struct {
		w                          way
		method, path, body, member string
		status                     int
	}{
		{way{}, http.MethodPost, "/requests/verify", `{"match":{"provider":"authing_v2"},"never":true}`, "match/provider", 400},
		{way{}, http.MethodPost, "/requests/verify", `{"in_order":[{"operation":"issueToken"},{"operation":"isueToken"}]}`, "in_order/1/operation", 400},
		{way{}, http.MethodPost, "/requests/verify", `{"match":{"path":"/api/tenants/*"},"never":true}`, "match/path", 400},
		{way{}, http.MethodPost, "/requests/verify", `{"match":{"path":"/ns/a/connect/token"},"never":true}`, "match/path", 400},
		{way{}, http.MethodPost, "/requests/verify", `{"match":{"operation":"issueToken","method":"GET"},"never":true}`, "match/method", 400},
		{way{}, http.MethodPost, "/requests/verify", `{"match":{},"exactly":1e30}`, "exactly", 400},
		{way{}, http.MethodPost, "/faults", `{"match":{"probability":0},"effect":{"status":503}}`, "match/probability", 400},
		{way{}, http.MethodPost, "/faults", `{"match":{},"effect":{"throttle":{"limit":1,"per":"2562047h"}}}`, "effect/throttle/per", 400},
		{way{}, http.MethodDelete, "/faults/f7", "", "id", 404},
		{way{}, http.MethodPut, "/snapshots/s", snapshot(`{"id":"f1","match":{"provider":"nope"},"effect":{"status":503}}`), "faults/0/match/provider", 400},
		{way{}, http.MethodPut, "/snapshots/s", snapshot(`{"id":"a/b","match":{},"effect":{"status":503}}`), "faults/0/id", 400},
		{way{}, http.MethodPost, "/snapshots/none/restore", "", "name", 404},
		{way{prefix: "/ns/a"}, http.MethodPut, "/settings", `{"public_url":"http://a.example"}`, "", 409},
		{way{}, http.MethodPut, "/settings", `{"public_url":"a.example"}`, "public_url", 400},
	} {
		got := ask(t, base, test.w, test.method, "/__admin"+test.path, jsonMedia, test.body)
		if got.status != test.status || got.member(t, "field") != test.member {
			t.Errorf("%s %s %s: HTTP %d %s, want %d and the field %q", test.method, test.path, test.body, got.status, got.body, test.status, test.member)
		}
	}
}

// TestHostsChooseInAnyCase has a namespace of the name that the public URL has, too.
func TestHostsChooseInAnyCase(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t, mocktest.WithPublicURL("http://own.localhost:7070"))
	base := standIn.BaseURL()
	chosen := func(host string) int {
		return ask(t, base, way{host: host}, http.MethodPut, "/__admin/clock", jsonMedia, `{"advance":"1h"}`).status
	}
	create(t, base, "a")
	for _, host := range []string{"a.localhost", "A.LOCALHOST:7070", "a.Localhost."} {
		if status := chosen(host); status != http.StatusOK {
			t.Errorf("%s: HTTP %d", host, status)
		}
	}
	if offset := standIn.Clock().Read().Offset(); offset != 0 {
		t.Errorf("the clock of the default namespace moved by %v", offset)
	}
	chosen("own.localhost")
	if offset := standIn.Clock().Read().Offset(); offset < 59*time.Minute {
		t.Errorf("under its public name the server has another namespace: its clock moved by %v", offset)
	}
	create(t, base, "own")
	chosen("own.localhost")
	if offset := standIn.Clock().Read().Offset(); offset > 61*time.Minute {
		t.Errorf("a namespace cannot be chosen under a name that the public URL has: the clock moved by %v", offset)
	}
}

// TestHeldRequestsHaveABound has more callers ask to be held up than there are places.
func TestHeldRequestsHaveABound(t *testing.T) {
	t.Parallel()
	standIn, err := mockserver.New(t.Context(), mockserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const most = 256
	ctx, leave := context.WithCancel(t.Context())
	ask := func(ctx context.Context, prefer string) int {
		request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/connect/token", strings.NewReader("grant_type=client_credentials"))
		request.Header.Set("Content-Type", formMedia)
		request.Header.Set("Prefer", prefer)
		recorder := httptest.NewRecorder()
		standIn.ServeHTTP(recorder, request)
		return recorder.Code
	}
	var all sync.WaitGroup
	refused := make(chan struct{}, most+1)
	for range most + 1 {
		all.Go(func() {
			if ask(ctx, "delay=30s") == http.StatusServiceUnavailable {
				refused <- struct{}{}
			}
		})
	}
	select {
	case <-refused:
	case <-time.After(20 * time.Second):
		t.Error("all were held up")
	}
	if status := ask(t.Context(), "code=500"); status != http.StatusInternalServerError {
		t.Errorf("who is not held up got HTTP %d", status)
	}
	leave()
	all.Wait()
	if len(refused) != 0 {
		t.Errorf("%d more were refused", len(refused))
	}
	if status := ask(t.Context(), "delay=1ms"); status != http.StatusUnauthorized && status != http.StatusBadRequest {
		t.Errorf("afterwards: HTTP %d", status)
	}
}

// TestALostAnswerIsJSON gets a failure in the place of the answer to what was done.
func TestALostAnswerIsJSON(t *testing.T) {
	t.Parallel()
	base := mocktest.Start(t).BaseURL()
	for _, path := range []string{"/connect/token", "/oauth/token", "/api/v3/get-management-token"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Prefer", "code=500, when=after")
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if media := response.Header.Get("Content-Type"); response.StatusCode != 500 || !strings.HasPrefix(media, "application/json") {
			t.Errorf("%s: HTTP %d of %q", path, response.StatusCode, media)
		}
	}
}

// TestTheDateIsTheNamespaces compares the header with the clock.
func TestTheDateIsTheNamespaces(t *testing.T) {
	t.Parallel()
	base := mocktest.Start(t).BaseURL()
	ask(t, base, way{}, http.MethodPut, "/__admin/clock", jsonMedia, `{"at":"2099-01-02T00:00:00Z"}`)
	got := ask(t, base, way{}, http.MethodGet, vendortest.IdentitySecrets, "", "")
	if at, err := http.ParseTime(got.header.Get("Date")); err != nil || at.Year() != 2099 {
		t.Errorf("got %v, %v", at, err)
	}
}
