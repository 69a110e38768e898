package checks

import (
	"fmt"
	"mime"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

var contract = []conformance.Check{
	{ID: "DOC-001", Run: successHasItsStatusAndType},
	{ID: "DOC-002", Run: successHasTheFamilysShape},
	{ID: "DOC-003", Run: statusAndEnvelopeAgree},
	{ID: "DOC-004", Run: membersArePresentAndTyped},
	{ID: "DOC-005", Run: valuesHaveTheirForm},
	{ID: "DOC-007", Run: refusalsAreMarked},
	{ID: "DOC-008", Run: repliesNameTheirClient},
}

// most bounds the findings of one check: more of the same helps nobody.
const most = 10

func successHasItsStatusAndType(s *conformance.Session) {
	replies := tour(s)
	for _, reply := range replies {
		if !reply.OK && !unwrapped(s, reply) {
			s.FailOn(reply, "success", "%s of a client that was just made did not succeed", reply.Route.Name)
			continue
		}
		if declared := declaredStatuses(reply.Route); len(declared) > 0 && !slices.Contains(declared, reply.HTTP()) {
			s.FailOn(reply, "HTTP "+statusWords(declared), "the success of %s has a status that is not declared for it", reply.Route.Name)
		}
		for _, wrong := range wrongMedia(reply) {
			s.FailOn(reply, "JSON as declared", "the success of %s: %s", reply.Route.Name, wrong)
		}
	}
	if !s.Failed() {
		relied(s, replies)
	}
}

// declaredStatuses are those that an operation may succeed with: the profile's, else
// each 2xx that the document names. Where it names none nothing is declared.
func declaredStatuses(route *profile.Route) []int {
	if len(route.Binding.Status) > 0 {
		return route.Binding.Status
	}
	var declared []int
	for key := range route.Operation.Responses.Map() {
		if key == "2XX" {
			return nil
		}
		if status, err := strconv.Atoi(key); err == nil && status/100 == 2 {
			declared = append(declared, status)
		}
	}
	slices.Sort(declared)
	return declared
}

// wrongMedia holds the head of a success to its document. A body that the document
// does not have still has to be JSON, but for the token side: a caller ignores what
// follows a revocation (RFC 7009 section 2.2).
func wrongMedia(reply *conformance.Reply) []string {
	var wrong []string
	header, body := reply.Response.Header, reply.Response.Body
	content := openapi3.NewContent()
	if response := reply.Route.Documented(reply.HTTP()); response != nil {
		content = response.Content
		for name, ref := range response.Headers {
			if ref.Value != nil && ref.Value.Required && header.Get(name) == "" {
				wrong = append(wrong, "the header "+name+" is missing")
			}
		}
	}
	if len(body) == 0 && (len(content) == 0 || reply.HTTP() == 204) || len(content) == 0 && reply.Route.TokenSide() {
		return wrong
	}
	given := header.Get("Content-Type")
	media, _, err := mime.ParseMediaType(given)
	switch {
	case err != nil:
		return append(wrong, fmt.Sprintf("its Content-Type is %q, which is no media type", given))
	case len(content) > 0 && content.Get(media) == nil:
		return append(wrong, fmt.Sprintf("its Content-Type is %s, which is not declared", media))
	case len(content) == 0 && !strings.HasSuffix(media, "json"):
		return append(wrong, fmt.Sprintf("its Content-Type is %s and not JSON", media))
	}
	if _, err := profile.Decode(body); strings.HasSuffix(media, "json") && err != nil {
		wrong = append(wrong, "its body is no JSON: "+err.Error())
	}
	return wrong
}

func successHasTheFamilysShape(s *conformance.Session) {
	replies := tour(s)
	for _, reply := range replies {
		if unwrapped(s, reply) {
			s.FailOn(reply, "the envelope with "+s.Profile().Envelope.Member, "the success of %s has no envelope", reply.Route.Name)
			continue
		}
		schema := documentedBody(reply)
		if !reply.OK || schema == nil || reply.JSON() == nil && len(reply.Response.Body) == 0 {
			continue
		}
		for _, lack := range lacks(schema, reply.JSON(), "") {
			if strings.Count(lack.pointer, "/") <= 1 && (lack.pointer == "" || enveloped(s, reply.Route)) {
				s.FailOn(reply, "the shape of the API's family", "the success of %s: %s", reply.Route.Name, lack)
			}
		}
		if wrapper := wrapping(schema, reply.JSON()); wrapper != "" {
			s.FailOn(reply, "the bare object", "the success of %s is wrapped in a member %q", reply.Route.Name, wrapper)
		}
	}
	if !s.Failed() {
		relied(s, replies)
	}
}

func enveloped(s *conformance.Session, route *profile.Route) bool {
	return s.Profile().Envelope != nil && !route.TokenSide()
}

// documentedBody is the schema of a reply, nil where the document has none.
func documentedBody(reply *conformance.Reply) *openapi3.Schema {
	if reply.Lost() {
		return nil
	}
	response := reply.Route.Documented(reply.HTTP())
	media, _, err := mime.ParseMediaType(reply.Response.Header.Get("Content-Type"))
	if response == nil || err != nil {
		return nil
	}
	content := response.Content.Get(media)
	if content == nil || content.Schema == nil {
		return nil
	}
	return content.Schema.Value
}

// statusAndEnvelopeAgree looks at every reply of the run that has an envelope, token
// side apart.
func statusAndEnvelopeAgree(s *conformance.Session) {
	envelope := s.Profile().Envelope
	looked := 0
	var told findings
	for _, seen := range s.Exchanges() {
		if seen.Route == nil || seen.Route.TokenSide() {
			continue
		}
		member, has := profile.At(seen.JSON(), envelope.Member)
		if !has {
			continue
		}
		looked++
		success := slices.ContainsFunc(envelope.Success, func(want any) bool { return profile.Equal(want, member) })
		if expected := contradiction(seen.HTTP(), success, s.Policy().FailureStatus); expected != "" {
			told.show(s, seen, fmt.Sprint(seen.Route.Name, seen.HTTP(), member), report.Finding{
				Message:  fmt.Sprintf("%s answered HTTP %d with %v in %s", seen.Route.Name, seen.HTTP(), member, envelope.Member),
				Expected: expected, Observed: fmt.Sprintf("HTTP %d with %v", seen.HTTP(), member),
			})
		}
	}
	if looked == 0 {
		s.Incompletef("no reply of the run has an envelope")
	}
}

// contradiction says what should have gone with a status, "" where it did.
func contradiction(status int, success bool, failures string) string {
	switch well := status >= 200 && status < 300; {
	case well == success:
		return ""
	case success:
		return "an envelope of failure with a status that is no 2xx"
	case status == 200 && failures == "envelope":
		return "" // declared: failures travel in HTTP 200
	}
	return "an envelope of success with a 2xx"
}

// membersArePresentAndTyped looks at successes, and at refusals whose body is documented.
func membersArePresentAndTyped(s *conformance.Session) {
	replies := tour(s)
	told, more := map[string]bool{}, 0
	for _, reply := range slices.Concat(replies, refused(s)) {
		schema := documentedBody(reply)
		if schema == nil {
			continue
		}
		what := "the success"
		if !reply.OK {
			what = "a refusal"
		}
		for _, lack := range append(lacks(schema, reply.JSON(), ""), malformed(reply)...) {
			key := reply.Route.Name + what + lack.String()
			if told[key] {
				continue
			}
			told[key] = true
			// One for each member, so that a reply that is mostly there shows as such.
			if len(told) > 6*most {
				more++
				continue
			}
			s.FailOn(reply, "as documented", "%s of %s: %s", what, reply.Route.Name, lack)
		}
	}
	if more > 0 {
		s.Step("%d more members are missing or of another type", more)
	}
	if !s.Failed() {
		relied(s, replies)
	}
}

// refused provokes refusals, also of another tenant's administrator who names the
// client's tenant to list secrets.
func refused(s *conformance.Session) []*conformance.Reply {
	replies := provoked(s)
	if foreign := s.Foreign(); foreign != nil && s.Profile().Binds("list_secrets") {
		options := []conformance.CallOption{conformance.As(foreign)}
		if scope := s.Profile().Scope; scope != "" {
			options = append(options, conformance.With(scope, s.Admin().Value(scope)))
		}
		replies = append(replies, s.NewClient().Call("list_secrets", options...))
	}
	return replies
}

// malformed are the members of a reply that have not the form which the document names,
// such as uuid.
func malformed(reply *conformance.Reply) (found []lack) {
	for _, breach := range reply.Route.Breaches(reply.HTTP(), reply.Response.Header, reply.Response.Body) {
		if strings.Contains(breach.Message, "match the format") {
			found = append(found, lack{index.ReplaceAllString(breach.Pointer, "/*$1"), breach.Message})
		}
	}
	return found
}

// index is an item's place in an array, in a pointer.
var index = regexp.MustCompile(`/[0-9]+(/|$)`)

func statusWords(statuses []int) string {
	texts := make([]string, len(statuses))
	for i, status := range statuses {
		texts[i] = strconv.Itoa(status)
	}
	return strings.Join(texts, " or ")
}
