package profile

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// bearer reports whether callers use the scheme of RFC 6750 section 2.1. Its name is
// written in any case (RFC 9110 section 11.1).
func (p *Profile) bearer() bool {
	scheme := strings.TrimSpace(p.Authorization.Prefix)
	return strings.EqualFold(p.Authorization.Header, "Authorization") && strings.EqualFold(scheme, "Bearer")
}

// hidesForeign reports whether another tenant's client may be refused with the status of
// one that does not exist.
func (p *Profile) hidesForeign() bool {
	return slices.ContainsFunc(p.Statuses.Foreign, func(status int) bool { return slices.Contains(p.Statuses.Unknown, status) })
}

// Bulk is the query parameter of delete that names several clients at once, and which of
// a client's values it takes. Both are "" where clients are deleted one by one.
func (b *Bound) Bulk() (parameter, value string) {
	route := b.routes["delete"]
	if route == nil {
		return "", ""
	}
	for _, value := range []string{"client", "client_id"} {
		at, err := splitPlace(route.Binding.Put[value])
		if err == nil && at.in == "query" && route.many(at.name) {
			return at.name, value
		}
	}
	return "", ""
}

// many reports whether a query parameter may be repeated, each time with another value.
func (r *Route) many(parameter string) bool {
	for _, ref := range slices.Concat(r.Item.Parameters, r.Operation.Parameters) {
		one := ref.Value
		if one.In == openapi3.ParameterInQuery && one.Name == parameter && one.Schema != nil {
			return one.Schema.Value.Type.Is(openapi3.TypeArray) && (one.Explode == nil || *one.Explode)
		}
	}
	return false
}
