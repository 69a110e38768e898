package model

import (
	"math/rand/v2"
	"slices"
)

// Mix is what a sequence may be made of.
type Mix struct {
	Kinds      []Kind
	Attributes []Attribute // what Update may write
}

// Attribute is one that can be written, with values to write, as JSON.
type Attribute struct {
	Name   string
	Values []string
}

// Those without the right to change anything, as they read in a text.
const (
	WithoutCredentials = "without credentials"
	WithAMadeUpToken   = "with a made-up token"
)

// weights make what decides about secrets the most frequent.
var weights = []struct {
	kind   Kind
	weight int
}{{Rotate, 6}, {Probe, 7}, {Delete, 4}, {List, 2}, {Read, 2}, {Update, 3}}

// Generate makes a random sequence of n steps, and after it one probe of every secret
// there can be by then, a list and a read, as far as the mix has them. The same state of random gives the
// same sequence. It takes for granted that every rotation succeeds: the steps about a
// secret that was refused have to be left out.
func Generate(random *rand.Rand, mix Mix, n int) []Step {
	g := generator{random: random, mix: mix, last: 1}
	for _, one := range weights {
		for range one.weight {
			if slices.Contains(mix.Kinds, one.kind) && (one.kind != Update || len(mix.Attributes) > 0) {
				g.urn = append(g.urn, one.kind)
			}
		}
	}
	if len(g.urn) == 0 {
		return nil
	}
	steps := make([]Step, 0, n)
	for range n {
		steps = append(steps, g.step())
	}
	return append(steps, g.sweep()...)
}

type generator struct {
	random *rand.Rand
	mix    Mix
	urn    []Kind
	last   int // number of the newest secret
}

func (g *generator) step() Step {
	step := Step{Kind: g.urn[g.random.IntN(len(g.urn))]}
	if !step.Kind.Observes() && g.random.IntN(6) == 0 {
		step.By = []string{WithoutCredentials, WithAMadeUpToken}[g.random.IntN(2)]
	}
	switch step.Kind {
	case Rotate:
		if step.By == "" {
			g.last++
			step.Secret = g.last
		}
	case Delete:
		step.Secret = g.choose()
	case Probe:
		if step.Secret = g.choose(); g.random.IntN(20) == 0 {
			step.Secret = 0
		}
	case Update:
		attribute := g.mix.Attributes[g.random.IntN(len(g.mix.Attributes))]
		step.Attribute = attribute.Name
		step.Value = attribute.Values[g.random.IntN(len(attribute.Values))]
	case List, Read:
	}
	return step
}

// choose prefers the newest secrets, because that is where most goes on, and leaves out
// none.
func (g *generator) choose() int {
	if g.random.IntN(5) < 2 {
		return max(1, g.last-g.random.IntN(2))
	}
	return 1 + g.random.IntN(g.last)
}

func (g *generator) sweep() []Step {
	var steps []Step
	if slices.Contains(g.mix.Kinds, Probe) {
		for number := 1; number <= g.last; number++ {
			steps = append(steps, Step{Kind: Probe, Secret: number})
		}
	}
	for _, kind := range []Kind{List, Read} {
		if slices.Contains(g.mix.Kinds, kind) {
			steps = append(steps, Step{Kind: kind})
		}
	}
	return steps
}
