package profile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// Bound is a profile whose operations were found in its document.
type Bound struct {
	*Profile
	Digest string // SHA-256 of profile and document, in hex
	text   []byte // of the profile
	doc    *openapi3.T
	routes map[string]*Route
	zone   *time.Location
}

// Route is a neutral operation in the document.
type Route struct {
	Name      string // of the neutral operation
	Method    string
	Path      string // the template
	Binding   Binding
	Operation *openapi3.Operation
	Item      *openapi3.PathItem
	parameter map[string]bool // "in name" of what the operation declares
	media     string          // of the request's body, "" where it has none
	patch     bool            // the body is a JSON Patch, whatever the document calls its type
}

func bind(p *Profile, doc *openapi3.T) (*Bound, error) {
	bound := &Bound{Profile: p, doc: doc, routes: map[string]*Route{}}
	bound.zone, _ = p.zone()
	byID := map[string]*Route{}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			byID[operation.OperationID] = &Route{Method: method, Path: path, Operation: operation, Item: item}
		}
	}
	var mistakes []error
	for _, name := range slices.Sorted(maps.Keys(p.Operations)) {
		binding := p.Operations[name]
		found, ok := byID[binding.Operation]
		if !ok {
			mistakes = append(mistakes, fmt.Errorf("operations.%s: the document has no operation %q, it has %s",
				name, binding.Operation, strings.Join(slices.Sorted(maps.Keys(byID)), ", ")))
			continue
		}
		route := *found
		route.Name, route.Binding = name, binding
		if err := route.declare(p); err != nil {
			mistakes = append(mistakes, fmt.Errorf("operations.%s: %w", name, err))
		}
		bound.routes[name] = &route
	}
	return bound, errors.Join(mistakes...)
}

// declare notes what the operation declares and checks that what is put has a place.
func (r *Route) declare(p *Profile) error {
	r.parameter = map[string]bool{}
	for _, list := range []openapi3.Parameters{r.Item.Parameters, r.Operation.Parameters} {
		for _, ref := range list {
			r.parameter[ref.Value.In+" "+strings.ToLower(ref.Value.Name)] = true
		}
	}
	if err := r.settle(); err != nil {
		return err
	}
	put := map[string]bool{}
	for value, pointer := range r.Binding.Put {
		at, err := splitPlace(pointer)
		if err != nil {
			return err
		}
		if at.in == "body" && r.media == "" {
			return fmt.Errorf("put.%s: %s %s takes no JSON or form body", value, r.Method, r.Path)
		}
		if at.in == "path" && !r.parameter["path "+strings.ToLower(at.name)] {
			return fmt.Errorf("put.%s: %s has no path parameter %q", value, r.Path, at.name)
		}
		put[at.in+" "+at.name] = true
	}
	for _, pointer := range p.Common {
		if at, err := splitPlace(pointer); err == nil {
			put[at.in+" "+at.name] = true
		}
	}
	for _, name := range pathParameters(r.Path) {
		if !put["path "+name] {
			return fmt.Errorf("put: nothing is put into the path parameter %q of %s", name, r.Path)
		}
	}
	return nil
}

// settle finds the type of the request's body.
func (r *Route) settle() error {
	const form = "application/x-www-form-urlencoded"
	if body := r.Operation.RequestBody; body != nil {
		for _, media := range []string{"application/json", form, patchMedia} {
			if r.media == "" && body.Value.Content[media] != nil {
				r.media = media
			}
		}
	}
	r.patch = r.Binding.Patch
	switch {
	case r.patch && (r.media == "" || r.media == form):
		return fmt.Errorf("json_patch: %s %s takes no JSON body", r.Method, r.Path)
	case !r.patch && r.media == patchMedia:
		return fmt.Errorf("json_patch: want true, as %s %s takes a JSON Patch", r.Method, r.Path)
	}
	return nil
}

func pathParameters(template string) []string {
	var names []string
	for segment := range strings.SplitSeq(template, "/") {
		if strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") {
			names = append(names, segment[1:len(segment)-1])
		}
	}
	return names
}

// Route returns a neutral operation, or nil where it is not bound.
func (b *Bound) Route(name string) *Route { return b.routes[name] }

