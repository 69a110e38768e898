package mockserver_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// TestASeedDecidesOnSecrets rotates by the vendors that choose the secret.
func TestASeedDecidesOnSecrets(t *testing.T) {
	t.Parallel()
	outside := stage{t: t, Server: mocktest.Start(t)}
	secrets := func(s stage) []string {
		var all []string
		for _, v := range vendortest.All {
			if v.Name != "angusgm" {
				all = append(all, v.Rotated(t, s.API))
			}
		}
		made := s.Raw(http.MethodPost, "/api/v2/applications", jsonMedia, `{"name":"new","identifier":"new","redirectUris":"https://a.example"}`)
		return append(all, made.TextAt("data", "id"))
	}
	a, b, c := outside.in(t, "a", `"seed":7`), outside.in(t, "b", `"seed":7`), outside.in(t, "c", `"seed":8`)
	first := secrets(a)
	if again := secrets(b); !slices.Equal(first, again) {
		t.Errorf("the same seed gives %q and %q", first, again)
	}
	if other := secrets(c); slices.Equal(first, other) {
		t.Error("another seed gives the same")
	}
	a.put(http.MethodPost, "/reset", "", http.StatusNoContent)
	if again := secrets(a); !slices.Equal(first, again) {
		t.Errorf("after a reset: %q, want %q", again, first)
	}
	for body, field := range map[string]string{
		`{"name":"d","seed":9007199254740992}`: "seed", `{"name":"d","seed":1.5}`: "seed", `{"name":"d","seed":"7"}`: "seed", `{"name":"d","seed":-1}`: "seed",
	} {
		wantField(t, outside.see(t, "default").admin(http.MethodPost, "/namespaces", body), http.StatusBadRequest, field)
	}
}

// TestTokensAreOfANamespace presents each vendor's in another one, and in a copy.
func TestTokensAreOfANamespace(t *testing.T) {
	t.Parallel()
	forVendors(t, func(t *testing.T, v vendortest.Vendor, a stage) {
		token := v.Issued(t, a.API, v.Secret)
		for name, other := range map[string]stage{
			"another": a.in(t, v.Name+"-b"), "a copy": a.in(t, v.Name+"-c", `"from":"`+v.Name+`"`), "default": a.see(t, "default"),
		} {
			if v.Active(t, other.API, v.Secret, token) {
				t.Errorf("it is active in %s", name)
			}
			if got := other.Bearer(token).Send(http.MethodGet, v.Held); strings.Contains(got.Text, v.Secret) || got.Status == http.StatusOK && got.At("statusCode") == nil && got.At("code") == nil {
				t.Errorf("it opens %s: HTTP %d %s", name, got.Status, got.Text)
			}
		}
		if !v.Active(t, a.API, v.Secret, token) {
			t.Error("it is no longer active where it was issued")
		}
	})
}

func TestManagementTokensAreOfANamespace(t *testing.T) {
	t.Parallel()
	a := newStage(t, "a")
	others := []stage{a.in(t, "b"), a.see(t, "default"), a.in(t, "copy", `"from":"a"`)}
	for _, test := range []struct{ path, body, member, held string }{
		{"/api/v2/userpools/access-token", `{"userPoolId":"` + vendortest.AuthingPool + `","secret":"` + vendortest.AuthingPoolSecret + `"}`, "accessToken", vendortest.AuthingV2.Held},
		{"/api/v3/get-management-token", `{"accessKeyId":"` + vendortest.AuthingPool + `","accessKeySecret":"` + vendortest.AuthingPoolSecret + `"}`, "access_token", vendortest.GenAuthV3.Held},
	} {
		got := a.Raw(http.MethodPost, test.path, jsonMedia, test.body)
		token := got.TextAt(test.member) + got.TextAt("data", test.member)
		opens := func(s stage) bool {
			reply := s.Bearer(token).Send(http.MethodGet, test.held)
			return strings.Contains(reply.Text, vendortest.AuthingSecret)
		}
		if !opens(a) {
			t.Errorf("%s: it does not open where it was issued: %s", test.path, got.Text)
		}
		for _, other := range others {
			if opens(other) {
				t.Errorf("%s: it opens %s", test.path, other.name)
			}
		}
	}
}

