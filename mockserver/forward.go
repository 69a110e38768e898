package mockserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/proxy"
)

// Proxy has a server stand before a real deployment. What is not the admin plane's is
// forwarded and its answer passed on as it is; what in either differs from the documents
// goes into the ledger. Nothing is authenticated, and the world is of no account. Faults
// work as they do before the stand-in; defects, which spoil its own answers, do not.
type Proxy struct {
	// Providers are the APIs that the deployment has, at least one.
	Providers []string
	Upstream  *proxy.Upstream
	Drift     *proxy.Drift
	// Recorder is nil for none.
	Recorder *proxy.Recorder
}

// check finds what is missing. Errors name the field.
func (p *Proxy) check(known []provider.Provider, defects []string) error {
	names := make([]string, len(known))
	for i := range known {
		names[i] = known[i].Name
	}
	switch {
	case p == nil:
		return nil
	case len(p.Providers) == 0:
		return errors.New("proxy: no provider is named, want one of " + strings.Join(names, ", "))
	case p.Upstream == nil || p.Drift == nil:
		return errors.New("proxy: want an upstream and a ledger of drift")
	case len(defects) > 0:
		return errors.New("proxy: defects spoil the stand-in's own answers, and there are none of a deployment's: want no defects")
	}
	for _, name := range p.Providers {
		if !slices.Contains(names, name) {
			return fmt.Errorf("proxy: there is no provider %q, want one of %s", name, strings.Join(names, ", "))
		}
	}
	return nil
}

// routed are the providers whose operations the server has.
func (p *Proxy) routed(emulated []provider.Provider) []provider.Provider {
	if p == nil {
		return emulated
	}
	return slices.DeleteFunc(slices.Clone(emulated), func(one provider.Provider) bool { return !slices.Contains(p.Providers, one.Name) })
}

// ledger is nil without a proxy.
func (p *Proxy) ledger() *proxy.Drift {
	if p == nil {
		return nil
	}
	return p.Drift
}

// passes reports whether a request that no operation answers goes to the deployment all
// the same. It counts as the first provider's then, so that it meets its faults.
func (x *exchange) passes() bool {
	if x.server.options.Proxy == nil || x.provider != nil && !x.emulated() {
		return false
	}
	if x.provider == nil {
		x.provider = &x.server.router.providers[0]
		x.door = &x.provider.Doors[0]
	}
	return true
}

// isProxied reports whether the answer is for the deployment to give.
func (x *exchange) isProxied() bool { return x.server.options.Proxy != nil && x.emulated() }

// begin opens what the ledger gets of the exchange. Until there is a reply, it is one that
// was not answered.
func (x *exchange) begin() {
	x.drift = &proxy.Exchange{Operation: x.operationID(), At: x.start, RequestID: x.id, Unanswered: true}
}

// unread is the answer to a request whose body is not here, so that the deployment never
// gets it. A refusal in the vendor's shape would be taken for the deployment's own.
func (x *exchange) unread(err error) provider.Reply {
	x.begin()
	status, kind := http.StatusBadRequest, "request-unreadable"
	failure := client.AsError(err)
	if failure.Kind == client.TooLarge {
		status, kind = http.StatusRequestEntityTooLarge, "request-too-large"
	}
	return x.problem(status, kind, "The request was not passed on to the deployment", failure.Message)
}

