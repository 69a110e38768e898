package checks

import (
	"github.com/keyturn/keyturn/conformance"
)

// otherMedia are types that an ordinary body is sent as. A browser sends the first to
// any origin without asking (it is on the safelist for requests across origins), so a
// service that takes it for JSON can be written to from any page.
var otherMedia = []string{"text/plain", "application/xml"}

// otherMediaTypesAreRefused sends each write what it would take, under another name.
func otherMediaTypesAreRefused(s *conformance.Session) {
	routes := writes(s)
	if len(routes) == 0 {
		s.Incompletef("no write that is bound has a JSON body")
	}
	h := &hostile{session: s, client: s.NewClient()}
	before := settled(s, h.client)
	for _, route := range routes {
		for _, media := range otherMedia {
			if route.Operation.RequestBody.Value.Content.Get(media) != nil || h.enough() {
				continue
			}
			reply := h.send(route.Name, encoded, conformance.Header("Content-Type", media))
			if !s.Refused(reply, s.Profile().Statuses.Media, route.Name+" with a body in JSON that is called "+media) {
				h.told++
			}
		}
		after := s.Snapshot(h.client)
		if !unchangedFrom(s, before, after, route.Name+" with bodies of other media types", h.sent...) {
			h.client.Spoil()
			break
		}
		before = after
	}
	h.madeNothing()
}
