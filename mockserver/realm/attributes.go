package realm

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
)

// Shape is what an attribute may be. The zero Shape takes nothing.
type Shape struct {
	want string
	fits func(any) bool
}

// NewShape makes a shape from what it wants, in words, and the check of it.
func NewShape(want string, fits func(any) bool) Shape { return Shape{want: want, fits: fits} }

// The shapes that JSON has names for.
var (
	Text   = NewShape("a text", is[string])
	Flag   = NewShape("true or false", is[bool])
	Whole  = NewShape("a whole number", func(v any) bool { n, ok := v.(float64); return ok && n == math.Trunc(n) })
	Object = NewShape("an object", is[map[string]any])
	Texts  = NewShape("a list of texts", func(v any) bool {
		list, isList := v.([]any)
		return isList && !slices.ContainsFunc(list, func(item any) bool { return !is[string](item) })
	})
	List = NewShape("a list", is[[]any])
)

func is[T any](v any) bool {
	_, ok := v.(T)
	return ok
}

// OrNull takes null too.
func (s Shape) OrNull() Shape {
	return NewShape(s.want+" or null", func(v any) bool { return v == nil || s.fits(v) })
}

// AnyOf takes what one of the shapes takes.
func AnyOf(shapes ...Shape) Shape {
	words := make([]string, 0, len(shapes))
	for _, s := range shapes {
		words = append(words, s.want)
	}
	return NewShape(strings.Join(words, " or "), func(v any) bool {
		return slices.ContainsFunc(shapes, func(s Shape) bool { return s.fits(v) })
	})
}

// ObjectOf is an object in which the named members have their shapes. There may be
// others.
func ObjectOf(members map[string]Shape) Shape {
	words := make([]string, 0, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		words = append(words, name+" "+members[name].want)
	}
	return NewShape("an object with, if at all, "+strings.Join(words, ", "), func(v any) bool {
		object, isObject := v.(map[string]any)
		for name, shape := range members {
			if member, given := object[name]; given && !shape.fits(member) {
				return false
			}
		}
		return isObject
	})
}

// Attributes are the attributes that the clients of a realm may have.
type Attributes map[string]Shape

// load reads the attributes of the client at the place.
func (a Attributes) load(at place, from map[string]any) (client.Attributes, error) {
	members := make(map[string]any, len(from))
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if _, known := a[name]; !known {
			return client.Attributes{}, at.wrong(a.check(name, nil), "attributes", fixtures.Key(name))
		}
		value, err := jsonTree(from[name])
		if err == nil {
			err = a.check(name, value)
		}
		if err != nil {
			return client.Attributes{}, at.wrong(err, "attributes", name)
		}
		members[name] = value
	}
	return client.NewAttributes(members), nil
}

// check reports why the attribute cannot be.
func (a Attributes) check(name string, value any) error {
	shape, known := a[name]
	switch {
	case !known:
		return fmt.Errorf("there is no such attribute, want one of %s", strings.Join(slices.Sorted(maps.Keys(a)), ", "))
	case !shape.fits(value):
		return fmt.Errorf("want %s", shape.want)
	default:
		return nil
	}
}