// hasPathAsWritten reports whether the path of the URL is what the caller wrote, in whichever
// form of RFC 9112 section 3.2, without what chooses a namespace. Where it has characters
// that are not allowed, net/url escapes all of it anew: a %2F of the caller's is lost, and
// routes and findings are those of another path.
func hasPathAsWritten(r *http.Request) bool {
	if r.RequestURI == "" {
		return true // it came by no connection
	}
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if _, absolute, is := strings.Cut(path, "://"); is && !strings.HasPrefix(path, "/") {
		_, path, _ = strings.Cut(absolute, "/")
		path = "/" + path
	}
	if rest, is := strings.CutPrefix(path, namespacePath); is {
		_, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	return path == cmp.Or(r.URL.EscapedPath(), "/")
}

// forward takes the request to the deployment and back, and notes what is different from
// the document in either direction.
func (x *exchange) forward(ctx context.Context) (provider.Reply, error) {
	r := x.call.HTTP
	x.begin()
	if x.route == nil {
		x.drift.Request = []contract.Finding{proxy.Undocumented(r.Method, r.URL.EscapedPath())}
	} else if err := x.compareRequest(r); err != nil {
		return provider.Reply{}, err
	}
	if x.applied != "" {
		r = r.Clone(ctx)
		// What was asked of this server is done, and what is left is for the deployment.
		r.Header[preferHeader] = fault.Foreign(r.Header[preferHeader])
	}
	if !hasPathAsWritten(r) {
		return x.problem(http.StatusBadRequest, "upstream-target", "The path cannot be passed on as it is",
			"the request names no path, or one with characters that have to be escaped in it (RFC 3986 section 3.3)"), nil
	}
	reply, err := x.server.options.Proxy.Upstream.Forward(ctx, r, x.call.Raw, r.URL.RequestURI())
	if failure, is := errors.AsType[*proxy.Failure](err); is {
		x.server.logger.WarnContext(ctx, "no answer of the deployment", "request_id", x.id, "operation", x.operationID(), "reason", failure.Detail)
		return x.problem(failure.Status, failure.Kind, "The deployment gave no answer that can be passed on", failure.Detail), nil
	} else if err != nil {
		return provider.Reply{}, err
	}
	x.drift.Unanswered = false
	if err := x.compareReply(reply); err != nil {
		return provider.Reply{}, err
	}
	x.forwarded = &reply
	x.violation = summary(x.drift)
	return provider.Reply{Status: reply.Status}, nil
}

func (x *exchange) compareRequest(r *http.Request) error {
	found, err := x.route.operation.RequestFindings(contract.Sent{Path: x.path, Query: r.URL.RawQuery, Header: r.Header, Body: x.call.Raw})
	x.drift.Request = found
	return err
}

func (x *exchange) compareReply(reply proxy.Reply) error {
	if x.route == nil {
		return nil
	}
	found, err := x.route.operation.ReplyFindings(contract.Received{
		Method: x.call.HTTP.Method, Status: reply.Status, Header: reply.Header, Body: reply.Body,
	})
	x.drift.Reply = found
	return err
}

// summary is the first violation, for the journal. It is empty for none.
func summary(e *proxy.Exchange) string {
	for _, side := range []struct {
		direction proxy.Direction
		findings  []contract.Finding
	}{{proxy.Request, e.Request}, {proxy.FromUpstream, e.Reply}} {
		for _, f := range side.findings {
			if f.Level == contract.Violation {
				return printable(fmt.Sprintf("drift: %s %s %s: %s", side.direction, f.In, f.Member, f.Rule))
			}
		}
	}
	return ""
}

// pass sets the header to that of the deployment's answer, and returns its body.
func (x *exchange) pass() []byte {
	header := x.writer.Header()
	maps.Copy(header, x.forwarded.Header)
	header[requestIDHeader] = []string{x.id}
	if header["Content-Type"] == nil {
		header["Content-Type"] = nil // or else net/http guesses one
	}
	if header["Content-Length"] == nil && len(x.forwarded.Body) > 0 {
		header["Content-Length"] = []string{strconv.Itoa(len(x.forwarded.Body))}
	}
	x.mark(header)
	return x.forwarded.Body
}

// isForwarded reports whether the answer is still the deployment's.
func (x *exchange) isForwarded() bool { return x.forwarded != nil && !x.own && !x.injected }

// note tells the ledger and the recorder.
func (x *exchange) note(entry journal.Entry) {
	p := x.server.options.Proxy
	if p == nil {
		return
	}
	exchange := proxy.Exchange{}
	if x.drift != nil {
		exchange = *x.drift
		p.Drift.Note(exchange)
	}
	if p.Recorder != nil {
		p.Recorder.Add(x.call.Namespace, entry, exchange)
	}
}
