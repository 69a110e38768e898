package namespace

import (
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/clock"
)

// checkClock refuses the state of a clock that no clock here could have been brought to:
// one that is set, and then advanced, stays within these.
func checkClock(state clock.State, system time.Time) error {
	trial := clock.New(func() time.Time { return system })
	field, shown := "/clock/offset", system.Add(state.Offset)
	if !state.Frozen.IsZero() {
		field, shown = "/clock/frozen", state.Frozen
	}
	if shown.Before(system) {
		// A snapshot of long ago is behind, by as much as it may be ahead.
		shown = system.Add(system.Sub(shown))
	}
	if err := trial.Set(shown); err != nil {
		return client.Errorf(client.Invalid, "that is too far from the system's clock, want a time within 290 years and in a year of four digits").At(field)
	}
	return nil
}