// Routes lists the bound operations by name. Two names may have one operation.
func (b *Bound) Routes() []*Route {
	routes := make([]*Route, 0, len(b.routes))
	for _, name := range slices.Sorted(maps.Keys(b.routes)) {
		routes = append(routes, b.routes[name])
	}
	return routes
}

// Methods lists the methods that the document has at a route's path.
func (r *Route) Methods() []string { return slices.Sorted(maps.Keys(r.Item.Operations())) }

// patchMedia is the type of a JSON Patch (RFC 6902 section 6).
const patchMedia = "application/json-patch+json"

// Media is what the request's body is, "" where there is none: "application/json" for an
// object, and never for a JSON Patch, which some documents call so too.
func (r *Route) Media() string {
	if r.patch {
		return patchMedia
	}
	return r.media
}

// BodySchema is the schema of the members that a request's body has, nil where there are
// none. What the document says of a JSON Patch is not about them.
func (r *Route) BodySchema() *openapi3.Schema {
	if r.media == "" || r.patch {
		return nil
	}
	if ref := r.Operation.RequestBody.Value.Content[r.media].Schema; ref != nil {
		return ref.Value
	}
	return nil
}

// TokenSide reports whether clients call it with their own secret.
func (r *Route) TokenSide() bool {
	return slices.Contains(TokenSide, r.Name) && r.Binding.Side != onManagement
}

// Features lists what the profile declares beside its policy, for predicates.
func (b *Bound) Features() []string {
	bulk, _ := b.Bulk()
	declared := map[string]bool{
		"expiry":             b.Operations["rotate"].Put["expires"] != "",
		"expiry_update":      b.updatesExpiry(),
		"cap":                b.Policy.MaxLive > 0,
		"pagination":         b.Operations["list"].Page != nil,
		"attributes":         len(b.Attributes) > 0,
		"immutable":          len(b.Immutable) > 0,
		"read_only":          len(b.ReadOnly) > 0,
		"invalid":            len(b.Invalid) > 0,
		"disables":           b.Switch.Write != "",
		"chosen_id":          b.ChosenID() != "",
		"filters":            len(b.Operations["list"].Filters) > 0,
		"caller_credentials": b.TellsApart("admin"),
		"bearer":             b.bearer(),
		"hides_foreign":      b.hidesForeign(),
		"bulk_delete":        bulk != "",
		"envelope":           b.Envelope != nil,
		"retires":            b.Policy.Rotation == "replace" || b.Policy.Overflow == "evict" || b.Binds("delete_secret"),
		"tenant_scope":       b.Scope != "",
		"basic":              slices.Contains(b.ClientAuth, Basic),
		"json_body":          slices.ContainsFunc(b.Routes(), func(r *Route) bool { return !r.TokenSide() && r.Media() == "application/json" }),
		"failure_id":         b.Failure.ID != "",
		"failure_members":    len(b.Failure.Always)+len(b.Failure.Only) > 0,
		"names_client":       slices.ContainsFunc(b.Routes(), b.NamesClient),
		"shown_write":        b.ShowsAttribute() || b.ShowsExpiry(),
		"problem_details":    slices.ContainsFunc(b.Routes(), (*Route).problems),
	}
	maps.DeleteFunc(declared, func(_ string, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(declared))
}

// ChosenID is the value of a creation by which the caller chooses an id that no two
// clients may have, "" where the service makes up all ids.
func (p *Profile) ChosenID() string {
	for _, value := range []string{"client_id", "identifier"} {
		if p.Operations["create"].Put[value] != "" {
			return value
		}
	}
	return ""
}

// updatesExpiry reports whether an expiry may be changed without a rotation, and read.
func (b *Bound) updatesExpiry() bool {
	changes := b.Operations["update"].Put["expires"] != "" || b.Operations["replace"].Put["expires"] != ""
	return changes && b.Operations["read"].Take["expires"] != ""
}

func (r *Route) problems() bool {
	for _, response := range r.Operation.Responses.Map() {
		if response.Value.Content["application/problem+json"] != nil {
			return true
		}
	}
	return false
}

// Filter is the query parameter that narrows a list down to the items with a value, ""
// where there is none.
func (b Binding) Filter(value string) string {
	at, err := splitPlace(b.Filters[value])
	if err != nil {
		return ""
	}
	return at.name
}
