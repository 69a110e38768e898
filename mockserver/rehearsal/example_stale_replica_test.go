package rehearsal_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/admin/client"
)

// The provider has two replicas behind one address, and one of them hears of a new
// secret twenty seconds late. One request that succeeds says that one replica knows the
// secret. A deployment that goes on after it fails in every other request; one that
// asks until several in a row have succeeded waits for as long as it takes.
func Example_staleReplica() {
	rehearse(mockserver.Options{}, func(ctx context.Context, h *house) error {
		s, err := h.stage(ctx, "stale-replica")
		if err != nil {
			return err
		}
		began, err := s.admin.FreezeClock(ctx)
		if err != nil {
			return err
		}
		if err := s.admin.SetPropagation(ctx, client.Propagation{AcceptNewAfter: 20 * time.Second, Replicas: 2}); err != nil {
			return err
		}
		app := myNewApp(s)
		fresh, err := app.add(ctx, time.Time{})
		if err != nil {
			return err
		}
		works := func() bool {
			_, err := app.token(ctx, fresh)
			return err == nil
		}
		// Nobody has to sit through the twenty seconds: here, to wait is to move the clock.
		wait := func() error {
			_, err := s.admin.AdvanceClock(ctx, 5*time.Second)
			return err
		}

		if err := until(1, works, wait); err != nil {
			return err
		}
		fmt.Println("ready after 1 success. Then:", six(works))

		if err := until(5, works, wait); err != nil {
			return err
		}
		ready, err := s.admin.Clock(ctx)
		if err != nil {
			return err
		}
		fmt.Println("ready after 5 in a row,", ready.Now.Sub(began.Now), "later. Then:", six(works))
		return nil
	})
	// Output:
	// ready after 1 success. Then: no yes no yes no yes
	// ready after 5 in a row, 20s later. Then: yes yes yes yes yes yes
}

// until asks until it has worked so many times in a row, and waits after each time that
// it has not.
func until(inARow int, works func() bool, wait func() error) error {
	const attempts = 100
	row := 0
	for range attempts {
		if !works() {
			row = 0
			if err := wait(); err != nil {
				return err
			}
			continue
		}
		if row++; row == inARow {
			return nil
		}
	}
	return fmt.Errorf("asked %d times, and it never worked %d times in a row", attempts, inARow)
}

// six asks six times.
func six(works func() bool) string {
	words := map[bool]string{true: "yes", false: "no"}
	var said []string
	for range 6 {
		said = append(said, words[works()])
	}
	return strings.Join(said, " ")
}
