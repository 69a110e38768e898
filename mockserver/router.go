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

type router struct {
	mux       *mux.Router
	providers []provider.Provider
	kinds     map[string]realm.Kind
	kindNames []string
	methods   []string
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
	operations, err := compileAll(providers)
	if err != nil {
		return nil, err
	}
	methods := map[string]bool{}
	for i := range providers {
		p := &r.providers[i]
		if p.Realm.Name != "" {
			r.kinds[p.Realm.Name] = p.Realm
		}
		if err := r.add(p, operations[i], methods); err != nil {
			return nil, fmt.Errorf("provider %s: %w", p.Name, err)
		}
	}
	r.kindNames = slices.Sorted(maps.Keys(r.kinds))
	r.methods = slices.Sorted(maps.Keys(methods))
	return r, nil
}

// compileAll reads the documents side by side: parsing them is most of the time
// that a start takes.
func compileAll(providers []provider.Provider) ([][]*contract.Operation, error) {
	operations := make([][]*contract.Operation, len(providers))
	errs := make([]error, len(providers))
	var group sync.WaitGroup
	for i, p := range providers {
		group.Go(func() {
			doc, err := specs.Load(p.Name)
			if err != nil {
				errs[i] = err
				return
			}
			if operations[i], err = contract.Compile(doc); err != nil {
				errs[i] = fmt.Errorf("document %s: %w", p.Name, err)
			}
		})
	}
	group.Wait()
	return operations, errors.Join(errs...)
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
		r.mux.Path(op.Path).Methods(allowed...).Handler(bound)
	}
	if len(unbound) > 0 {
		return fmt.Errorf("handlers without an operation in the document: %s", strings.Join(slices.Sorted(maps.Keys(unbound)), ", "))
	}
	return nil
}

func doorOf(p *provider.Provider, path string) *provider.Door {
	for i := range p.Doors {
		if strings.HasPrefix(path, p.Doors[i].Prefix) {
			return &p.Doors[i]
		}
	}
	return &p.Doors[0]
}

// match finds the route and its path variables. Errors: NoRoute, WrongMethod.
func (r *router) match(req *http.Request) (*route, map[string]string, *client.Error) {
	var match mux.RouteMatch
	if r.mux.Match(req, &match) && match.MatchErr == nil {
		if found, ok := match.Handler.(*route); ok {
			return found, match.Vars, nil
		}
	}
	if errors.Is(match.MatchErr, mux.ErrMethodMismatch) {
		return nil, nil, client.Errorf(client.WrongMethod, "the method %s is not allowed here", methodName(req.Method))
	}
	return nil, nil, client.Errorf(client.NoRoute, "no operation answers at this path")
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

// door finds who refuses a request that no route took; nil when it is nobody's.
func (r *router) door(path string) (*provider.Provider, *provider.Door) {
	for i := range r.providers {
		for j := range r.providers[i].Doors {
			if strings.HasPrefix(path, r.providers[i].Doors[j].Prefix) {
				return &r.providers[i], &r.providers[i].Doors[j]
			}
		}
	}
	return nil, nil
}