// TestDefectsAreOfANamespace has one misbehave, and not the other.
func TestDefectsAreOfANamespace(t *testing.T) {
	t.Parallel()
	a := newStage(t, "a")
	b := a.in(t, "b")
	a.put(http.MethodPut, "/defects", `{"on":["blanks-are-trimmed"]}`, http.StatusOK)
	for _, v := range vendortest.All {
		if v.Works(t, b.API, " "+v.Secret) || !v.Works(t, a.API, " "+v.Secret) {
			t.Errorf("%s: the defect is not where it was switched on, or elsewhere", v.Name)
		}
	}
	copied := a.in(t, "copy", `"from":"a"`)
	if a.admin(http.MethodGet, "/defects", "").Text != copied.admin(http.MethodGet, "/defects", "").Text {
		t.Error("the copy has other defects")
	}
	if a.admin(http.MethodGet, "/defects", "").Text == b.admin(http.MethodGet, "/defects", "").Text {
		t.Error("both have the same defects")
	}
}

// TestNamespacesComeAndGoAmongRequests creates, copies, restores and deletes while others
// ask. What is asked of a namespace that is not there is told so, and nothing else fails.
func TestNamespacesComeAndGoAmongRequests(t *testing.T) {
	t.Parallel()
	const workers, rounds = 4, 12
	outside := stage{t: t, Server: mocktest.Start(t)}.see(t, "default")
	done := make(chan struct{})
	var askers, makers sync.WaitGroup
	for i := range 2 {
		askers.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-done:
					return
				default:
				}
				api := outside.With("X-Keyturn-Namespace", fmt.Sprintf("w%d", (i+n)%workers))
				got := vendortest.All[n%len(vendortest.All)].Rotation.Send(api)
				if got.Status != http.StatusOK && got.Header.Get("Keyturn-Problem") != "no-namespace" {
					t.Errorf("HTTP %d %s", got.Status, got.Text)
				}
			}
		})
	}
	for i := range workers {
		makers.Go(func() {
			name := fmt.Sprintf("w%d", i)
			api := outside.With("X-Keyturn-Namespace", name)
			for range rounds {
				for _, step := range []struct {
					api                apitest.API
					method, path, body string
					status             int
				}{
					{outside.API, "POST", "/namespaces", `{"name":"` + name + `"}`, 201},
					{api, "POST", "/snapshots", `{"name":"s"}`, 201},
					{outside.API, "POST", "/namespaces", `{"name":"` + name + `-copy","from":"` + name + `","snapshot":"s"}`, 201},
					{api, "POST", "/snapshots/s/restore", "", 204},
					{api, "GET", "/requests", "", 200},
					{api, "POST", "/reset", "", 204},
					{outside.API, "DELETE", "/namespaces/" + name + "-copy", "", 204},
					{outside.API, "DELETE", "/namespaces/" + name, "", 204},
				} {
					media := map[bool]string{true: jsonMedia}[step.body != ""]
					if got := step.api.Raw(step.method, "/__admin"+step.path, media, step.body); got.Status != step.status {
						t.Errorf("%s %s: HTTP %d %s", step.method, step.path, got.Status, got.Text)
					}
				}
			}
		})
	}
	makers.Wait()
	close(done)
	askers.Wait()
	if all := outside.admin(http.MethodGet, "/namespaces", ""); all.At("namespaces", 1) != nil {
		t.Errorf("there are still %s", all.Text)
	}
}

// TestDeletionEndsStreamsAmongRequests deletes a namespace that is asked and followed.
func TestDeletionEndsStreamsAmongRequests(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	var streams []stream
	for range 5 {
		streams = append(streams, follow(t, s.BaseURL(), "a", ""))
	}
	held := s.With("Prefer", "delay=300ms")
	var late sync.WaitGroup
	for range 5 {
		late.Go(func() {
			if got := vendortest.IdentityService.Rotation.Send(held); got.Status != http.StatusOK && got.Status != http.StatusNotFound {
				t.Errorf("a request under way: HTTP %d %s", got.Status, got.Text)
			}
		})
	}
	vendortest.IdentityService.Rotation.Send(s.API)
	streams[0].next(t)
	s.see(t, "default").put(http.MethodDelete, "/namespaces/a", "", http.StatusNoContent)
	for _, one := range streams {
		one.wantEnd(t, 10*time.Second)
	}
	late.Wait()
	if got := s.admin(http.MethodGet, "/requests/stream", ""); got.Status != http.StatusNotFound {
		t.Errorf("HTTP %d %s", got.Status, got.Text)
	}
}
