package report

import (
	"reflect"
	"strconv"
	"strings"
	"unicode"
)

// Rewrite applies f to every string of the report, in place: those of structs, slices
// and pointers, and the values of maps. Keys of maps stay, and so do verdicts and
// outcomes, whose values are fixed. A field that is added later is covered too.
func (r *Report) Rewrite(f func(string) string) {
	rewrite(reflect.ValueOf(r).Elem(), f)
}

var plainString = reflect.TypeFor[string]()

func rewrite(v reflect.Value, f func(string) string) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == plainString && v.CanSet() {
			v.SetString(f(v.String()))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			rewrite(v.Elem(), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				rewrite(v.Field(i), f)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			rewrite(v.Index(i), f)
		}
	case reflect.Map:
		rewriteMap(v, f)
	default: // numbers, truths and times hold no text
	}
}

// rewriteMap works on a copy of each value, because a map's own cannot be set.
func rewriteMap(v reflect.Value, f func(string) string) {
	for _, key := range v.MapKeys() {
		changed := reflect.New(v.Type().Elem()).Elem()
		changed.Set(v.MapIndex(key))
		rewrite(changed, f)
		v.SetMapIndex(key, changed)
	}
}

// printable is a copy in which characters that would act instead of show, such as a
// terminal's escape or a change of writing direction, are written as escapes. What a
// target sends is in the report; it shall not steer a reader's screen.
func (r *Report) printable() *Report {
	c := clone(reflect.ValueOf(r)).Interface().(*Report)
	c.Rewrite(visible)
	return c
}

// clone shares nothing with v that Rewrite would change.
func clone(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.Set(reflect.New(v.Type().Elem()))
			c.Elem().Set(clone(v.Elem()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				c.Field(i).Set(clone(v.Field(i)))
			}
		}
	case reflect.Slice:
		if !v.IsNil() {
			c.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		}
		for i := range v.Len() {
			c.Index(i).Set(clone(v.Index(i)))
		}
	case reflect.Map:
		if !v.IsNil() {
			c.Set(reflect.MakeMap(v.Type()))
		}
		for _, key := range v.MapKeys() {
			c.SetMapIndex(key, clone(v.MapIndex(key)))
		}
	default: // a value of its own already
	}
	return c
}

func visible(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexFunc(s, acts) < 0 {
		return s
	}
	var b strings.Builder
	for _, c := range s {
		if acts(c) {
			b.WriteString(strings.Trim(strconv.QuoteRune(c), "'"))
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

func acts(c rune) bool {
	return c != '\n' && c != '\t' && !unicode.IsPrint(c)
}
