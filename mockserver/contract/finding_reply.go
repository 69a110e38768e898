package contract

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/mockserver/wire"
)

// Received is a reply as it came from somebody else.
type Received struct {
	// Method is that of the request: HEAD has no body to look at.
	Method string
	Status int
	Header http.Header
	Body   []byte
}

// ReplyFindings holds somebody else's reply to the document and returns all that is
// different, violations first. CheckReply, which ends at the first, is for own ones.
// Where one status carries both successes and failures, a reply below 400 is held to
// the one that it is nearer to. Errors: a document that cannot be read.
func (o *Operation) ReplyFindings(r Received) ([]Finding, error) {
	o, err := o.whole()
	if err != nil {
		return nil, err
	}
	documented, listed := o.replies[r.Status]
	if !listed {
		documented = o.other
	}
	f := &findings{}
	if documented != nil {
		f.headers(documented, r.Header)
		if r.Method != http.MethodHead {
			f.content(documented, r)
		}
	}
	// What the documents have for any other status is a refusal. A success that is none
	// of those they list would differ from it in everything.
	if documented == nil || !listed && r.Status < http.StatusBadRequest && f.violated() {
		f = &findings{in: InStatus}
		status := strconv.Itoa(r.Status)
		f.add(Violation, status, "undocumented status "+status)
	}
	return f.sorted(), nil
}

func (f *findings) violated() bool {
	return slices.ContainsFunc(f.list, func(one Finding) bool { return one.Level == Violation })
}

func (f *findings) headers(documented *reply, header http.Header) {
	f.in = InHeader
	for _, name := range sortedKeys(documented.headers) {
		if len(header[name]) == 0 {
			f.add(Violation, name, "required header is missing")
			continue
		}
		f.held(name, documented.headers[name], header[name][0])
	}
}

// content looks at the media type, and at what is in the body where it can be read for
// what the document has there.
func (f *findings) content(documented *reply, r Received) {
	f.in = InMedia
	media, known := mediaOf(r.Header), documented.media
	if len(r.Body) == 0 {
		media = ""
	}
	switch {
	case media == known && len(r.Body) == 0:
		return
	case len(r.Body) == 0:
		f.add(Violation, "", "there is no body, want "+known)
		return
	case known == "":
		f.add(Violation, "", "there is a body, want none")
		return
	case media != known:
		f.add(Violation, "", fmt.Sprintf("media type is %s, want %s", media, known))
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		f.add(Info, "", "the body is encoded and was not looked into")
		return
	}
	if documented.schema == nil {
		return
	}
	f.in = InBody
	var value any = string(r.Body)
	if isJSON(known) {
		var err error
		if value, err = wire.Decode(r.Body); err != nil {
			f.add(Violation, "", "the body cannot be read as JSON: "+withoutPlace(err))
			return
		}
	}
	schema := documented.heldTo(r.Status, value)
	f.held("", schema, value)
	f.undocumented("", schema.Schema, value)
}

// heldTo is the schema for a value of which nobody says whether it is a failure.
func (r *reply) heldTo(status int, value any) *rule {
	switch {
	case r.schema == r.failure:
		return r.schema
	case status >= http.StatusBadRequest:
		return r.failure
	}
	if nearest(openapi3.SchemaRefs{{Value: r.schema.Schema}, {Value: r.failure.Schema}}, value).Value == r.failure.Schema {
		return r.failure
	}
	return r.schema
}

func isJSON(media string) bool { return media == JSON || strings.HasSuffix(media, "+json") }

// mediaOf is the media type without parameters, "none" for none. What does not look
// like one could be anything.
func mediaOf(header http.Header) string {
	const longest = 80
	text := header.Get("Content-Type")
	if text == "" {
		return "none"
	}
	media, _, err := mime.ParseMediaType(text)
	if err != nil || len(media) > longest || !strings.Contains(media, "/") {
		return "unreadable"
	}
	return media
}

// withoutPlace leaves out where in the text it happened, which is another place every
// time.
func withoutPlace(err error) string {
	text, _, _ := strings.Cut(err.Error(), " at byte ")
	return text
}
