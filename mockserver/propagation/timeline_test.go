package propagation

import (
	"context"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
)

const year = 365 * 24 * 3600

// TestTimelines lists what a caller sees while a change is on its way. Delays are those
// of late where a line switches on nothing else.
func TestTimelines(t *testing.T) {
	t.Parallel()
	on := switchOn(late)
	for name, steps := range map[string][]step{
		"replaced": {
			{0, create(secret, "A")}, {0, on},
			{100, works("A")}, {100, replace(secret, "B")}, {100, works("A")}, {100, fails("B")},
			{119, works("A")}, {119, fails("B")}, {120, works("A", "B")},
			{129, works("A")}, {130, fails("A")}, {130, works("B")},
		},
		"replaced under the same id": {
			{0, create(secret, "A")}, {0, on},
			{0, func(w *world) {
				w.update(func(c *client.Client) error {
					c.Replace(client.NewSecret("A", "B", w.now), w.now)
					return nil
				})
			}},
			{19, works("A")}, {19, fails("B")}, {30, fails("A")}, {30, works("B")},
		},
		"refused sooner than accepted": {
			{0, create(secret, "A")}, {0, switchOn(Settings{AcceptNewAfter: seconds(20), RefuseOldAfter: seconds(5)})},
			{0, replace(secret, "B")}, {4, works("A")}, {5, fails("A", "B")}, {20, works("B")},
		},
		"only new ones are late": {
			{0, create(secret, "A")}, {0, switchOn(Settings{AcceptNewAfter: seconds(20)})},
			{0, replace(secret, "B")}, {0, fails("A", "B")}, {20, works("B")}, {20, fails("A")},
			{30, replace(secret, "A")}, {31, replace(secret, "B")}, {31, fails("A", "B")}, {51, works("B")}, {51, fails("A")},
		},
		"only old ones are late": {
			{0, create(secret, "A")}, {0, switchOn(Settings{RefuseOldAfter: seconds(30)})},
			{0, replace(secret, "B")}, {0, works("A", "B")}, {30, works("B")}, {30, fails("A")},
			{40, replace(secret, "A")}, {50, replace(secret, "B")}, {79, works("A", "B")}, {80, fails("A")}, {99, works("B")},
		},
		"a second is added, then the first deleted": {
			{0, create(sealed, "A")}, {0, on},
			{0, add("B", 0)}, {0, works("A")}, {19, fails("B")}, {20, works("A", "B")},
			{60, softDelete("A")}, {60, works("A", "B")}, {89, works("A")}, {90, fails("A")}, {90, works("B")},
		},
		"deleted for good": {
			{0, create(sealed, "A")}, {0, on},
			{0, softDelete("A")}, {29, works("A")}, {10, softDelete("A")}, {30, fails("A")},
		},
		"back within the window": {
			{0, create(secret, "A")}, {0, on},
			{0, replace(secret, "B")}, {5, replace(secret, "A")},
			{6, works("A")}, {20, works("A", "B")}, {29, works("A", "B")},
			{30, works("A")}, {34, works("B")}, {35, fails("B")}, {35, works("A")},
		},
		"back after the window": {
			{0, create(secret, "A")}, {0, on},
			{0, replace(secret, "B")}, {40, replace(secret, "A")},
			{41, fails("A")}, {59, works("B")}, {60, works("A", "B")}, {70, fails("B")},
		},
		"retired before it was heard of": {
			{0, create(secret, "A")}, {0, on},
			{0, replace(secret, "B")}, {10, replace(secret, "C")},
			{19, fails("B", "C")}, {20, works("A", "B")}, {29, works("A", "B")}, {30, works("B", "C")}, {30, fails("A")}, {40, fails("B")}, {40, works("C")},
		},
		"the old value again": {
			{0, create(secret, "A")}, {0, on}, {0, replace(secret, "A")}, {0, works("A")}, {40, works("A")},
		},
		"chosen by the caller, kept as bcrypt": {
			{0, create(hashed, "A")}, {0, on},
			{0, replace(hashed, "B")}, {19, works("A")}, {19, fails("B")}, {20, works("A", "B")}, {30, works("B")}, {30, fails("A")},
		},
		"from bcrypt to plain": {
			{0, create(hashed, "A")}, {0, on},
			{0, replace(secret, "B")}, {19, works("A")}, {19, fails("B")}, {30, works("B")}, {30, fails("A")},
		},
		"a new client": {
			{0, on}, {0, create(secret, "A")}, {19, fails("A")}, {20, works("A")},
		},
		"a client that was deleted": {
			{0, create(secret, "A")}, {0, on}, {0, remove}, {0, fails("A")}, {1, create(secret, "B")}, {1, fails("A", "B")}, {21, works("B")}, {21, fails("A")},
		},
		"a new client is not the one before it": {
			{0, create(secret, "A")}, {0, on}, {0, replace(secret, "B")}, {0, works("A")},
			{1, remove}, {1, create(secret, "C")}, {2, fails("A", "B", "C")}, {21, works("C")}, {21, fails("A", "B")},
		},
		"the old one expires in the window": {
			{0, create(sealed, "A")}, {0, on}, {0, add("B", 70)}, {60, softDelete("B")},
			{69, works("B")}, {70, fails("B")}, {89, works("A")},
		},
		"the new one expires in the window": {
			{0, create(sealed, "A")}, {0, on}, {0, add("B", 10)}, {9, fails("B")}, {25, fails("B")}, {25, works("A")},
		},
		"one that had expired is not retired": {
			{0, create(sealed, "A")}, {0, add("B", 5)}, {5, on}, {6, softDelete("B")}, {6, fails("B")},
		},
		"switched on in the middle": {
			{0, create(secret, "A")}, {0, replace(secret, "B")}, {1, on}, {1, works("B")}, {1, fails("A")},
			{2, replace(secret, "C")}, {2, works("B")}, {2, fails("A", "C")},
		},
		"set again in the middle": {
			{0, create(secret, "A")}, {0, on}, {0, replace(secret, "B")}, {1, fails("B")},
			{1, switchOn(Settings{AcceptNewAfter: seconds(5)})}, {1, works("B")}, {1, fails("A")},
		},
		"disabled and enabled": {
			{0, create(secret, "A")}, {0, on}, {0, replace(secret, "B")},
			{1, enable(false)}, {1, fails("A", "B")}, {2, enable(true)}, {2, works("A")}, {2, fails("B")},
		},
		"a world that is replaced": {
			{0, create(secret, "A")}, {0, on}, {0, replace(secret, "B")},
			{1, swap("B", "C")},
			{1, works("B", "C")}, {1, fails("A")},
		},
		"a world that is replaced by one with the same secret": {
			{0, on}, {0, create(secret, "A")}, {0, fails("A")}, {1, swap("A")}, {1, works("A")},
		},
		"back without its expiry": {
			{0, create(sealed, "A")}, {0, add("B", 10)}, {0, switchOn(Settings{RefuseOldAfter: seconds(30)})},
			{1, softDelete("B")}, {2, add("B", 0)}, {12, works("B")},
		},
		"years ahead": {
			{0, create(secret, "A")}, {0, on}, {0, replace(secret, "B")}, {10 * year, works("B")}, {10 * year, fails("A")},
		},
		"the clock stands": {
			{0, create(secret, "A")}, {0, on}, {0, replace(secret, "B")}, {0, replace(secret, "C")}, {0, works("A")}, {0, fails("B", "C")},
		},
		"the clock goes back by years": {
			{0, create(secret, "A")}, {0, on},
			{10 * year, replace(secret, "B")}, {10 * year, works("A")}, {10 * year, fails("B")},
			{5, works("B")}, {5, fails("A")},
			{10 * year, works("B")}, {10 * year, fails("A")},
		},
		"the clock goes back by some seconds": {
			{0, create(secret, "A")}, {0, on},
			{15, replace(secret, "B")}, {0, works("A")}, {0, fails("B")}, {35, works("B")},
		},
		"what came before the clock went back stays": {
			{0, create(secret, "A")}, {0, on}, {0, replace(secret, "B")}, {15, replace(secret, "C")},
			{-10, fails("B")}, {-10, works("C")}, {16, works("C")}, {16, fails("B")},
		},
		"what came last counts when the clock went back": {
			{0, create(secret, "A")}, {0, on}, {0, replace(secret, "B")}, {1, replace(secret, "C")}, {15, replace(secret, "B")},
			{-10, works("B")}, {2, works("B")},
		},
		"two replicas": {
			{0, create(secret, "A")}, {0, switchOn(Settings{AcceptNewAfter: seconds(20), RefuseOldAfter: seconds(30), Replicas: 2})},
			{0, replace(secret, "B")},
			{1, works("B")}, {1, fails("B")}, {1, works("B")}, {1, fails("B")},
			{1, fails("A")}, {1, works("A")}, {2, fails("A")}, {2, works("A")},
			{20, works("B", "B")}, {20, fails("A")}, {20, works("A")}, {30, fails("A", "A")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			for _, step := range steps {
				w.now = start.Add(time.Duration(step.at) * time.Second)
				step.do(w)
			}
		})
	}
}

