package mockserver_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
)

// pause is long enough for whatever does not wait to be done.
const pause = 100 * time.Millisecond

// watchedState tells when a content has been made anew from another, before that takes
// the other's place.
type watchedState struct{ replaced func() }

func (s *watchedState) New(context.Context) (store.Content, error) {
	return watched{memory.New(), s}, nil
}

type watched struct {
	store.Content
	*watchedState
}

func (w watched) Renew(ctx context.Context, epoch uint64) (store.Content, error) {
	made, err := w.Content.Renew(ctx, epoch)
	if w.replaced != nil {
		w.replaced()
	}
	return made, err
}

// TestAResetDoesNotUndoAWorldThatWasPut starts a reset while a world is being put.
func TestAResetDoesNotUndoAWorldThatWasPut(t *testing.T) {
	t.Parallel()
	state := &watchedState{}
	server := mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.World, o.State = parseWorld(t, smallWorld), state }))
	reset := make(chan error)
	state.replaced = func() {
		state.replaced = nil
		go func() { reset <- server.Reset(context.WithoutCancel(t.Context())) }()
		time.Sleep(pause)
	}
	if err := server.ReplaceWorld(t.Context(), *parseWorld(t, "version: 1\nrealms: {}\n")); err != nil {
		t.Fatal(err)
	}
	if err := <-reset; err != nil {
		t.Fatal(err)
	}
	world, err := server.World(t.Context())
	if err != nil || len(world.Realms["authing"].Clients) != 0 {
		t.Errorf("the reset went back to %+v, %v", world.Realms["authing"].Clients, err)
	}
}

// TestNobodySeesTwoWorlds asks while the new clients are there and the new realms
// are not.
func TestNobodySeesTwoWorlds(t *testing.T) {
	t.Parallel()
	state := &watchedState{}
	server := mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.World, o.State = parseWorld(t, smallWorld), state }))
	api := apitest.New(t, server.BaseURL()).Bearer("me")
	replies, exports := make(chan apitest.Reply, 1), make(chan int, 1)
	state.replaced = func() {
		go func() { replies <- api.Send("GET", "/api/v2/applications/app") }()
		go func() {
			world, _ := server.World(context.WithoutCancel(t.Context()))
			exports <- len(world.Realms["authing"].Tenants) + len(world.Realms["authing"].Clients)
		}()
		time.Sleep(pause)
		if len(replies)+len(exports) > 0 {
			t.Error("there was an answer in the middle of a replacement")
		}
	}
	if err := server.ReplaceWorld(t.Context(), *parseWorld(t, "version: 1\nrealms: {}\n")); err != nil {
		t.Fatal(err)
	}
	if got := <-replies; got.Status == http.StatusInternalServerError || got.TextAt("message") == "" {
		t.Errorf("HTTP %d %s", got.Status, got.Text)
	}
	if got := <-exports; got != 0 {
		t.Errorf("the export has %d tenants and clients, want none of the old world's", got)
	}
}

// TestReplacementsAmongRequests changes between two worlds in which one caller has
// one application, each time in another pool.
func TestReplacementsAmongRequests(t *testing.T) {
	t.Parallel()
	const rounds, callers = 30, 4
	server := mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.World = parseWorld(t, smallWorld) }))
	api, plane := apitest.New(t, server.BaseURL()).Bearer("me"), apitest.New(t, server.BaseURL())
	var group sync.WaitGroup
	group.Go(func() {
		for i := range rounds {
			world := strings.ReplaceAll(`{"version": 1, "realms": {"authing": {"tenants": [{"id": "pool"}],
				"principals": [{"name": "me", "token": "me", "role": "admin", "tenants": ["pool"]}],
				"clients": [{"id": "app", "tenant": "pool", "secrets": [{"value": "x"}]}]}}}`, "pool", fmt.Sprint("pool", i))
			if got := plane.Raw("PUT", "/__admin/world", "application/json", world); got.Status != http.StatusNoContent {
				t.Errorf("put: HTTP %d %s", got.Status, got.Text)
			}
		}
	})
	group.Go(func() {
		for range rounds {
			if got := plane.Send("POST", "/__admin/reset"); got.Status != http.StatusNoContent {
				t.Errorf("reset: HTTP %d %s", got.Status, got.Text)
			}
		}
	})
	for range callers {
		group.Go(func() {
			for range rounds {
				if got := api.Send("GET", "/api/v2/applications/app"); got.Status != http.StatusOK || got.TextAt("id")+got.TextAt("data", "id") != "app" {
					t.Errorf("HTTP %d %s", got.Status, got.Text)
				}
				got := plane.Send("GET", "/__admin/world")
				owner := got.TextAt("realms", "authing", "clients", 0, "tenant")
				if pool := got.TextAt("realms", "authing", "tenants", 0, "id"); pool == "" || owner != pool {
					t.Errorf("the application of %q is in a world with %q", owner, pool)
				}
			}
		})
	}
	group.Wait()
}

// TestALargeWorldCanBePutBack is what getWorld shows once it is larger than a
// request to an emulated API may be.
func TestALargeWorldCanBePutBack(t *testing.T) {
	t.Parallel()
	world := parseWorld(t, smallWorld)
	const megabyte = 1 << 20
	world.Realms["authing"].Clients[0].Attributes["description"] = strings.Repeat("x", megabyte)
	api := apitest.New(t, mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.World = world })).BaseURL())
	text := api.Send("GET", "/__admin/world").Text
	if got := api.Raw("PUT", "/__admin/world", "application/json", text); got.Status != http.StatusNoContent {
		t.Fatalf("%d bytes: HTTP %d %s", len(text), got.Status, got.Text)
	}
	if api.Send("GET", "/__admin/world").Text != text {
		t.Error("what was put is another world")
	}
	if got := api.Bearer("me").Raw("POST", "/api/v3/refresh-application-secret", "application/json", text); got.At("statusCode") != float64(http.StatusRequestEntityTooLarge) {
		t.Errorf("%d bytes to an emulated API: HTTP %d %s", len(text), got.Status, got.Text)
	}
	if got := api.Raw("PUT", "/__admin/world", "application/json", strings.Repeat(" ", 64*megabyte+1)); got.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("more than 64 MiB: HTTP %d %s", got.Status, got.Text)
	}
}
