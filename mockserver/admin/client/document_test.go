package client_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/admin/client"
	"github.com/keyturn/keyturn/specs"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// withoutMethod are operations of the document that a Go program has no use for.
var withoutMethod = map[string]string{"GET /__admin/specs/{name}": "package specs has the documents"}

// TestEveryOperationHasAMethod holds the client to the plane's document.
func TestEveryOperationHasAMethod(t *testing.T) {
	t.Parallel()
	document, err := specs.Load(specs.Admin)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for path, item := range document.Paths.Map() {
		for method := range item.Operations() {
			if withoutMethod[method+" "+path] == "" {
				want[method+" "+path] = true
			}
		}
	}
	got := map[string]bool{}
	admin := client.New("http://stand-in", client.Options{HTTP: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		got[r.Method+" "+r.URL.Path] = true
		return &http.Response{StatusCode: http.StatusTeapot, Header: http.Header{}, Body: http.NoBody}, nil
	})}})
	ctx := t.Context()
	admin.Health(ctx)
	admin.Ready(ctx)
	admin.Version(ctx)
	admin.CA(ctx)
	admin.Settings(ctx)
	admin.SetPublicURL(ctx, "")
	admin.Reset(ctx)
	admin.World(ctx)
	admin.ReplaceWorld(ctx, fixtures.World{Version: 1})
	admin.Requests(ctx)
	admin.ClearRequests(ctx)
	admin.Defects(ctx)
	admin.SetDefects(ctx)
	admin.Specs(ctx)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-document +client)\n%s", diff)
	}
}
