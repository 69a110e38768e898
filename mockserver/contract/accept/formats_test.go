package accept

import (
	"errors"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestRegisteredFormats holds formats of kin-openapi's process-wide tables to the same. It
// is not parallel: the tables are nobody's to change while others read them.
func TestRegisteredFormats(t *testing.T) {
	openapi3.DefineIntegerFormatValidator("test-even", openapi3.NewCallbackValidator(func(number int64) error {
		if number%2 != 0 {
			return errors.New("odd")
		}
		return nil
	}))
	openapi3.DefineNumberFormatValidator("test-share", openapi3.NewCallbackValidator(func(number float64) error {
		if number < 0 || number > 1 {
			return errors.New("want 0 to 1")
		}
		return nil
	}))
	openapi3.DefineStringFormatValidator("test-short", openapi3.NewRegexpFormatValidator("^..?$"))
	t.Cleanup(func() {
		delete(openapi3.SchemaIntegerFormats, "test-even")
		delete(openapi3.SchemaNumberFormats, "test-share")
		delete(openapi3.SchemaStringFormats, "test-short")
	})
	of := group{name: "registered formats"}
	for _, kind := range []string{openapi3.TypeInteger, openapi3.TypeNumber, openapi3.TypeString} {
		for _, format := range []string{"test-even", "test-share", "test-short"} {
			of.subjects = append(of.subjects, newSubject(kind+" of "+format, &openapi3.Schema{Type: &openapi3.Types{kind}, Format: format}))
		}
	}
	for i := range of.subjects {
		var counted tally
		compare(t, of, i, 500, newGenerator(*seed, uint64(i)), &counted)
		if !t.Failed() && (counted.accepted.Load() == 0 || counted.refused.Load() == 0) {
			t.Errorf("%s: %s, want some of each", of.subjects[i].name, counted.String())
		}
	}
}
