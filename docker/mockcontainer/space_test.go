package mockcontainer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"

	"github.com/keyturn/keyturn/docker/mockcontainer"
	adminclient "github.com/keyturn/keyturn/mockserver/admin/client"
)

// One container serves several tests at once; each has a namespace, with a clock that
// it can move.
func ExampleContainer_Namespace() {
	ctx := context.Background()
	standIn, err := mockcontainer.Run(ctx, "keyturn/keyturn")
	defer func() {
		if err := testcontainers.TerminateContainer(standIn); err != nil {
			fmt.Println(err)
		}
	}()
	if err != nil {
		fmt.Println(err)
		return
	}
	room, err := standIn.Namespace(ctx, "next-quarter")
	if err != nil {
		fmt.Println(err)
		return
	}
	admin, err := room.Admin(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := admin.AdvanceClock(ctx, 90*24*time.Hour); err != nil {
		fmt.Println(err)
		return
	}
	clock, err := admin.Clock(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("ahead by", clock.Offset)
	// Output: ahead by 2160h0m0s
}

// reachable is what a container and a namespace of it have in common.
type reachable interface {
	BaseURL(ctx context.Context) (string, error)
	ProviderURL(ctx context.Context, provider string) (string, error)
	HTTPClient(ctx context.Context) (*http.Client, error)
	Admin(ctx context.Context) (*adminclient.Client, error)
}

var _, _ reachable = (*mockcontainer.Container)(nil), (*mockcontainer.Space)(nil)

// TestNamespaces rotates a secret in one namespace, and looks for it elsewhere.
func TestNamespaces(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]testcontainers.ContainerCustomizer{"HTTP": nil, "TLS": {mockcontainer.WithTLS()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			standIn, ctx := run(t, options...), t.Context()
			first, err := standIn.Namespace(ctx, "first")
			if err != nil {
				t.Fatal(err)
			}
			second, err := standIn.Namespace(ctx, "second")
			if err != nil {
				t.Fatal(err)
			}
			fresh := applicationOf(t, first).rotate()
			for what, at := range map[string]reachable{"first": first, "second": second, "default": standIn} {
				if got := applicationOf(t, at).takes(fresh); got != (what == "first") {
					t.Errorf("%s takes the secret of the first: %t", what, got)
				}
			}
			if issuer := applicationOf(t, first).issuer(); !strings.Contains(issuer, "/ns/first") {
				t.Errorf("the issuer is %s, want one in the namespace", issuer)
			}
			admin, err := first.Admin(ctx)
			if err != nil {
				t.Fatal(err)
			}
			rotations := adminclient.RequestMatch{Provider: "genauth-v3", Method: http.MethodPost, Path: "/api/v3/refresh-application-secret"}
			if err := admin.Verify(ctx, adminclient.Exactly(1, rotations)); err != nil {
				t.Error(err)
			}
			_, taken := standIn.Namespace(ctx, "first")
			if problem, is := errors.AsType[*adminclient.Problem](taken); !is || problem.Status != http.StatusConflict || problem.Field != "name" {
				t.Errorf("got %v for a name that is taken", taken)
			}
			if err := first.Delete(ctx); err != nil {
				t.Error(err)
			}
			if _, err := standIn.Namespace(ctx, "first"); err != nil {
				t.Errorf("%v, want the name free again", err)
			}
		})
	}
}
