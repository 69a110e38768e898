package model_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/model"
)

// service replaces secrets, with a bug: from its second update on an update brings the
// client's first secret back.
type service struct {
	live    map[int]bool
	updates int
}

func (s *service) do(step model.Step) model.Operation {
	o := model.Operation{Step: step, Outcome: model.OK}
	switch {
	case step.By != "":
		o.Outcome = model.Refused
	case step.Kind == model.Rotate:
		s.live = map[int]bool{step.Secret: true}
	case step.Kind == model.Update:
		if s.updates++; s.updates > 1 {
			s.live[1] = true
		}
	case step.Kind == model.Probe:
		o.Output.Works = s.live[step.Secret]
	}
	return o
}

// play runs a sequence against a fresh service and reports where it failed.
func play(steps []model.Step) (at int, failed bool) {
	broken := &service{live: map[int]bool{1: true}}
	client := model.NewClient(model.Rules{Rotation: model.Replace}, nil)
	for i, step := range steps {
		o := broken.do(step)
		o.Call, o.Return = 2*ticks(i), 2*ticks(i)+1
		if client.Step(o) != nil {
			return i, true
		}
	}
	return 0, false
}

// minimal is what any failing sequence comes down to.
func minimal(steps []model.Step) bool {
	kinds := map[model.Kind]int{}
	for _, step := range steps {
		kinds[step.Kind]++
	}
	return cmp.Equal(map[model.Kind]int{model.Rotate: 1, model.Update: 2, model.Probe: 1}, kinds)
}

func TestShrink(t *testing.T) {
	t.Parallel()
	mix := everything
	mix.Kinds = []model.Kind{model.Rotate, model.Probe, model.Read, model.Update}
	failing, few := 0, 0
	for seed := range uint64(100) {
		steps := sequence(seed, mix, 40)
		at, failed := play(steps)
		if !failed {
			continue
		}
		failing++
		steps = steps[:at+1]
		shortest, tried := model.Shrink(steps, 1000, play)
		if !minimal(shortest) {
			t.Fatalf("seed %d: %v is not minimal", seed, shortest)
		}
		if last, failed := play(shortest); !failed || last != len(shortest)-1 {
			t.Fatalf("seed %d: %v does not fail at its end", seed, shortest)
		}
		bounded, took := model.Shrink(steps, 12, play)
		if took > 12 || tried < took {
			t.Fatalf("seed %d: %d tries, of 12 and of %d", seed, took, tried)
		}
		if len(bounded) <= 6 {
			few++
		}
	}
	if failing < 50 || few < failing*3/4 {
		t.Errorf("of %d that fail, 12 tries bring %d down to 6 steps", failing, few)
	}
}

// TestShrinkKeeps demands that what does not fail without a step keeps it, that no try
// is spent on leaving the failing step out, and that nothing is tried without tries.
func TestShrinkKeeps(t *testing.T) {
	t.Parallel()
	steps := []model.Step{{Kind: model.Rotate, Secret: 2}, {Kind: model.Update}, {Kind: model.Delete, Secret: 2}, {Kind: model.Probe, Secret: 2}}
	fails := func(tried []model.Step) (int, bool) {
		if cmp.Equal(tried, steps) || len(tried) == 0 || tried[len(tried)-1] != steps[3] {
			t.Errorf("%v is tried", tried)
		}
		return 0, false
	}
	if got, tried := model.Shrink(steps, 100, fails); !cmp.Equal(got, steps) || tried == 0 {
		t.Errorf("%v after %d tries, want it as it was", got, tried)
	}
	if _, tried := model.Shrink(steps, 0, fails); tried != 0 {
		t.Errorf("%d tries of none", tried)
	}
}

func ticks(i int) time.Duration { return time.Duration(i + 1) }
