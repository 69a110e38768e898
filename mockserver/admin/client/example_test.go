package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/admin/client"
)

// The stand-in of this example is in the same process. One in a container is asked in
// the same way.
func Example() {
	ctx := context.Background()
	standIn, err := mockserver.New(ctx, mockserver.Options{AdminToken: "only-for-tests"})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(standIn)
	defer server.Close()

	admin := client.New(server.URL, client.Options{Token: "only-for-tests"})
	if err := admin.SetDefects(ctx, "old-secret-lives-3s"); err != nil {
		fmt.Println(err)
		return
	}
	defects, err := admin.Defects(ctx)
	fmt.Println(defects.On(), err)

	if problem, refused := errors.AsType[*client.Problem](admin.SetDefects(ctx, "nothing")); refused {
		fmt.Println(problem.Status, problem.Kind)
	}
	// Output:
	// [old-secret-lives-3s] <nil>
	// 400 invalid
}

// Each test can have a world, a clock and faults of its own in one server.
func ExampleClient_Namespace() {
	ctx := context.Background()
	standIn, err := mockserver.New(ctx, mockserver.Options{AdminToken: "only-for-tests"})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(standIn)
	defer server.Close()

	outside := client.New(server.URL, client.Options{Token: "only-for-tests"})
	if _, err := outside.CreateNamespace(ctx, client.NewNamespace{Name: "one-test"}); err != nil {
		fmt.Println(err)
		return
	}
	admin := outside.Namespace("one-test")
	fault, err := admin.AddFault(ctx, client.Fault{
		Match: client.Match{Provider: "identity-service"}, Effect: client.Effect{When: client.After, Reset: true}, Times: 1,
	})
	fmt.Println(fault.ID, err)
	fmt.Println(admin.Verify(ctx, client.AtLeast(1, client.RequestMatch{Provider: "identity-service"})))
	// Output:
	// f1 <nil>
	// not as expected: at least once a request with provider identity-service: 0 requests matched, want at least 1
}
