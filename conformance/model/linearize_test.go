package model_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/model"
)

const generous = 10 * time.Second

// at makes an operation of worker w that is under way between two times.
func at(w int, call, end time.Duration, o model.Operation) model.Operation {
	o.Worker, o.Call, o.Return = w, call, end
	if o.Outcome == "" {
		o.Outcome = model.OK
	}
	return o
}

func add() model.Operation { return model.Operation{Step: model.Step{Kind: model.Rotate}} }

func del(id string) model.Operation {
	return model.Operation{Step: model.Step{Kind: model.Delete, ID: id}}
}

// list shows ids; one that ends in "-" is shown as deleted.
func list(ids ...string) model.Operation {
	o := model.Operation{Step: model.Step{Kind: model.List}}
	for _, id := range ids {
		name, deleted := strings.CutSuffix(id, "-")
		o.Output.Entries = append(o.Output.Entries, model.Entry{ID: name, Deleted: deleted})
	}
	return o
}

func with(o model.Operation, outcome model.Outcome) model.Operation {
	o.Outcome = outcome
	return o
}

func gone(o model.Operation) model.Operation {
	o.Outcome, o.Output.Gone = model.Refused, true
	return o
}

func giving(o model.Operation, id string) model.Operation {
	o.Output.ID = id
	return o
}

// set is what every client begins with.
func set(entries []model.Entry, deletion model.Deletion) func(string) model.State {
	return func(string) model.State { return model.Set(entries, deletion) }
}

