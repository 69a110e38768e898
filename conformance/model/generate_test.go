package model_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/model"
)

var everything = model.Mix{
	Kinds:      []model.Kind{model.Rotate, model.Delete, model.List, model.Probe, model.Read, model.Update},
	Attributes: []model.Attribute{{Name: "team", Values: []string{`"one"`, `"two"`}}},
}

func sequence(seed uint64, mix model.Mix, n int) []model.Step {
	return model.Generate(rand.New(rand.NewPCG(seed, 0)), mix, n)
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	one := sequence(7, everything, 40)
	if diff := cmp.Diff(one, sequence(7, everything, 40)); diff != "" {
		t.Errorf("the same seed gives another sequence (-one +other):\n%s", diff)
	}
	if cmp.Equal(one, sequence(8, everything, 40)) {
		t.Error("another seed gives the same sequence")
	}
	if steps := sequence(7, model.Mix{Kinds: []model.Kind{model.Update}}, 5); steps != nil {
		t.Errorf("a mix without anything to do gives %v", steps)
	}
}

// TestGenerateMakesSense demands that a secret is made before anything is about it, that
// each is tried at the end, and that every kind of step comes up.
func TestGenerateMakesSense(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for seed := range uint64(50) {
		steps := sequence(seed, everything, 40)
		last := 1
		for _, step := range steps {
			if step.Kind == model.Rotate && step.By == "" {
				if last++; step.Secret != last {
					t.Fatalf("seed %d: %s, want to secret %d", seed, step, last)
				}
			}
			if step.Secret > last {
				t.Fatalf("seed %d: %s, and there are %d", seed, step, last)
			}
			seen[string(step.Kind)+step.By]++
			if step.Kind == model.Probe && step.Secret == 0 {
				seen["made-up"]++
			}
		}
		for number := 1; number <= last; number++ {
			if !slices.Contains(steps[40:], model.Step{Kind: model.Probe, Secret: number}) {
				t.Fatalf("seed %d: secret %d is not tried at the end", seed, number)
			}
		}
	}
	for _, kind := range everything.Kinds {
		if seen[string(kind)] == 0 {
			t.Errorf("no step is a %s", kind)
		}
		if !kind.Observes() && seen[string(kind)+model.WithoutCredentials]*seen[string(kind)+model.WithAMadeUpToken] == 0 {
			t.Errorf("no %s is by somebody without the right to", kind)
		}
	}
	if seen["made-up"] == 0 {
		t.Error("no secret is made up")
	}
	narrow := model.Mix{Kinds: []model.Kind{model.Rotate, model.Probe}}
	for _, step := range sequence(3, narrow, 100) {
		if !slices.Contains(narrow.Kinds, step.Kind) {
			t.Errorf("%s is not in the mix", step)
		}
	}
}
