package benchtest

import (
	"context"
	"fmt"
	"math"
	"time"
)

// scenario is one kind of traffic. Where it makes the state grow it is cut into
// batches, each prepared without being measured.
type scenario struct {
	name    string
	traffic traffic
	prepare func(*load) error
	batch   int
}

// target is a server under load.
type target struct {
	*process
	load *load
}

// serve launches the program and connects to it when it answers.
func (from program) serve(ctx context.Context, first request, args ...string) (*target, error) {
	p, err := from.launch(ctx, args...)
	if err != nil {
		return nil, err
	}
	if _, err := p.answered(first); err != nil {
		return nil, err
	}
	l, err := newLoad(p.addr)
	if err != nil {
		_ = p.stop()
		return nil, err
	}
	return &target{process: p, load: l}, nil
}

func (t *target) stop() error {
	t.load.close()
	return t.process.stop()
}

// pace is how fast requests were answered, and what each cost the server.
type pace struct {
	perSecond float64
	cpu       time.Duration
	sent      int
}

// measure keeps the traffic up until so much time was measured.
func (t *target) measure(s scenario, budget time.Duration) (pace, error) {
	const slack = 20 // batches that take longer to prepare than to run must end too
	var (
		sent      int
		took, cpu time.Duration
		start     = time.Now()
		batch     = s.batch
	)
	if batch == 0 {
		batch = math.MaxInt
	}
	for took < budget && time.Since(start) < slack*budget {
		if s.prepare != nil {
			if err := s.prepare(t.load); err != nil {
				return pace{}, fmt.Errorf("prepare %s: %w", s.name, err)
			}
		}
		before, err := t.processor()
		if err != nil {
			return pace{}, err
		}
		n, d, err := t.load.run(batch, budget-took, s.traffic)
		if err != nil {
			return pace{}, fmt.Errorf("%s: %w", s.name, err)
		}
		after, err := t.processor()
		if err != nil {
			return pace{}, err
		}
		sent, took, cpu = sent+n, took+d, cpu+after-before
	}
	return pace{perSecond: float64(sent) / took.Seconds(), cpu: cpu / time.Duration(max(sent, 1)), sent: sent}, nil
}

// interleaved measures the scenario on each target in turn.
func interleaved(s scenario, rounds int, budget time.Duration, targets ...*target) ([][]pace, error) {
	measures := make([]func() (pace, error), len(targets))
	for k, one := range targets {
		measures[k] = func() (pace, error) { return one.measure(s, budget) }
	}
	return inTurn(rounds, measures...)
}

// inTurn measures each in turn, round by round, the order turned around each time.
func inTurn(rounds int, measures ...func() (pace, error)) ([][]pace, error) {
	paces := make([][]pace, len(measures))
	for round := -1; round < rounds; round++ {
		for k := range measures {
			if round%2 != 0 {
				k = len(measures) - 1 - k
			}
			p, err := measures[k]()
			if err != nil {
				return nil, err
			}
			if round >= 0 { // the first round only warms up
				paces[k] = append(paces[k], p)
			}
		}
	}
	return paces, nil
}

// costs divides processor times round by round.
func costs(over, under []pace) []float64 {
	list := make([]float64, len(over))
	for i := range over {
		list[i] = float64(over[i].cpu) / float64(under[i].cpu)
	}
	return list
}

// ratios divides round by round.
func ratios(over, under []pace) []float64 {
	list := make([]float64, len(over))
	for i := range over {
		list[i] = over[i].perSecond / under[i].perSecond
	}
	return list
}
