package snapshot

import (
	"reflect"

	"github.com/keyturn/keyturn/mockserver/wire"
)

// Change is one place in which two snapshots differ.
type Change struct {
	// Path is the place, such as "clock.offset" or
	// "realms.authing.clients[61df].secrets[1].deleted_at": what has an id stands under
	// it, a principal under its name, a defect under itself.
	Path string `json:"path"`
	// Before and After are JSON trees, nil where there is nothing at the place.
	Before any `json:"before,omitzero"`
	After  any `json:"after,omitzero"`
}

// Diff lists what b has in the place of what a has, in the order of the document, names
// in alphabetical order. What is in one of them only, such as a client, is one change.
// The order in which clients stand is no difference, nor is what a document says of
// itself: its name, its namespace and its time.
//
// Instead of a secret, or a state of a generator, which tells of all secrets to come,
// there is its fingerprint. Errors: those of Encode.
func Diff(a, b Document, fingerprint func(secret string) string) ([]Change, error) {
	before, err := state(a)
	if err != nil {
		return nil, err
	}
	after, err := state(b)
	if err != nil {
		return nil, err
	}
	d := &differ{fingerprint: fingerprint, found: []Change{}}
	for _, section := range sections {
		d.compare(section.name, &section.shape, before[section.name], after[section.name])
	}
	return d.found, nil
}

// state is the tree of the document with the realms in the place of the world.
func state(d Document) (wire.Object, error) {
	tree, err := Tree(d)
	if err != nil {
		return nil, err
	}
	if world, ok := tree["world"].(wire.Object); ok {
		tree["realms"] = world["realms"]
	}
	return tree, nil
}

type differ struct {
	fingerprint func(string) string
	found       []Change
}

// nothing is the value of what is not there; nil is JSON's null.
type nothing struct{}

// compare holds two values against each other. Either may be nothing.
func (d *differ) compare(path string, of *shape, before, after any) {
	if of.items != nil {
		d.compareItems(path, of, listOf(before), listOf(after))
		return
	}
	a, isObject := before.(wire.Object)
	b, alsoObject := after.(wire.Object)
	if isObject && alsoObject {
		for _, name := range namesOf(a, b) {
			d.compare(below(path, name), of.member(name), valueOf(a, name), valueOf(b, name))
		}
		return
	}
	if !reflect.DeepEqual(before, after) {
		d.found = append(d.found, Change{Path: path, Before: d.show(of, before), After: d.show(of, after)})
	}
}

// compareItems finds the partner of each item by its key: first what a has, in its
// order, then what only b has.
func (d *differ) compareItems(path string, of *shape, a, b wire.Array) {
	keysOfA, keysOfB := keys(of, a, b)
	ofA, ofB := indexOf(keysOfA), indexOf(keysOfB)
	for i, key := range keysOfA {
		var partner any = nothing{}
		if j, there := ofB[key]; there {
			partner = b[j]
		}
		d.compare(inside(path, key), of.items, a[i], partner)
	}
	for j, key := range keysOfB {
		if _, there := ofA[key]; !there {
			d.compare(inside(path, key), of.items, nothing{}, b[j])
		}
	}
}

func indexOf(keys []string) map[string]int {
	index := make(map[string]int, len(keys))
	for i, key := range keys {
		index[key] = i
	}
	return index
}

// show copies the value, with fingerprints for secrets.
func (d *differ) show(of *shape, value any) any {
	switch value := value.(type) {
	case nothing:
		return nil
	case string:
		if of.secret && value != "" {
			return d.fingerprint(value)
		}
	case wire.Object:
		shown := make(wire.Object, len(value))
		for name, member := range value {
			shown[name] = d.show(of.member(name), member)
		}
		return shown
	case wire.Array:
		shown := make(wire.Array, len(value))
		for i, item := range value {
			shown[i] = d.show(of.item(), item)
		}
		return shown
	}
	return value
}
