package conformance

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/redact"
)

// Reply is what came back from a call, read by the provider's own rules.
type Reply struct {
	*exchange.Exchange
	profile.Judgement // OK, and the Status that is meant
	Route             *profile.Route
	Values            profile.Values // what the profile takes from it

	tree any // see JSON
}

// JSON is the decoded body, nil where it is no JSON. Nobody may change it.
func (r *Reply) JSON() any {
	if r.tree != nil || r.Lost() {
		return r.tree
	}
	tree, _ := profile.Decode(r.Response.Body)
	return tree
}

// Lost reports that no answer was read, which only a call with Leave allows.
func (r *Reply) Lost() bool { return r.Response == nil }

// HTTP is the status on the wire, 0 for a lost answer.
func (r *Reply) HTTP() int {
	if r.Lost() {
		return 0
	}
	return r.Response.Status
}

// Text is a text that the profile takes from the reply, "" where there is none.
func (r *Reply) Text(name string) string {
	text, _ := r.Values[name].(string)
	return text
}

// String says what came back, for findings.
func (r *Reply) String() string {
	switch {
	case r.Lost():
		return "no answer"
	case r.Status != r.HTTP():
		return fmt.Sprintf("HTTP %d with %d in the envelope", r.HTTP(), r.Status)
	}
	return fmt.Sprintf("HTTP %d", r.HTTP())
}

// call is a request in the making.
type call struct {
	principal *Principal
	values    profile.Values
	method    string
	path      string // replaces the path and query, escaped
	query     url.Values
	header    http.Header
	members   map[string]any
	raw       []byte
	rawGiven  bool
	media     string
	proof     *proof
	fresh     bool
	leave     bool
}

// proof is a client's credentials at the token side.
type proof struct {
	way        profile.ClientAuth
	id, secret string
}

// CallOption changes one call.
type CallOption func(*call)

// As calls in the name of a principal other than admin. Nobody sends no credentials.
func As(principal *Principal) CallOption { return func(c *call) { c.principal = principal } }

// With sends a value by its neutral name, beside those of the principal.
func With(name string, value any) CallOption {
	return func(c *call) { c.values[name] = value }
}

// Member sets a member of the body by JSON pointer, whatever the document says of it.
func Member(pointer string, value any) CallOption {
	return func(c *call) { c.members[pointer] = value }
}

// Body sends a body as it stands.
func Body(media string, body []byte) CallOption {
	return func(c *call) { c.raw, c.rawGiven, c.media = body, true, media }
}

// Method replaces the operation's.
func Method(method string) CallOption { return func(c *call) { c.method = method } }

// Path replaces path and query as they go over the wire, escaped.
func Path(path string) CallOption { return func(c *call) { c.path = path } }

// Query adds to the query.
func Query(name, value string) CallOption { return func(c *call) { c.query.Add(name, value) } }

// Header sets a header, in place of one that would be sent.
func Header(name, value string) CallOption { return func(c *call) { c.header.Set(name, value) } }

// Proving sends a client's credentials, in the way that the profile prefers.
func (s *Session) Proving(clientID, secret string) CallOption {
	return ProvingBy(s.run.bound.ClientAuth[0], clientID, secret)
}

// ProvingBy sends a client's credentials in the given way (RFC 6749 section 2.3.1).
func ProvingBy(way profile.ClientAuth, clientID, secret string) CallOption {
	return func(c *call) { c.proof = &proof{way, clientID, secret} }
}

// Fresh uses a connection of its own.
func Fresh() CallOption { return func(c *call) { c.fresh = true } }

// Leave hangs up once the request is written. The reply is lost.
func Leave() CallOption { return func(c *call) { c.leave = true } }

// Call sends a neutral operation, by default in the name of the admin, and reads the
// answer. It judges nothing. Where no answer comes the check ends as incomplete;
// what only reads is asked once more before.
func (s *Session) Call(operation string, values profile.Values, options ...CallOption) *Reply {
	request, route := s.prepare(operation, values, options)
	e := s.run.sender.Do(s.ctx, s.recorder, request)
	if e.Err != nil && s.ctx.Err() == nil && repeatable(e, route) {
		e = s.run.sender.Do(s.ctx, s.recorder, request)
	}
	if e.Err != nil && !errors.Is(e.Err, exchange.ErrLeft) {
		s.Incompletef("%s got no answer: %v", operation, e.Err)
	}
	return s.read(e, route)
}

// repeatable reports that a request may be sent again after a failure: what only reads,
// and a question to the oracle over a kept connection that the target had closed.
func repeatable(e *exchange.Exchange, route *profile.Route) bool {
	switch {
	case final(e.Err) || e.Request.Leave:
		return false
	case e.Request.Method == http.MethodGet || e.Request.Method == http.MethodHead:
		return true
	}
	return errors.Is(e.Err, exchange.ErrClosed) && (route.Name == "revoke" || route.Name == "introspect")
}

func final(err error) bool {
	return errors.Is(err, exchange.ErrBudget) || errors.Is(err, exchange.ErrThrottled) || errors.Is(err, exchange.ErrHost) || errors.Is(err, exchange.ErrBroken)
}

