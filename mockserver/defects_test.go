package mockserver_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

const (
	longLife = "old-secret-lives-on"
	rotated  = "6229ffaxxxxxxxxcade3e3d9"
)

// TestDefectsAreSwitched follows one secret while a defect goes on and off and a reset
// restores what the server was started with.
func TestDefectsAreSwitched(t *testing.T) {
	t.Parallel()
	server := mocktest.Start(t, mocktest.WithDefect(longLife))
	api := apitest.New(t, server.BaseURL())
	rotate := func() (old string) {
		secret := api.Bearer("token").Send(http.MethodGet, "/api/v3/get-application-secret?appId="+rotated)
		old, _ = secret.At("data", "secret").(string)
		if api.Bearer("token").JSON(http.MethodPost, "/api/v3/refresh-application-secret", map[string]string{"appId": rotated}).Status != http.StatusOK || old == "" {
			t.Fatal("the secret cannot be rotated")
		}
		return old
	}
	works := func(secret string) bool {
		return api.Form("/oidc/token", map[string]string{"grant_type": "client_credentials", "client_id": rotated, "client_secret": secret}).Status == http.StatusOK
	}
	if first := rotate(); !works(first) {
		t.Error("the defect of the start is not on")
	}
	if err := server.SetDefects(t.Context()); err != nil || len(server.Defects()) != 0 {
		t.Fatalf("%v is on: %v", server.Defects(), err)
	}
	if second := rotate(); works(second) {
		t.Error("the defect is still on")
	}
	if err := server.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if third := rotate(); !works(third) || !slices.Equal(server.Defects(), []string{longLife}) {
		t.Errorf("a reset has %v on", server.Defects())
	}
	if _, err := mockserver.New(t.Context(), mockserver.Options{Defects: []string{"no-such-thing"}}); err == nil || !strings.Contains(err.Error(), "no-such-thing") {
		t.Errorf("a server with an unknown defect: %v", err)
	}
}

func TestDefectsOverTheAdminPlane(t *testing.T) {
	t.Parallel()
	server := mocktest.Start(t)
	api := apitest.New(t, server.BaseURL())
	listed := api.Send(http.MethodGet, "/__admin/defects")
	defects, _ := listed.At("defects").([]any)
	if listed.Status != http.StatusOK || len(defects) < 100 || listed.At("defects", 0, "on") != false {
		t.Fatalf("%d: %.200s", listed.Status, listed.Text)
	}
	on := api.JSON(http.MethodPut, "/__admin/defects", map[string]any{"on": []string{longLife, "angusgm-as-deployed"}})
	if on.Status != http.StatusOK || on.At("on", 0) != longLife || len(server.Defects()) < 5 {
		t.Errorf("%d: %s", on.Status, on.Text)
	}
	before := server.Defects()
	for _, body := range []string{`{"on":["no-such-thing"]}`, `{"on":"old-secret-lives-on"}`, `{}`, `[]`, `{"on":[],"off":[]}`} {
		reply := api.Raw(http.MethodPut, "/__admin/defects", "application/json", body)
		if reply.Status != http.StatusBadRequest {
			t.Errorf("%s: %d: %s", body, reply.Status, reply.Text)
		}
	}
	if diff := cmp.Diff(before, server.Defects()); diff != "" {
		t.Errorf("a refused change changed what is on (-before +after):\n%s", diff)
	}
	if off := api.JSON(http.MethodPut, "/__admin/defects", map[string]any{"on": []string{}}); off.Status != http.StatusOK || len(server.Defects()) != 0 {
		t.Errorf("%d: %s", off.Status, off.Text)
	}
}
