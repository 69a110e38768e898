package model_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/model"
)

func grant(call, end time.Duration, fate model.Fate) model.Grant {
	return model.Grant{Call: call, Return: end, Fate: fate, Asked: 1000}
}

func TestRuleLost(t *testing.T) {
	t.Parallel()
	const works, dead, unseen = model.Works, model.Dead, model.Unseen
	for _, test := range []struct {
		name   string
		rule   model.Rule
		grants []model.Grant
		want   []int
	}{
		{"all kept, all work", model.Rule{}, []model.Grant{grant(0, 0, works), grant(1, 5, works)}, nil},
		{"all kept, one lost", model.Rule{}, []model.Grant{grant(0, 0, works), grant(1, 5, dead), grant(1, 5, works)}, []int{1}},
		{"all kept, the first one lost", model.Rule{}, []model.Grant{grant(0, 0, dead), grant(1, 5, works)}, []int{0}},
		{"one kept, any of those at once", model.Rule{Keep: 1}, []model.Grant{grant(0, 0, dead), grant(1, 5, works), grant(2, 6, dead)}, nil},
		{"one kept, none works", model.Rule{Keep: 1}, []model.Grant{grant(0, 0, dead), grant(1, 5, dead)}, []int{0, 1}},
		{"one kept, and it is not the last", model.Rule{Keep: 1}, []model.Grant{grant(1, 5, works), grant(6, 8, dead)}, []int{1}},
		{"one kept, the last may be the one without a reply", model.Rule{Keep: 1}, []model.Grant{grant(1, 5, dead), grant(6, 8, dead), grant(1, model.Never, unseen)}, nil},
		{"two kept, one works", model.Rule{Keep: 2}, []model.Grant{grant(0, 0, dead), grant(1, 5, works), grant(1, 5, dead)}, []int{0, 2}},
		{"two kept, two work", model.Rule{Keep: 2}, []model.Grant{grant(0, 0, dead), grant(1, 5, works), grant(1, 5, works), grant(1, 5, dead)}, nil},
		{"within the grace", model.Rule{Grace: 2000}, []model.Grant{grant(0, 0, dead), grant(1, 5, works)}, []int{0}},
		{"after the grace", model.Rule{Grace: 500}, []model.Grant{grant(0, 0, dead), grant(1, 5, works)}, nil},
		{"grace is no reason for the last", model.Rule{Grace: 500}, []model.Grant{grant(0, 0, works), grant(1, 5, dead)}, []int{1}},
		{"the bound may end it within the grace", model.Rule{Keep: 2, Grace: 2000}, []model.Grant{grant(0, 0, dead), grant(1, 5, works), grant(1, 5, works)}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, test.rule.Lost(test.grants)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRuleLostIsExact compares with trying every order.
func TestRuleLostIsExact(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	lost := 0
	for range 3000 {
		grants := make([]model.Grant, 1+random.IntN(6))
		for i := range grants {
			call := time.Duration(1 + random.IntN(10))
			grants[i] = grant(call, call+time.Duration(random.IntN(8)), []model.Fate{model.Works, model.Dead, model.Unseen}[random.IntN(3)])
			if grants[i].Fate == model.Unseen {
				grants[i].Return = model.Never
			}
		}
		keep := 1 + random.IntN(3)
		found := model.Rule{Keep: keep}.Lost(grants)
		if explains := anyOrder(grants, keep, nil); explains != (len(found) == 0) {
			t.Fatalf("keep %d, %+v: lost %v, and that some order explains it is %t", keep, grants, found, explains)
		}
		if len(found) > 0 {
			lost++
		}
	}
	if lost < 300 || lost > 2700 {
		t.Errorf("%d of 3000 lose something: they do not tell much", lost)
	}
}

// anyOrder reports whether an order that begins with the chosen ones, in which nothing
// comes after what began when it was over, has each dead grant among all but the last.
func anyOrder(grants []model.Grant, keep int, chosen []int) bool {
	if len(chosen) == len(grants) {
		for place, i := range chosen {
			if grants[i].Fate == model.Dead && len(grants)-1-place < keep {
				return false
			}
		}
		return true
	}
	for i := range grants {
		if slices.Contains(chosen, i) || !free(grants, chosen, i) {
			continue
		}
		if anyOrder(grants, keep, append(slices.Clip(chosen), i)) {
			return true
		}
	}
	return false
}

func free(grants []model.Grant, chosen []int, i int) bool {
	for k := range grants {
		if k != i && !slices.Contains(chosen, k) && grants[k].Return < grants[i].Call {
			return false
		}
	}
	return true
}
