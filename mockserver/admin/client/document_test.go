package client_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/admin/client"
	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/specs"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// withoutMethod are operations of the document that a Go program has no use for.
var withoutMethod = map[string]string{"getSpec": "package specs has the documents"}

// methods are those of the client by the operation that they ask.
var methods = map[string]func(context.Context, *client.Client){
	"health":        func(ctx context.Context, c *client.Client) { c.Health(ctx) },
	"ready":         func(ctx context.Context, c *client.Client) { c.Ready(ctx) },
	"version":       func(ctx context.Context, c *client.Client) { c.Version(ctx) },
	"getAuthority":  func(ctx context.Context, c *client.Client) { c.CA(ctx) },
	"getSettings":   func(ctx context.Context, c *client.Client) { c.Settings(ctx) },
	"putSettings":   func(ctx context.Context, c *client.Client) { c.SetPublicURL(ctx, "") },
	"reset":         func(ctx context.Context, c *client.Client) { c.Reset(ctx) },
	"getWorld":      func(ctx context.Context, c *client.Client) { c.World(ctx) },
	"putWorld":      func(ctx context.Context, c *client.Client) { c.ReplaceWorld(ctx, fixtures.World{Version: 1}) },
	"listRequests":  func(ctx context.Context, c *client.Client) { c.Requests(ctx) },
	"clearRequests": func(ctx context.Context, c *client.Client) { c.ClearRequests(ctx) },
	"listDefects":   func(ctx context.Context, c *client.Client) { c.Defects(ctx) },
	"setDefects":    func(ctx context.Context, c *client.Client) { c.SetDefects(ctx) },
	"listSpecs":     func(ctx context.Context, c *client.Client) { c.Specs(ctx) },

	"listNamespaces": func(ctx context.Context, c *client.Client) { c.Namespaces(ctx) },
	"createNamespace": func(ctx context.Context, c *client.Client) {
		seed := uint64(7)
		c.CreateNamespace(ctx, client.NewNamespace{Name: "a"})
		c.CreateNamespace(ctx, client.NewNamespace{Name: "a", From: "b", Snapshot: "before", Seed: &seed, Idle: 1500 * time.Nanosecond})
		c.CreateNamespace(ctx, client.NewNamespace{Name: "a", Idle: client.Forever})
	},
	"getNamespace":    func(ctx context.Context, c *client.Client) { c.NamespaceInfo(ctx, "a") },
	"deleteNamespace": func(ctx context.Context, c *client.Client) { c.DeleteNamespace(ctx, "a") },

	"getClock": func(ctx context.Context, c *client.Client) { c.Clock(ctx) },
	"putClock": func(ctx context.Context, c *client.Client) {
		c.SetClock(ctx, time.Date(2099, 1, 2, 3, 4, 5, 6, time.FixedZone("", -3600)))
		c.AdvanceClock(ctx, 36*time.Hour+1500*time.Microsecond)
		c.AdvanceClock(ctx, -time.Second)
		c.FreezeClock(ctx)
		c.RunClock(ctx)
		c.ReleaseClock(ctx)
	},

	"listFaults": func(ctx context.Context, c *client.Client) { c.Faults(ctx) },
	"addFault": func(ctx context.Context, c *client.Client) {
		for _, fault := range faults() {
			c.AddFault(ctx, fault)
		}
	},
	"clearFaults": func(ctx context.Context, c *client.Client) { c.ClearFaults(ctx) },
	"deleteFault": func(ctx context.Context, c *client.Client) { c.RemoveFault(ctx, "f1") },

	"getPropagation": func(ctx context.Context, c *client.Client) { c.Propagation(ctx) },
	"putPropagation": func(ctx context.Context, c *client.Client) {
		c.SetPropagation(ctx, client.Propagation{})
		c.SetPropagation(ctx, client.Propagation{AcceptNewAfter: 20 * time.Second, RefuseOldAfter: time.Minute, Replicas: 2})
	},

	"getDrift":   func(ctx context.Context, c *client.Client) { c.Drift(ctx) },
	"clearDrift": func(ctx context.Context, c *client.Client) { c.ClearDrift(ctx) },

	"listUnmatched": func(ctx context.Context, c *client.Client) { c.Unmatched(ctx) },
	"verifyRequests": func(ctx context.Context, c *client.Client) {
		for _, expected := range expectations() {
			c.Verify(ctx, expected)
		}
	},
	"exportRequests": func(ctx context.Context, c *client.Client) { c.HAR(ctx) },
	"streamRequests": func(ctx context.Context, c *client.Client) {
		for range c.Stream(ctx, 7) {
			return
		}
	},

	"listSnapshots": func(ctx context.Context, c *client.Client) { c.Snapshots(ctx) },
	"saveSnapshot":  func(ctx context.Context, c *client.Client) { c.SaveSnapshot(ctx, "before") },
	"getSnapshot":   func(ctx context.Context, c *client.Client) { c.Snapshot(ctx, "before") },
	"putSnapshot": func(ctx context.Context, c *client.Client) {
		c.PutSnapshot(ctx, "before", []byte(`{"format": "keyturn-snapshot", "version": 1}`))
	},
	"deleteSnapshot":  func(ctx context.Context, c *client.Client) { c.DeleteSnapshot(ctx, "before") },
	"restoreSnapshot": func(ctx context.Context, c *client.Client) { c.RestoreSnapshot(ctx, "before") },
	"diffSnapshot": func(ctx context.Context, c *client.Client) {
		c.DiffSnapshot(ctx, "before", "")
		c.DiffSnapshot(ctx, "before", "after")
	},
}

