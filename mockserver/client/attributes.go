package client

import (
	"iter"
	"maps"
)

// Attributes are the vendor's own members of a client document, as a JSON tree
// (nil, bool, string, float64, []any, map[string]any). They are immutable: With
// returns a changed copy, and whoever reads a value must not write into it.
type Attributes struct {
	members map[string]any
}

// NewAttributes takes ownership of members.
func NewAttributes(members map[string]any) Attributes { return Attributes{members: members} }

// Get returns one member, nil when it is absent.
func (a Attributes) Get(name string) any { return a.members[name] }

// Text returns a string member, empty when it is absent or no string.
func (a Attributes) Text(name string) string {
	s, _ := a.members[name].(string)
	return s
}

// With returns a copy in which the changes replace members of the same name.
func (a Attributes) With(changes map[string]any) Attributes {
	if len(changes) == 0 {
		return a
	}
	merged := make(map[string]any, len(a.members)+len(changes))
	maps.Copy(merged, a.members)
	maps.Copy(merged, changes)
	return Attributes{members: merged}
}

// All yields every member, in no particular order.
func (a Attributes) All() iter.Seq2[string, any] { return maps.All(a.members) }

// Len is the number of members.
func (a Attributes) Len() int { return len(a.members) }
