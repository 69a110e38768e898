package conformance

import (
	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/profile"
)

// Inapplicable says why a check cannot apply to a target, by the target's profile
// alone; it is "" where the check applies.
func Inapplicable(check catalogue.Check, target *profile.Bound) string {
	return inapplicable(check, Options{Profile: target})
}
