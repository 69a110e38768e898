package profile

import (
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// valueRules are the keywords of a schema that are about a value which is there and of
// the right type.
var valueRules = []string{
	"format", "pattern", "enum", "minLength", "maxLength", "minimum", "maximum",
	"exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems",
}

// Misformed holds the values of a reply to the forms, ranges and choices that its
// document has for them. documented is false where the document has no JSON for that
// status and media type. Members that are missing, or of another type, are not its
// matter.
func (r *Route) Misformed(status int, header http.Header, body any) (breaches []Breach, documented bool) {
	response := r.Documented(status)
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if response == nil || err != nil || !strings.HasSuffix(media, "json") {
		return nil, false
	}
	content := response.Content.Get(media)
	if content == nil || content.Schema == nil {
		return nil, false
	}
	schema := content.Schema.Value
	if fit := alternative(schema, body); fit != nil {
		schema = fit
	}
	err = schema.VisitJSON(body, openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails(), openapi3.VisitAsResponse(), openapi3.WithStringFormatValidators(formats))
	return values(err), true
}

// values keeps what is about values.
func values(err error) (breaches []Breach) {
	if many, ok := errors.AsType[openapi3.MultiError](err); ok {
		for _, one := range many {
			breaches = append(breaches, values(one)...)
		}
		return breaches
	}
	if one, ok := errors.AsType[*openapi3.SchemaError](err); ok && slices.Contains(valueRules, one.SchemaField) {
		return spell(one)
	}
	return nil
}
