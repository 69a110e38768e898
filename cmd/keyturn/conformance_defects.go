package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/mockserver/defect"
)

// defectListing is the list of the stand-in's deliberate misbehaviours as JSON. A member
// is only ever added.
type defectListing struct {
	Catalogue listedCatalogue `json:"catalogue"`
	Defects   []listedDefect  `json:"defects"`
	Sets      []listedSet     `json:"sets"`
}

type listedDefect struct {
	ID          string   `json:"id"`
	Providers   []string `json:"providers"`
	Description string   `json:"description"`
	CaughtBy    []string `json:"caught_by"` // ids of checks, through any of the providers
	// CaughtThrough says which of them find it through each provider.
	CaughtThrough map[string][]string `json:"caught_through"`
}

type listedSet struct {
	ID          string   `json:"id"`
	Description string   `json:"description"`
	Defects     []string `json:"defects"`
}

// listDefects joins what the stand-in can do with what the catalogue says of it.
func listDefects() (defectListing, error) {
	entries, err := catalogue.Load()
	if err != nil {
		return defectListing{}, err
	}
	kills, err := catalogue.Kills()
	if err != nil {
		return defectListing{}, err
	}
	found := map[string]catalogue.Kill{}
	for _, kill := range kills {
		found[kill.Defect] = kill
	}
	all := defectListing{Catalogue: listedCatalogue{Version: entries.Version, Digest: entries.Digest}, Sets: []listedSet{}}
	for _, one := range defect.All() {
		kill := found[one.ID]
		if kill.Caught == nil {
			kill.Caught = map[string][]string{} // which JSON would else show as null
		}
		all.Defects = append(all.Defects, listedDefect{
			ID: one.ID, Providers: one.Providers, Description: one.About,
			CaughtBy: orNone(kill.By(entries)), CaughtThrough: kill.Caught,
		})
	}
	for _, set := range defect.Sets() {
		all.Sets = append(all.Sets, listedSet{ID: set.ID, Description: set.About, Defects: set.Defects})
	}
	return all, nil
}

func writeDefects(w io.Writer, all defectListing) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(all)
}

// printDefects is the list for people, on a terminal within so many columns. Elsewhere,
// where the width is 0, each fact is one line.
func printDefects(w io.Writer, all defectListing, width int) error {
	var b strings.Builder
	entry := func(id string, facts ...string) {
		b.WriteString(id + "\n")
		for _, fact := range facts {
			lines := []string{fact}
			if width > 0 {
				lines = fold(fact, min(width, widest)-4)
			}
			for _, line := range lines {
				b.WriteString("    " + line + "\n")
			}
		}
	}
	for _, one := range all.Defects {
		entry(one.ID, one.Description, "through "+strings.Join(one.Providers, ", "), "found by "+cmp.Or(strings.Join(one.CaughtBy, ", "), "no check"))
	}
	for _, set := range all.Sets {
		entry(set.ID, set.Description, "the set of "+strings.Join(set.Defects, ", "))
	}
	fmt.Fprintf(&b, "\n%s. To switch one on: keyturn serve --defect ID\n", counted(len(all.Defects), "defect"))
	_, err := io.WriteString(w, b.String())
	return err
}
