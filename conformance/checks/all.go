package checks

import (
	"slices"

	"github.com/keyturn/keyturn/conformance"
)

// All lists every check, in the order of the catalogue: a family a file.
func All() []conformance.Check {
	return slices.Concat(
		contract,
		authentication,
		tenancy,
		rotation,
		grace,
		expiry,
		deletion,
		lists,
		hygiene,
		strength,
		errors,
		protocol,
		updates,
		repeats,
		concurrency,
		input,
		tokens,
	)
}
