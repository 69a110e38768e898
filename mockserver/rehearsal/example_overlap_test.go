package rehearsal_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/keyturn/keyturn/mockserver"
)

// A deployment is asked for tokens a hundred times a second while its secret is rotated
// under it: once with an overlap of the old secret and the new one, and once with the
// steps in the order that comes to mind first.
func Example_overlap() {
	rehearse(mockserver.Options{}, func(ctx context.Context, h *house) error {
		overlapping, err := measure(ctx, h, "overlapping", addSwitchDelete)
		if err != nil {
			return err
		}
		fmt.Printf("add, switch, delete: %d refused, probes: %s\n", overlapping.refused, overlapping.enough())

		hasty, err := measure(ctx, h, "hasty", deleteAddSwitch)
		if err != nil {
			return err
		}
		fmt.Printf("delete, add, switch: refused: %t, probes: %s\n", hasty.refused > 0, hasty.enough())
		return nil
	})
	// Output:
	// add, switch, delete: 0 refused, probes: enough
	// delete, add, switch: refused: true, probes: enough
}

// addSwitchDelete has a secret that works at each instant.
func addSwitchDelete(ctx context.Context, d *deployment, pause func()) error {
	old, err := d.list(ctx)
	if err != nil {
		return err
	}
	fresh, err := d.add(ctx, time.Time{})
	if err != nil {
		return err
	}
	pause()
	d.configure(fresh)
	pause()
	return d.remove(ctx, old...)
}

// deleteAddSwitch has none between its first step and its last.
func deleteAddSwitch(ctx context.Context, d *deployment, pause func()) error {
	old, err := d.list(ctx)
	if err != nil {
		return err
	}
	if err := d.remove(ctx, old...); err != nil {
		return err
	}
	pause()
	fresh, err := d.add(ctx, time.Time{})
	if err != nil {
		return err
	}
	pause()
	d.configure(fresh)
	return nil
}

// measure rotates the secret of a deployment that is probed before, during and after.
func measure(ctx context.Context, h *house, name string, rotation func(context.Context, *deployment, func()) error) (tally, error) {
	s, err := h.stage(ctx, name)
	if err != nil {
		return tally{}, err
	}
	d := &deployment{application: myNewApp(s), secret: firstSecret}
	probes := startProber(func() error { return d.login(ctx) })
	probes.pause()
	failed := rotation(ctx, d, probes.pause)
	probes.pause()
	counted, err := probes.stop()
	if failed != nil {
		return tally{}, failed
	}
	return counted, err
}

// deployment is an application that is configured with one secret at a time.
type deployment struct {
	application

	mu     sync.RWMutex
	secret string
}

// login asks for a token with what the deployment is configured with.
func (d *deployment) login(ctx context.Context) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	_, err := d.token(ctx, d.secret)
	return err
}

// configure switches to another secret, and returns when the last request that carries
// the one of before is answered. An overlap that ends sooner than that is too short.
func (d *deployment) configure(secret string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.secret = secret
}
