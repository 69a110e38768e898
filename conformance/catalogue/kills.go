package catalogue

import (
	_ "embed" // for what was measured
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Kill is a deliberate misbehaviour of the stand-in and what finds it. The checks that
// it names fail, through each provider that it shows itself through, and no others do.
// The kill matrix in cmd/keyturn measures it.
type Kill struct {
	Defect string              `yaml:"defect"` // id of the misbehaviour
	Caught map[string][]string `yaml:"caught"` // provider → ids of checks
	// Sometimes are checks that may fail too, where it is for chance to say which of
	// several requests that meet comes first.
	Sometimes map[string][]string `yaml:"sometimes,omitempty"`
}

// By lists the checks that find the misbehaviour through any provider, in the order of
// the catalogue.
func (k Kill) By(entries *Catalogue) []string {
	found := map[string]bool{}
	for _, ids := range k.Caught {
		for _, id := range ids {
			found[id] = true
		}
	}
	var by []string
	for _, id := range entries.IDs() {
		if found[id] {
			by = append(by, id)
		}
	}
	return by
}

// IDs lists the ids of all checks, in the order of reports.
func (c *Catalogue) IDs() []string {
	var ids []string
	for _, family := range c.Families {
		for _, check := range family.Checks {
			ids = append(ids, check.ID)
		}
	}
	return ids
}

const killsFile = "kills.yaml"

// It is embedded as it is, and so the page that is made of it after a measurement is
// current without a run of the generators in between.
//
//go:embed kills.yaml
var killsText []byte

var kills = sync.OnceValues(func() ([]Kill, error) {
	var all struct {
		Kills []Kill `yaml:"kills"`
	}
	if err := decodeFile(map[string][]byte{killsFile: killsText}, killsFile, &all); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	entries, err := Load()
	if err != nil {
		return nil, err
	}
	known := entries.IDs()
	for _, kill := range all.Kills {
		for _, ids := range slices.Concat(slices.Collect(maps.Values(kill.Caught)), slices.Collect(maps.Values(kill.Sometimes))) {
			for _, id := range ids {
				if !slices.Contains(known, id) {
					return nil, fmt.Errorf("catalogue: %s: %s: there is no check %s", killsFile, kill.Defect, id)
				}
			}
		}
	}
	return all.Kills, nil
})

// Kills returns what finds the stand-in's misbehaviours, in their order. It moves no
// verdict and is outside the catalogue's digest.
func Kills() ([]Kill, error) { return kills() }
