package mockcontainer_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/testcontainers/testcontainers-go"

	"github.com/keyturn/keyturn/docker/mockcontainer"
)

// TestSideBySide runs twenty containers at once. Each rotates its secret as often as its
// number says; then each takes its own last one and none of the others'.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	const count = 20
	apps := make([]application, count)
	last := make([]string, count)
	var group sync.WaitGroup
	for i := range count {
		group.Go(func() {
			c, err := mockcontainer.Run(t.Context(), image)
			testcontainers.CleanupContainer(t, c)
			if err != nil {
				t.Error(err)
				return
			}
			apps[i] = applicationOf(t, c)
			for range i + 1 {
				last[i] = apps[i].rotate()
			}
		})
	}
	group.Wait()
	if t.Failed() {
		return
	}
	seen := map[string]string{}
	for i, app := range apps {
		for what, value := range map[string]string{"address": app.base, "secret": last[i]} {
			if other, taken := seen[value]; taken {
				t.Errorf("the %s of container %d is the one of %s", what, i, other)
			}
			seen[value] = fmt.Sprintf("container %d", i)
		}
		for j, secret := range last {
			if app.takes(secret) != (i == j) {
				t.Errorf("container %d takes the secret of container %d: %v", i, j, i != j)
			}
		}
	}
}

// TestShared has two runs use one container, with the token that the first has made.
func TestShared(t *testing.T) {
	t.Parallel()
	name := "keyturn-shared-" + t.Name()
	first := run(t, testcontainers.WithReuseByName(name))
	second, err := mockcontainer.Run(t.Context(), image, testcontainers.WithReuseByName(name))
	if err != nil {
		t.Fatal(err)
	}
	if first.GetContainerID() != second.GetContainerID() {
		t.Fatal("there are two containers")
	}
	fresh := applicationOf(t, first).rotate()
	if !applicationOf(t, second).takes(fresh) {
		t.Error("the second does not know what the first did")
	}
	admin, err := second.Admin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := admin.Reset(t.Context()); err != nil {
		t.Errorf("reset by the second: %v", err)
	}
	if applicationOf(t, first).takes(fresh) {
		t.Error("the first did not notice the reset")
	}
}
