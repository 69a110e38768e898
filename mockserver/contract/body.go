package contract

import (
	"fmt"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// The media types that a body can be read from.
const (
	JSON = "application/json"
	Form = "application/x-www-form-urlencoded"
)

type body struct {
	required bool
	schemas  map[string]*rule
	accepted string
}

func compileBody(from *openapi3.RequestBody) (*body, error) {
	b := &body{required: from.Required, schemas: map[string]*rule{}}
	for media, content := range from.Content {
		if media != JSON && media != Form {
			return nil, fmt.Errorf("media type %s is not supported, want %s or %s", media, JSON, Form)
		}
		b.schemas[media] = newRule(content.Schema.Value)
	}
	b.accepted = strings.Join(sortedKeys(b.schemas), " or ")
	return b, nil
}

// Body decodes and checks the request body, which is nil when the operation has
// none: what an operation does not document is not looked at. Errors: WrongMedia,
// Malformed, Missing, Invalid with the JSON pointer of the member.
func (o *Operation) Body(contentType string, data []byte) (any, error) {
	o, err := o.whole()
	if err != nil || o.body == nil {
		return nil, err
	}
	if len(data) == 0 {
		if o.body.required {
			return nil, client.Errorf(client.Missing, "a body of %s is required", o.body.accepted)
		}
		return nil, nil
	}
	media, params, err := mime.ParseMediaType(contentType)
	schema := o.body.schemas[media]
	if err != nil || schema == nil {
		return nil, client.Errorf(client.WrongMedia, "the body must be %s", o.body.accepted)
	}
	if charset, given := params["charset"]; given && !strings.EqualFold(charset, "utf-8") {
		return nil, client.Errorf(client.WrongMedia, "the charset must be utf-8")
	}
	value, err := decode(media, data)
	if err != nil {
		return nil, client.Errorf(client.Malformed, "the body cannot be read as %s: %s", media, err)
	}
	if failure := schema.check(value); failure != nil {
		return nil, failure
	}
	return value, nil
}

func decode(media string, data []byte) (any, error) {
	if media == JSON {
		return wire.Decode(data)
	}
	form, err := url.ParseQuery(string(data))
	if err != nil {
		return nil, fmt.Errorf("want name=value pairs joined by &, percent-encoded")
	}
	object := make(wire.Object, len(form))
	for name, values := range form {
		if !utf8.ValidString(name) || !utf8.ValidString(values[0]) {
			return nil, fmt.Errorf("the text is not valid UTF-8")
		}
		// RFC 6749 section 3.2: parameters must not be included more than once,
		// and one without a value is treated as omitted.
		if len(values) > 1 {
			return nil, fmt.Errorf("a parameter is given %d times", len(values))
		}
		if values[0] != "" {
			object[name] = values[0]
		}
	}
	return object, nil
}
