package profile

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// Breach is one way in which a reply differs from its document.
type Breach struct {
	Pointer string // into the body; "" for the reply as a whole
	Message string
}

func (b Breach) String() string {
	if b.Pointer == "" {
		return b.Message
	}
	return b.Pointer + ": " + b.Message
}

var uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// formats are the ones that the documents use and that are worth holding anyone to.
var formats = map[string]openapi3.StringFormatValidator{
	"uuid": openapi3.NewCallbackValidator(func(text string) error {
		if !uuidForm.MatchString(text) {
			return errors.New("is no uuid")
		}
		return nil
	}),
	"date-time": openapi3.NewCallbackValidator(func(text string) error {
		if _, err := time.Parse(time.RFC3339Nano, text); err != nil {
			return errors.New("is no RFC 3339 date-time")
		}
		return nil
	}),
}

// Documented finds the response that the document has for a status. A range such as
// 4XX and the default count.
func (r *Route) Documented(status int) *openapi3.Response {
	responses := r.Operation.Responses
	for _, key := range []string{strconv.Itoa(status), strconv.Itoa(status/100) + "XX", "default"} {
		if ref := responses.Value(key); ref != nil {
			return ref.Value
		}
	}
	return nil
}

// Breaches holds a reply to its document: status, media type, required headers and
// every member of the body.
func (r *Route) Breaches(status int, header http.Header, raw []byte) []Breach {
	response := r.Documented(status)
	if response == nil {
		return []Breach{{Message: fmt.Sprintf("the document has no status %d for %s %s", status, r.Method, r.Path)}}
	}
	var breaches []Breach
	for name, ref := range response.Headers {
		if ref.Value.Required && header.Get(name) == "" {
			breaches = append(breaches, Breach{Message: "the header " + name + " is missing"})
		}
	}
	if len(response.Content) == 0 || status == http.StatusNoContent {
		return breaches
	}
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return append(breaches, Breach{Message: fmt.Sprintf("Content-Type is %q, which is no media type", header.Get("Content-Type"))})
	}
	content := response.Content.Get(media)
	if content == nil {
		return append(breaches, Breach{Message: fmt.Sprintf("Content-Type is %s, which the document does not have for status %d", media, status)})
	}
	if !strings.HasSuffix(media, "json") || content.Schema == nil {
		return breaches
	}
	body, err := Decode(raw)
	if err != nil {
		return append(breaches, Breach{Message: "the body is no JSON: " + err.Error()})
	}
	schema := content.Schema.Value
	if fit := alternative(schema, body); fit != nil {
		schema = fit // so that a breach is named, and not that no alternative fits
	}
	err = schema.VisitJSON(body, openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails(), openapi3.VisitAsResponse(), openapi3.WithStringFormatValidators(formats))
	return append(breaches, spell(err)...)
}

// alternative picks the branch of a two-branch oneOf that the body means to be: the
// one marked as failure where the other's constants do not hold.
func alternative(schema *openapi3.Schema, body any) *openapi3.Schema {
	if len(schema.OneOf) == 0 {
		return nil
	}
	var best *openapi3.Schema
	fewest := -1
	for _, ref := range schema.OneOf {
		err := ref.Value.VisitJSON(body, openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails(), openapi3.WithStringFormatValidators(formats))
		if count := len(spell(err)); fewest < 0 || count < fewest {
			best, fewest = ref.Value, count
		}
	}
	return best
}

func spell(err error) []Breach {
	if err == nil {
		return nil
	}
	if many, ok := errors.AsType[openapi3.MultiError](err); ok {
		var breaches []Breach
		for _, one := range many {
			breaches = append(breaches, spell(one)...)
		}
		return breaches
	}
	if one, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		breach := Breach{Message: one.Reason}
		if tokens := one.JSONPointer(); len(tokens) > 0 {
			breach.Pointer = "/" + strings.Join(tokens, "/")
		}
		return []Breach{breach}
	}
	return []Breach{{Message: err.Error()}}
}
