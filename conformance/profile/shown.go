package profile

import (
	"slices"
	"strings"
)

// NamesClient reports whether the reply to a call about a client that exists has one
// of its ids, or the name of its tenant.
func (b *Bound) NamesClient(r *Route) bool {
	return r.Name != "create" && r.Binding.Items == nil && !r.TokenSide() && r.Name != "login" && len(b.Naming(r)) > 0
}

// Naming lists the values of a route's reply that say which client it is about.
func (b *Bound) Naming(r *Route) (names []string) {
	for _, name := range []string{"client", "client_id", b.Scope} {
		if name != "" && r.Binding.Take[name] != "" {
			names = append(names, name)
		}
	}
	return names
}

// ShowsAttribute reports whether an update in JSON can set an attribute that a read
// shows, and that is a member of the body itself.
func (b *Bound) ShowsAttribute() bool {
	return b.takesJSON("update") && b.Binds("read") && slices.ContainsFunc(b.Attributes, Attribute.Plain)
}

// Plain reports whether an attribute has two values to try and a member of its own at
// the top of the body.
func (a Attribute) Plain() bool {
	return len(a.Values) > 1 && a.Read != "" && strings.Count(a.Write, "/") == 1
}

// ShowsExpiry reports whether a rotation in JSON takes an expiry that the list of
// secrets shows, as a member at the top of the body.
func (b *Bound) ShowsExpiry() bool {
	place := b.Operations["rotate"].Put["expires"]
	return b.takesJSON("rotate") && strings.HasPrefix(place, "/body/") && strings.Count(place, "/") == 2 &&
		b.Binds("list_secrets") && b.Operations["list_secrets"].Take["expires"] != ""
}

func (b *Bound) takesJSON(operation string) bool {
	route := b.Route(operation)
	return route != nil && route.Media() == "application/json"
}
