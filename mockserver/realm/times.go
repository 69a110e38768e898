package realm

import (
	"fmt"
	"time"

	"github.com/keyturn/keyturn/fixtures"
)

// checkTimes refuses a time that a reply could not show: one whose year where the
// vendor's servers live does not have four digits.
func (k Kind) checkTimes(at place, c fixtures.Client) error {
	if err := k.checkTime(at, c.CreatedAt, "created_at"); err != nil {
		return err
	}
	if err := k.checkTime(at, c.UpdatedAt, "updated_at"); err != nil {
		return err
	}
	for i, secret := range c.Secrets {
		if err := k.checkTime(at, secret.CreatedAt, "secrets", i, "created_at"); err != nil {
			return err
		}
		if err := k.checkTime(at, secret.ExpiresAt, "secrets", i, "expires_at"); err != nil {
			return err
		}
		if err := k.checkTime(at, secret.DeletedAt, "secrets", i, "deleted_at"); err != nil {
			return err
		}
	}
	return nil
}

func (k Kind) checkTime(at place, t time.Time, steps ...any) error {
	zone := time.UTC
	if k.Zone != nil {
		zone = k.Zone
	}
	if year := t.In(zone).Year(); year < 1 || year > 9999 {
		return at.wrong(fmt.Errorf("want a time in the years 1 to 9999 (%s)", zone), steps...)
	}
	return nil
}
