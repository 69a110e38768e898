package propagation

import (
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// MaxDelay bounds both delays.
const MaxDelay = 24 * time.Hour

// Settings say how late changes arrive. The zero value is no delay.
type Settings struct {
	// AcceptNewAfter is how long a new secret is refused, and RefuseOldAfter how long
	// one that was retired is still accepted. When the first is the longer, a client
	// whose secret is replaced has none that works in between.
	AcceptNewAfter wire.Duration `json:"accept_new_after"`
	RefuseOldAfter wire.Duration `json:"refuse_old_after"`
	// Replicas is 1, or 2 to have requests answered in turn by one replica that is up
	// to date and one that lags. Zero means 1.
	Replicas int `json:"replicas"`
}

// Check returns an error of kind Invalid that names the field, nil when the settings
// can be used.
func (s Settings) Check() error {
	for _, delay := range []struct {
		field string
		value wire.Duration
	}{{"/accept_new_after", s.AcceptNewAfter}, {"/refuse_old_after", s.RefuseOldAfter}} {
		if delay.value < 0 || time.Duration(delay.value) > MaxDelay {
			return client.Errorf(client.Invalid, "%s is out of range, want 0s to %s", delay.value, MaxDelay).At(delay.field)
		}
	}
	if s.Replicas < 0 || s.Replicas > 2 {
		return client.Errorf(client.Invalid, "there cannot be %d replicas, want 1 or 2", s.Replicas).At("/replicas")
	}
	return nil
}

// complete names the number of replicas that zero stands for.
func (s Settings) complete() Settings {
	s.Replicas = max(s.Replicas, 1)
	return s
}