// prepare builds the request of a call.
func (s *Session) prepare(operation string, values profile.Values, options []CallOption) (exchange.Request, *profile.Route) {
	route := s.run.bound.Route(operation)
	if route == nil {
		s.Incompletef("the profile binds no operation %q", operation)
	}
	c := &call{principal: s.Admin(), method: route.Method, query: url.Values{}, header: http.Header{}, members: map[string]any{}}
	if route.TokenSide() || operation == "login" {
		c.principal = Nobody
	}
	for _, option := range options { // on a copy, for the principal alone: its values come first
		trial := &call{principal: c.principal, values: profile.Values{}, query: url.Values{}, header: http.Header{}, members: map[string]any{}}
		option(trial)
		c.principal = trial.principal
	}
	c.values = s.run.values(c.principal)
	maps.Copy(c.values, values)
	for _, option := range options {
		option(c)
	}
	built, err := s.run.bound.Request(operation, c.values)
	if err != nil {
		s.Incompletef("%v", err)
	}
	for _, pointer := range slices.Sorted(maps.Keys(c.members)) {
		built.Body = profile.Set(built.Body, pointer, c.members[pointer])
	}
	return s.assemble(c, route, built), route
}

// assemble puts the parts of a call together.
func (s *Session) assemble(c *call, route *profile.Route, built *profile.Request) exchange.Request {
	header := built.Header
	c.principal.authorize(s.run.bound.Authorization, header)
	if c.proof != nil && route.Binding.Side == "" { // on the management side no client proves itself
		prove(c.proof, built, header)
	}
	body, err := built.Encoded()
	if err != nil {
		s.Incompletef("the body of %s: %v", route.Name, err)
	}
	media := built.Media
	if c.rawGiven {
		body, media = c.raw, c.media
	}
	if media != "" {
		header.Set("Content-Type", media)
	}
	maps.Copy(header, c.header)
	maps.DeleteFunc(header, func(_ string, values []string) bool { return len(values) == 1 && values[0] == "" })
	for name, more := range c.query {
		built.Query[name] = append(built.Query[name], more...)
	}
	base := s.run.options.URL
	if route.TokenSide() {
		base = s.run.options.TokenURL
	}
	at := base + built.Path
	if len(built.Query) > 0 {
		at += "?" + built.Query.Encode()
	}
	if c.path != "" {
		at = base + c.path
	}
	return exchange.Request{Label: route.Name, Method: c.method, URL: at, Header: header, Body: body, Fresh: c.fresh, Leave: c.leave}
}

// prove adds a client's credentials to a form request. In a Basic header both sides
// are form-url-encoded first (RFC 6749 section 2.3.1).
func prove(p *proof, built *profile.Request, header http.Header) {
	if p.way == profile.Basic {
		request := http.Request{Header: header}
		request.SetBasicAuth(url.QueryEscape(p.id), url.QueryEscape(p.secret))
		return
	}
	built.Body = profile.Set(built.Body, "/client_id", p.id)
	built.Body = profile.Set(built.Body, "/client_secret", p.secret)
}

func (s *Session) read(e *exchange.Exchange, route *profile.Route) *Reply {
	reply := &Reply{Exchange: e, Route: route}
	if e.Response == nil {
		return reply
	}
	reply.tree, _ = profile.Decode(e.Response.Body)
	reply.Judgement = s.run.bound.Judge(route.Name, e.Response.Status, reply.tree)
	reply.Values = s.run.bound.Take(route.Name, reply.tree)
	if secret := reply.Text("secret"); secret != "" && !s.run.dry {
		s.run.book.Add(redact.Secret, secret)
		s.run.book.Pair(reply.Text("client_id"), secret)
	}
	if token := reply.Text("token"); token != "" && !s.run.dry {
		s.run.book.Add(redact.Token, token)
	}
	s.run.clock(e)
	return reply
}

// Items reads the items of a list. It ends the check as incomplete where the reply
// has none in their place.
func (s *Session) Items(reply *Reply) []profile.Values {
	items, ok := s.run.bound.Items(reply.Route.Name, reply.JSON())
	if !reply.OK || !ok {
		s.Incompletef("%s did not answer with a list: %s", reply.Route.Name, reply)
	}
	return items
}

// Must ends the check as incomplete unless the call succeeded: for what a check
// relies on and does not itself test.
func (s *Session) Must(reply *Reply) *Reply {
	if !reply.OK {
		s.Incompletef("%s did not succeed, and the check relies on it: %s", reply.Route.Name, reply)
	}
	return reply
}

// Refused holds a reply to one of the statuses that the profile declares for a kind
// of refusal. what names what was refused, as in "rotating an unknown client".
func (s *Session) Refused(reply *Reply, statuses []int, what string) bool {
	if !reply.OK && slices.Contains(statuses, reply.Status) {
		return true
	}
	words := make([]string, len(statuses))
	for i, status := range statuses {
		words[i] = fmt.Sprint(status)
	}
	s.FailOn(reply, "refused with "+strings.Join(words, " or "), "%s: %s", what, reply)
	return false
}
