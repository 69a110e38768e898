package mockserver

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// preferHeader is where a request asks for an effect of its own (RFC 7240).
const preferHeader = "Prefer"

// emulated reports whether the request is an emulated API's to answer, and not the
// admin plane's, which has neither faults nor delays.
func (x *exchange) emulated() bool { return x.provider != nil && x.provider.Realm.Name != "" }

// meet finds out what the faults of the namespace do to the request, and what it asks
// for itself. Errors: Invalid for a preference that cannot be read, and those of the
// namespace.
func (x *exchange) meet(ctx context.Context) error {
	asked := x.call.HTTP.Header[preferHeader]
	if !x.emulated() || asked == nil && !x.space.Faults().Active() {
		return nil
	}
	effect, applied, err := fault.Prefer(asked)
	if err != nil {
		return err
	}
	x.applied = applied
	x.outcome, err = x.space.Meet(ctx, fault.Request{
		Provider: x.provider.Name, Operation: x.operationID(), Method: x.call.HTTP.Method,
		Path: x.call.HTTP.URL.EscapedPath(), Mentions: x.mentions,
	}, effect, x.space.Clock().Now())
	return err
}

// maxHeld bounds how many requests are held up at a time, as each keeps its connection
// and its body, and a request may ask for it without credentials.
const maxHeld = 256

// hold takes a place among the requests that are held up, if this one is to be, and
// reports whether there was one. send gives it back.
func (x *exchange) hold() bool {
	if x.outcome == nil || x.outcome.Wait == 0 && x.outcome.Delivery.Wait == 0 && x.outcome.Delivery.Drip == nil {
		return true
	}
	select {
	case x.server.held <- struct{}{}:
		x.holds = true
		return true
	default:
		x.outcome = nil
		return false
	}
}

// fail is the failure that a fault ends the request with, in the provider's shape. The
// answer to a request whose connection is cut is never sent, and only journalled.
func (x *exchange) fail() error {
	status := x.outcome.Status
	if status == 0 {
		status = http.StatusServiceUnavailable
	}
	x.injected = true
	return client.Errorf(client.NearestKind(status), "a fault of the namespace: %s", x.outcome).WithStatus(status)
}

// lost puts a failure in the place of the answer to a request that was carried out.
func (x *exchange) lost(ctx context.Context, reply provider.Reply) provider.Reply {
	if x.outcome == nil || x.outcome.Ends != fault.After || x.outcome.Status == 0 {
		return reply
	}
	return x.checked(ctx, x.refuse(ctx, client.AsError(x.fail())))
}

// mark tells in the header what was done to the answer.
func (x *exchange) mark(header http.Header) {
	if x.outcome == nil {
		return
	}
	header["Keyturn-Fault"] = []string{printable(strings.ReplaceAll(x.outcome.String(), "µ", "u"))}
	if x.applied != "" {
		header["Preference-Applied"] = []string{x.applied}
	}
	if x.outcome.RetryAfter > 0 {
		header["Retry-After"] = []string{strconv.Itoa(x.outcome.RetryAfter)}
	}
}

// mentions reports whether the request is about the client, or sent by it, under one of
// its identifiers.
func (x *exchange) mentions(name string) bool {
	names := x.namesOf(name)
	known := func(text string) bool { return slices.Contains(names, text) }
	r := x.call.HTTP
	for _, value := range x.path {
		if plain, err := url.PathUnescape(value); err == nil && known(plain) {
			return true
		}
	}
	if id, _, basic := r.BasicAuth(); basic && known(id) {
		return true
	}
	if scheme, credentials, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Basic") {
		// RFC 6749 section 2.3.1 has the id form-encoded.
		if text, err := base64.StdEncoding.DecodeString(credentials); err == nil {
			if id, err := url.QueryUnescape(strings.SplitN(string(text), ":", 2)[0]); err == nil && known(id) {
				return true
			}
		}
	}
	return anyOf(r.URL.Query(), known) || x.bodyHas(known)
}

// namesOf are the client's identifiers, as far as there is such a client.
func (x *exchange) namesOf(name string) []string {
	names := []string{name}
	if x.call.Realm == nil {
		return names
	}
	return append(names, otherNames(x.call.HTTP.Context(), x.space.Store(), x.call.Realm.Kind.Name, name)...)
}

// otherNames are the key and the ClientID of the client that has the name for either.
func otherNames(ctx context.Context, clients store.Store, realm, name string) []string {
	if c, err := clients.Get(ctx, client.Key{Realm: realm, ID: name}); err == nil {
		return []string{c.ID, c.ClientID}
	}
	if c, err := clients.Find(ctx, realm, name); err == nil {
		return []string{c.ID, c.ClientID}
	}
	return nil
}

func (x *exchange) bodyHas(known func(string) bool) bool {
	if len(x.call.Raw) == 0 {
		return false
	}
	if value, err := wire.Decode(x.call.Raw); err == nil {
		return leafOf(value, known)
	}
	form, err := url.ParseQuery(string(x.call.Raw))
	return err == nil && anyOf(form, known)
}

func anyOf(values url.Values, known func(string) bool) bool {
	for _, list := range values {
		if slices.ContainsFunc(list, known) {
			return true
		}
	}
	return false
}

func leafOf(value any, known func(string) bool) bool {
	switch value := value.(type) {
	case string:
		return known(value)
	case wire.Array:
		return slices.ContainsFunc(value, func(item any) bool { return leafOf(item, known) })
	case wire.Object:
		for _, member := range value {
			if leafOf(member, known) {
				return true
			}
		}
	}
	return false
}
