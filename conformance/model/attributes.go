package model

import (
	"fmt"
	"maps"
	"slices"
)

// attributes are those of a client, as JSON by name: a map of registers that one read
// shows all at once. A partial update writes one of them and leaves the others.
type attributes map[string]string

// Attributes begins with what a read showed. It judges updates and reads; an attribute
// that is not in the map is learned from the first read that shows it.
func Attributes(values map[string]string) State { return attributes(maps.Clone(values)) }

func (s attributes) next(o *Operation) (next State, reason string) {
	switch {
	case o.Kind == Update && o.Outcome != Refused:
		return s.with(map[string]string{o.Attribute: o.Value}), ""
	case o.Kind != Read || o.Outcome != OK:
		return s, ""
	}
	for _, name := range slices.Sorted(maps.Keys(o.Output.Attributes)) {
		shown := o.Output.Attributes[name]
		if is, known := s[name]; known && shown != is {
			return s, fmt.Sprintf("it shows %s as %s, which is %s", name, shown, is)
		}
	}
	return s.with(o.Output.Attributes), ""
}

func (s attributes) with(values map[string]string) attributes {
	changed := make(attributes, len(s)+len(values))
	maps.Copy(changed, s)
	maps.Copy(changed, values)
	return changed
}

func (s attributes) equal(other State) bool {
	o, ok := other.(attributes)
	return ok && maps.Equal(s, o)
}

func (s attributes) hash() uint64 {
	sum := uint64(0)
	for name, value := range s {
		sum ^= hashOf([2]string{name, value})
	}
	return sum
}
