package mockserver_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// decorated is a namespace with something of everything, and a token of each vendor.
func decorated(t *testing.T, outside stage, name string) (s stage, tokens []string) {
	t.Helper()
	s = outside.in(t, name, `"seed":7`)
	s.clock(`{"at":"2035-01-01T00:00:00Z"}`)
	s.clock(`{"freeze":true}`)
	for _, v := range vendortest.All {
		tokens = append(tokens, v.Issued(t, s.API, v.Secret))
	}
	s.put(http.MethodPut, "/propagation", `{"accept_new_after":"0s","refuse_old_after":"20s","replicas":1}`, http.StatusOK)
	s.put(http.MethodPut, "/defects", `{"on":["allow-is-missing"]}`, http.StatusOK)
	s.inject(`{"match":{"operation":"listClients"},"effect":{"status":503},"times":3}`)
	s.inject(`{"match":{"operation":"getApplication"},"effect":{"throttle":{"limit":100,"per":"1h"}}}`)
	s.Send(http.MethodGet, "/api/v1/auth/client")
	s.Send(http.MethodGet, vendortest.AuthingV2.Held)
	s.put(http.MethodPost, "/snapshots", `{"name":"before"}`, http.StatusCreated)
	return s, tokens
}

// differences are the paths in which the snapshot differs from the present state.
func (s stage) differences(name string) []string {
	s.t.Helper()
	var listed struct{ Changes []struct{ Path string } }
	got := s.put(http.MethodGet, "/snapshots/"+name+"/diff", "", http.StatusOK)
	if err := json.Unmarshal([]byte(got.Text), &listed); err != nil {
		s.t.Fatal(err)
	}
	paths := []string{}
	for _, change := range listed.Changes {
		paths = append(paths, change.Path)
	}
	return paths
}

// disturb changes everything that a snapshot holds.
func (s stage) disturb(t *testing.T) {
	t.Helper()
	s.put(http.MethodPut, "/propagation", `{}`, http.StatusOK)
	s.put(http.MethodPut, "/defects", `{"on":["bcrypt-stops-at-72"]}`, http.StatusOK)
	s.Send(http.MethodGet, "/api/v1/auth/client")
	s.put(http.MethodDelete, "/faults/f1", "", http.StatusNoContent)
	s.inject(`{"match":{"operation":"oauthKeys"},"effect":{"status":418}}`)
	s.clock(`{"freeze":false}`)
	s.clock(`{"advance":"24h"}`)
	for _, v := range vendortest.All {
		v.Rotated(t, s.API)
	}
	s.Send(http.MethodDelete, vendortest.IdentitySecrets+"/3f0c6b1e-8a52-4d7f-9c36-5e1b7a90d248")
	s.Raw(http.MethodPost, "/api/v2/applications", jsonMedia, `{"name":"new","identifier":"new","redirectUris":"https://a.example"}`)
}

// TestARestoredSnapshotIsWhatItWas disturbs everything and brings it back, twice.
func TestARestoredSnapshotIsWhatItWas(t *testing.T) {
	t.Parallel()
	s, tokens := decorated(t, stage{t: t, Server: mocktest.Start(t)}, "a")
	if got := s.differences("before"); len(got) != 0 {
		t.Fatalf("nothing has happened, and it differs in %q", got)
	}
	faults := s.admin(http.MethodGet, "/faults", "").Text
	clock := s.now()
	var first string
	for round := range 2 {
		s.disturb(t)
		later := vendortest.IdentityService.Issued(t, s.API, vendortest.IdentityService.Rotated(t, s.API))
		if got := s.differences("before"); len(got) < 8 {
			t.Errorf("much has happened, and it differs in %q alone", got)
		}
		s.put(http.MethodPost, "/snapshots/before/restore", "", http.StatusNoContent)
		if got := s.differences("before"); len(got) != 0 {
			t.Errorf("round %d: it differs in %q", round, got)
		}
		if diff := cmp.Diff(faults, s.admin(http.MethodGet, "/faults", "").Text); diff != "" {
			t.Errorf("the faults differ (-before +after):\n%s", diff)
		}
		if entries := s.journal(); len(entries) != 0 || !s.now().Equal(clock) {
			t.Errorf("the journal has %d entries, the clock shows %v", len(entries), s.now())
		}
		if vendortest.IdentityService.Active(t, s.API, vendortest.IdentitySecret, later) {
			t.Error("a token that was never issued is active")
		}
		for i, v := range vendortest.All {
			if !v.Active(t, s.API, v.Secret, tokens[i]) {
				t.Errorf("%s: the token of then is no longer good", v.Name)
			}
		}
		next := vendortest.IdentityService.Rotated(t, s.API)
		if first != "" && next != first {
			t.Errorf("the next secret is %q, and was %q", next, first)
		}
		first = next
	}
}

