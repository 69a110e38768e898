package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Deletion is what becomes of the entry of a deleted secret.
type Deletion string

// The ways. Unmarked is for lists that do not tell: the entry may be there or not.
const (
	Soft     Deletion = "soft" // it stays, marked as deleted
	Hard     Deletion = "hard" // it goes
	Unmarked Deletion = "unmarked"
)

// set is a client's secrets as a list shows them: a set with tombstones. A value is
// never changed, only replaced.
//
// The reply that adds a secret need not tell its id. So the state holds, beside the
// ids that were seen, how many secrets were added that no list has shown yet. The
// first list after that has to show exactly so many new ids, and from then on they
// are known. Nothing is lost by not knowing which addition made which: no other
// reply tells them apart, and nobody can delete a secret by an id that no list has
// shown before. So each operation has one next state, and the search needs no guesses.
//
// An addition or deletion whose outcome is unknown is carried out wherever the search
// places it. That it never happened is the order in which it comes last of all.
type set struct {
	deletion Deletion
	known    map[string]bool // id → deleted
	unseen   int             // added, and not yet shown
}

// Set begins with what a client's list showed. It judges additions, deletions and
// lists.
func Set(entries []Entry, deletion Deletion) State {
	state := set{deletion: deletion, known: map[string]bool{}}
	for _, entry := range entries {
		state.known[entry.ID] = entry.Deleted
	}
	return state
}

func (s set) next(o *Operation) (next State, reason string) {
	switch {
	case o.Kind == List && o.Outcome == OK:
		return s.listed(o.Output.Entries)
	case o.Kind == Rotate && o.Outcome != Refused:
		return s.added(o.Output.ID)
	case o.Kind == Delete && o.Outcome == OK:
		if _, there := s.known[o.ID]; !there {
			return s, fmt.Sprintf("it deletes %s, which is not there", o.ID)
		}
		return s.with(o.ID, true), ""
	case o.Kind == Delete && o.Outcome == Unknown:
		if _, there := s.known[o.ID]; there {
			return s.with(o.ID, true), ""
		}
	case o.Kind == Delete && o.Output.Gone:
		if deleted, there := s.known[o.ID]; there && !deleted {
			return s, fmt.Sprintf("it finds no %s, which is there", o.ID)
		}
	}
	return s, ""
}

func (s set) added(id string) (next State, reason string) {
	if id == "" {
		return set{s.deletion, s.known, s.unseen + 1}, ""
	}
	if _, taken := s.known[id]; taken {
		return s, fmt.Sprintf("it gives the id %s, which is taken", id)
	}
	return s.with(id, false), ""
}

func (s set) with(id string, deleted bool) set {
	known := maps.Clone(s.known)
	known[id] = deleted
	return set{s.deletion, known, s.unseen}
}

func (s set) listed(list []Entry) (next State, reason string) {
	shown := make(map[string]bool, len(list))
	var fresh []string
	for _, entry := range list {
		if _, twice := shown[entry.ID]; twice {
			return s, fmt.Sprintf("it shows %s twice", entry.ID)
		}
		shown[entry.ID] = entry.Deleted
		deleted, there := s.known[entry.ID]
		switch {
		case !there && entry.Deleted && s.deletion != Unmarked:
			return s, fmt.Sprintf("it shows %s as deleted, which nobody has seen before", entry.ID)
		case !there:
			fresh = append(fresh, entry.ID)
		case deleted && s.deletion == Hard:
			return s, fmt.Sprintf("it shows %s, which is deleted", entry.ID)
		case deleted != entry.Deleted && s.deletion == Soft:
			return s, fmt.Sprintf("it shows %s as %s, which is %s", entry.ID, mark(entry.Deleted), mark(deleted))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.known)) {
		if _, there := shown[id]; !there && (!s.known[id] || s.deletion == Soft) {
			return s, fmt.Sprintf("it does not show %s, which is there", id)
		}
	}
	switch surplus := len(fresh) - s.unseen; {
	case surplus < 0:
		return s, fmt.Sprintf("it does not show %s", count(-surplus, "secret that was added", "secrets that were added"))
	case surplus > 0:
		return s, fmt.Sprintf("it shows %s too many, among %s", count(surplus, "secret", "secrets"), strings.Join(fresh, ", "))
	case len(fresh) == 0:
		return s, ""
	}
	known := maps.Clone(s.known)
	for _, id := range fresh {
		known[id] = false
	}
	return set{deletion: s.deletion, known: known}, ""
}

func mark(deleted bool) string { //nolint:revive // the flag is the thing to be named
	if deleted {
		return "deleted"
	}
	return "not deleted"
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (s set) equal(other State) bool {
	o, ok := other.(set)
	return ok && s.unseen == o.unseen && maps.Equal(s.known, o.known)
}

func (s set) hash() uint64 {
	sum := uint64(s.unseen)
	for id, deleted := range s.known {
		sum ^= hashOf(Entry{id, deleted})
	}
	return sum
}
