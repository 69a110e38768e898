package mockserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/defect"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/proxy"
	"github.com/keyturn/keyturn/mockserver/telemetry"
)

// maxBody is more than any request to an emulated API needs.
const maxBody = 1 << 20

// exchange is one request on its way.
type exchange struct {
	server *Server
	space  *namespace.Namespace
	// start is the time of the namespace, and began that of the system. decided is how
	// long it took until there was an answer to be written.
	start, began time.Time
	decided      time.Duration
	call         provider.Call
	// route is nil when no operation answers at the path, and door when the path
	// is no provider's either.
	route    *route
	provider *provider.Provider
	door     *provider.Door
	// violation says why the request was refused or the reply withheld.
	violation string
	// own marks a reply that is the pipeline's and no operation's, so that no
	// document speaks of it, and injected one that a fault has put in place of the
	// operation's.
	own, injected bool
	// stale is why nobody knows whether the namespace is up to date.
	stale error
	// away is why nobody knows whether there is the namespace that was chosen.
	away error
	// nowhere marks a request that chose a namespace which there is not.
	nowhere bool
	// id is what the log and the journal call the request.
	id string
	// outcome is what faults do to the request, nil for nothing, and applied what of it
	// the request has asked for.
	outcome *fault.Outcome
	applied string
	// holds says that the request has a place among those that are held up.
	holds bool
	// witness notes what becomes of secrets.
	witness witness
	writer  http.ResponseWriter
	span    *telemetry.Span
	// drift is what differs from the document, of a request to a deployment, and
	// forwarded the deployment's answer once it is there.
	drift     *proxy.Exchange
	forwarded *proxy.Reply
	// defects are what is switched on for the provider, nil for none.
	defects *defect.Armed
	path    map[string]string
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{server: s, writer: w, began: s.options.Clock(), id: s.ids.Next()}
	chosen, failure := s.choose(r)
	if s.page(w, chosen, failure) {
		return
	}
	r = chosen.request
	if s.options.Tracing != nil {
		var ctx context.Context
		ctx, x.span = s.options.Tracing.Start(r.Context(), r.Header, r.Method)
		r = r.WithContext(ctx)
	}
	x.space = chosen.space
	if x.away = chosen.away; failure == nil && x.away == nil {
		if x.stale = x.space.Refresh(r.Context()); client.KindOf(x.stale) == client.NotFound {
			failure = client.AsError(x.stale)
		}
	}
	x.start = x.space.Clock().At(x.began)
	x.witness.Store = x.space.Store()
	x.call = provider.Call{
		HTTP: r, Store: &x.witness, BaseURL: s.baseURL(r) + chosen.prefix, Now: x.start, Random: x.space.Random(),
		Namespace: x.space.Name(),
	}
	if failure != nil {
		x.send(x.noNamespace(failure))
		return
	}
	x.send(x.serve(r.Context()))
}

// noNamespace is the answer to a request that is nobody's.
func (x *exchange) noNamespace(failure *client.Error) provider.Reply {
	status := http.StatusNotFound
	if failure.Kind == client.Conflict {
		status = http.StatusBadRequest
	}
	x.nowhere = true
	return x.problem(status, "no-namespace", "The request chooses no namespace that there is",
		failure.Located()+"; POST /__admin/namespaces creates one")
}

// serve returns the reply that is fit to be written.
func (x *exchange) serve(ctx context.Context) (reply provider.Reply) {
	defer func() {
		if cause := recover(); cause != nil {
			x.server.logger.ErrorContext(ctx, "handler panicked", "request_id", x.id, "operation", x.operationID(), "cause", cause, "stack", string(debug.Stack()))
			reply = x.problem(http.StatusInternalServerError, "panic", "The stand-in failed", "operation "+x.operationID())
		}
	}()
	reply, err := x.handle(ctx)
	if away := cmp.Or(x.witness.away, x.call.Away); away != nil {
		err = away
	}
	if err != nil {
		reply = x.refuse(ctx, client.AsError(err))
	}
	reply = x.checked(ctx, reply)
	x.defects.Reply(&x.call, &reply)
	return x.lost(ctx, reply)
}

