//go:build !keyturn_state

// How many namespaces there can be is told of those that live in memory.

package mockserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

// TestTenThousandNamespaces rotates a secret in each and counts what they keep.
func TestTenThousandNamespaces(t *testing.T) {
	const (
		count = 10_000
		limit = 256 << 20
	)
	standIn, err := mockserver.New(t.Context(), mockserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := heap()
	for i := range count {
		plan := namespace.Plan{Name: fmt.Sprintf("n%d", i)}
		if _, err := standIn.Namespaces().Create(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
	}
	created := heap()
	for i := range count {
		request := httptest.NewRequest(http.MethodPost, fmt.Sprintf("/ns/n%d%s", i, vendortest.IdentitySecrets), strings.NewReader(`{}`))
		request.Header.Set("Content-Type", jsonMedia)
		request.Header.Set("Authorization", "Bearer token")
		recorder := httptest.NewRecorder()
		if standIn.ServeHTTP(recorder, request); recorder.Code != http.StatusOK {
			t.Fatalf("HTTP %d %s", recorder.Code, recorder.Body)
		}
	}
	if kept := heap() - before; kept > limit {
		t.Errorf("%d namespaces with a new secret each keep %d MiB, want %d at most", count, kept>>20, limit>>20)
	} else {
		t.Logf("%d namespaces keep %d MiB, and %d MiB with a new secret each", count, (created-before)>>20, kept>>20)
	}
	runtime.KeepAlive(standIn)
}
