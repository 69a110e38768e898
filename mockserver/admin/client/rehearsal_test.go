package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/admin/client"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

const addSecret = "/api/tenants/acme/applications/my-new-app/secrets"

// asked sends a request to an emulated API of a namespace and returns the status.
func asked(t *testing.T, standIn *mocktest.Server, namespace, method, path string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, standIn.BaseURL()+path, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer token")
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Keyturn-Namespace", namespace)
	response, err := standIn.HTTPClient().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// refused expects a problem with this status and field.
func refused(t *testing.T, what string, err error, status int, field string) {
	t.Helper()
	if problem, is := errors.AsType[*client.Problem](err); !is || problem.Status != status || problem.Field != field {
		t.Errorf("%s: got %#v, want a problem with status %d and field %q", what, err, status, field)
	}
}

// inside begins a namespace of a new stand-in.
func inside(t *testing.T, options ...mocktest.Option) (*mocktest.Server, *client.Client) {
	t.Helper()
	standIn := mocktest.Start(t, options...)
	if _, err := standIn.Admin().CreateNamespace(t.Context(), client.NewNamespace{Name: "a"}); err != nil {
		t.Fatal(err)
	}
	return standIn, standIn.Admin().Namespace("a")
}

func TestNamespacesOfAStandIn(t *testing.T) {
	t.Parallel()
	standIn, admin := inside(t)
	outside, ctx := standIn.Admin(), t.Context()
	made, err := admin.CreateNamespace(ctx, client.NewNamespace{Name: "b", From: "a", Seed: new(uint64(7)), Idle: time.Hour})
	if err != nil || made.Name != "b" || made.Idle != time.Hour || made.CreatedAt.IsZero() || made.UsedAt.IsZero() {
		t.Errorf("got %+v, %v", made, err)
	}
	all, err := outside.Namespaces(ctx)
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].Name
	}
	if err != nil || !slices.Equal(names, []string{"default", "a", "b"}) {
		t.Errorf("got %q, %v, want default, a and b", names, err)
	}
	if err := admin.SetDefects(ctx, "old-secret-lives-3s"); err != nil {
		t.Fatal(err)
	}
	if there, err := outside.Defects(ctx); err != nil || len(there.On()) != 0 {
		t.Errorf("%q are on outside, %v, want none", there.On(), err)
	}
	if there, err := outside.NamespaceInfo(ctx, "a"); err != nil || there.Name != "a" {
		t.Errorf("got %+v, %v", there, err)
	}
	if err := outside.DeleteNamespace(ctx, "b"); err != nil {
		t.Error(err)
	}
	_, noName := outside.CreateNamespace(ctx, client.NewNamespace{Name: "a/b"})
	refused(t, "no name", noName, 400, "name")
	_, taken := outside.CreateNamespace(ctx, client.NewNamespace{Name: "a"})
	refused(t, "taken", taken, 409, "name")
	_, noTime := outside.CreateNamespace(ctx, client.NewNamespace{Name: "c", Idle: -time.Hour})
	refused(t, "no time", noTime, 400, "idle")
	refused(t, "the default one", outside.DeleteNamespace(ctx, "default"), 409, "")
	gone := outside.Namespace("b").Reset(ctx)
	if problem, is := errors.AsType[*client.Problem](gone); !is || problem.Status != 404 || problem.Kind != "no-namespace" {
		t.Errorf("got %v, want no-namespace", gone)
	}
}

func TestClockOfAStandIn(t *testing.T) {
	t.Parallel()
	_, admin := inside(t)
	ctx := t.Context()
	before, err := admin.FreezeClock(ctx)
	if err != nil || !before.Frozen {
		t.Fatalf("got %+v, %v", before, err)
	}
	if after, err := admin.AdvanceClock(ctx, 36*time.Hour); err != nil || !after.Now.Equal(before.Now.Add(36*time.Hour)) {
		t.Errorf("got %+v, %v, want 36h after %v", after, err, before.Now)
	}
	at := time.Date(2099, 1, 2, 0, 0, 0, 0, time.UTC)
	if after, err := admin.SetClock(ctx, at); err != nil || !after.Now.Equal(at) || after.Offset <= 0 {
		t.Errorf("got %+v, %v, want %v", after, err, at)
	}
	_, back := admin.SetClock(ctx, at.Add(-time.Second))
	refused(t, "back", back, 400, "at")
	_, ago := admin.AdvanceClock(ctx, -time.Second)
	refused(t, "ago", ago, 400, "advance")
	if after, err := admin.RunClock(ctx); err != nil || after.Frozen || after.Now.Before(at) {
		t.Errorf("got %+v, %v, want it to run from %v", after, err, at)
	}
	if _, err := admin.ReleaseClock(ctx); err != nil {
		t.Error(err)
	}
	if after, err := admin.Clock(ctx); err != nil || after.Offset != 0 {
		t.Errorf("got %+v, %v, want the system's clock", after, err)
	}
}

