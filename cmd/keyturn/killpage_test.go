package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/mockserver/defect"
)

// judgesTheSuite are the checks that no target can fail, with the reason.
var judgesTheSuite = map[string]string{
	"HYG-017": "what it finds is a fault of the suite: it searches the run's own artefacts",
}

// TestEveryCheckIsKilled demands for each check a misbehaviour that it finds, and for
// each misbehaviour and provider a check that finds it.
func TestEveryCheckIsKilled(t *testing.T) {
	t.Parallel()
	known := killsByDefect(t)
	killed := map[string]bool{}
	for _, one := range defect.All() {
		for _, name := range one.Providers {
			if len(known[one.ID].Caught[name]) == 0 {
				t.Errorf("nothing finds %s through %s", one.ID, name)
			}
			for _, id := range known[one.ID].Caught[name] {
				killed[id] = true
			}
		}
		delete(known, one.ID)
	}
	for id := range known {
		t.Errorf("kills.yaml has %s, which is no defect of the stand-in", id)
	}
	for _, id := range catalogued(t).IDs() {
		_, excused := judgesTheSuite[id]
		switch {
		case killed[id] && excused:
			t.Errorf("%s is killed, and excused from it", id)
		case !killed[id] && !excused:
			t.Errorf("no defect kills %s", id)
		}
	}
}

// TestKillPageIsCurrent holds the published table and its badge to what they are made
// of. With -write-kills they are written.
func TestKillPageIsCurrent(t *testing.T) {
	t.Parallel()
	all, err := listDefects()
	if err != nil {
		t.Fatal(err)
	}
	entries := catalogued(t)
	for name, want := range map[string]string{"KILLS.md": killPage(entries, all), "kills.svg": killBadge(entries, all)} {
		path := filepath.Join(catalogueFolder, name)
		if *writeKills {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Error(err)
			}
			continue
		}
		written, err := os.ReadFile(path)
		if diff := cmp.Diff(want, string(written)); err != nil || diff != "" {
			t.Errorf("%s is not what kills.yaml gives: go test ./cmd/keyturn -run TestKillPage -write-kills (-wanted +file): %v\n%s", name, err, diff)
		}
	}
}

func catalogued(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	entries, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// score counts the checks that are shown to fail, and those that can be.
func score(entries *catalogue.Catalogue, all defectListing) (killed, checks int) {
	found := map[string]bool{}
	for _, one := range all.Defects {
		for _, id := range one.CaughtBy {
			found[id] = true
		}
	}
	for _, id := range entries.IDs() {
		if _, excused := judgesTheSuite[id]; !excused {
			checks++
		}
	}
	return len(found), checks
}

func killPage(entries *catalogue.Catalogue, all defectListing) string {
	var b strings.Builder
	killed, checks := score(entries, all)
	fmt.Fprintf(&b, `# The kill matrix of catalogue %s

What the referee says is worth what the referee is worth. So every check is shown to fail:
the stand-in misbehaves on purpose, in one way after the other, and exactly the checks that
are named here have to find it; without a misbehaviour none may.

**%d misbehaviours, %d of %d checks killed.** `, entries.Version, len(all.Defects), killed, checks)
	for _, id := range entries.IDs() {
		if reason, excused := judgesTheSuite[id]; excused {
			fmt.Fprintf(&b, "Not counted: %s, for %s.", id, reason)
		}
	}
	b.WriteString(`

Measured by ` + "`make matrix`" + `, which plants each of them again and compares; written from
kills.yaml. To see one: ` + "`keyturn serve --defect ID`" + `, and a run against it.

## By check

| check | level | promise | found in |
|---|---|---|---|
`)
	for _, family := range entries.Families {
		for _, check := range family.Checks {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", check.ID, check.Level, check.Title, strings.Join(killers(all, check.ID), ", "))
		}
	}
	b.WriteString("\n## By misbehaviour\n\n| misbehaviour | what the stand-in does then | through | found by |\n|---|---|---|---|\n")
	for _, one := range all.Defects {
		for i, row := range throughs(one) {
			id, about := one.ID, one.Description
			if i > 0 {
				id, about = "", ""
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", id, about, row[0], row[1])
		}
	}
	b.WriteString("\n## Sets\n\n")
	for _, set := range all.Sets {
		fmt.Fprintf(&b, "**%s**: %s %s.\n", set.ID, set.Description, strings.Join(set.Defects, ", "))
	}
	return b.String()
}

func killers(all defectListing, id string) []string {
	var names []string
	for _, one := range all.Defects {
		if slices.Contains(one.CaughtBy, id) {
			names = append(names, one.ID)
		}
	}
	return names
}

// throughs is a row for each set of checks, with the providers through which it is these
// that find the misbehaviour.
func throughs(one listedDefect) [][2]string {
	var rows [][2]string
	for _, name := range one.Providers {
		by := strings.Join(one.CaughtThrough[name], ", ")
		if i := slices.IndexFunc(rows, func(row [2]string) bool { return row[1] == by }); i >= 0 {
			rows[i][0] += ", " + name
			continue
		}
		rows = append(rows, [2]string{name, by})
	}
	return rows
}

// killBadge is a small picture of the score.
func killBadge(entries *catalogue.Catalogue, all defectListing) string {
	killed, checks := score(entries, all)
	colour := "#2e7d32"
	if killed < checks {
		colour = "#c62828"
	}
	text := fmt.Sprintf("%d of %d checks killed", killed, checks)
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="250" height="20" role="img" aria-label="mutation score: %[1]s">
  <title>mutation score: %[1]s</title>
  <rect width="100" height="20" rx="3" fill="#444"/>
  <rect x="97" width="153" height="20" rx="3" fill="%[2]s"/>
  <rect x="97" width="6" height="20" fill="%[2]s"/>
  <g fill="#fff" font-family="Verdana, DejaVu Sans, sans-serif" font-size="11" text-anchor="middle">
    <text x="49" y="14">mutation score</text>
    <text x="174" y="14">%[1]s</text>
  </g>
</svg>
`, text, colour)
}
