package contract

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/mockserver/client"
)

// reply is what a document says of one status. Where a status carries both
// successes and failures, as Authing's 200 does, the document lists them as
// alternatives and marks the failure, so that each is held to its own schema and
// a success cannot pass as a vague failure.
type reply struct {
	media   string
	schema  *rule
	failure *rule
	headers map[string]*rule
}

func compileReply(from *openapi3.Response) (*reply, error) {
	r := &reply{headers: map[string]*rule{}}
	for name, ref := range from.Headers {
		if ref.Value.Required {
			r.headers[http.CanonicalHeaderKey(name)] = newRule(ref.Value.Schema.Value)
		}
	}
	if len(from.Content) > 1 {
		return nil, fmt.Errorf("one media type is supported, the document has %d", len(from.Content))
	}
	for media, content := range from.Content {
		r.media = media
		if content.Schema != nil {
			r.schema, r.failure = alternatives(content.Schema.Value)
		}
	}
	return r, nil
}

func alternatives(schema *openapi3.Schema) (success, failure *rule) {
	if len(schema.OneOf) == 2 {
		for i, ref := range schema.OneOf {
			if marked, _ := ref.Value.Extensions[failureExtension].(bool); marked {
				return newRule(schema.OneOf[1-i].Value), newRule(ref.Value)
			}
		}
	}
	one := newRule(schema)
	return one, one
}

// Reply is a reply as the contract sees it.
type Reply struct {
	Status int
	// Failed tells a refusal from a success where the status does not.
	Failed bool
	Header http.Header
	// Media is the media type without parameters, empty when there is no body.
	Media string
	Body  any
}

// CheckReply holds a reply to the document. The error says what is wrong and
// where, and nothing of the values.
func (o *Operation) CheckReply(r Reply) error {
	o, err := o.whole()
	if err != nil {
		return err
	}
	documented := o.replies[r.Status]
	if documented == nil {
		documented = o.other
	}
	if documented == nil {
		return fmt.Errorf("status %d is not documented", r.Status)
	}
	if r.Media != documented.media {
		return fmt.Errorf("status %d: media type %q, the document says %q", r.Status, r.Media, documented.media)
	}
	for name, schema := range documented.headers {
		if len(r.Header[name]) == 0 {
			return fmt.Errorf("status %d: header %s is missing", r.Status, name)
		}
		if failure := schema.check(r.Header[name][0]); failure != nil {
			return fmt.Errorf("status %d: header %s: %s", r.Status, name, failure.Message)
		}
	}
	schema := documented.schema
	if r.Failed {
		schema = documented.failure
	}
	if schema == nil {
		return nil
	}
	if failure := schema.check(r.Body); failure != nil {
		return fmt.Errorf("status %d: body %s: %s", r.Status, orRoot(failure), failure.Message)
	}
	return nil
}

func orRoot(failure *client.Error) string {
	if failure.Field == "" {
		return "/"
	}
	return failure.Field
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
