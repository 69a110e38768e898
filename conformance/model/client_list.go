package model

import (
	"fmt"
	"maps"
	"slices"
)

// listed judges a list. Where rotations add, it has to be complete: every secret that
// was made, and those from before, with the right mark. Otherwise nothing declares what
// becomes of the entry of a secret that a rotation has ended, and only what is shown
// twice is wrong. Ids are learned where there is only one secret that they can be of.
func (c *Client) listed(o Operation) *Breach {
	shown := map[string]bool{}
	for _, entry := range o.Output.Entries {
		if _, twice := shown[entry.ID]; twice {
			return &Breach{"list twice", fmt.Sprintf("the list shows %s twice", entry.ID), "each secret once"}
		}
		shown[entry.ID] = entry.Deleted
	}
	if c.complete() {
		for _, id := range slices.Sorted(maps.Keys(c.others)) {
			if breach := c.entry("a secret from before", id, c.others[id], shown); breach != nil {
				return breach
			}
		}
		for _, s := range c.secrets {
			if breach := c.entry(fmt.Sprintf("secret %d", s.number), s.id, s.deleted, shown); s.id != "" && breach != nil {
				return breach
			}
		}
	}
	fresh := c.unknown(shown)
	nameless := c.nameless()
	switch {
	case c.complete() && len(fresh) < len(nameless):
		return &Breach{"list misses", fmt.Sprintf("the list does not show secret %d", nameless[len(nameless)-1].number), "every secret that was made"}
	case c.complete() && len(fresh) > len(nameless):
		return &Breach{"list phantom", fmt.Sprintf("the list shows %v, which nobody made", fresh), "only secrets that were made"}
	case len(fresh) == 1 && len(nameless) == 1:
		nameless[0].id = fresh[0]
	}
	return nil
}

// nameless are the secrets that no list has shown yet. The first is one of those that
// the first list showed, where it is not known by its id.
func (c *Client) nameless() []*secret {
	return slices.DeleteFunc(slices.Clone(c.secrets), func(s *secret) bool { return s.id != "" || s.number == 1 && len(c.others) > 0 })
}

// complete reports whether every secret has to be listed for good.
func (c *Client) complete() bool {
	return c.rules.Rotation == Add && (c.rules.Most == 0 || !c.rules.Evicts) && c.rules.Life == 0
}

// entry holds one entry of the list to what it should be.
func (c *Client) entry(what, id string, deleted bool, shown map[string]bool) *Breach {
	mark, there := shown[id]
	switch {
	case !there && (!deleted || c.rules.Deletion == Soft):
		return &Breach{"list misses", fmt.Sprintf("the list does not show %s", what), "every secret that was made"}
	case there && deleted && c.rules.Deletion == Hard:
		return &Breach{"list undead", fmt.Sprintf("the list shows %s, which is deleted", what), "only secrets that are there"}
	case there && mark != deleted && c.rules.Deletion == Soft:
		return &Breach{"list mark", fmt.Sprintf("the list shows %s without the mark that it should have", what), fmt.Sprintf("deleted: %t", deleted)}
	}
	return nil
}

// unknown lists the ids that are nobody's yet.
func (c *Client) unknown(shown map[string]bool) []string {
	var fresh []string
	for _, id := range slices.Sorted(maps.Keys(shown)) {
		_, before := c.others[id]
		if !before && !slices.ContainsFunc(c.secrets, func(s *secret) bool { return s.id == id }) {
			fresh = append(fresh, id)
		}
	}
	return fresh
}
