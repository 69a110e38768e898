package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// repeatedRotationRotatesAgain sends one request twice, first as it is and then with the
// headers by which services that do so recognise a repetition.
func repeatedRotationRotatesAgain(s *conformance.Session) {
	c := clientWithSecret(s)
	const key = "Idempotency-Key"
	mark := fmt.Sprintf("3f0c6b1e-8a52-4d7f-9c36-%012x", s.Rand().Int64N(1<<48))
	repetitions := map[string][]conformance.CallOption{"the same rotation, sent again,": nil}
	if !declares(s.Profile().Route("rotate"), key) {
		repetitions["the same rotation, sent again with the same "+key+","] = []conformance.CallOption{conformance.Header(key, mark), conformance.Header("X-Request-Id", mark)}
	}
	var first, second conformance.Secret
	for _, what := range slices.Sorted(maps.Keys(repetitions)) {
		options := repetitions[what]
		makeRoom(s, c)
		var reply *conformance.Reply
		first, reply = c.TryRotate(options...)
		if s.Must(reply); first.Value == "" {
			s.Incompletef("a rotation succeeded and showed no secret")
		}
		makeRoom(s, c)
		second, reply = c.TryRotate(options...)
		switch {
		case !reply.OK:
			canRotate(s)
			s.FailOn(reply, "another rotation", "%s did not succeed", what)
		case second.Value == first.Value:
			s.FailOn(reply, "a secret of its own", "%s gave the same secret", what)
		}
	}
	if s.Failed() || !s.HasOracle() {
		return
	}
	s.BecomesAccepted(c, second, "the secret of a rotation that was sent again", newSecretsWork)
	switch s.Policy().Rotation {
	case "replace":
		s.BecomesRefused(c, first, "the secret of the same rotation, sent before,")
	case "add":
		s.BecomesAccepted(c, first, "the secret of the same rotation, sent before,", newSecretsWork)
	}
}

// declares reports whether the document has a header among an operation's parameters.
func declares(route *profile.Route, header string) bool {
	for _, list := range []openapi3.Parameters{route.Item.Parameters, route.Operation.Parameters} {
		for _, ref := range list {
			if ref.Value.In == openapi3.ParameterInHeader && strings.EqualFold(ref.Value.Name, header) {
				return true
			}
		}
	}
	return false
}
