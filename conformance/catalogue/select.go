package catalogue

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Check finds a check by its id or an earlier one, in any case, retired ones included.
func (c *Catalogue) Check(id string) (Family, Check, bool) {
	id = strings.ToUpper(id)
	for _, family := range c.Families {
		for _, check := range family.Checks {
			if check.ID == id || slices.Contains(check.Aliases, id) {
				return family, check, true
			}
		}
	}
	return Family{}, Check{}, false
}

// Select returns the ids that the patterns choose, in the order of reports and without
// the retired ones. Patterns are separated by commas and are as in path.Match, in any
// case: "ROT-*,DEL-00?". None chooses all. An earlier id chooses the check that has it
// now. A pattern that chooses nothing is an error.
func (c *Catalogue) Select(glob string) ([]string, error) {
	patterns := []string{"*"}
	if strings.TrimSpace(glob) != "" {
		patterns = strings.Split(strings.ToUpper(glob), ",")
	}
	chosen := map[string]bool{}
	for _, pattern := range patterns {
		pattern = strings.TrimSpace(pattern)
		found, err := c.choose(pattern, chosen)
		if err != nil {
			return nil, fmt.Errorf("pattern %q: %w", pattern, err)
		}
		if !found {
			return nil, fmt.Errorf("pattern %q: %s", pattern, c.unmatched(pattern))
		}
	}
	var ids []string
	for _, family := range c.Families {
		for _, check := range family.Checks {
			if chosen[check.ID] {
				ids = append(ids, check.ID)
			}
		}
	}
	return ids, nil
}

// choose adds what the pattern matches and says whether there was any.
func (c *Catalogue) choose(pattern string, chosen map[string]bool) (found bool, err error) {
	for _, family := range c.Families {
		for _, check := range family.Checks {
			matched, err := path.Match(pattern, check.ID)
			if err != nil {
				return false, err
			}
			if check.Retired == "" && (matched || slices.Contains(check.Aliases, pattern)) {
				chosen[check.ID], found = true, true
			}
		}
	}
	return found, nil
}

// unmatched says why a pattern may have chosen nothing.
func (c *Catalogue) unmatched(pattern string) string {
	if _, check, found := c.Check(pattern); found {
		return fmt.Sprintf("%s was retired in %s", check.ID, check.Retired)
	}
	name, _, _ := strings.Cut(pattern, "-")
	var families, ids []string
	for _, family := range c.Families {
		families = append(families, family.ID)
		if family.ID == name {
			for _, check := range family.Checks {
				ids = append(ids, check.ID)
			}
		}
	}
	if len(ids) > 0 {
		return fmt.Sprintf("matches no check, %s has %s", name, strings.Join(ids, ", "))
	}
	return "matches no check, the families are " + strings.Join(families, ", ")
}
