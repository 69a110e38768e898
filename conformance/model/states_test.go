package model_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance/model"
)

func reveals(secret int) model.Operation {
	return model.Operation{Step: model.Step{Kind: model.Reveal}, Output: model.Output{Secret: secret}}
}

func writes(name, value string) model.Operation {
	return model.Operation{Step: model.Step{Kind: model.Update, Attribute: name, Value: value}}
}

func reads(pairs ...string) model.Operation {
	o := model.Operation{Step: model.Step{Kind: model.Read}, Output: model.Output{Attributes: map[string]string{}}}
	for i := 0; i < len(pairs); i += 2 {
		o.Output.Attributes[pairs[i]] = pairs[i+1]
	}
	return o
}

func drops() model.Operation { return model.Operation{Step: model.Step{Kind: model.Drop}} }

func stale(o model.Operation, by time.Duration) model.Operation {
	o.Stale = by
	return o
}

// lost is an operation whose answer is still out.
func lost(w int, call time.Duration, o model.Operation) model.Operation {
	return at(w, call, model.Never, with(o, model.Unknown))
}

// judged is a history with what is to be said of it.
type judged struct {
	name    string
	history []model.Operation
	stuck   string // part of the reason, "" where there is an order
}

// judge holds each history to what is to be said of it, by the same beginning.
func judge(t *testing.T, first func([]model.Operation) model.State, tests []judged) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := model.Judge(test.history, first(test.history), generous)
			drawn := strings.Join(got.Lines(), "\n")
			want := model.Explained
			if test.stuck != "" {
				want = model.Unexplained
			}
			if got.Result != want || !strings.Contains(got.Reason, test.stuck) || want == model.Explained && len(got.Order) != len(test.history) {
				t.Errorf("%s, want %s %q:\n%s", got.Result, want, test.stuck, drawn)
			}
		})
	}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	judge(t, func(history []model.Operation) model.State { return model.Register(history, 1, 9) }, []judged{
		{name: "nothing", history: []model.Operation{at(1, 1, 2, accepted(1)), at(1, 3, 4, refused(9)), at(1, 5, 6, reveals(1)), at(1, 7, 8, refused(0))}},
		{name: "a rotation", history: []model.Operation{at(1, 1, 2, rotate(2)), at(1, 3, 4, accepted(2)), at(1, 5, 6, refused(1))}},
		{name: "a rotation under way is seen or not", history: []model.Operation{
			at(1, 1, 9, rotate(2)), at(2, 2, 3, accepted(1)), at(2, 4, 5, accepted(2)), at(2, 6, 7, refused(1))}},
		{name: "of two at once either may be last", history: []model.Operation{
			at(1, 1, 9, rotate(2)), at(2, 1, 9, rotate(3)), at(3, 10, 11, accepted(2)), at(3, 12, 13, refused(3))}},
		{name: "what is told late may be old", history: []model.Operation{
			at(1, 10, 20, rotate(2)), at(2, 30, 31, stale(accepted(1), 15)), at(2, 32, 33, stale(refused(2), 15)), at(2, 50, 51, accepted(2))}},
		{name: "a lost rotation happens late", history: []model.Operation{
			lost(1, 1, rotate(0)), at(2, 2, 3, accepted(1)), at(2, 20, 21, refused(1))}},
		{name: "a lost rotation never happens", history: []model.Operation{lost(1, 1, rotate(0)), at(2, 20, 21, accepted(1))}},
		{name: "a fault after which the secret works", history: []model.Operation{
			at(1, 1, 2, with(rotate(2), model.Unknown)), at(2, 3, 4, refused(2)), at(2, 5, 6, accepted(2)), at(2, 7, 8, refused(1))}},
		{name: "a refused rotation", history: []model.Operation{at(1, 1, 2, with(rotate(2), model.Refused)), at(1, 3, 4, refused(2)), at(1, 5, 6, accepted(1))}},
		{name: "a rotation is shown by a reveal", history: []model.Operation{
			at(1, 1, 2, rotate(0)), at(1, 3, 4, reveals(2)), at(1, 5, 6, accepted(2)), at(1, 7, 8, refused(1))}},
		{name: "two rotations, of which one is seen between", history: []model.Operation{
			at(1, 1, 20, rotate(0)), at(2, 1, 20, rotate(0)), at(3, 4, 5, reveals(3)), at(3, 21, 22, reveals(2)), at(3, 23, 24, refused(3))}},

		{name: "two secrets work", history: []model.Operation{
			at(1, 1, 9, rotate(2)), at(2, 1, 9, rotate(3)), at(3, 10, 11, accepted(2)), at(3, 12, 13, accepted(3))}, stuck: "accepts secret 3, where secret 2 is the one that works"},
		{name: "none works", history: []model.Operation{
			at(1, 1, 9, rotate(2)), at(2, 1, 9, rotate(3)), at(3, 10, 11, refused(2)), at(3, 12, 13, refused(3))}, stuck: "refuses secret"},
		{name: "the older one works on", history: []model.Operation{at(1, 1, 2, rotate(2)), at(1, 3, 4, accepted(1))}, stuck: "accepts secret 1"},
		{name: "and for longer than it may", history: []model.Operation{at(1, 10, 20, rotate(2)), at(2, 40, 41, stale(accepted(1), 15))}, stuck: "accepts secret 1"},
		{name: "it comes back", history: []model.Operation{
			at(1, 1, 20, rotate(2)), at(2, 3, 4, accepted(2)), at(2, 5, 6, accepted(1))}, stuck: "accepts secret 1, where secret 2"},
		{name: "a reveal goes back", history: []model.Operation{
			at(1, 1, 20, rotate(0)), at(2, 3, 4, reveals(2)), at(2, 5, 6, reveals(1))}, stuck: "shows secret 1, where secret 2"},
		{name: "two are shown of one rotation", history: []model.Operation{
			at(1, 1, 2, rotate(0)), at(2, 3, 4, reveals(2)), at(2, 5, 6, reveals(3))}, stuck: "shows secret 3"},
		{name: "an old one is shown after a rotation", history: []model.Operation{at(1, 1, 2, rotate(0)), at(2, 3, 4, reveals(9))}, stuck: "shows secret 9, after a rotation that made another"},
		{name: "it works before it was asked for", history: []model.Operation{at(2, 1, 2, accepted(2)), at(1, 3, 4, rotate(2))}, stuck: "not made yet"},
		{name: "a refused rotation had an effect", history: []model.Operation{at(1, 1, 2, with(rotate(2), model.Refused)), at(1, 3, 4, refused(1))}, stuck: "refuses secret 1"},
		{name: "a made-up secret works", history: []model.Operation{at(1, 1, 2, accepted(0))}, stuck: "that nobody made"},
		{name: "a rotation gives the secret before", history: []model.Operation{at(1, 1, 2, rotate(1))}, stuck: "there before"},
		{name: "a lost rotation makes no two", history: []model.Operation{
			lost(1, 1, rotate(0)), at(2, 2, 3, reveals(2)), at(2, 4, 5, reveals(3))}, stuck: "shows secret 3"},
	})
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	judge(t, func([]model.Operation) model.State { return model.Attributes(map[string]string{"a": "0", "b": "0"}) }, []judged{
		{name: "nothing", history: []model.Operation{at(1, 1, 2, reads("a", "0", "b", "0"))}},
		{name: "two that are different", history: []model.Operation{
			at(1, 1, 9, writes("a", "1")), at(2, 1, 9, writes("b", "1")), at(3, 10, 11, reads("a", "1", "b", "1"))}},
		{name: "two of the same, either last", history: []model.Operation{
			at(1, 1, 9, writes("a", "1")), at(2, 1, 9, writes("a", "2")), at(3, 10, 11, reads("a", "1", "b", "0"))}},
		{name: "one is seen before the other", history: []model.Operation{
			at(1, 1, 9, writes("a", "1")), at(2, 1, 9, writes("b", "1")), at(3, 2, 3, reads("a", "0", "b", "1")), at(3, 4, 5, reads("a", "1", "b", "1"))}},
		{name: "a conflict is told", history: []model.Operation{
			at(1, 1, 9, writes("a", "1")), at(2, 1, 9, with(writes("b", "1"), model.Refused)), at(3, 10, 11, reads("a", "1", "b", "0"))}},
		{name: "a lost update happens late", history: []model.Operation{
			lost(1, 1, writes("a", "1")), at(3, 2, 3, reads("a", "0", "b", "0")), at(3, 4, 5, reads("a", "1", "b", "0"))}},
		{name: "a lost update never happens", history: []model.Operation{lost(1, 1, writes("a", "1")), at(3, 4, 5, reads("a", "0", "b", "0"))}},
		{name: "a fault may have an effect after its answer", history: []model.Operation{
			at(1, 1, 2, with(writes("a", "1"), model.Unknown)), at(3, 3, 4, reads("a", "0", "b", "0")), at(3, 5, 6, reads("a", "1", "b", "0"))}},
		{name: "a read may be old", history: []model.Operation{at(1, 10, 20, writes("a", "1")), at(2, 30, 31, stale(reads("a", "0"), 15))}},
		{name: "an attribute is learned", history: []model.Operation{at(1, 1, 2, reads("c", "7")), at(1, 3, 4, reads("c", "7"))}},

		{name: "one of two is lost", history: []model.Operation{
			at(1, 1, 9, writes("a", "1")), at(2, 1, 9, writes("b", "1")), at(3, 10, 11, reads("a", "1", "b", "0"))}, stuck: "it shows b as 0, which is 1"},
		{name: "of two of the same neither is there", history: []model.Operation{
			at(1, 1, 9, writes("a", "1")), at(2, 1, 9, writes("a", "2")), at(3, 10, 11, reads("a", "0", "b", "0"))}, stuck: "it shows a as 0"},
		{name: "it is seen and then not", history: []model.Operation{
			at(1, 1, 9, writes("a", "1")), at(2, 2, 3, reads("a", "1", "b", "0")), at(2, 4, 5, reads("a", "0", "b", "0"))}, stuck: "it shows a as 0, which is 1"},
		{name: "two see them in another order", history: []model.Operation{
			at(1, 1, 9, writes("a", "1")), at(2, 1, 9, writes("b", "1")),
			at(3, 2, 5, reads("a", "1", "b", "0")), at(4, 2, 5, reads("a", "0", "b", "1"))}, stuck: "it shows"},
		{name: "a refused update had an effect", history: []model.Operation{
			at(1, 1, 2, with(writes("a", "1"), model.Refused)), at(3, 4, 5, reads("a", "1", "b", "0"))}, stuck: "it shows a as 1"},
		{name: "a learned one changes", history: []model.Operation{at(1, 1, 2, reads("c", "7")), at(1, 3, 4, reads("c", "8"))}, stuck: "it shows c as 8"},
	})
}

