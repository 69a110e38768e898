package mockcontainer

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/testcontainers/testcontainers-go"
)

// Port is what the stand-in listens at in its container.
const Port = "7070/tcp"

// Container is a stand-in in a container. It can be used by several goroutines.
type Container struct {
	testcontainers.Container

	made      settings
	clientTLS *tls.Config

	mu     sync.Mutex
	client *http.Client // nil until it is asked for
}

// Run starts a container of the image and returns once the stand-in answers there. It
// runs without capabilities, and with an admin token of its own making unless an option
// brings another. Options apply in their order, those of testcontainers-go included.
//
// The container is returned with an error too, once there is one, so that it can be
// looked at and has to be removed. Where the stand-in has ended, the error wraps an
// [ExitedError] with the last it has said, such as the place of a mistake in a world.
func Run(ctx context.Context, image string, opts ...testcontainers.ContainerCustomizer) (*Container, error) {
	all := slices.Concat([]testcontainers.ContainerCustomizer{
		testcontainers.WithExposedPorts(Port),
		testcontainers.WithHostConfigModifier(withoutPrivileges),
		testcontainers.WithWaitStrategy(new(readiness)),
		WithAdminToken(rand.Text()),
	}, opts, []testcontainers.ContainerCustomizer{reachableNames(ctx)})
	started, err := testcontainers.Run(ctx, image, all...)
	if started == nil {
		return nil, fmt.Errorf("run %s: %w", image, err)
	}
	c := &Container{Container: started}
	for _, opt := range opts {
		if own, ok := opt.(Option); ok {
			own(c)
		}
	}
	// It is not always this Run that made a container which tests share, so that the
	// options say less than the container.
	made, madeErr := settingsOf(ctx, started)
	c.made = made
	if err == nil {
		err = madeErr
	}
	if err != nil {
		return c, fmt.Errorf("run %s: %w", image, c.explain(ctx, err))
	}
	return c, nil
}
