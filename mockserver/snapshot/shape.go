package snapshot

import (
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/keyturn/keyturn/mockserver/wire"
)

// shape is what a comparison knows of a value. The zero one is any value: objects are
// compared member by member, lists as a whole.
type shape struct {
	// members are those of an object that are more than any value, every is for the
	// others.
	members map[string]*shape
	every   *shape
	// items makes a list one whose items have a key: the member of that name, or the
	// item itself, a text, when it is empty.
	items *shape
	key   string
	// secret is a text that is not shown.
	secret bool
}

var anything = &shape{}

func (s *shape) member(name string) *shape {
	switch {
	case s.members[name] != nil:
		return s.members[name]
	case s.every != nil:
		return s.every
	default:
		return anything
	}
}

func (s *shape) item() *shape {
	if s.items != nil {
		return s.items
	}
	return anything
}

func with(members map[string]*shape) *shape { return &shape{members: members} }

func by(key string, items *shape) *shape { return &shape{key: key, items: items} }

var (
	hidden = &shape{secret: true}

	// realm is a fixtures.Realm.
	realm = with(map[string]*shape{
		"tenants":     by("id", anything),
		"principals":  by("name", with(map[string]*shape{"token": hidden})),
		"access_keys": by("id", with(map[string]*shape{"secret": hidden})),
		"clients": by("id", with(map[string]*shape{
			"secrets": by("id", with(map[string]*shape{"value": hidden, "sha256": hidden})),
		})),
	})

	// sections are the state of a namespace.
	sections = []struct {
		name  string
		shape shape
	}{
		{"clock", shape{}},
		{"realms", shape{every: realm}},
		{"faults", *by("id", anything)},
		{"defects", *by("", anything)},
		{"propagation", shape{}},
		{"randomness", *hidden},
	}
)

// keys are those of the items of both lists; their positions where an item has none or
// two of a list have the same one.
func keys(of *shape, a, b wire.Array) (ofA, ofB []string) {
	ofA, unique := keysOf(of, a)
	ofB, alsoUnique := keysOf(of, b)
	if unique && alsoUnique {
		return ofA, ofB
	}
	return positions(len(a)), positions(len(b))
}

func keysOf(of *shape, list wire.Array) (keys []string, unique bool) {
	seen := make(map[string]bool, len(list))
	for _, item := range list {
		key, _ := item.(string)
		if object, ok := item.(wire.Object); ok {
			key = wire.Text(object, of.key)
		}
		if key == "" || seen[key] {
			return nil, false
		}
		seen[key] = true
		keys = append(keys, key)
	}
	return keys, true
}

func positions(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = strconv.Itoa(i)
	}
	return all
}

func listOf(value any) wire.Array {
	list, _ := value.(wire.Array)
	return list
}

func valueOf(object wire.Object, name string) any {
	if value, there := object[name]; there {
		return value
	}
	return nothing{}
}

// namesOf are the names of both, in alphabetical order.
func namesOf(a, b wire.Object) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

var plain = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)

// below is the path of a member.
func below(path, name string) string {
	if !plain.MatchString(name) {
		return path + "[" + strconv.Quote(name) + "]"
	}
	return path + "." + name
}

var bare = regexp.MustCompile(`^[^"\[\]\pC]+$`)

// inside is the path of an item.
func inside(path, key string) string {
	if !bare.MatchString(key) {
		key = strconv.Quote(key)
	}
	return path + "[" + key + "]"
}
