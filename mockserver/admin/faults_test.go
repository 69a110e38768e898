package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// TestFaultsComeAndGo adds some, takes one away and then all.
func TestFaultsComeAndGo(t *testing.T) {
	faults := mocktest.Start(t).BaseURL() + "/__admin/faults"
	for i := range 3 {
		got := ask(t, "POST", faults, `{"effect":{"status":503},"times":2}`)
		if want := fmt.Sprintf("f%d", i+1); got.status != 201 || got.tree(t)["id"] != want || got.tree(t)["hits"] != 0.0 {
			t.Fatalf("got %+v, want %s", got, want)
		}
	}
	if got := ask(t, "DELETE", faults+"/f2", ""); got.status != 204 {
		t.Errorf("got %+v", got)
	}
	wantProblem(t, ask(t, "DELETE", faults+"/f2", ""), 404, "not-found")
	if list := ask(t, "GET", faults, ""); strings.Count(list.body, `"id"`) != 2 || strings.Contains(list.body, `"f2"`) {
		t.Errorf("got %s", list.body)
	}
	if got := ask(t, "DELETE", faults, ""); got.status != 204 {
		t.Errorf("got %+v", got)
	}
	if got := ask(t, "POST", faults, `{"effect":{"status":503}}`); got.tree(t)["id"] != "f4" {
		t.Errorf("an id is given again: %s", got.body)
	}
}

// TestAPathThatAVariableWouldTake is the plane's all the same, and no fault's.
func TestAPathThatAVariableWouldTake(t *testing.T) {
	faults := mocktest.Start(t).BaseURL() + "/__admin/faults"
	for path, status := range map[string]int{
		"/__admin": 400, "/__admin/*": 400, "/__admin/oidc/.well-known/jwks.json": 400, "/__administrator/oidc/.well-known/jwks.json": 201, "/__adm*": 201, "*": 201,
		"/61df925846bed781f5757166/oidc/*": 201, "/oidc/*": 201, "/oidc/token": 201, "/oidc/token/": 400, "/oidc/tok": 400, "/oidc/tok*": 201, "/nothing": 400,
	} {
		got := ask(t, "POST", faults, fmt.Sprintf(`{"match":{"path":%q},"effect":{"status":503}}`, path))
		if got.status != status || status == 400 && got.tree(t)["field"] != "match/path" {
			t.Errorf("%s: got %d %s, want %d", path, got.status, got.body, status)
		}
	}
}

// TestFaultsHaveAnEnd adds as many as there can be, and one more.
func TestFaultsHaveAnEnd(t *testing.T) {
	standIn := mocktest.Start(t)
	faults := standIn.BaseURL() + "/__admin/faults"
	for range 1000 {
		if got := ask(t, "POST", faults, `{"match":{"nth":1},"effect":{"status":503}}`); got.status != 201 {
			t.Fatalf("got %+v", got)
		}
	}
	wantProblem(t, ask(t, "POST", faults, `{"effect":{"status":503}}`), http.StatusConflict, "limit")
}
