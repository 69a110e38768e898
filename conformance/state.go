package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance/profile"
)

// State is what can be seen of a client: what reads of it answer, and whether its
// secret works.
type State struct {
	Leaves map[string]any // of read and list_secrets, by operation and JSON pointer
	Works  Answer         // of the client's secret, "" without an oracle
}

// Snapshot looks at a client. What cannot be read is left out; the same is left out
// of a later snapshot.
func (s *Session) Snapshot(c *Client) State {
	state := State{Leaves: map[string]any{}}
	for _, operation := range []string{"read", "list_secrets"} {
		if !s.run.bound.Binds(operation) {
			continue
		}
		reply := c.Call(operation)
		state.Leaves[operation+" status"] = reply.Status
		for pointer, leaf := range profile.Flatten(reply.JSON()) {
			if !slices.Contains(perReply, pointer) {
				state.Leaves[operation+" "+pointer] = leaf
			}
		}
	}
	if s.run.oracle.operation != "" && c.Secret.Value != "" {
		state.Works = s.Probe(c, c.Secret.Value)
	}
	return state
}

// perReply are members that belong to a reply and not to what it shows.
var perReply = []string{"/datetime", "/requestId", "/uniqueId", "/identifier", "/instance"}

// Diff lists what is different in a later state, but for the pointers of reads that
// may differ.
func (before State) Diff(after State, may []string) []string {
	var differences []string
	names := map[string]bool{}
	for name := range before.Leaves {
		names[name] = true
	}
	for name := range after.Leaves {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		_, pointer, _ := strings.Cut(name, " ")
		if slices.ContainsFunc(may, func(free string) bool { return pointer == free || strings.HasPrefix(pointer, free+"/") }) {
			continue
		}
		was, had := before.Leaves[name]
		is, has := after.Leaves[name]
		switch {
		case !had:
			differences = append(differences, fmt.Sprintf("%s is new: %v", name, is))
		case !has:
			differences = append(differences, fmt.Sprintf("%s is gone, it was %v", name, was))
		case !profile.Equal(was, is):
			differences = append(differences, fmt.Sprintf("%s was %v and is %v", name, was, is))
		}
	}
	if before.Works != after.Works {
		differences = append(differences, fmt.Sprintf("its secret was %s and is %s", before.Works, after.Works))
	}
	return differences
}

// Unchanged expects a client to be as it was. what names what happened in between,
// as in "a rotation without credentials".
func (s *Session) Unchanged(c *Client, before State, what string) bool {
	differences := before.Diff(s.Snapshot(c), nil)
	for _, difference := range differences {
		s.Failf("%s changed the client: %s", what, difference)
	}
	return len(differences) == 0
}
