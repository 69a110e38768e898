package wire

import (
	"slices"
	"sync/atomic"
)

// Replies of one operation have the same members time and again, and sorting their
// names is a tenth of the cost of a large one. So the last order is remembered, for
// objects of each size that is worth it.
const (
	fewest = 8
	most   = 64
)

var orders [most]atomic.Pointer[[]string]

// remembered returns the names of the members in order when the last object of this
// size had the same ones, and nil when it had not.
func remembered(members Object) []string {
	if len(members) < fewest || len(members) >= most {
		return nil
	}
	names := orders[len(members)].Load()
	if names == nil {
		return nil
	}
	// As many different names as there are members, all of them present, are all
	// the members.
	for _, name := range *names {
		if _, present := members[name]; !present {
			return nil
		}
	}
	return *names
}

func remember(sorted []string) {
	if len(sorted) >= fewest && len(sorted) < most {
		kept := slices.Clone(sorted)
		orders[len(sorted)].Store(&kept)
	}
}
