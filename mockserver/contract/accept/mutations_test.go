package accept

import (
	"encoding/json"
	"flag"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"testing"
)

// values is how many mutated values TestMutations compares in all: fewer by raceScale
// under the race detector, which makes each of them as much dearer, and by shortScale
// with -short.
const (
	values     = 1_050_000
	shortScale = 10
)

var (
	seed = flag.Uint64("accept-seed", 1, "what the values of TestMutations are made from")
	soak = flag.Int("accept-soak", 1, "how many times as many values TestMutations compares")
)

type tally struct{ accepted, refused atomic.Int64 }

// TestMutations holds the compiled functions to kin-openapi's answers, in both directions.
func TestMutations(t *testing.T) {
	t.Parallel()
	all := groups(t)
	share := values * *soak / raceScale / len(all)
	if testing.Short() {
		share /= shortScale
	}
	var total tally
	t.Run("documents", func(t *testing.T) {
		for i, one := range all {
			t.Run(one.name, func(t *testing.T) {
				t.Parallel()
				var own tally
				each := share/len(one.subjects) + 1
				for j := range one.subjects {
					compare(t, one, j, each, newGenerator(*seed, uint64(i)<<32|uint64(j)), &own)
				}
				total.accepted.Add(own.accepted.Load())
				total.refused.Add(own.refused.Load())
				t.Logf("%d schemas, %d values each: %s", len(one.subjects), each, own.String())
			})
		}
	})
	t.Log(total.String())
	accepted, refused := total.accepted.Load(), total.refused.Load()
	if compared := accepted + refused; !t.Failed() && (compared < int64(share) || accepted*10 < compared || refused*10 < compared) {
		t.Errorf("%s: want a tenth of each at least", total.String())
	}
}

func (t *tally) String() string {
	return fmt.Sprintf("%d accepted, %d refused", t.accepted.Load(), t.refused.Load())
}

// compare makes values for one schema of a group. It is done with that schema at the first
// value that the two sides do not agree upon; a panic of either is as bad.
func compare(t *testing.T, of group, index, count int, g *generator, counted *tally) {
	t.Helper()
	one := of.subjects[index]
	var value any
	made := 0
	defer func() {
		if reason := recover(); reason != nil {
			t.Errorf("panic: %v\n%s\n%s", reason, one.describe(made, value), debug.Stack())
		}
	}()
	for made = range count {
		value = g.value(one.schema.NewRef(), 0)
		for range g.IntN(4) {
			value = g.mutated(value, of.subjects[g.IntN(len(of.subjects))].schema)
		}
		got, want := one.compiled(value), one.kin(value)
		if got != want {
			t.Errorf("compiled %t, kin-openapi %t\n%s", got, want, one.describe(made, value))
			return
		}
		if want {
			counted.accepted.Add(1)
		} else {
			counted.refused.Add(1)
		}
	}
}

// describe says what is needed to see a failure again.
func (s subject) describe(made int, value any) string {
	schema, err := json.Marshal(s.schema)
	if err != nil {
		schema = fmt.Appendf(nil, "%#v", s.schema)
	}
	return fmt.Sprintf("-accept-seed=%d, value %d of schema %s\nschema %s\nvalue  %#v", *seed, made, s.name, schema, value)
}

// TestRepeatable holds the generator to its promise: one seed, one list of values.
func TestRepeatable(t *testing.T) {
	t.Parallel()
	for _, one := range groups(t) {
		first, again := newGenerator(7, 1), newGenerator(7, 1)
		for i := range one.subjects {
			ref := one.subjects[i].schema.NewRef()
			a := first.mutated(first.value(ref, 0), ref.Value)
			b := again.mutated(again.value(ref, 0), ref.Value)
			if fmt.Sprintf("%v", a) != fmt.Sprintf("%v", b) {
				t.Fatalf("%s: %v, then %v", one.subjects[i].name, a, b)
			}
		}
	}
}
