package checks

import (
	"net/http"
	"slices"

	"github.com/keyturn/keyturn/conformance"
)

// headIsGetWithoutContent asks between two GETs, so that what changes anyway is known.
func headIsGetWithoutContent(s *conformance.Session) {
	c := s.App()
	if s.Mode() != conformance.ReadOnly {
		c = s.NewClient()
	}
	looked := 0
	for _, operation := range []string{"read", "list", "reveal", "list_secrets"} {
		route := s.Profile().Route(operation)
		switch {
		case route == nil || route.Method != http.MethodGet || c == nil && operation != "list":
			continue
		case operation == "reveal" && s.Mode() == conformance.ReadOnly:
			continue // nobody's secret is asked for that need not be
		}
		call := func(options ...conformance.CallOption) *conformance.Reply {
			if operation == "list" {
				return s.Call(operation, nil, options...)
			}
			return c.Call(operation, options...)
		}
		first := s.Must(call())
		head := call(conformance.Method(http.MethodHead))
		last := s.Must(call())
		looked++
		for _, wrong := range headDiffers(head.HTTP(), head.Response.Header, first.HTTP(), first.Response.Header, last.Response.Header) {
			s.FailOn(head, "as for GET", "HEAD of %s %s", operation, wrong)
		}
	}
	if looked == 0 {
		s.Incompletef("there is no client to read: add app to the credentials")
	}
}

// representation are the fields that GET and HEAD have in common where they are known
// without the content (RFC 9110 section 9.3.2). The first two are.
var representation = []string{"Content-Type", "Cache-Control", "Etag", "Last-Modified", "Content-Encoding", "Content-Language", "Content-Length"}

// headDiffers says where a HEAD is not like the GETs around it. What differs between
// those tells nothing.
func headDiffers(status int, head http.Header, expected int, first, last http.Header) (wrong []string) {
	if status != expected {
		return []string{"has HTTP " + statusWords([]int{status}) + ", and GET has " + statusWords([]int{expected})}
	}
	for i, name := range representation {
		is, want := head.Values(name), first.Values(name)
		switch {
		case !slices.Equal(want, last.Values(name)):
		case len(is) == 0 && len(want) > 0 && i < 2:
			wrong = append(wrong, "has no "+name+", and GET has "+asJSON(want))
		case len(is) > 0 && !slices.Equal(is, want) && (len(want) > 0 || name != "Content-Length"):
			wrong = append(wrong, "has "+name+" "+asJSON(is)+", and GET has "+asJSON(want))
		}
	}
	return wrong
}
