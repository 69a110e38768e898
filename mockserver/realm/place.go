package realm

import (
	"slices"

	"github.com/keyturn/keyturn/fixtures"
)

// place is a client in the world that is being loaded.
type place struct {
	world fixtures.World
	path  []any
}

// wrong is the error about what is at the steps below the place.
func (p place) wrong(err error, steps ...any) error {
	return p.world.Errorf(slices.Concat(p.path, steps), "%w", err)
}
