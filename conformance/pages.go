package conformance

import (
	"net/url"
	"strings"

	"github.com/keyturn/keyturn/conformance/profile"
)

// TurnTo is what to ask a list of pages for, to get the page behind so many others; last
// is the reply with the one before, nil for the first. It reports false where last says
// that there is no further page, which only a list without numbers does.
func (s *Session) TurnTo(operation string, behind, size int, last *Reply) (values profile.Values, more bool) {
	binding := s.run.bound.Operations[operation]
	page := binding.Page
	values = profile.Values{page.Size: size}
	switch {
	case page.Next == "":
		values[page.Number] = page.First + behind
	case last != nil:
		token := last.following(strings.TrimPrefix(binding.Put[page.Number], "/query/"))
		if token == "" {
			return nil, false
		}
		values[page.Number] = token
	}
	return values, true
}

// following is the value of a parameter in the address of the next page, as the Link
// header has it (RFC 8288 section 3), "" where there is none.
func (r *Reply) following(parameter string) string {
	if r.Lost() {
		return ""
	}
	for _, value := range r.Response.Header.Values("Link") {
		for _, link := range links(value) {
			if at, err := url.Parse(link.target); err == nil && link.relation == "next" {
				return at.Query().Get(parameter)
			}
		}
	}
	return ""
}

// link is one of a Link header.
type link struct{ target, relation string }

// links reads a Link header. A comma in an address separates nothing; what cannot be read
// ends it.
func links(value string) []link {
	var found []link
	for {
		_, rest, opened := strings.Cut(value, "<")
		target, rest, closed := strings.Cut(rest, ">")
		if !opened || !closed {
			return found
		}
		parameters, following, _ := strings.Cut(rest, "<")
		one := link{target: target}
		for parameter := range strings.SplitSeq(parameters, ";") {
			name, text, _ := strings.Cut(strings.Trim(parameter, " \t,"), "=")
			if strings.EqualFold(strings.TrimSpace(name), "rel") {
				one.relation = strings.ToLower(strings.Trim(strings.TrimSpace(text), `"`))
			}
		}
		found = append(found, one)
		value = "<" + following
	}
}
