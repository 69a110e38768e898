package fault

import (
	"sync"
	"time"
)

// armed is a fault in a Set.
type armed struct {
	// fault never changes but for Hits, Seen and Window, which mu guards.
	fault Fault
	mu    sync.Mutex
}

func arm(f Fault) *armed {
	f.Effect = f.Effect.resolved()
	if f.Window != nil {
		own := *f.Window
		f.Window = &own
	}
	return &armed{fault: f}
}

// state is the fault as it stands.
func (a *armed) state() Fault {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := a.fault
	if f.Window != nil {
		own := *f.Window
		f.Window = &own
	}
	return f
}

// meet counts a request that matches and decides whether it is hit after what happens to
// it already. left is what is left of the throttle's window.
func (a *armed) meet(already *Outcome, now time.Time) (held, left time.Duration, hit bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := &a.fault
	f.Seen++
	if already.preempts(f.Effect) || f.Times > 0 && f.Hits >= f.Times || f.Match.Nth > 0 && f.Seen != f.Match.Nth {
		return 0, 0, false
	}
	if f.random() {
		random := chance(f.Match.Seed, f.Seen)
		if f.Match.Probability > 0 && random.Float64() >= f.Match.Probability {
			return 0, 0, false
		}
		held = f.Effect.Latency.Draw(random)
	} else {
		held = f.Effect.latency()
	}
	if t := f.Effect.Throttle; t != nil {
		if f.Window == nil {
			f.Window = &Window{Start: now}
		}
		if left = t.left(f.Window, now); left == 0 {
			return 0, 0, false
		}
	}
	f.Hits++
	return held, left, true
}

// latency is a fixed one.
func (e Effect) latency() time.Duration {
	if e.Latency == nil {
		return 0
	}
	return time.Duration(e.Latency.Fixed)
}

// left lets a request into the window, and returns 0, or returns how much is left of a
// window that is full. A window that is over, or that lies ahead because the clock was
// set back, is begun anew.
func (t *Throttle) left(w *Window, now time.Time) time.Duration {
	if t == nil {
		return 0
	}
	if now.Before(w.Start) || !now.Before(w.Start.Add(time.Duration(t.Per))) {
		*w = Window{Start: now}
	}
	if w.Passed < t.Limit {
		w.Passed++
		return 0
	}
	return w.Start.Add(time.Duration(t.Per)).Sub(now)
}
