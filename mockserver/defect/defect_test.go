package defect_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/defect"
)

var idForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)

func TestCatalogue(t *testing.T) {
	t.Parallel()
	known := []string{"angusgm", "authing-v2", "genauth-v3", "identity-service"}
	seen := map[string]bool{}
	through := map[string]int{}
	for _, one := range defect.All() {
		if seen[one.ID] || !idForm.MatchString(one.ID) {
			t.Errorf("%q is taken, or is not words joined by hyphens", one.ID)
		}
		seen[one.ID] = true
		if !strings.HasSuffix(one.About, ".") || strings.Count(one.About, ". ") > 0 {
			t.Errorf("%s: want one sentence, got %q", one.ID, one.About)
		}
		if len(one.Providers) == 0 {
			t.Errorf("%s shows itself through no provider", one.ID)
		}
		for _, name := range one.Providers {
			through[name]++
			if !slices.Contains(known, name) {
				t.Errorf("%s: there is no provider %q", one.ID, name)
			}
		}
		if active, err := defect.Switch(one.ID); err != nil || active.For(one.Providers[0]) == nil {
			t.Errorf("%s cannot be switched on: %v", one.ID, err)
		}
	}
	if len(seen) < 100 {
		t.Errorf("%d defects, want at least 100", len(seen))
	}
	for _, name := range known {
		if through[name] < 50 {
			t.Errorf("%d defects show themselves through %s, want at least 50", through[name], name)
		}
	}
	for _, set := range defect.Sets() {
		if seen[set.ID] || len(set.Defects) < 2 {
			t.Errorf("set %s has the name of a defect, or %d members", set.ID, len(set.Defects))
		}
		for _, member := range set.Defects {
			if !seen[member] {
				t.Errorf("set %s: there is no defect %s", set.ID, member)
			}
		}
	}
}

func TestSwitch(t *testing.T) {
	t.Parallel()
	active, err := defect.Switch("angusgm-as-deployed", "angusgm-read-fails", "old-secret-lives-3s")
	if err != nil {
		t.Fatal(err)
	}
	members := defect.Sets()[0].Defects
	if diff := cmp.Diff(append(slices.Clone(members), "old-secret-lives-3s"), active.IDs()); diff != "" {
		t.Errorf("those that are on (-want +got):\n%s", diff)
	}
	if active.For("genauth-v3") == nil || active.For("identity-service") != nil {
		t.Error("a defect is on through another provider than its own")
	}
	none, err := defect.Switch()
	if none != nil || err != nil || none.IDs() != nil || none.For("angusgm") != nil {
		t.Errorf("nothing switched on: %v, %v", none, err)
	}
	_, err = defect.Switch("old-secret-lives-3s", "no-such-thing")
	if client.KindOf(err) != client.Invalid || !strings.Contains(err.Error(), `"no-such-thing"`) {
		t.Errorf("an unknown id: %v", err)
	}
}
