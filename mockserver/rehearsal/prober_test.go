package rehearsal_test

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// every is the time from one probe to the next: there are a hundred a second.
const every = 10 * time.Millisecond

// underWay bounds the probes that have no answer yet.
const underWay = 32

// prober asks the same thing a hundred times a second until it is stopped. It does not
// wait for one answer before it asks again: a service that is slow is not asked less,
// and an outage does not hide behind one request that hangs. On a machine that is too
// busy for it probes are late, and none is left out.
type prober struct {
	began  time.Time
	asking sync.WaitGroup

	mu     sync.Mutex
	probes []probe
	// end is zero until the prober is stopped.
	end time.Time
}

// probe is one that was answered.
type probe struct {
	began time.Time
	err   error
}

// startProber begins to ask.
func startProber(ask func() error) *prober {
	p := &prober{began: time.Now()}
	slots := make(chan struct{}, underWay)
	p.asking.Go(func() {
		for due := p.began; !p.over(due); due = due.Add(every) {
			time.Sleep(time.Until(due))
			slots <- struct{}{}
			p.asking.Go(func() {
				p.record(probe{time.Now(), ask()})
				<-slots
			})
		}
	})
	return p
}

func (p *prober) over(due time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.end.IsZero() && due.After(p.end)
}

func (p *prober) record(answered probe) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.probes = append(p.probes, answered)
}

// pause waits for thirty answers to probes that begin after its call, which is a third
// of a second on a machine that is not busy.
func (p *prober) pause() {
	const enough = 30
	for called := time.Now(); p.since(called) < enough; {
		time.Sleep(every)
	}
}

func (p *prober) since(begin time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	count := 0
	for _, probe := range p.probes {
		if probe.began.After(begin) {
			count++
		}
	}
	return count
}

// tally is what the probes have met.
type tally struct {
	probes, refused int
	lasted          time.Duration
}

// enough tells whether there were a hundred probes a second, for a second at least.
func (t tally) enough() string {
	if t.lasted < time.Second || t.probes < int(t.lasted/every) {
		return fmt.Sprintf("only %d in %s", t.probes, t.lasted)
	}
	return "enough"
}

// stop waits for the last answers. A probe that fails otherwise than by a refusal of the
// secret is an error.
func (p *prober) stop() (tally, error) {
	p.mu.Lock()
	p.end = time.Now()
	p.mu.Unlock()
	p.asking.Wait()
	counted := tally{probes: len(p.probes), lasted: p.end.Sub(p.began)}
	for _, probe := range p.probes {
		switch {
		case errors.Is(probe.err, errRefused):
			counted.refused++
		case probe.err != nil:
			return counted, probe.err
		}
	}
	return counted, nil
}
