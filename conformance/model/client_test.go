package model_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance/model"
)

func rotate(number int) model.Operation {
	return model.Operation{Step: model.Step{Kind: model.Rotate, Secret: number}}
}

func drop(number int) model.Operation {
	return model.Operation{Step: model.Step{Kind: model.Delete, Secret: number}}
}

func accepted(number int) model.Operation {
	return model.Operation{Step: model.Step{Kind: model.Probe, Secret: number}, Output: model.Output{Works: true}}
}

func refused(number int) model.Operation {
	return model.Operation{Step: model.Step{Kind: model.Probe, Secret: number}}
}

func update(value string) model.Operation {
	return model.Operation{Step: model.Step{Kind: model.Update, Attribute: "team", Value: value}}
}

func read(value string) model.Operation {
	return model.Operation{Step: model.Step{Kind: model.Read}, Output: model.Output{Attributes: map[string]string{"team": value}}}
}

func by(o model.Operation, who string, outcome model.Outcome) model.Operation {
	o.By, o.Outcome = who, outcome
	return o
}

// after lets an operation begin so long after the run began, whatever came before it.
func after(from time.Duration, o model.Operation) model.Operation {
	o.Call = from
	return o
}

func TestClient(t *testing.T) {
	t.Parallel()
	replace := model.Rules{Rotation: model.Replace}
	adding := model.Rules{Rotation: model.Add, Deletion: model.Soft}
	grace := model.Rules{Rotation: model.Grace, Grace: time.Minute}
	evicting := model.Rules{Rotation: model.Add, Most: 2, Evicts: true, Deletion: model.Hard}
	refusing := model.Rules{Rotation: model.Add, Most: 2, Deletion: model.Hard}
	expiring := model.Rules{Rotation: model.Add, Life: time.Minute, Deletion: model.Soft}
	for _, test := range []struct {
		name   string
		rules  model.Rules
		list   []string // before the first step
		steps  []model.Operation
		breach string // of the last step, "" where all agree
	}{
		{"replaced", replace, nil, []model.Operation{accepted(1), rotate(2), refused(1), accepted(2), rotate(3), refused(1), refused(2), accepted(3)}, ""},
		{"added", adding, nil, []model.Operation{rotate(2), accepted(1), accepted(2)}, ""},
		{"deleted", adding, []string{"a"}, []model.Operation{rotate(2), list("a", "b"), drop(2), refused(2), list("a", "b-"), accepted(1), drop(1), refused(1), list("a-", "b-")}, ""},
		{"deleted twice", adding, []string{"a"}, []model.Operation{drop(1), drop(1), gone(drop(1)), refused(1), list("a-")}, ""},
		{"others stay", adding, []string{"a", "o", "p-"}, []model.Operation{rotate(2), list("a", "o", "p-", "b"), drop(2), list("a", "o", "p-", "b-")}, ""},
		{"a refused rotation changes nothing", replace, nil, []model.Operation{by(rotate(0), model.WithoutCredentials, model.Refused), with(rotate(2), model.Refused), accepted(1), refused(2)}, ""},
		{"within the grace", grace, nil, []model.Operation{rotate(2), accepted(1), accepted(2)}, ""},
		{"after the grace", grace, nil, []model.Operation{rotate(2), after(2*time.Minute, refused(1)), after(2*time.Minute, accepted(2))}, ""},
		{"at the end of the grace either", grace, nil, []model.Operation{at(1, time.Second, time.Minute, rotate(2)), at(1, 90*time.Second, 90*time.Second, accepted(1)), at(1, 90*time.Second, 90*time.Second, refused(1))}, ""},
		{"evicted", evicting, nil, []model.Operation{rotate(2), accepted(1), rotate(3), refused(1), accepted(2), accepted(3)}, ""},
		{"a deleted secret makes room", evicting, nil, []model.Operation{rotate(2), drop(2), rotate(3), accepted(1), refused(2), accepted(3)}, ""},
		{"refused past the bound", refusing, nil, []model.Operation{rotate(2), with(rotate(3), model.Refused), accepted(1), accepted(2), drop(1), rotate(4), accepted(4)}, ""},
		{"expired", expiring, nil, []model.Operation{rotate(2), accepted(2), after(2*time.Minute, refused(2)), after(2*time.Minute, accepted(1))}, ""},
		{"updated", replace, nil, []model.Operation{read(`"a"`), update(`"b"`), read(`"b"`), by(update(`"c"`), model.WithAMadeUpToken, model.Refused), with(update(`"d"`), model.Refused), read(`"b"`)}, ""},
		{"a made-up secret", replace, nil, []model.Operation{refused(0)}, ""},
		{"hard deletion", refusing, []string{"a"}, []model.Operation{drop(1), list(), rotate(2), list("b")}, ""},

		{"the replaced secret works", replace, nil, []model.Operation{rotate(2), accepted(1)}, "secret 1 works; refused: secret 2 replaced it"},
		{"the new secret does not work", replace, nil, []model.Operation{rotate(2), refused(2)}, "secret 2 is refused"},
		{"a dead secret comes back", replace, nil, []model.Operation{rotate(2), refused(1), rotate(3), accepted(1)}, "secret 1 works; refused: secret 2 replaced it"},
		{"an addition ends another", adding, nil, []model.Operation{rotate(2), refused(1)}, "secret 1 is refused"},
		{"a deleted secret works", adding, nil, []model.Operation{drop(1), accepted(1)}, "secret 1 works; refused: it was deleted"},
		{"deleting one ends another", adding, nil, []model.Operation{rotate(2), drop(1), refused(2)}, "secret 2 is refused"},
		{"a refused rotation replaces", replace, nil, []model.Operation{by(rotate(0), model.WithoutCredentials, model.Refused), refused(1)}, "secret 1 is refused"},
		{"anybody may rotate", replace, nil, []model.Operation{by(rotate(0), model.WithoutCredentials, model.OK)}, "rotate without credentials succeeded"},
		{"anybody may update", replace, nil, []model.Operation{by(update("1"), model.WithAMadeUpToken, model.OK)}, "update with a made-up token succeeded"},
		{"no grace", grace, nil, []model.Operation{rotate(2), refused(1)}, "secret 1 is refused"},
		{"grace without end", grace, nil, []model.Operation{rotate(2), after(2*time.Minute, accepted(1))}, "its grace after secret 2 is over"},
		{"a second rotation renews the grace", grace, nil, []model.Operation{rotate(2), after(50*time.Second, at(1, 50*time.Second, 50*time.Second, rotate(3))), after(90*time.Second, accepted(1))}, "its grace after secret 2 is over"},
		{"the bound ends none", evicting, nil, []model.Operation{rotate(2), rotate(3), accepted(1)}, "at most 2 work at once"},
		{"the bound ends the wrong one", evicting, nil, []model.Operation{rotate(2), rotate(3), refused(2)}, "secret 2 is refused"},
		{"the bound is not kept", refusing, nil, []model.Operation{rotate(2), rotate(3)}, "2 secrets work already"},
		{"an expired secret works", expiring, nil, []model.Operation{rotate(2), after(2*time.Minute, accepted(2))}, "refused: it expired"},
		{"the same secret again", replace, nil, []model.Operation{rotate(2), {Step: model.Step{Kind: model.Rotate, Secret: 3}, Output: model.Output{Again: 1}}}, "gave secret 1 once more"},
		{"a made-up secret works", replace, nil, []model.Operation{accepted(0)}, "nobody made works"},
		{"an update is lost", replace, nil, []model.Operation{read(`"a"`), update(`"b"`), read(`"a"`)}, `team is "a"; "b"`},
		{"a refused update has an effect", replace, nil, []model.Operation{read(`"a"`), by(update(`"b"`), model.WithoutCredentials, model.Refused), read(`"b"`)}, `team is "b"`},
		{"a rotation changes an attribute", replace, nil, []model.Operation{read(`"a"`), rotate(2), read("null")}, `team is null`},
		{"a live secret is gone", adding, nil, []model.Operation{gone(drop(1))}, "there is none"},
		{"the list misses a new secret", adding, []string{"a"}, []model.Operation{rotate(2), list("a")}, "does not show secret 2"},
		{"the list misses an old secret", adding, []string{"a"}, []model.Operation{rotate(2), list("b")}, "does not show secret 1"},
		{"the list misses somebody else's", adding, []string{"a", "o", "p-"}, []model.Operation{list("a", "o")}, "does not show a secret from before"},
		{"the list shows what nobody made", adding, []string{"a"}, []model.Operation{list("a", "x")}, "x], which nobody made"},
		{"the list shows one twice", replace, []string{"a"}, []model.Operation{list("a", "a")}, "shows a twice"},
		{"the mark is missing", adding, []string{"a"}, []model.Operation{drop(1), list("a")}, "secret 1 without the mark"},
		{"the mark flips back", adding, []string{"a"}, []model.Operation{drop(1), list("a-"), list("a")}, "secret 1 without the mark"},
		{"a mark without a deletion", adding, []string{"a"}, []model.Operation{list("a-")}, "secret 1 without the mark"},
		{"a refused deletion deletes", adding, []string{"a"}, []model.Operation{by(drop(1), model.WithoutCredentials, model.Refused), list("a-")}, "secret 1 without the mark"},
		{"a deleted one stays in the list", refusing, []string{"a"}, []model.Operation{drop(1), list("a")}, "which is deleted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := model.NewClient(test.rules, list(test.list...).Output.Entries)
			for i, o := range test.steps {
				if o.Outcome == "" {
					o.Outcome = model.OK
				}
				if o.Call == 0 {
					o.Call = time.Duration(i+1) * time.Second
				}
				if o.Return == 0 {
					o.Return = o.Call + time.Millisecond
				}
				breach := client.Step(o)
				if last := i == len(test.steps)-1; breach == nil && (!last || test.breach == "") {
					continue
				} else if breach == nil {
					t.Fatalf("nothing is found, want %q", test.breach)
				} else if told := breach.Message + "; " + breach.Expected; !last || test.breach == "" || !strings.Contains(told, test.breach) {
					t.Fatalf("step %d, %s: %s, want %q", i+1, o, told, test.breach)
				}
			}
		})
	}
}

// TestClientLearnsIDs demands that an id is taken for a secret's only where it can be
// nobody else's.
func TestClientLearnsIDs(t *testing.T) {
	t.Parallel()
	client := model.NewClient(model.Rules{Rotation: model.Add, Deletion: model.Soft}, list("a", "o-").Output.Entries)
	if id := client.ID(1); id != "a" {
		t.Errorf("the first secret is %q, want the only one that is not deleted", id)
	}
	ok := func(o model.Operation) {
		t.Helper()
		o.Outcome = model.OK
		if breach := client.Step(o); breach != nil {
			t.Fatal(breach.Message)
		}
	}
	ok(rotate(2))
	ok(list("a", "o-", "b"))
	if id := client.ID(2); id != "b" {
		t.Errorf("secret 2 is %q, want the one that is new", id)
	}
	ok(rotate(3))
	ok(rotate(4))
	ok(list("a", "o-", "b", "c", "d"))
	if one, other := client.ID(3), client.ID(4); one != "" || other != "" {
		t.Errorf("%q and %q: which is which cannot be known", one, other)
	}
	if id := model.NewClient(model.Rules{}, list("a", "b").Output.Entries).ID(1); id != "" {
		t.Errorf("the first secret is %q, and it may be either", id)
	}
}