func TestLife(t *testing.T) {
	t.Parallel()
	missing := func(o model.Operation) model.Operation {
		o.Output.Gone = true
		return o
	}
	judge(t, func([]model.Operation) model.State { return model.Life() }, []judged{
		{name: "nothing", history: []model.Operation{at(1, 1, 2, reads()), at(1, 3, 4, rotate(2)), at(1, 5, 6, accepted(2))}},
		{name: "a deletion", history: []model.Operation{at(1, 1, 2, drops()), at(1, 3, 4, missing(reads())), at(1, 5, 6, refused(1)), at(1, 7, 8, gone(rotate(2)))}},
		{name: "a rotation before it", history: []model.Operation{at(1, 1, 9, drops()), at(2, 1, 9, rotate(2)), at(3, 10, 11, refused(2))}},
		{name: "a rotation after it", history: []model.Operation{at(1, 1, 9, drops()), at(2, 1, 9, gone(rotate(2))), at(3, 10, 11, missing(reads()))}},
		{name: "two deletions", history: []model.Operation{at(1, 1, 9, drops()), at(2, 1, 9, gone(drops())), at(3, 10, 11, missing(reads()))}},
		{name: "a lost deletion happens late", history: []model.Operation{lost(1, 1, drops()), at(2, 2, 3, accepted(1)), at(2, 4, 5, missing(reads()))}},
		{name: "a lost deletion never happens", history: []model.Operation{lost(1, 1, drops()), at(2, 4, 5, reads())}},
		{name: "the token side may be late", history: []model.Operation{at(1, 10, 20, drops()), at(2, 30, 31, stale(accepted(1), 15))}},

		{name: "a rotation brings it back", history: []model.Operation{
			at(1, 1, 9, drops()), at(2, 1, 9, rotate(2)), at(3, 10, 11, accepted(2))}, stuck: "accepts a secret of a client that is deleted"},
		{name: "it is read after its deletion", history: []model.Operation{at(1, 1, 2, drops()), at(1, 3, 4, reads())}, stuck: "shows a client that is deleted"},
		{name: "it is rotated after its deletion", history: []model.Operation{at(1, 1, 2, drops()), at(1, 3, 4, rotate(2))}, stuck: "rotates a client that is deleted"},
		{name: "it goes without a deletion", history: []model.Operation{at(1, 1, 2, missing(reads()))}, stuck: "finds no client, which is there"},
		{name: "it is seen as gone and then not", history: []model.Operation{
			at(1, 1, 20, drops()), at(2, 2, 3, missing(reads())), at(2, 4, 5, reads())}, stuck: "shows a client that is deleted"},
		{name: "every deletion finds nothing", history: []model.Operation{at(1, 1, 9, gone(drops())), at(2, 1, 9, gone(drops()))}, stuck: "finds no client"},
		{name: "a refused deletion had an effect", history: []model.Operation{at(1, 1, 2, with(drops(), model.Refused)), at(1, 3, 4, missing(reads()))}, stuck: "finds no client"},
	})
}

// TestStatesGiveUp demands of each model that a search which is over before its end
// claims nothing.
func TestStatesGiveUp(t *testing.T) {
	t.Parallel()
	const many = 26
	var secrets, values []model.Operation
	for i := range many {
		secrets = append(secrets, at(i, time.Duration(i), 1000, rotate(i+2)))
		values = append(values, at(i, time.Duration(i), 1000, writes(string(rune('A'+i)), "1")))
	}
	secrets = append(secrets, at(many, 2000, 2001, reveals(99)))
	values = append(values, at(many, 2000, 2001, reads("A", "no such value")))
	if got := model.Judge(secrets, model.Register(secrets, 1), time.Millisecond); got.Result != model.Undecided {
		t.Errorf("a register: %s within a millisecond", got.Result)
	}
	if got := model.Judge(values, model.Attributes(nil), time.Millisecond); got.Result != model.Undecided {
		t.Errorf("attributes: %s within a millisecond", got.Result)
	}
}
