package catalogue_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/catalogue"
)

func loaded(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// numbered writes out "ROT 1 2" as ROT-001, ROT-002.
func numbered(family string, numbers ...int) []string {
	var ids []string
	for _, number := range numbers {
		ids = append(ids, fmt.Sprintf("%s-%03d", family, number))
	}
	return ids
}

// TestChecks holds the ids that reports and waivers of this version may name: an id is
// for good, so this list only ever grows.
func TestChecks(t *testing.T) {
	t.Parallel()
	want := slices.Concat(
		numbered("DOC", 1, 2, 3, 4, 5, 7, 8),
		numbered("AUTH", 1, 2, 4, 5, 6, 8, 9, 12),
		numbered("TEN", 1, 2, 3, 5, 6, 9, 10, 12),
		numbered("ROT", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 16, 17, 18, 19, 20, 23, 26),
		numbered("GRC", 3, 4, 9),
		numbered("EXP", 1, 3, 4, 5, 6, 9, 10, 12),
		numbered("DEL", 1, 2, 3, 4, 5, 7, 9, 10, 12, 13, 14, 15),
		numbered("LST", 1, 2, 3, 5, 8, 9, 12),
		numbered("HYG", 1, 2, 4, 5, 13, 17),
		numbered("ENT", 1, 3, 4, 5, 8, 9, 10, 11),
		numbered("ERR", 1, 2, 4, 8, 9, 11, 12),
		numbered("HTTP", 1, 2, 3, 5, 6, 11, 12),
		numbered("UPD", 1, 2, 3, 5, 6, 7, 10, 11, 14, 17),
		numbered("IDM", 1, 2, 4),
		numbered("CON", 1, 2, 3, 4, 5, 6, 7, 9, 12, 14),
		numbered("FUZ", 1, 2, 4, 8, 9),
		numbered("TOK", 1, 2, 3, 4, 7, 8),
	)
	var got []string
	for _, family := range loaded(t).Families {
		for _, check := range family.Checks {
			got = append(got, check.ID)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestScopes: these are judged once the others are done, and no other is.
func TestScopes(t *testing.T) {
	t.Parallel()
	want := []string{"DOC-003", "DOC-005", "DOC-007", "ROT-004", "DEL-007", "HYG-001", "HYG-002", "HYG-005", "HYG-017", "ERR-001", "ERR-002", "ERR-004", "ERR-008", "ERR-009", "HTTP-012", "FUZ-008"}
	var got []string
	for _, family := range loaded(t).Families {
		for _, check := range family.Checks {
			if check.Scope == catalogue.Run {
				got = append(got, check.ID)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	c := catalogue.Catalogue{Families: []catalogue.Family{
		{ID: "ROT", Checks: []catalogue.Check{{ID: "ROT-001"}, {ID: "ROT-002", Aliases: []string{"OLD-007"}}, {ID: "ROT-010"}}},
		{ID: "DEL", Checks: []catalogue.Check{{ID: "DEL-001"}, {ID: "DEL-002", Retired: "2026.2", Aliases: []string{"DEL-009"}}}},
	}}
	for _, test := range []struct {
		name, glob string
		want       []string
	}{
		{"nothing chooses all", "", []string{"ROT-001", "ROT-002", "ROT-010", "DEL-001"}},
		{"blanks choose all", "  ", []string{"ROT-001", "ROT-002", "ROT-010", "DEL-001"}},
		{"a star chooses all", "*", []string{"ROT-001", "ROT-002", "ROT-010", "DEL-001"}},
		{"one", "ROT-002", []string{"ROT-002"}},
		{"a family", "DEL-*", []string{"DEL-001"}},
		{"a question mark", "ROT-00?", []string{"ROT-001", "ROT-002"}},
		{"a class", "ROT-00[2-9]", []string{"ROT-002"}},
		{"any case", "rot-00[12], del-*", []string{"ROT-001", "ROT-002", "DEL-001"}},
		{"the order of reports", "DEL-*,ROT-001", []string{"ROT-001", "DEL-001"}},
		{"overlapping", "ROT-*,ROT-001", []string{"ROT-001", "ROT-002", "ROT-010"}},
		{"an earlier id", "old-007", []string{"ROT-002"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.Select(test.glob)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for _, test := range []struct{ name, glob, want string }{
		{"an unknown family", "RTO-*", `pattern "RTO-*": matches no check, the families are ROT, DEL`},
		{"an unknown number", "ROT-011", `pattern "ROT-011": matches no check, ROT has ROT-001, ROT-002, ROT-010`},
		{"a pattern of a family", "rot-9*", `pattern "ROT-9*": matches no check, ROT has ROT-001, ROT-002, ROT-010`},
		{"one good and one bad", "ROT-*,XYZ", `pattern "XYZ": matches no check`},
		{"a retired one", "DEL-002", `pattern "DEL-002": DEL-002 was retired in 2026.2`},
		{"an earlier id of a retired one", "DEL-009", `pattern "DEL-009": DEL-002 was retired in 2026.2`},
		{"an empty part", "ROT-001,,DEL-001", `pattern "": matches no check`},
		{"no pattern", "ROT-[", `pattern "ROT-[": syntax error in pattern`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.Select(test.glob)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v and %v, want an error with %q", got, err, test.want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	c := catalogue.Catalogue{Families: []catalogue.Family{
		{ID: "ROT", Checks: []catalogue.Check{{ID: "ROT-001", Aliases: []string{"OLD-001"}}}},
		{ID: "DEL", Checks: []catalogue.Check{{ID: "DEL-001", Retired: "2026.2"}}},
	}}
	for _, test := range []struct {
		name, id, family, check string
		found                   bool
	}{
		{"by id", "ROT-001", "ROT", "ROT-001", true},
		{"in small letters", "rot-001", "ROT", "ROT-001", true},
		{"by an earlier id", "OLD-001", "ROT", "ROT-001", true},
		{"a retired one", "DEL-001", "DEL", "DEL-001", true},
		{"none", "ROT-002", "", "", false},
		{"no glob", "ROT-*", "", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			family, check, found := c.Check(test.id)
			if family.ID != test.family || check.ID != test.check || found != test.found {
				t.Errorf("got %q, %q, %v, want %q, %q, %v", family.ID, check.ID, found, test.family, test.check, test.found)
			}
		})
	}
}

// TestVocabularyIsACopy: nobody's change to the words changes what is valid.
func TestVocabularyIsACopy(t *testing.T) {
	t.Parallel()
	before := catalogue.Vocabulary()
	changed := catalogue.Vocabulary()
	changed.Operations[0], changed.Features[0], changed.Needs[0] = "x", "x", "x"
	changed.Policy["rotation"][0] = "x"
	delete(changed.Policy, "overflow")
	if diff := cmp.Diff(before, catalogue.Vocabulary()); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}
