package rehearsal_test

import (
	"context"
	"fmt"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/admin/client"
)

// It is a Monday in December. The secret of an application runs out on a Sunday in
// January, when nobody is there. The weekend is played twice, from the same snapshot:
// once as it comes, and once with a rotation on the Friday before. Nobody waits for it.
func Example_expiry() {
	december := time.Date(2026, 12, 14, 9, 0, 0, 0, time.UTC)
	sunday := time.Date(2027, 1, 17, 0, 0, 0, 0, time.UTC)
	friday, saturday := sunday.Add(-30*time.Hour), sunday.Add(-time.Second)

	today := mockserver.Options{Clock: func() time.Time { return december }}
	rehearse(today, func(ctx context.Context, h *house) error {
		s, err := h.stage(ctx, "expiry")
		if err != nil {
			return err
		}
		app := myNewApp(s)
		expiring, err := onlySecret(ctx, app, sunday)
		if err != nil {
			return err
		}
		if _, err := s.admin.SaveSnapshot(ctx, "december"); err != nil {
			return err
		}

		fmt.Println("nobody rotates:")
		for _, day := range []time.Time{saturday, sunday} {
			if err := goTo(ctx, s.admin, day); err != nil {
				return err
			}
			fmt.Println("  the secret is", app.tried(ctx, expiring))
		}

		if err := s.admin.RestoreSnapshot(ctx, "december"); err != nil {
			return err
		}
		fmt.Println("the same weekend, rotated in time:")
		if err := goTo(ctx, s.admin, friday); err != nil {
			return err
		}
		fresh, err := app.add(ctx, sunday.AddDate(0, 3, 0))
		if err != nil {
			return err
		}
		fmt.Println("  a new secret is", app.tried(ctx, fresh))
		if err := goTo(ctx, s.admin, saturday); err != nil {
			return err
		}
		token, err := app.token(ctx, expiring)
		if err != nil {
			return err
		}
		fmt.Println("  a last token is made with the old one")
		if err := goTo(ctx, s.admin, sunday); err != nil {
			return err
		}
		fmt.Println("  the old secret is", app.tried(ctx, expiring))
		fmt.Println("  the new secret is", app.tried(ctx, fresh))
		if err := inspect(ctx, app, fresh, token); err != nil {
			return err
		}
		if _, err := s.admin.AdvanceClock(ctx, time.Hour); err != nil {
			return err
		}
		fmt.Println(" an hour later")
		return inspect(ctx, app, fresh, token)
	})
	// Output:
	// nobody rotates:
	//  Sat 16 Jan 2027 23:59:59
	//   the secret is accepted
	//  Sun 17 Jan 2027 00:00:00
	//   the secret is refused
	// the same weekend, rotated in time:
	//  Fri 15 Jan 2027 18:00:00
	//   a new secret is accepted
	//  Sat 16 Jan 2027 23:59:59
	//   a last token is made with the old one
	//  Sun 17 Jan 2027 00:00:00
	//   the old secret is refused
	//   the new secret is accepted
	//   the last token of the old one is good: true
	//  an hour later
	//   the last token of the old one is good: false
}

// onlySecret leaves the application with one secret, which expires.
func onlySecret(ctx context.Context, app application, expires time.Time) (string, error) {
	others, err := app.list(ctx)
	if err != nil {
		return "", err
	}
	value, err := app.add(ctx, expires)
	if err != nil {
		return "", err
	}
	return value, app.remove(ctx, others...)
}

// goTo moves the clock of the namespace forward and stops it there.
func goTo(ctx context.Context, admin *client.Client, at time.Time) error {
	if _, err := admin.FreezeClock(ctx); err != nil {
		return err
	}
	now, err := admin.SetClock(ctx, at)
	if err != nil {
		return err
	}
	fmt.Println("", now.Now.UTC().Format("Mon 2 Jan 2006 15:04:05"))
	return nil
}

// inspect says whether the token is still good.
func inspect(ctx context.Context, app application, secret, token string) error {
	active, err := app.active(ctx, secret, token)
	if err != nil {
		return err
	}
	fmt.Println("  the last token of the old one is good:", active)
	return nil
}