func (x *exchange) handle(ctx context.Context) (provider.Reply, error) {
	x.arm()
	route, path, failure := x.server.router.match(x.call.HTTP)
	if failure != nil {
		x.provider, x.door = x.server.router.door(x.call.HTTP.URL.Path)
		if !x.passes() {
			x.enterRealm()
			return provider.Reply{}, failure
		}
	} else {
		x.route, x.path, x.provider, x.door = route, path, route.provider, route.door
		x.call.Operation = route.operation
	}
	x.enterRealm()
	if err := cmp.Or(x.away, x.onlyEmulated(x.stale)); err != nil {
		return provider.Reply{}, err
	}
	limit := route.bodyLimit()
	if limit > maxBody {
		// Nobody sends that much to hear that they may not.
		if err := x.authenticate(ctx); err != nil {
			return provider.Reply{}, err
		}
	}
	if err := x.readBody(limit); err != nil {
		if x.isProxied() {
			return x.unread(err), nil
		}
		return provider.Reply{}, err
	}
	if err := x.meet(ctx); err != nil {
		if client.KindOf(err) != client.Invalid {
			return provider.Reply{}, err
		}
		return x.problem(http.StatusBadRequest, "prefer", "The request prefers what cannot be", client.AsError(err).Located()), nil
	}
	if !x.hold() {
		return x.problem(http.StatusServiceUnavailable, "held-up", "Too many requests are held up by faults", fmt.Sprintf("there are %d already, the most that can be", maxHeld)), nil
	}
	if x.outcome != nil {
		if fault.Wait(x.writer, x.call.HTTP, x.outcome.Wait) != nil {
			return provider.Reply{}, ctx.Err()
		}
		if x.outcome.Ends == fault.Before {
			return provider.Reply{}, x.fail()
		}
	}
	if x.isProxied() {
		return x.forward(ctx)
	}
	if x.call.Realm != nil {
		// The admin plane has no realm: it replaces the world and must not wait for
		// itself.
		if err := x.catchUp(ctx); err != nil {
			return provider.Reply{}, err
		}
		x.space.Hold()
		defer x.space.Release()
		x.enterRealm()
	}
	// A body can take its time to arrive. What counts is when it is there: a secret
	// that expired meanwhile has expired.
	x.call.Now = x.space.Clock().Now()
	x.delay()
	if x.defects == nil {
		return x.decide(ctx, &x.call)
	}
	x.defects.Call(&x.call)
	return x.defects.Around(ctx, &x.call, x.decide)
}

// onlyEmulated is the error where it is an emulated API's to tell. The admin plane finds
// out for itself, as some of it needs no state.
func (x *exchange) onlyEmulated(err error) error {
	if x.emulated() {
		return err
	}
	return nil
}

// heldLong is how long a request may take to arrive, or be held up by a fault, before the
// namespace may be another.
const heldLong = time.Second

// catchUp looks for what other servers have made of the namespace since the request began.
func (x *exchange) catchUp(ctx context.Context) error {
	if x.took() < heldLong {
		return nil
	}
	return x.space.Refresh(ctx)
}

// delay has the secrets of the namespace begin and end to work as late as it says.
func (x *exchange) delay() {
	if state := x.space.Propagation(); state != nil && x.emulated() {
		replica := state.Begin(x.call.Now)
		x.call.Store, x.call.Judge = replica.Store(x.call.Store), replica.Judge
	}
}

// arm finds out what is switched on for the provider that is asked.
func (x *exchange) arm() {
	active := x.space.Misbehaviour()
	if active == nil || x.server.options.Proxy != nil {
		return
	}
	if asked, _ := x.server.router.door(x.call.HTTP.URL.Path); asked != nil {
		x.defects = active.For(asked.Name)
		x.call.HTTP = x.defects.Route(x.call.HTTP)
	}
}

// decide takes the call from its credentials to the handler's answer.
func (x *exchange) decide(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	if err := x.authenticate(ctx); err != nil {
		return provider.Reply{}, err
	}
	if err := x.check(); err != nil {
		return provider.Reply{}, err
	}
	return x.route.handler(ctx, call)
}

func (x *exchange) enterRealm() {
	if x.provider != nil {
		x.call.Realm = x.space.Realm(x.provider.Realm.Name)
	}
}

func (r *route) bodyLimit() int64 {
	if r == nil {
		return maxBody
	}
	if own, given := r.provider.BodyLimits[r.operation.ID]; given {
		return own
	}
	return maxBody
}

