package propagation

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
)

// State is what is on its way to the replicas of one namespace. It begins with
// everything having arrived, and belongs to one content of a store: whoever puts
// another content in its place, or changes the settings, makes another State.
//
// A replica that lags hears of each change by itself, when the delay of its kind has
// passed: a secret that is retired before it was heard of comes to be accepted and is
// refused in the end, and one that is brought back within the window never stops.
//
// It is safe for concurrent use. All times are of the namespace's clock.
type State struct {
	settings Settings
	notes    notes
	turn     atomic.Uint64
}

// New returns the state for settings that Check allows, nil when they delay nothing.
func New(settings Settings) *State {
	settings = settings.complete()
	if settings == (Settings{}).complete() {
		return nil
	}
	s := &State{settings: settings}
	s.notes.init([kinds]time.Duration{
		issued: time.Duration(settings.AcceptNewAfter), retired: time.Duration(settings.RefuseOldAfter),
	})
	return s
}

// Settings returns what the state was made with. Those of a nil State delay nothing.
func (s *State) Settings() Settings {
	if s == nil {
		return Settings{}.complete()
	}
	return s.settings
}

// Begin returns the replica that answers the request, which arrived at now.
func (s *State) Begin(now time.Time) *Replica { return &Replica{state: s, now: now} }

// Replica answers one request. With two of them, the requests that present a secret are
// answered in turn, first by the replica that is up to date; requests that present none
// take no turn, so that they do not disturb it.
type Replica struct {
	state *State
	now   time.Time

	choose sync.Once
	lags   bool
}

func (r *Replica) lagging() bool {
	r.choose.Do(func() {
		r.lags = r.state.settings.Replicas == 1 || r.state.turn.Add(1)%2 == 0
	})
	return r.lags
}

// Judge reports whether the presented secret authenticates the client, as far as the
// replica knows. It fits provider.Call.
func (r *Replica) Judge(c client.Client, presented string) bool {
	return r.Known(c).Accepts(presented, r.now)
}

// Known returns the client with the secrets that the replica knows of. The argument is
// the client as the store has it, and stays as it is.
func (r *Replica) Known(c client.Client) client.Client {
	if !r.lagging() {
		return c
	}
	unheard := r.state.notes.unheard(c, r.now)
	if len(unheard) == 0 {
		return c
	}
	// A retired secret that is back may have another expiry; either will do.
	known := make([]client.Secret, 0, len(c.Secrets)+len(unheard))
	for _, secret := range c.Secrets {
		if first := unheard[valueOf(secret)]; first == nil || first.kind == retired {
			known = append(known, secret)
		}
	}
	for _, first := range unheard {
		if first.kind == retired {
			known = append(known, first.secret)
		}
	}
	c.Secrets = known
	return c
}