// TestManagementIsNotLate reads what a store has while a change is on its way.
func TestManagementIsNotLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, New(late))
	w.create(secret(w, "A"))
	replace(secret, "B")(w)
	ctx := context.Background()
	got, err := w.store().Get(ctx, key)
	w.must(err)
	found, err := w.store().Find(ctx, key.Realm, key.ID)
	w.must(err)
	for _, c := range []client.Client{got, found} {
		if len(c.Secrets) != 1 || c.Secrets[0].ID != "B" {
			t.Fatalf("the store shows %v, want the secret B", c.Secrets)
		}
	}
}

// TestOneReplicaPerRequest judges more than once in a request, and lets requests pass
// that judge nothing.
func TestOneReplicaPerRequest(t *testing.T) {
	t.Parallel()
	settings := late
	settings.Replicas = 2
	w := newWorld(t, New(settings))
	w.create(secret(w, "A"))
	c, err := w.inner.Get(context.Background(), key)
	w.must(err)
	for turn := range 6 {
		w.state.Begin(w.now) // it takes no turn
		replica := w.state.Begin(w.now)
		for range 3 {
			if got, want := replica.Judge(c, "A"), turn%2 == 0; got != want {
				t.Fatalf("request %d: the new secret is accepted: %t, want %t", turn, got, want)
			}
		}
	}
}
