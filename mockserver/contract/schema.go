package contract

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/contract/accept"
)

// formats are checked in addition to kin-openapi's own, per visit and not in its
// process-wide table. Its date-time is a pattern that lets February 31 pass.
var formats = accept.Formats{
	"uuid":      openapi3.NewCallbackValidator(validateUUID),
	"date-time": openapi3.NewCallbackValidator(validateDateTime),
}

// The errors are constant, because those of the parsers repeat the value.
var (
	errNoUUID     = errors.New("want a UUID")
	errNoDateTime = errors.New("want a date-time of RFC 3339")
)

func validateUUID(text string) error {
	if uuid.Validate(text) != nil {
		return errNoUUID
	}
	return nil
}

func validateDateTime(text string) error {
	if _, err := time.Parse(time.RFC3339Nano, text); err != nil {
		return errNoDateTime
	}
	return nil
}

var (
	firstFailure = []openapi3.SchemaValidationOption{openapi3.FailFast(), openapi3.WithStringFormatValidators(formats)}
	allFailures  = []openapi3.SchemaValidationOption{
		openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails(), openapi3.WithStringFormatValidators(formats),
	}
)

// rule is a schema that values are held to. It is compiled when the first one is.
type rule struct {
	*openapi3.Schema
	compiled func() accept.Func
}

func newRule(schema *openapi3.Schema) *rule {
	return &rule{schema, sync.OnceValue(func() accept.Func { return acceptance(schema, formats) })}
}

// check holds a value to the rule. The error is an Invalid one that names the
// first failing member in the order of their JSON pointers.
func (r *rule) check(value any) *client.Error {
	if r.compiled()(value) {
		return nil
	}
	err := r.VisitJSON(value, allFailures...)
	if err == nil {
		return nil
	}
	failures := leaves(err)
	if len(failures) == 0 {
		return client.Errorf(client.Invalid, "the value does not match its schema")
	}
	first := slices.MinFunc(failures, func(a, b *openapi3.SchemaError) int {
		return strings.Compare(pointer(a), pointer(b))
	})
	return client.Errorf(client.Invalid, "%s", first.Reason).At(pointer(first))
}

// leaves flattens kin-openapi's nested errors.
func leaves(err error) []*openapi3.SchemaError {
	if list, ok := errors.AsType[openapi3.MultiError](err); ok {
		var all []*openapi3.SchemaError
		for _, one := range list {
			all = append(all, leaves(one)...)
		}
		return all
	}
	if one, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		return []*openapi3.SchemaError{one}
	}
	return nil
}

func pointer(err *openapi3.SchemaError) string {
	var b strings.Builder
	for _, segment := range err.JSONPointer() {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(segment))
	}
	return b.String()
}
