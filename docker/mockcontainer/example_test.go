package mockcontainer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/testcontainers/testcontainers-go"

	"github.com/keyturn/keyturn/docker/mockcontainer"
)

// A secret of the default world is asked for a token.
func ExampleRun() {
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
	base, err := standIn.ProviderURL(ctx, "genauth-v3")
	if err != nil {
		fmt.Println(err)
		return
	}
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"6229ffaxxxxxxxxcade3e3d9"},
		"client_secret": {"9c1e5b7d3f2a4680b4d6e8f01a3c5e7f"},
	}
	response, err := http.PostForm(base+"/oidc/token", form)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
	// Output: 200 OK
}

// One container serves several tests; each begins with the world of the start.
func ExampleContainer_Admin() {
	ctx := context.Background()
	standIn, err := mockcontainer.Run(ctx, "keyturn/keyturn", mockcontainer.WithDefect("old-secret-lives-3s"))
	defer func() {
		if err := testcontainers.TerminateContainer(standIn); err != nil {
			fmt.Println(err)
		}
	}()
	if err != nil {
		fmt.Println(err)
		return
	}
	admin, err := standIn.Admin(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := admin.SetDefects(ctx); err != nil {
		fmt.Println(err)
		return
	}
	if err := admin.Reset(ctx); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("ready:", admin.Ready(ctx) == nil)
	// Output: ready: true
}

// A world with a mistake ends the start, with the place of the mistake.
func ExampleWithWorld() {
	ctx := context.Background()
	standIn, err := mockcontainer.Run(ctx, "keyturn/keyturn", mockcontainer.WithWorld("testdata/mistaken.yaml"))
	defer func() {
		if err := testcontainers.TerminateContainer(standIn); err != nil {
			fmt.Println(err)
		}
	}()
	if exited, ended := errors.AsType[*mockcontainer.ExitedError](err); ended {
		fmt.Println(exited.Code, exited.Said[0])
	}
	// Output: 2 world: /worlds/mistaken.yaml:7:51: realms.authing.principals[0].role: want admin or reader
}