func TestFaultsOfAStandIn(t *testing.T) {
	t.Parallel()
	standIn, admin := inside(t)
	ctx := t.Context()
	fault, err := admin.AddFault(ctx, client.Fault{
		Match: client.Match{Provider: "identity-service", Method: http.MethodPost, Path: "/api/tenants/*"}, Effect: client.Effect{Status: 503}, Times: 1,
	})
	if err != nil || fault.ID == "" || fault.Effect.When != client.Before || fault.Times != 1 {
		t.Fatalf("got %+v, %v", fault, err)
	}
	for _, want := range []int{http.StatusServiceUnavailable, http.StatusOK} {
		if got := asked(t, standIn, "a", http.MethodPost, addSecret); got/100 != want/100 {
			t.Errorf("got status %d, want one like %d", got, want)
		}
	}
	if all, err := admin.Faults(ctx); err != nil || len(all) != 1 || all[0].Hits != 1 {
		t.Errorf("got %+v, %v, want one that was met once", all, err)
	}
	entries, err := admin.Requests(ctx)
	if err != nil || len(entries) != 2 || !strings.HasPrefix(entries[0].Fault, fault.ID) || entries[1].Fault != "" || entries[0].RequestID == "" {
		t.Errorf("got %+v, %v, want the fault in the journal", entries, err)
	}
	if changes := entries[1].Changes; len(changes) == 0 || changes[0].Kind != "issued" || changes[0].Fingerprint == "" || changes[0].Client == "" {
		t.Errorf("got the changes %+v, want a secret that was issued", changes)
	}
	for field, wrong := range map[string]client.Fault{
		"match/provider":             {Match: client.Match{Provider: "nobody"}, Effect: client.Effect{Status: 503}},
		"match/method":               {Match: client.Match{Method: "post"}, Effect: client.Effect{Status: 503}},
		"effect":                     {},
		"effect/status":              {Effect: client.Effect{Status: 200}},
		"effect/throttle/per":        {Effect: client.Effect{Throttle: &client.Throttle{Limit: 1}}},
		"effect/latency":             {Effect: client.Effect{Latency: &client.Latency{}}},
		"effect/latency/fixed":       {Effect: client.Effect{Latency: &client.Latency{Fixed: time.Hour}}},
		"effect/drip/bytes":          {Effect: client.Effect{Drip: &client.Drip{Every: time.Second}}},
		"effect/truncate":            {Effect: client.Effect{Truncate: new(-1)}},
		"times":                      {Effect: client.Effect{Status: 503}, Times: -1},
		"match/nth":                  {Match: client.Match{Nth: -1}, Effect: client.Effect{Status: 503}},
		"effect/latency/uniform/min": {Effect: client.Effect{Latency: &client.Latency{Uniform: &client.Uniform{Min: time.Second, Max: time.Millisecond}}}},
	} {
		_, err := admin.AddFault(ctx, wrong)
		refused(t, field, err, 400, field)
	}
	if err := admin.RemoveFault(ctx, fault.ID); err != nil {
		t.Error(err)
	}
	if err := admin.ClearFaults(ctx); err != nil {
		t.Error(err)
	}
	if problem, is := errors.AsType[*client.Problem](admin.RemoveFault(ctx, fault.ID)); !is || problem.Status != 404 {
		t.Errorf("got %v, want 404", problem)
	}
}

