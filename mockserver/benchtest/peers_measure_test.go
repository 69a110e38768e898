package benchtest

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

const (
	peerRound  = 500 * time.Millisecond
	peerStarts = 7
)

// entrant is a rival that runs, and what was found out about it.
type entrant struct {
	rival
	*served

	found peerFigures
	lost  error
}

// hold measures the servers of one contest in turns. Those that fail are left out; without
// the stand-in there is nothing to compare.
func (m *match) hold(c contest) (contestFigures, error) {
	var all []*entrant
	defer func() {
		for _, e := range all {
			m.bench.stop(e.served)
		}
	}()
	for _, one := range c.rivals {
		e, err := m.enter(one)
		if err != nil {
			if one.name == standIn {
				return contestFigures{}, fmt.Errorf("the stand-in itself: %w", err)
			}
			m.leave(one, err)
			continue
		}
		all = append(all, e)
	}
	for k := range c.operations {
		for _, e := range all {
			e.lost = e.warm(e.asks[k], m.budget)
		}
	}
	for k := range c.operations {
		for round := range m.rounds {
			m.turn(all, k, round)
		}
	}
	if err := m.ctx.Err(); err != nil {
		return contestFigures{}, fmt.Errorf("measuring was interrupted: %w", err)
	}
	held := contestFigures{Name: c.name, Operations: c.operations}
	for _, e := range all {
		if e.lost == nil {
			e.found.AfterMiB, _, e.lost = e.usage()
		}
		switch {
		case e.lost == nil:
			held.Servers = append(held.Servers, e.found)
		case e.name == standIn:
			return contestFigures{}, e.lost
		default:
			m.leave(e.rival, e.lost)
		}
	}
	return held, nil
}

func (m *match) leave(r rival, err error) {
	m.tb.Logf("%s is left out: %v", r.name, err)
	const enough = 160 // characters; some replies are long
	why := []rune(strings.Join(strings.Fields(err.Error()), " "))
	if len(why) > enough {
		why = append(why[:enough], '…')
	}
	m.leftOut = append(m.leftOut, leftOut{Name: r.name, Why: string(why)})
}

// enter finds out what the server refuses, how soon it starts, and whether it answers
// rightly, and leaves one running.
func (m *match) enter(r rival) (*entrant, error) {
	if r.problem != nil {
		return nil, r.problem
	}
	e := &entrant{rival: r, found: peerFigures{
		Name: r.name, Version: r.version, Setup: r.setup, Replies: r.replies, Paces: make([][]paceFigure, len(r.asks)),
	}}
	err := m.once(r, func(s *served, _ time.Duration) (err error) {
		if r.replies == "" {
			if e.found.Replies, err = onWrongReply(m.ctx, s.addr); err != nil {
				return err
			}
		}
		e.found.Verdicts, err = verdicts(m.ctx, s.addr, r.probes)
		return err
	})
	for range peerStarts {
		if err != nil {
			return nil, err
		}
		err = m.once(r, func(_ *served, took time.Duration) error {
			e.found.StartMillis = append(e.found.StartMillis, rounded(milliseconds(took)))
			return nil
		})
	}
	if err != nil {
		return nil, err
	}
	if e.served, _, err = m.begin(r); err != nil {
		return nil, err
	}
	if e.found.ReadyMiB, _, err = e.usage(); err == nil {
		err = e.answersRightly()
	}
	if err != nil {
		m.bench.stop(e.served)
		return nil, err
	}
	return e, nil
}

// begin starts the server and waits for its first answer. Whoever ends at once may have
// lost its port to somebody else, and gets another.
func (m *match) begin(r rival) (*served, time.Duration, error) {
	s, took, err := m.beginOnce(r)
	if errors.Is(err, errEnded) {
		m.tb.Logf("%s is started again: %v", r.name, err)
		return m.beginOnce(r)
	}
	return s, took, err
}

func (m *match) beginOnce(r rival) (*served, time.Duration, error) {
	folder, err := m.place(r)
	if err != nil {
		return nil, 0, err
	}
	s, err := launch(m.ctx, folder, r.words)
	if err != nil {
		return nil, 0, err
	}
	took, err := s.firstAnswer(r.asks[0].first, r.asks[0].traffic.want)
	if err != nil {
		m.bench.stop(s)
		return nil, 0, err
	}
	return s, took, nil
}

func (m *match) once(r rival, use func(*served, time.Duration) error) error {
	s, took, err := m.begin(r)
	if err != nil {
		return err
	}
	defer m.bench.stop(s)
	return use(s, took)
}

func (e *entrant) answersRightly() error {
	c, err := dial(e.addr)
	if err != nil {
		return err
	}
	defer c.socket.Close()
	for _, one := range e.asks {
		body, err := c.exchange(one.first, one.traffic.want)
		if err == nil {
			err = one.right(body)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
	}
	return nil
}

// warm keeps the traffic up until it gets no faster, which takes a virtual machine long.
func (e *entrant) warm(a ask, budget time.Duration) error {
	const (
		longest = 24 // rounds
		enough  = 6  // rounds that were not faster
		faster  = 1.05
	)
	if e.lost != nil {
		return e.lost
	}
	best, since := 0.0, 0
	for n := 0; n < longest && since < enough; n++ {
		one, err := e.round(a, budget)
		if err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		since++
		if one.PerSecond > best*faster {
			best, since = one.PerSecond, 0
		}
	}
	return nil
}

// turn lets each server have the same time, the order turned around each round.
func (m *match) turn(all []*entrant, operation, round int) {
	for k := range all {
		if round%2 != 0 {
			k = len(all) - 1 - k
		}
		e := all[k]
		if e.lost != nil {
			continue
		}
		one, err := e.round(e.asks[operation], m.budget)
		if err != nil {
			e.lost = fmt.Errorf("%s: %w", e.asks[operation].name, err)
			continue
		}
		e.found.Paces[operation] = append(e.found.Paces[operation], one)
	}
}

// round keeps the traffic up for so long, on new connections: servers close those that
// idle while others have their turn.
func (e *entrant) round(a ask, budget time.Duration) (paceFigure, error) {
	l, err := newLoad(e.addr)
	if err != nil {
		return paceFigure{}, err
	}
	defer l.close()
	if a.prepare != nil {
		if err := a.prepare(l); err != nil {
			return paceFigure{}, fmt.Errorf("prepare: %w", err)
		}
	}
	_, before, err := e.usage()
	if err != nil {
		return paceFigure{}, err
	}
	sent, took, err := l.run(math.MaxInt, budget, a.traffic)
	if err != nil {
		return paceFigure{}, err
	}
	_, after, err := e.usage()
	if err != nil {
		return paceFigure{}, err
	}
	return paceFigure{
		PerSecond: rounded(float64(sent) / took.Seconds()),
		CPUMicros: rounded(float64((after - before).Microseconds()) / float64(max(sent, 1))),
	}, nil
}

// rounded keeps a tenth.
func rounded(value float64) float64 {
	const tenth = 10
	return math.Round(value*tenth) / tenth
}