func TestLinearize(t *testing.T) {
	t.Parallel()
	before := []model.Entry{{ID: "a"}, {ID: "z", Deleted: true}}
	for _, test := range []struct {
		name     string
		deletion model.Deletion // default soft
		history  []model.Operation
		stuck    string // part of the reason, "" where there is an order
	}{
		{name: "nothing", history: []model.Operation{at(1, 1, 2, list("a", "z-"))}},
		{name: "an addition is listed", history: []model.Operation{at(1, 1, 2, add()), at(1, 3, 4, list("a", "z-", "b"))}},
		{name: "an addition under way may be listed", history: []model.Operation{at(1, 1, 9, add()), at(2, 3, 4, list("a", "z-", "b"))}},
		{name: "or not", history: []model.Operation{at(1, 1, 9, add()), at(2, 3, 4, list("a", "z-"))}},
		{name: "two lists see two additions in some order", history: []model.Operation{
			at(1, 1, 9, add()), at(2, 1, 9, add()), at(3, 3, 4, list("a", "z-", "c")), at(3, 5, 6, list("a", "z-", "c", "b"))}},
		{name: "a deletion under way may be listed or not", history: []model.Operation{
			at(1, 1, 9, del("a")), at(2, 2, 3, list("a", "z-")), at(2, 4, 5, list("a-", "z-"))}},
		{name: "deleting twice", history: []model.Operation{at(1, 1, 9, del("a")), at(2, 1, 9, del("a")), at(2, 10, 11, list("a-", "z-"))}},
		{name: "a lost addition that happened late", history: []model.Operation{
			at(1, 1, model.Never, with(add(), model.Unknown)), at(2, 2, 3, list("a", "z-")), at(2, 20, 21, list("a", "z-", "b"))}},
		{name: "a lost addition that never happened", history: []model.Operation{
			at(1, 1, model.Never, with(add(), model.Unknown)), at(2, 2, 3, list("a", "z-")), at(2, 20, 21, list("a", "z-"))}},
		{name: "an answered failure may take effect after the answer", history: []model.Operation{
			at(1, 1, 2, with(add(), model.Unknown)), at(2, 3, 4, list("a", "z-")), at(2, 5, 6, list("a", "z-", "b"))}},
		{name: "a lost deletion", history: []model.Operation{
			at(1, 1, model.Never, with(del("a"), model.Unknown)), at(2, 2, 3, list("a", "z-")), at(2, 20, 21, list("a-", "z-"))}},
		{name: "a refused addition", history: []model.Operation{at(1, 1, 2, with(add(), model.Refused)), at(1, 3, 4, list("a", "z-"))}},
		{name: "a refused deletion", history: []model.Operation{at(1, 1, 2, with(del("a"), model.Refused)), at(1, 3, 4, list("a", "z-"))}},
		{name: "a deleted secret is gone for a deletion", history: []model.Operation{at(1, 1, 2, gone(del("z")))}},
		{name: "an addition that tells its id", history: []model.Operation{
			at(1, 1, 9, giving(add(), "b")), at(2, 1, 9, add()), at(3, 2, 3, list("a", "z-", "b")), at(3, 10, 11, list("a", "z-", "b", "c"))}},
		{name: "hard deletion", deletion: model.Hard, history: []model.Operation{at(1, 1, 2, del("a")), at(1, 3, 4, list())}},
		{name: "a list without marks may keep the deleted", deletion: model.Unmarked, history: []model.Operation{
			at(1, 1, 2, del("a")), at(1, 3, 4, list("a", "z")), at(1, 5, 6, list())}},

		{name: "a lost addition shows as missing", history: []model.Operation{at(1, 1, 2, add()), at(1, 3, 4, list("a", "z-"))}, stuck: "does not show 1 secret that was added"},
		{name: "one of two additions at once is lost", history: []model.Operation{
			at(1, 1, 5, add()), at(2, 1, 5, add()), at(3, 6, 7, list("a", "z-", "b"))}, stuck: "does not show 1 secret"},
		{name: "an addition is seen and then not", history: []model.Operation{
			at(1, 1, 9, add()), at(2, 2, 3, list("a", "z-", "b")), at(2, 4, 5, list("a", "z-"))}, stuck: "does not show b"},
		{name: "a phantom", history: []model.Operation{at(1, 1, 2, add()), at(1, 3, 4, list("a", "z-", "b", "c"))}, stuck: "1 secret too many"},
		{name: "one addition made two", history: []model.Operation{
			at(1, 1, model.Never, with(add(), model.Unknown)), at(2, 20, 21, list("a", "z-", "b", "c"))}, stuck: "too many, among b, c"},
		{name: "a refused addition had an effect", history: []model.Operation{at(1, 1, 2, with(add(), model.Refused)), at(1, 3, 4, list("a", "z-", "b"))}, stuck: "1 secret too many"},
		{name: "an addition shows before it was asked for", history: []model.Operation{at(1, 1, 2, list("a", "z-", "b")), at(1, 3, 4, add())}, stuck: "1 secret too many"},
		{name: "a deletion is not seen", history: []model.Operation{at(1, 1, 2, del("a")), at(1, 3, 4, list("a", "z-"))}, stuck: "shows a as not deleted"},
		{name: "a mark flips back", history: []model.Operation{
			at(1, 1, 9, del("a")), at(2, 2, 3, list("a-", "z-")), at(2, 4, 5, list("a", "z-"))}, stuck: "shows a as not deleted"},
		{name: "a tombstone comes back to life", history: []model.Operation{at(1, 1, 2, list("a", "z"))}, stuck: "shows z as not deleted"},
		{name: "a tombstone goes", history: []model.Operation{at(1, 1, 2, list("a"))}, stuck: "does not show z"},
		{name: "a refused deletion had an effect", history: []model.Operation{at(1, 1, 2, with(del("a"), model.Refused)), at(1, 3, 4, list("a-", "z-"))}, stuck: "shows a as deleted"},
		{name: "nobody deleted it", history: []model.Operation{at(1, 1, 2, list("a-", "z-"))}, stuck: "shows a as deleted"},
		{name: "a new secret is shown as deleted", history: []model.Operation{at(1, 1, 2, add()), at(1, 3, 4, list("a", "z-", "b-"))}, stuck: "shows b as deleted"},
		{name: "a live secret is gone for a deletion", history: []model.Operation{at(1, 1, 2, gone(del("a")))}, stuck: "finds no a"},
		{name: "twice in a list", history: []model.Operation{at(1, 1, 2, list("a", "a", "z-"))}, stuck: "shows a twice"},
		{name: "an id is used again", history: []model.Operation{at(1, 1, 2, giving(add(), "z"))}, stuck: "the id z, which is taken"},
		{name: "the addition after hides the one before", history: []model.Operation{
			at(1, 1, 2, add()), at(2, 3, 9, add()), at(3, 4, 5, list("a", "z-"))}, stuck: "does not show 1 secret that was added"},
		{name: "hard deletion is not seen", deletion: model.Hard, history: []model.Operation{at(1, 1, 2, del("a")), at(1, 3, 4, list("a"))}, stuck: "shows a, which is deleted"},
		{name: "without marks a live one is missing", deletion: model.Unmarked, history: []model.Operation{at(1, 1, 2, list())}, stuck: "does not show a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.deletion == "" {
				test.deletion = model.Soft
			}
			got := model.Linearize(test.history, set(before, test.deletion), generous)
			if len(got) != 1 {
				t.Fatalf("%d judgements, want 1", len(got))
			}
			drawn := strings.Join(got[0].Lines(), "\n")
			if test.stuck == "" {
				if got[0].Result != model.Explained || len(got[0].Order) != len(test.history) {
					t.Errorf("%s, order %v:\n%s", got[0].Result, got[0].Order, drawn)
				}
				return
			}
			if got[0].Result != model.Unexplained || !strings.Contains(drawn, test.stuck) {
				t.Errorf("%s, want %q in:\n%s", got[0].Result, test.stuck, drawn)
			}
		})
	}
}

