package report

import (
	"encoding/json"
	"fmt"
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
func (r *Report) printable() (*Report, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("copy the report: %w", err)
	}
	var c Report
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("copy the report: %w", err)
	}
	c.Rewrite(visible)
	return &c, nil
}

func visible(s string) string {
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
