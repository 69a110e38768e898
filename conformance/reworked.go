package conformance

import (
	"maps"
	"slices"

	"github.com/keyturn/keyturn/conformance/profile"
)

// Reworked sends what edit makes of the JSON body that the call would have, byte for
// byte. So a hostile creation still carries the name that the journal knows. It goes
// last among the options of a call to the operation.
func (s *Session) Reworked(operation string, edit func(body map[string]any) []byte) CallOption {
	return func(c *call) {
		if c.method == "" {
			return // only asked for its principal
		}
		built, err := s.run.bound.Request(operation, c.values)
		if err != nil {
			s.Incompletef("%v", err)
		}
		for _, pointer := range slices.Sorted(maps.Keys(c.members)) {
			built.Body = profile.Set(built.Body, pointer, c.members[pointer])
		}
		text, err := built.Encoded()
		if err != nil {
			s.Incompletef("the body of %s: %v", operation, err)
		}
		decoded, _ := profile.Decode(text) // a copy: what the profile holds is shared
		body, ok := decoded.(map[string]any)
		if !ok {
			body = map[string]any{}
		}
		c.raw, c.rawGiven, c.media = edit(body), true, "application/json"
	}
}
