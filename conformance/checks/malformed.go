package checks

import (
	"encoding/json"
	"strings"

	"github.com/keyturn/keyturn/conformance"
)

// malformedJSONIsRefused sends to each write what its ordinary body would be, broken
// in each way that bodies break on their way.
func malformedJSONIsRefused(s *conformance.Session) {
	routes := writes(s)
	if len(routes) == 0 {
		s.Incompletef("no write that is bound has a JSON body")
	}
	h := &hostile{session: s, client: s.NewClient()}
	before := settled(s, h.client)
	for _, route := range routes {
		for _, way := range malformations {
			if way.required && !route.Operation.RequestBody.Value.Required {
				continue
			}
			reply := h.send(route.Name, func(body map[string]any) []byte { return way.of(body) })
			if !s.Refused(reply, s.Profile().Statuses.Invalid, route.Name+" with a body that "+way.is) {
				h.told++
			}
			if h.enough() {
				break
			}
		}
		after := s.Snapshot(h.client)
		if !unchangedFrom(s, before, after, route.Name+" with malformed bodies", h.sent...) || h.enough() {
			h.client.Spoil()
			break
		}
		before = after
	}
	h.madeNothing()
}

// malformations are ways in which an object in JSON becomes none. Each keeps the
// content readable to whoever reads loosely, so that it would have an effect.
var malformations = []struct {
	is       string
	required bool // only where a body has to be there
	of       func(body map[string]any) []byte
}{
	{"is cut short", false, func(body map[string]any) []byte {
		text := encoded(body)
		return text[:len(text)-1]
	}},
	{"has something after it", false, func(body map[string]any) []byte {
		return append(encoded(body), " keyturn"...)
	}},
	{"begins with a byte order mark and is no JSON", false, func(map[string]any) []byte {
		return []byte("\xef\xbb\xbfkeyturn")
	}},
	{"has single quotes", false, func(body map[string]any) []byte {
		if len(body) == 0 {
			body = map[string]any{"keyturn": "keyturn"}
		}
		return []byte(strings.ReplaceAll(string(encoded(body)), `"`, `'`))
	}},
	{"is empty", true, func(map[string]any) []byte { return []byte{} }},
}

// encoded is an object in JSON. What came out of JSON always goes back.
func encoded(body map[string]any) []byte {
	text, err := json.Marshal(body)
	if err != nil {
		return []byte("{}")
	}
	return text
}