// TestTokensOfWhatWasUndone issues one to a client that there was before.
func TestTokensOfWhatWasUndone(t *testing.T) {
	t.Parallel()
	forVendors(t, func(t *testing.T, v vendortest.Vendor, s stage) {
		issued := func() string { return v.Issued(t, s.API, v.Secret) }
		want := func(when, token string, active bool) {
			t.Helper()
			if got := v.Active(t, s.API, v.Secret, token); got != active {
				t.Errorf("%s it is active: %v, want %v", when, got, active)
			}
		}
		first := issued()
		s.put(http.MethodPost, "/snapshots", `{"name":"one"}`, http.StatusCreated)
		second := issued()
		want("after a snapshot", first, true)
		want("after a snapshot, the later", second, true)
		s.put(http.MethodPost, "/snapshots", `{"name":"two"}`, http.StatusCreated)
		third := issued()
		s.put(http.MethodPost, "/snapshots/two/restore", "", http.StatusNoContent)
		want("after two was restored, the first", first, true)
		want("after two was restored, the second", second, true)
		want("after two was restored, the third", third, false)
		fourth := issued()
		s.put(http.MethodPost, "/snapshots/one/restore", "", http.StatusNoContent)
		want("after one was restored, the first", first, true)
		want("after one was restored, the second", second, false)
		want("after one was restored, the fourth", fourth, false)
		s.put(http.MethodPost, "/snapshots/two/restore", "", http.StatusNoContent)
		want("two again, the second", second, true)
		want("two again, the third", third, false)
		want("two again, the fourth", fourth, false)
		s.put(http.MethodPost, "/reset", "", http.StatusNoContent)
		want("after a reset, the first", first, false)
	})
}

// TestASnapshotTravels exports it from one server and imports it on another.
func TestASnapshotTravels(t *testing.T) {
	t.Parallel()
	s, tokens := decorated(t, stage{t: t, Server: mocktest.Start(t)}, "a")
	document := s.put(http.MethodGet, "/snapshots/before", "", http.StatusOK).Text
	next := vendortest.IdentityService.Rotated(t, s.API)
	other := newStage(t, "default")
	other.put(http.MethodPut, "/snapshots/travelled", document, http.StatusNoContent)
	other.put(http.MethodPost, "/snapshots/travelled/restore", "", http.StatusNoContent)
	if got := other.differences("travelled"); len(got) != 0 {
		t.Errorf("it differs in %q", got)
	}
	again := other.put(http.MethodGet, "/snapshots/travelled", "", http.StatusOK).Text
	same := strings.NewReplacer(`"name":"travelled"`, `"name":"before"`, `"namespace":"default"`, `"namespace":"a"`)
	if diff := cmp.Diff(document, same.Replace(again)); diff != "" {
		t.Errorf("what comes out is not what went in:\n%s", diff)
	}
	if got := vendortest.IdentityService.Rotated(t, other.API); got != next {
		t.Errorf("the next secret is %q, and %q where it came from", got, next)
	}
	if vendortest.IdentityService.Active(t, other.API, vendortest.IdentitySecret, tokens[0]) {
		t.Error("a token of another server is good")
	}
	other.put(http.MethodPost, "/reset", "", http.StatusNoContent)
	if got := vendortest.IdentityService.Rotated(t, other.API); got == next {
		t.Error("after a reset the default namespace still draws what the snapshot says")
	}
}