func (x *exchange) readBody(limit int64) error {
	r := x.call.HTTP
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	if r.ContentLength > limit {
		return client.Errorf(client.TooLarge, "the body is larger than %d bytes", limit)
	}
	data, err := readAll(io.LimitReader(r.Body, limit+1), r.ContentLength)
	switch {
	case err != nil:
		return client.Errorf(client.Malformed, "the body could not be read to its end")
	case int64(len(data)) > limit:
		return client.Errorf(client.TooLarge, "the body is larger than %d bytes", limit)
	}
	x.call.Raw = data
	return nil
}

// readAll reads to the end, in one allocation where the length is known. A length
// that is out of the ordinary is not believed before it is there.
func readAll(r io.Reader, length int64) ([]byte, error) {
	if length <= 0 || length > maxBody {
		return io.ReadAll(r)
	}
	data := make([]byte, length)
	_, err := io.ReadFull(r, data)
	return data, err
}

// check holds the request to the document.
func (x *exchange) check() error {
	r, op := x.call.HTTP, x.route.operation
	var err error
	if x.server.options.Unchecked || x.defects.Unchecked(&x.call) {
		x.call.Params, x.call.Body, err = op.Unchecked(x.path, r.URL.RawQuery, r.Header, x.call.Raw)
		return err
	}
	if x.call.Params, err = op.Parameters(x.path, r.URL.RawQuery, r.Header); err != nil {
		return err
	}
	x.call.Body, err = op.Body(r.Header.Get("Content-Type"), x.call.Raw)
	return err
}

// refuse puts a failure into the shape of the door it happened behind.
func (x *exchange) refuse(ctx context.Context, failure *client.Error) provider.Reply {
	if failure.Kind == client.Internal && !x.injected {
		if errors.Is(failure, context.Canceled) {
			x.own = true
			return provider.Reply{Status: statusClientGone}
		}
		x.server.logger.ErrorContext(ctx, "operation failed", "request_id", x.id, "operation", x.operationID(), "error", failure)
		return x.problem(http.StatusInternalServerError, failure.Kind.String(), "The stand-in failed", "operation "+x.operationID())
	}
	var reply provider.Reply
	if x.door == nil {
		reply = x.problem(statusOf(failure.Kind), failure.Kind.String(), "No emulated API answers here",
			failure.Message+"; the documents are listed at "+x.call.BaseURL+"/__admin/specs")
	} else {
		reply = x.door.Refuse(&x.call, failure)
		reply.Failed = true
	}
	if reply.Header == nil {
		reply.Header = http.Header{}
	}
	if failure.Kind == client.Unavailable && !x.injected {
		x.server.logger.DebugContext(ctx, "the state does not answer", "request_id", x.id, "error", failure)
		x.own = true // no document speaks of it
		reply.Header.Set("Retry-After", retryAfter)
	}
	if failure.Kind == client.WrongMethod {
		reply.Header.Set("Allow", strings.Join(x.server.router.allowed(x.call.HTTP), ", "))
	}
	if !x.injected {
		x.violation = printable(failure.Kind.String() + ": " + place(failure) + failure.Message)
		reply.Header.Set(violationHeader, x.violation)
	}
	return reply
}

// retryAfter is how many seconds whoever met a state that does not answer should wait.
const retryAfter = "1"

// statusClientGone is written for a client that went away, so nobody reads it.
const statusClientGone = 499

func place(failure *client.Error) string {
	if failure.Field == "" {
		return ""
	}
	return failure.Field + ": "
}

// checked holds the own reply to the document.
func (x *exchange) checked(ctx context.Context, reply provider.Reply) provider.Reply {
	if reply.Media == "" && reply.Body != nil {
		reply.Media = contract.JSON
	}
	if x.route == nil || x.server.options.Unchecked || x.own || x.injected || x.forwarded != nil {
		return reply
	}
	err := x.route.operation.CheckReply(contract.Reply{
		Status: reply.Status, Failed: reply.Failed, Header: reply.Header, Media: reply.Media, Body: reply.Body,
	})
	if err == nil {
		return reply
	}
	x.server.logger.ErrorContext(ctx, "own reply breaks its document", "request_id", x.id, "operation", x.operationID(), "error", err)
	return x.problem(http.StatusInternalServerError, "reply-violation", "The stand-in's own reply breaks its document",
		fmt.Sprintf("operation %s: %s", x.operationID(), err))
}

func (x *exchange) operationID() string {
	if x.route == nil {
		return ""
	}
	return x.route.operation.ID
}
