package conformance

import (
	"fmt"

	"github.com/keyturn/keyturn/conformance/catalogue"
)

// Check is one promise put to the test. What it promises, to whom, and why, is the
// catalogue's entry of the same id; the value adds the body, a short sequence of
// calls and expectations.
type Check struct {
	ID  string
	Run func(*Session)
}

// join finds the catalogue's entry of every check. That every entry has a check is
// for the suite of checks to see to: one's own suite may have fewer.
func join(checks []Check, entries *catalogue.Catalogue) (map[string]Check, error) {
	bodies := map[string]Check{}
	for _, check := range checks {
		if _, _, known := entries.Check(check.ID); !known {
			return nil, fmt.Errorf("check %s is not in the catalogue", check.ID)
		}
		if _, twice := bodies[check.ID]; twice {
			return nil, fmt.Errorf("check %s is there twice", check.ID)
		}
		bodies[check.ID] = check
	}
	return bodies, nil
}
