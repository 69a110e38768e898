package contract

import (
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/mockserver/client"
)

// Sent is a request as somebody sent it.
type Sent struct {
	// Path holds the escaped segments that the route matched.
	Path   map[string]string
	Query  string
	Header http.Header
	Body   []byte
}

// RequestFindings holds a request to the document and returns all that is different,
// violations first. Headers that the document does not name belong to everybody and are
// not looked at. Errors: a document that cannot be read.
func (o *Operation) RequestFindings(r Sent) ([]Finding, error) {
	o, err := o.whole()
	if err != nil {
		return nil, err
	}
	f := &findings{in: InQuery}
	query, err := parseQuery(r.Query)
	if err != nil {
		f.add(Violation, "", client.AsError(err).Message)
	}
	for i := range o.params {
		f.parameter(&o.params[i], r, query)
	}
	f.in = InQuery
	for _, name := range sortedKeys(query) {
		if !o.knows(name) {
			f.add(Info, nameOf(name), "undocumented parameter")
		}
	}
	f.in = InBody
	f.sent(o.body, r)
	return f.sorted(), nil
}

func (f *findings) parameter(p *parameter, r Sent, query url.Values) {
	f.in = p.in
	value, given, err := p.find(r.Path, query, r.Header)
	if err != nil {
		failure := client.AsError(err)
		f.add(Violation, failure.Field, failure.Message)
		return
	}
	switch {
	case given:
		f.held(p.name, p.schema, value)
	case p.required:
		f.add(Violation, p.name, "required parameter is missing")
	}
}

// knows reports whether the query may have a parameter of this name.
func (o *Operation) knows(name string) bool {
	for i := range o.params {
		p := &o.params[i]
		if p.in != openapi3.ParameterInQuery {
			continue
		}
		if p.properties == nil && p.name == name {
			return true
		}
		for j := range p.properties {
			if p.properties[j].name == name {
				return true
			}
		}
	}
	return false
}

// sent looks at the body of a request.
func (f *findings) sent(b *body, r Sent) {
	switch {
	case b == nil && len(r.Body) > 0:
		f.add(Info, "", "undocumented body")
		return
	case b == nil, len(r.Body) == 0 && !b.required:
		return
	case len(r.Body) == 0:
		f.add(Violation, "", "required body is missing")
		return
	}
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	schema := b.schemas[media]
	f.in = InMedia
	if err != nil || schema == nil {
		f.add(Violation, "", "media type is "+mediaOf(r.Header)+", want "+b.accepted)
		return
	}
	if charset, given := params["charset"]; given && !strings.EqualFold(charset, "utf-8") {
		f.add(Violation, "", "the charset is another one, want utf-8")
		return
	}
	f.in = InBody
	value, err := decode(media, r.Body)
	if err != nil {
		f.add(Violation, "", "the body cannot be read as "+media+": "+withoutPlace(err))
		return
	}
	f.held("", schema, value)
	f.undocumented("", schema.Schema, value)
}