// TestLinearizePartition keeps the anomaly of one client from another's judgement.
func TestLinearizePartition(t *testing.T) {
	t.Parallel()
	good, bad := at(1, 1, 2, list()), at(2, 1, 2, list("x"))
	good.Client, bad.Client = "good", "bad"
	got := map[string]model.Result{}
	for _, judgement := range model.Linearize([]model.Operation{good, bad}, set(nil, model.Soft), generous) {
		got[judgement.Client] = judgement.Result
	}
	if diff := cmp.Diff(map[string]model.Result{"good": model.Explained, "bad": model.Unexplained}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLinearizeGivesUp demands that a search which is over before its end claims
// nothing: so many additions at once, and a last list that fits none of their orders.
func TestLinearizeGivesUp(t *testing.T) {
	t.Parallel()
	var history []model.Operation
	for i := range 28 {
		history = append(history, at(i, time.Duration(i), 1000, giving(add(), string(rune('A'+i)))))
	}
	history = append(history, at(99, 2000, 2001, list("nobody's")))
	if got := model.Linearize(history, set(nil, model.Soft), time.Millisecond); got[0].Result != model.Undecided {
		t.Errorf("%s within a millisecond", got[0].Result)
	}
}

// serve answers random operations of several workers as a correct service would, each
// taking effect at a time of its own between call and return.
func serve(random *rand.Rand, workers, each int) []model.Operation {
	type pending struct {
		model.Operation
		point time.Duration
	}
	var all []*pending
	for w := range workers {
		now := time.Duration(0)
		for range each {
			call := now + time.Duration(random.IntN(20))
			now = call + 1 + time.Duration(random.IntN(60))
			o := []model.Operation{add(), list(), del("")}[random.IntN(3)]
			p := &pending{at(w, call, now, o), call + time.Duration(random.Int64N(int64(now-call)+1))}
			if o.Kind != model.List && random.IntN(12) == 0 {
				p.Outcome, p.Return = model.Unknown, model.Never
				p.point += time.Duration(random.IntN(200)) // after its worker has gone on
			}
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b *pending) int { return int(a.point - b.point) })
	var entries []model.Entry
	var listed []struct { // what may be deleted: it was in a list that is over
		id   string
		from time.Duration
	}
	for _, p := range all {
		switch p.Kind {
		case model.Rotate:
			entries = append(entries, model.Entry{ID: string(rune('A' + len(entries)))})
		case model.List:
			p.Output.Entries = slices.Clone(entries)
			for _, entry := range entries {
				listed = append(listed, struct {
					id   string
					from time.Duration
				}{entry.ID, p.Return})
			}
		case model.Delete:
			for _, one := range listed {
				if one.from < p.Call {
					p.ID = one.id
				}
			}
			i := slices.IndexFunc(entries, func(e model.Entry) bool { return e.ID == p.ID })
			if i < 0 {
				p.Kind = model.List
				p.Output.Entries, p.Outcome = slices.Clone(entries), model.OK
				if p.Return == model.Never {
					p.Return = p.point
				}
				continue
			}
			entries[i].Deleted = true
		}
	}
	history := make([]model.Operation, 0, len(all)+1)
	for _, p := range all {
		history = append(history, p.Operation)
	}
	return append(history, at(99, 1e6, 1e6+1, func() model.Operation {
		o := list()
		o.Output.Entries = slices.Clone(entries)
		return o
	}()))
}

// TestLinearizeServed never doubts a correct service, and always a last list that
// shows one secret more than there ever was.
func TestLinearizeServed(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		history := serve(rand.New(rand.NewPCG(seed, 1)), 5, 10)
		if got := model.Linearize(history, set(nil, model.Soft), generous)[0]; got.Result != model.Explained {
			t.Fatalf("seed %d: %s\n%s", seed, got.Result, strings.Join(got.Lines(), "\n"))
		}
		last := &history[len(history)-1].Output
		unknown := 0
		for _, o := range history {
			if o.Kind == model.Rotate && o.Outcome == model.Unknown {
				unknown++
			}
		}
		last.Entries = append(last.Entries, model.Entry{ID: "phantom"})
		if got := model.Linearize(history, set(nil, model.Soft), generous)[0]; got.Result != model.Unexplained {
			t.Fatalf("seed %d, %d unknown: a phantom is %s", seed, unknown, got.Result)
		}
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	var history model.History
	history.Add(at(1, 5, 8, add()))
	history.Add(at(2, 1, 2, list()))
	history.Add(at(3, 8, 9, list()))
	all := history.All()
	if len(all) != 3 || all[0].Worker != 2 || all[2].Worker != 3 {
		t.Errorf("not by the time of the calls: %v", all)
	}
	if pairs := model.Overlap(all); pairs != 1 {
		t.Errorf("%d pairs overlap, want the one that touches", pairs)
	}
}

// TestLinearizePointsAtTheFirst demands the reply after which no order was left, with
// whatever came later.
func TestLinearizePointsAtTheFirst(t *testing.T) {
	t.Parallel()
	history := []model.Operation{
		at(1, 1, 9, del("a")),
		at(2, 2, 3, list("a-")),
		at(3, 2, 30, add()),
		at(2, 4, 5, list("a", "b")), // the misfit: a was seen as deleted
		at(2, 6, 7, list("a")),
		at(1, 10, 11, add()),
		at(2, 12, 13, list("a-", "b", "c", "d")),
	}
	got := model.Linearize(history, set([]model.Entry{{ID: "a"}}, model.Soft), generous)[0]
	if got.Misfit != 3 || got.Reason != "it shows a as not deleted, which is deleted" {
		t.Errorf("the misfit is %d, because %s\n%s", got.Misfit, got.Reason, strings.Join(got.Lines(), "\n"))
	}
	if diff := cmp.Diff([]int{0, 1}, got.Order); diff != "" {
		t.Errorf("what explains the replies before it (-want +got):\n%s", diff)
	}
	if explained := model.Linearize(history[:3], set([]model.Entry{{ID: "a"}}, model.Soft), generous)[0]; explained.Misfit != -1 || explained.Reason != "" {
		t.Errorf("a misfit %d where all is explained", explained.Misfit)
	}
}