func TestPropagationOfAStandIn(t *testing.T) {
	t.Parallel()
	_, admin := inside(t)
	ctx := t.Context()
	for _, want := range []client.Propagation{{AcceptNewAfter: 20 * time.Second, RefuseOldAfter: time.Minute, Replicas: 2}, {Replicas: 1}} {
		if err := admin.SetPropagation(ctx, want); err != nil {
			t.Fatal(err)
		}
		if got, err := admin.Propagation(ctx); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	refused(t, "backwards", admin.SetPropagation(ctx, client.Propagation{AcceptNewAfter: -time.Second}), 400, "accept_new_after")
	refused(t, "many", admin.SetPropagation(ctx, client.Propagation{Replicas: 3}), 400, "replicas")
}

func TestVerificationsOfAStandIn(t *testing.T) {
	t.Parallel()
	standIn, admin := inside(t)
	ctx := t.Context()
	asked(t, standIn, "a", http.MethodPost, addSecret)
	asked(t, standIn, "a", http.MethodGet, "/nothing")
	adding, nothing := client.RequestMatch{Method: http.MethodPost, Path: addSecret}, client.RequestMatch{Status: 404}
	for _, expected := range []client.Expectation{
		client.Exactly(1, adding), client.AtLeast(2, client.RequestMatch{}), client.Never(client.RequestMatch{Method: http.MethodDelete}),
		client.InOrder(adding, nothing), client.Never(adding).After(1),
	} {
		if err := admin.Verify(ctx, expected); err != nil {
			t.Error(err)
		}
	}
	adding.Status = 418
	failed, is := errors.AsType[*client.VerificationError](admin.Verify(ctx, client.Exactly(1, adding)))
	if !is || failed.Inconclusive || len(failed.Nearest) == 0 || failed.Nearest[0].URL != addSecret ||
		!strings.Contains(failed.Error(), fmt.Sprintf("\n  #%d POST %s: status ", failed.Nearest[0].ID, addSecret)) || !strings.Contains(failed.Error(), "want 418") {
		t.Errorf("got %v, want the request that comes nearest", failed)
	}
	refused(t, "no step", admin.Verify(ctx, client.InOrder()), 400, "")
	refused(t, "no status", admin.Verify(ctx, client.InOrder(adding, client.RequestMatch{Status: 7})), 400, "in_order/1/status")
	refused(t, "no such request", admin.Verify(ctx, client.Never(adding).After(99)), 400, "after")

	unmatched, err := admin.Unmatched(ctx)
	if err != nil || len(unmatched.Entries) != 1 || unmatched.Entries[0].URL != "/nothing" {
		t.Errorf("got %+v, %v, want the request that nobody answers", unmatched, err)
	}
	asked(t, standIn, "a", http.MethodPut, addSecret)
	unmatched, err = admin.Unmatched(ctx)
	if err != nil || len(unmatched.Entries) != 2 || unmatched.Entries[1].Nearest == nil || unmatched.Entries[1].Nearest.Provider != "identity-service" || unmatched.Entries[1].Reason == "" {
		t.Errorf("got %+v, %v, want the operation that comes nearest", unmatched, err)
	}

	text, err := admin.HAR(ctx)
	var archive struct {
		Log struct{ Entries []json.RawMessage }
	}
	if err != nil || json.Unmarshal(text, &archive) != nil || len(archive.Log.Entries) != 3 {
		t.Errorf("got %d entries, %v, want 3", len(archive.Log.Entries), err)
	}

	if err := admin.ClearRequests(ctx); err != nil {
		t.Fatal(err)
	}
	if err := admin.Verify(ctx, client.Exactly(1, adding).After(1)); !errors.Is(err, client.ErrInconclusive) {
		t.Errorf("got %v, want %v", err, client.ErrInconclusive)
	}
}

// TestStreamOfAStandIn sees what was there, then what comes, with a listener and
// without.
func TestStreamOfAStandIn(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]mocktest.Option{"listener": nil, "no listener": {mocktest.WithoutListener()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			standIn, admin := inside(t, options...)
			asked(t, standIn, "a", http.MethodGet, "/first")
			var seen []string
			for request, err := range admin.Stream(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
				if seen = append(seen, request.URL); len(seen) == 3 {
					break
				}
				asked(t, standIn, "default", http.MethodGet, "/elsewhere")
				asked(t, standIn, "a", http.MethodGet, fmt.Sprint("/next", len(seen)))
			}
			if !slices.Equal(seen, []string{"/first", "/next1", "/next2"}) {
				t.Errorf("got %q", seen)
			}
		})
	}
}

func TestSnapshotsOfAStandIn(t *testing.T) {
	t.Parallel()
	standIn, admin := inside(t)
	ctx := t.Context()
	saved, err := admin.SaveSnapshot(ctx, "before")
	if err != nil || saved.Name != "before" || saved.TakenAt.IsZero() {
		t.Fatalf("got %+v, %v", saved, err)
	}
	if none, err := admin.DiffSnapshot(ctx, "before", ""); err != nil || len(none) != 0 {
		t.Errorf("got %+v, %v, want no difference", none, err)
	}
	asked(t, standIn, "a", http.MethodPost, addSecret)
	if changed, err := admin.DiffSnapshot(ctx, "before", ""); err != nil || len(changed) == 0 || changed[0].Path == "" {
		t.Errorf("got %+v, %v, want the secret", changed, err)
	}
	if err := admin.RestoreSnapshot(ctx, "before"); err != nil {
		t.Error(err)
	}
	if none, err := admin.DiffSnapshot(ctx, "before", ""); err != nil || len(none) != 0 {
		t.Errorf("got %+v, %v, want no difference after the restoration", none, err)
	}
	document, err := admin.Snapshot(ctx, "before")
	if err != nil {
		t.Fatal(err)
	}
	outside := standIn.Admin()
	if err := outside.PutSnapshot(ctx, "from-a", document); err != nil {
		t.Errorf("%v in %s", err, document)
	}
	if all, err := outside.Snapshots(ctx); err != nil || len(all) != 1 || all[0].Name != "from-a" {
		t.Errorf("got %+v, %v, want the one that was put", all, err)
	}
	newer := bytes.Replace(document, []byte(`"version":1,`), []byte(`"version":99,`), 1)
	refused(t, "another version", outside.PutSnapshot(ctx, "other", newer), 400, "version")
	refused(t, "another document", outside.PutSnapshot(ctx, "other", []byte(`{"version": 1}`)), 400, "format")
	_, taken := admin.SaveSnapshot(ctx, "before")
	refused(t, "taken", taken, 409, "name")
	_, unknown := admin.DiffSnapshot(ctx, "before", "nothing")
	if problem, is := errors.AsType[*client.Problem](unknown); !is || problem.Status != 404 {
		t.Errorf("got %v, want 404", unknown)
	}
	if err := outside.DeleteSnapshot(ctx, "from-a"); err != nil {
		t.Error(err)
	}
}
