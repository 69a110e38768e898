package rehearsal_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/admin/client"
)

// The connection breaks after a secret was made and before its value has arrived. Now
// there is a secret that works and that nobody knows. The list shows it, and the old
// secret goes on working for as long as it takes to clean up and to begin again.
func Example_lostAnswer() {
	rehearse(mockserver.Options{}, func(ctx context.Context, h *house) error {
		s, err := h.stage(ctx, "lost-answer")
		if err != nil {
			return err
		}
		if _, err := s.admin.AddFault(ctx, client.Fault{
			Match:  client.Match{Operation: "addSecret"},
			Effect: client.Effect{When: client.After, Reset: true},
			Times:  1,
		}); err != nil {
			return err
		}

		app := myNewApp(s)
		fresh, err := rotate(ctx, app)
		if err != nil {
			return err
		}
		fmt.Println("the old secret is", app.tried(ctx, firstSecret))
		fmt.Println("the new secret is", app.tried(ctx, fresh))
		left, err := app.list(ctx)
		if err != nil {
			return err
		}
		fmt.Println("secrets that are left:", len(left))

		plan := []client.RequestMatch{
			{Operation: "addSecret"}, {Operation: "listSecrets"}, {Operation: "deleteSecret"}, // what was lost
			{Operation: "addSecret"}, {Operation: "issueToken", Status: 200}, {Operation: "deleteSecret"},
		}
		if err := s.admin.Verify(ctx, client.InOrder(plan...)); err != nil {
			return err
		}
		if err := s.admin.Verify(ctx, client.Exactly(2, client.RequestMatch{Operation: "addSecret"})); err != nil {
			return err
		}
		fmt.Println("it went by the plan, and no secret was made in vain but one")
		return nil
	})
	// Output:
	// the answer is lost
	// secrets that nobody knows: 1, deleted
	// a new secret is made, and proven
	// the old secret is deleted
	// the old secret is refused
	// the new secret is accepted
	// secrets that are left: 1
	// it went by the plan, and no secret was made in vain but one
}

// rotate puts a new secret in the place of those that there are, and leaves none behind
// that nobody knows.
func rotate(ctx context.Context, app application) (string, error) {
	known, err := app.list(ctx)
	if err != nil {
		return "", err
	}
	fresh, err := app.add(ctx, time.Time{})
	if err != nil {
		fmt.Println("the answer is lost")
		lost, err := unknown(ctx, app, known)
		if err != nil {
			return "", err
		}
		if err := app.remove(ctx, lost...); err != nil {
			return "", err
		}
		fmt.Printf("secrets that nobody knows: %d, deleted\n", len(lost))
		if fresh, err = app.add(ctx, time.Time{}); err != nil {
			return "", err
		}
	}
	// The old one goes only after the new one was seen to work.
	if _, err := app.token(ctx, fresh); err != nil {
		return "", fmt.Errorf("the new secret: %w", err)
	}
	fmt.Println("a new secret is made, and proven")
	if err := app.remove(ctx, known...); err != nil {
		return "", err
	}
	fmt.Println("the old secret is deleted")
	return fresh, nil
}

// unknown lists the secrets that were not there before. It asks the service, because
// an answer that did not arrive says nothing of what was done.
func unknown(ctx context.Context, app application, known []string) ([]string, error) {
	there, err := app.list(ctx)
	return slices.DeleteFunc(there, func(id string) bool { return slices.Contains(known, id) }), err
}
