package checks

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// foreignLooksUnknown compares what another tenant's administrator is told of a client
// with what it is told of two that do not exist. Where those two differ from each other,
// as in the number of a request, it gives nothing away.
func foreignLooksUnknown(s *conformance.Session) {
	c, foreign := bystander(s), conformance.As(s.Foreign())
	none, nobody := s.NoClient(), s.NoClient()
	unknown := func(id string) profile.Values { return profile.Values{"client": id, "client_id": id} }
	judged := 0
	compare := func(operation, words string, options ...conformance.CallOption) {
		options = append(options, foreign, conformance.With("name", c.Name))
		// In between, so that a time or a count that goes on differs between those two as well.
		first := statements(s.Call(operation, unknown(none), options...), unknown(none))
		reply := c.Call(operation, options...)
		if reply.OK {
			c.Spoil()
		}
		theirs := statements(reply, c.Values)
		second := statements(s.Call(operation, unknown(nobody), options...), unknown(nobody))
		judged++
		if tell := difference(theirs, first, second); tell != "" {
			s.FailOn(reply, "what is said of a client that does not exist", "%s tells another tenant's administrator%s that the client exists: %s", operation, words, tell)
		}
	}
	operations := probing(s)
	for _, operation := range operations {
		compare(operation, "", secretFor(s, operation)...)
	}
	if naming, scope := namingHome(s); naming != nil && len(operations) > 0 {
		compare(operations[0], " who names the client's "+scope, append(secretFor(s, operations[0]), naming)...)
	}
	if judged == 0 {
		s.Incompletef("the profile binds no operation that mode %s could ask about a client", s.Mode())
	}
}

// probing are operations about one client, each of the document's once. Those that delete
// or replace are left out, as some services make what they do not find. Mode readonly only
// reads.
func probing(s *conformance.Session) []string {
	var operations []string
	asked := map[string]bool{}
	for _, operation := range []string{"read", "list_secrets", "reveal", "update", "rotate"} {
		route := s.Profile().Route(operation)
		if route == nil || asked[route.Operation.OperationID] || s.Mode() == conformance.ReadOnly && route.Method != http.MethodGet {
			continue
		}
		asked[route.Operation.OperationID] = true
		operations = append(operations, operation)
	}
	return operations
}

// secretFor is a secret, where the caller has to send one.
func secretFor(s *conformance.Session, operation string) []conformance.CallOption {
	if operation != "rotate" || s.Profile().Operations[operation].Put["secret"] == "" {
		return nil
	}
	return []conformance.CallOption{conformance.With("secret", s.ChooseSecret())}
}

// statements are all that a reply says, by place, with the ids that it was asked about made
// alike. How long it is follows from that; when it was made does not matter.
func statements(reply *conformance.Reply, ids profile.Values) map[string]string {
	said := map[string]string{"the status": reply.String()}
	if reply.Lost() {
		return said
	}
	hide := func(text string) string {
		for _, id := range ids {
			if known, ok := id.(string); ok && known != "" {
				text = strings.ReplaceAll(text, known, "{id}")
			}
		}
		return text
	}
	for name, values := range reply.Response.Header {
		if name != "Date" && name != "Content-Length" {
			said["the header "+name] = hide(strings.Join(values, ", "))
		}
	}
	if reply.JSON() == nil {
		said["the body"] = hide(string(reply.Response.Body))
		return said
	}
	for pointer, leaf := range profile.Flatten(reply.JSON()) {
		said["the body's "+pointer] = hide(fmt.Sprint(leaf))
	}
	return said
}

// difference is the first place where what is said differs from both of two that say the
// same there, "" where none does.
func difference(said, first, second map[string]string) string {
	places := slices.Concat(slices.Collect(maps.Keys(said)), slices.Collect(maps.Keys(first)))
	slices.Sort(places)
	slices.Reverse(places) // the status before the headers before the body
	for _, place := range slices.Compact(places) {
		is, one, other := quotedAt(said, place), quotedAt(first, place), quotedAt(second, place)
		if one == other && is != one {
			return fmt.Sprintf("%s is %s, and %s for clients that do not exist", place, short(is), short(one))
		}
	}
	return ""
}

func quotedAt(said map[string]string, place string) string {
	if text, there := said[place]; there {
		return fmt.Sprintf("%q", text)
	}
	return "not there"
}

// short is enough of a text to tell it from another.
func short(text string) string {
	const enough = 80
	if runes := []rune(text); len(runes) > enough {
		return string(runes[:enough]) + "…"
	}
	return text
}