// TestSnapshotsThatCannotBe are refused at the member, and leave what was there.
func TestSnapshotsThatCannotBe(t *testing.T) {
	t.Parallel()
	s, _ := decorated(t, stage{t: t, Server: mocktest.Start(t)}, "a")
	document := s.put(http.MethodGet, "/snapshots/before", "", http.StatusOK).Text
	for name, test := range map[string]struct{ old, new, field string }{
		"version":             {`"version":1`, `"version":2`, "version"},
		"no version":          {`"version":1`, `"x":1`, "version"},
		"version in words":    {`"version":1`, `"version":"1"`, "version"},
		"format":              {`keyturn-snapshot`, `docker-image`, "format"},
		"unknown member":      {`"format"`, `"colour":"red","format"`, "colour"},
		"twice":               {`"format"`, `"version":1,"version":1,"format"`, "twice"},
		"realm":               {`"identity-service":`, `"identity":`, "world"},
		"member of the world": {`"tenants":`, `"tenant":`, "world"},
		"defect":              {`allow-is-missing`, `allow-is-missed`, "defects"},
		"fault":               {`"status":503`, `"status":200`, "faults"},
		"propagation":         {`"refuse_old_after":"20s"`, `"refuse_old_after":"-20s"`, "refuse_old_after"},
		"clock":               {`"frozen":"2035-01-01`, `"frozen":"9999-12-31`, "clock/frozen"},
		"clock far behind":    {`"frozen":"2035-01-01`, `"frozen":"0500-01-01`, "clock/frozen"},
		"time of clock":       {`"frozen":"2035-01-01`, `"frozen":"soon`, "clock"},
		"randomness":          {`"randomness":"`, `"randomness":"AAAA`, "randomness"},
		"taken_at":            {`"taken_at":"2035`, `"taken_at":"soon`, "taken_at"},
	} {
		changed := strings.Replace(document, test.old, test.new, 1)
		if changed == document {
			t.Fatalf("%s: the document has no %s: %.300s", name, test.old, document)
		}
		for _, at := range []string{"before", "new"} {
			got := s.admin(http.MethodPut, "/snapshots/"+at, changed)
			if got.Status < 400 || got.Status > 499 || !strings.Contains(got.TextAt("field")+got.TextAt("detail"), test.field) {
				t.Errorf("%s: HTTP %d %s, want %s named", name, got.Status, got.Text, test.field)
			}
		}
	}
	if got := s.put(http.MethodGet, "/snapshots", "", http.StatusOK); got.At("snapshots", 1) != nil {
		t.Errorf("there are more snapshots now: %s", got.Text)
	}
	if again := s.put(http.MethodGet, "/snapshots/before", "", http.StatusOK).Text; again != document {
		t.Error("the snapshot of the same name changed")
	}
	if got := s.differences("before"); len(got) != 0 {
		t.Errorf("the namespace changed in %q", got)
	}
	for path, want := range map[string]int{
		"/snapshots/none/restore": 404, "/snapshots/before/diff?with=none": 404, "/snapshots/none/diff": 404,
	} {
		method := map[bool]string{true: http.MethodPost, false: http.MethodGet}[strings.HasSuffix(path, "restore")]
		wantField(t, s.admin(method, path, ""), want, "none")
	}
	wantField(t, s.admin(http.MethodPost, "/snapshots", `{"name":"before"}`), http.StatusConflict, "name")
	wantField(t, s.admin(http.MethodPost, "/snapshots", `{"name":"a/b"}`), http.StatusBadRequest, "name")
	wantField(t, s.admin(http.MethodPut, "/snapshots/A", document), http.StatusBadRequest, "name")
}

// TestANamespaceFromASnapshot copies the past of another, and is its own from then on.
func TestANamespaceFromASnapshot(t *testing.T) {
	t.Parallel()
	outside := stage{t: t, Server: mocktest.Start(t)}
	a, tokens := decorated(t, outside, "a")
	a.disturb(t)
	copied := outside.in(t, "copied", `"from":"a"`, `"snapshot":"before"`)
	if got := copied.now(); got.Year() != 2035 {
		t.Errorf("the clock shows %v", got)
	}
	if got := copied.admin(http.MethodGet, "/faults", ""); got.At("faults", 0, "hits") != 1.0 {
		t.Errorf("got %s", got.Text)
	}
	if !vendortest.IdentityService.Works(t, copied.API, vendortest.IdentitySecret) {
		t.Error("the secret that is deleted since does not work")
	}
	for i, v := range vendortest.All {
		if v.Active(t, copied.API, v.Secret, tokens[i]) {
			t.Errorf("%s: a token of the original is good in the copy", v.Name)
		}
	}
	own := vendortest.AuthingV2.Rotated(t, copied.API)
	copied.put(http.MethodPost, "/reset", "", http.StatusNoContent)
	if vendortest.AuthingV2.Works(t, copied.API, own) || !vendortest.AuthingV2.Works(t, copied.API, vendortest.AuthingSecret) {
		t.Error("a reset does not go back to the snapshot")
	}
}