// documented are the operations of the plane's document.
func documented(t *testing.T) map[string]*contract.Operation {
	t.Helper()
	document, err := specs.Load(specs.Admin)
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := contract.Compile(document)
	if err != nil {
		t.Fatal(err)
	}
	operations := map[string]*contract.Operation{}
	for _, operation := range compiled {
		operations[operation.ID] = operation
	}
	return operations
}

var variable = regexp.MustCompile(`\{(\w+)\}`)

// hold says what is wrong with a request to the operation.
func hold(t *testing.T, operation *contract.Operation, r *http.Request) {
	t.Helper()
	pattern := regexp.MustCompile("^" + variable.ReplaceAllString(strings.ReplaceAll(operation.Path, ".", `\.`), "(?P<$1>[^/]+)") + "$")
	path := map[string]string{}
	segments := pattern.FindStringSubmatch(r.URL.EscapedPath())
	if r.Method != operation.Method || segments == nil {
		t.Errorf("%s asks %s %s, want %s %s", operation.ID, r.Method, r.URL.EscapedPath(), operation.Method, operation.Path)
		return
	}
	for i, name := range pattern.SubexpNames()[1:] {
		path[name] = segments[i+1]
	}
	if _, err := operation.Parameters(path, r.URL.RawQuery, r.Header); err != nil {
		t.Errorf("%s: %v", operation.ID, err)
	}
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	if _, err := operation.Body(r.Header.Get("Content-Type"), body); err != nil {
		t.Errorf("%s: %v in %s", operation.ID, err, body)
	}
}

// TestEveryOperationHasAMethod holds the client to the plane's document, both ways: no
// operation is forgotten, and nothing is sent that the document does not know.
func TestEveryOperationHasAMethod(t *testing.T) {
	t.Parallel()
	document, err := specs.Load(specs.Admin)
	if err != nil {
		t.Fatal(err)
	}
	operations := documented(t)
	for id := range methods {
		if operations[id] == nil {
			t.Errorf("the document has no operation %s", id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(operations)) {
		operation, ask := operations[id], methods[id]
		if withoutMethod[id] != "" {
			continue
		}
		if ask == nil {
			t.Errorf("no method asks the operation %s", id)
			continue
		}
		item := document.Paths.Find(operation.Path)
		parameters := slices.Concat(item.Parameters, item.GetOperation(operation.Method).Parameters)
		onNamespace := parameters.GetByInAndName("header", "X-Keyturn-Namespace") != nil
		asked := false
		admin := client.New("http://stand-in", client.Options{HTTP: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			asked = true
			hold(t, operation, r)
			for name := range r.URL.Query() {
				if parameters.GetByInAndName("query", name) == nil {
					t.Errorf("%s is asked with a parameter %s, which the document does not have", id, name)
				}
			}
			if chosen := r.Header.Get("X-Keyturn-Namespace"); (chosen == "checkout-42") != onNamespace {
				t.Errorf("%s is asked with the namespace %q, and the document has the header: %t", id, chosen, onNamespace)
			}
			return &http.Response{StatusCode: http.StatusTeapot, Header: http.Header{}, Body: http.NoBody}, nil
		})}})
		if ask(t.Context(), admin.Namespace("checkout-42")); !asked {
			t.Errorf("%s: nothing was asked", id)
		}
	}
}
