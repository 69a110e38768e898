package defect

import (
	"context"
	"net/http"
	"slices"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// Active are the defects that are switched on. It is safe for concurrent use.
type Active struct {
	ids        []string
	byProvider map[string]*Armed
}

// Switch makes the defects of these ids, or of these sets, active. Without any the
// result is nil, and whoever asks a nil Active or Armed gets what he would get without
// defects. Errors: an id that nobody has, by name.
func Switch(ids ...string) (*Active, error) {
	var chosen []Defect
	for _, id := range ids {
		expanded, err := Named(id)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, expanded...)
	}
	if len(chosen) == 0 {
		return nil, nil
	}
	active := &Active{byProvider: map[string]*Armed{}}
	for _, one := range chosen {
		if slices.Contains(active.ids, one.ID) {
			continue
		}
		active.ids = append(active.ids, one.ID)
		hooks := one.hooks()
		for _, name := range one.Providers {
			armed := active.byProvider[name]
			if armed == nil {
				armed = &Armed{}
				active.byProvider[name] = armed
			}
			armed.hooks = append(armed.hooks, hooks...)
		}
	}
	return active, nil
}

// IDs lists the defects that are on, sets expanded.
func (a *Active) IDs() []string {
	if a == nil {
		return nil
	}
	return slices.Clone(a.ids)
}

// For returns what is on for a provider, nil for nothing.
func (a *Active) For(provider string) *Armed {
	if a == nil {
		return nil
	}
	return a.byProvider[provider]
}

// Armed are the hooks of one provider. Its methods are the seams.
type Armed struct{ hooks []Hooks }

// Route returns the request that an operation is to be looked for.
func (a *Armed) Route(r *http.Request) *http.Request {
	for _, hook := range a.all() {
		if hook.Route != nil {
			r = hook.Route(r)
		}
	}
	return r
}

// Call changes a call that is complete.
func (a *Armed) Call(call *provider.Call) {
	for _, hook := range a.all() {
		if hook.Call != nil {
			hook.Call(call)
		}
	}
}

// Around goes around the decisions.
func (a *Armed) Around(ctx context.Context, call *provider.Call, decide provider.Handler) (provider.Reply, error) {
	for _, hook := range a.all() {
		if hook.Around != nil {
			decide = hook.Around(decide)
		}
	}
	return decide(ctx, call)
}

// Caller decides who calls.
func (a *Armed) Caller(call *provider.Call, p realm.Principal, err error) (realm.Principal, error) {
	for _, hook := range a.all() {
		if hook.Caller != nil {
			p, err = hook.Caller(call, p, err)
		}
	}
	return p, err
}

// Unchecked reports whether the request is taken as it is.
func (a *Armed) Unchecked(call *provider.Call) bool {
	return slices.ContainsFunc(a.all(), func(hook Hooks) bool { return hook.Unchecked != nil && hook.Unchecked(call) })
}

// Reply changes a reply.
func (a *Armed) Reply(call *provider.Call, reply *provider.Reply) {
	for _, hook := range a.all() {
		if hook.Reply != nil {
			hook.Reply(call, reply)
		}
	}
}

// Header changes the header fields of a reply.
func (a *Armed) Header(call *provider.Call, status int, header http.Header) {
	for _, hook := range a.all() {
		if hook.Header != nil {
			hook.Header(call, status, header)
		}
	}
}

func (a *Armed) all() []Hooks {
	if a == nil {
		return nil
	}
	return a.hooks
}

// unknown is the error for an id that nobody has.
func unknown(id string) error {
	return client.Errorf(client.Invalid, "there is no defect %q; the list is at /__admin/defects", id)
}
