package mockserver

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/mux"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
	"github.com/keyturn/keyturn/specs"
)

// route is an operation with everything the pipeline needs to serve it.
type route struct {
	operation      *contract.Operation
	provider       *provider.Provider
	door           *provider.Door
	handler        provider.Handler
	authenticators []provider.Authenticator
}

// ServeHTTP only makes a route storable in a mux.Router, which is asked to match
// and never to serve.
func (*route) ServeHTTP(http.ResponseWriter, *http.Request) {}

// indexed is a route and what every path that it matches begins with.
type indexed struct {
	prefix string
	route  *mux.Route
}

type router struct {
	mux       *mux.Router
	index     []indexed
	providers []provider.Provider
	kinds     map[string]realm.Kind
	kindNames []string
	methods   []string
	// emulated are the operations that are no admin plane's.
	emulated []journal.Operation
	// taken guards against two operations at one path, of which mux would
	// silently serve the first.
	taken map[string]string
}

var variables = regexp.MustCompile(`\{[^/]*\}`)

func newRouter(providers []provider.Provider) (*router, error) {
	r := &router{
		mux:       mux.NewRouter().UseEncodedPath().SkipClean(true),
		providers: providers,
		kinds:     map[string]realm.Kind{},
		taken:     map[string]string{},
	}
	methods := map[string]bool{}
	for i := range providers {
		p := &r.providers[i]
		if p.Realm.Name != "" {
			r.kinds[p.Realm.Name] = p.Realm
		}
		operations, err := outline(p.Name)
		if err == nil {
			err = r.add(p, operations, methods)
		}
		if err != nil {
			return nil, fmt.Errorf("provider %s: %w", p.Name, err)
		}
	}
	r.kindNames = slices.Sorted(maps.Keys(r.kinds))
	r.methods = slices.Sorted(maps.Keys(methods))
	return r, nil
}

// outlines are the operations of each document, for all servers of a process. Their schemas
// wait for the first request that needs them.
var outlines = func() map[string]func() ([]*contract.Operation, error) {
	byName := map[string]func() ([]*contract.Operation, error){}
	for _, name := range specs.Names() {
		byName[name] = sync.OnceValues(func() ([]*contract.Operation, error) {
			text, err := specs.Compact(name)
			if err != nil {
				return nil, err
			}
			return contract.Outline(text)
		})
	}
	return byName
}()

func outline(name string) ([]*contract.Operation, error) {
	read, known := outlines[name]
	if !known {
		return nil, fmt.Errorf("there is no document %q, want one of %v", name, specs.Names())
	}
	return read()
}

func (r *router) add(p *provider.Provider, operations []*contract.Operation, methods map[string]bool) error {
	unbound := maps.Clone(p.Handlers)
	for _, op := range operations {
		handler := p.Handlers[op.ID]
		if handler == nil {
			return fmt.Errorf("the document's operation %s has no handler", op.ID)
		}
		delete(unbound, op.ID)
		bound := &route{operation: op, provider: p, handler: handler, door: doorOf(p, op.Path)}
		for _, scheme := range op.Schemes {
			authenticator := p.Authenticators[scheme]
			if authenticator == nil {
				return fmt.Errorf("the document's security scheme %s has no authenticator", scheme)
			}
			bound.authenticators = append(bound.authenticators, authenticator)
		}
		if p.Realm.Name != "" {
			r.emulated = append(r.emulated, journal.Operation{Provider: p.Name, ID: op.ID, Method: op.Method, Path: op.Path})
		}
		allowed := []string{op.Method}
		if op.Method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
		for _, method := range allowed {
			methods[method] = true
			shape := method + " " + variables.ReplaceAllString(op.Path, "{}")
			if other, taken := r.taken[shape]; taken {
				return fmt.Errorf("%s %s is the operation %s already", method, op.Path, other)
			}
			r.taken[shape] = op.ID
		}
		literal, _, _ := strings.Cut(op.Path, "{")
		r.index = append(r.index, indexed{prefix: literal, route: r.mux.Path(op.Path).Methods(allowed...).Handler(bound)})
	}
	if len(unbound) > 0 {
		return fmt.Errorf("handlers without an operation in the document: %s", strings.Join(slices.Sorted(maps.Keys(unbound)), ", "))
	}
	return nil
}

// match finds the route and its path variables. Errors: NoRoute, WrongMethod.
func (r *router) match(req *http.Request) (*route, map[string]string, *client.Error) {
	var match mux.RouteMatch
	if r.matchIndexed(req, &match) || r.mux.Match(req, &match) && match.MatchErr == nil {
		if found, ok := match.Handler.(*route); ok {
			return found, match.Vars, nil
		}
	}
	if errors.Is(match.MatchErr, mux.ErrMethodMismatch) {
		return nil, nil, client.Errorf(client.WrongMethod, "the method %s is not allowed here", methodName(req.Method))
	}
	return nil, nil, client.Errorf(client.NoRoute, "no operation answers at this path")
}

// matchIndexed asks only the routes whose beginning the path has, which saves most
// of the regular expressions. What it does not find is for the router to decide.
func (r *router) matchIndexed(req *http.Request, match *mux.RouteMatch) bool {
	path := req.URL.EscapedPath()
	for i := range r.index {
		if strings.HasPrefix(path, r.index[i].prefix) && r.index[i].route.Match(req, match) {
			return true
		}
		*match = mux.RouteMatch{}
	}
	return false
}

// methodName bounds what a hostile method can put into a message.
func methodName(method string) string {
	const longest = 16
	if len(method) > longest {
		return method[:longest] + "…"
	}
	return method
}

// allowed lists the methods that do work at the path of the request.
func (r *router) allowed(req *http.Request) []string {
	var allowed []string
	for _, method := range r.methods {
		probe := &http.Request{Method: method, URL: req.URL, Host: req.Host, Header: http.Header{}}
		var match mux.RouteMatch
		if r.mux.Match(probe, &match) && match.MatchErr == nil {
			allowed = append(allowed, method)
		}
	}
	return allowed
}

// Operations are those of the emulated APIs.
func (s *Server) Operations() []journal.Operation { return s.router.emulated }
