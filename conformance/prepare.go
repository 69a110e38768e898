package conformance

import (
	"context"
	"fmt"
	"net/http"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/redact"
)

// canary is a client that nothing touches: proof for the oracle at the start, and
// at the end proof that the run troubled nobody.
type canary struct {
	client *Client
	before State
}

// prepare finds out whether the target can be tested at all, and says why not.
func (r *run) prepare(ctx context.Context) (reason string) {
	return r.before(ctx, func(s *Session) string {
		if reason := r.login(s); reason != "" {
			return reason
		}
		if reason := r.knock(s); reason != "" {
			return reason
		}
		client := r.firstClient(s)
		if client == nil {
			return ""
		}
		r.oracle = s.proveOracle(client)
		if r.options.Mode != ReadOnly {
			r.canary = &canary{client: client, before: s.Snapshot(client)}
		}
		return ""
	})
}

// before does what comes before the checks, in a session that belongs to none, and
// puts into words why it came to nothing.
func (r *run) before(ctx context.Context, first func(*Session) string) (reason string) {
	s := r.session(ctx, catalogue.Check{ID: "prepare"})
	crash := s.guard(func(s *Session) { reason = first(s) })
	switch {
	case crash != nil:
		r.broke = crash
		return crash.Error()
	case s.incomplete != "":
		return s.diagnose()
	}
	return reason
}

// reach logs in, for a cleanup.
func (r *run) reach(ctx context.Context) (reason string) {
	return r.before(ctx, r.login)
}

// login turns keys into tokens.
func (r *run) login(s *Session) string {
	given := r.options.Credentials
	for _, one := range []struct {
		name string
		from profile.Principal
	}{{"admin", given.Admin}, {"reader", given.Reader}, {"foreign", given.Foreign}} {
		principal := r.principals[one.name]
		if principal == nil || !one.from.Given() || principal.token != "" {
			continue
		}
		if !r.bound.Binds("login") {
			return fmt.Sprintf("the credentials of %s are a key, and the profile binds no login to turn it into a token", one.name)
		}
		reply := s.Call("login", profile.Values{"key": one.from.Key, "key_secret": one.from.Secret})
		token := reply.Text("token")
		if !reply.OK || token == "" {
			return fmt.Sprintf("the target did not take the key of %s: %s", one.name, reply)
		}
		r.book.Add(redact.Token, token)
		principal.token = token
	}
	return ""
}

// knock asks something harmless before anything is made: what is not the API, or does
// not know the admin, would leave unsaid what became of a creation.
func (r *run) knock(s *Session) string {
	operation := "read"
	if !r.bound.Binds(operation) {
		operation = "list"
	}
	if !r.bound.Binds(operation) || r.dry {
		return ""
	}
	reply := s.Call(operation, profile.Values{"client": s.NoClient(), "client_id": s.NoClient()})
	if strange(reply) || page(reply) || reply.Status == http.StatusUnauthorized {
		return s.explain(reply, "")
	}
	return ""
}

// firstClient makes the canary, or takes the client of the credentials in a mode that
// makes none. Without one, only what needs no client can be tested.
func (r *run) firstClient(s *Session) *Client {
	if r.options.Mode != ReadOnly {
		return s.NewClient()
	}
	app := s.App()
	if app == nil && r.bound.Binds("list") {
		s.Must(s.Call("list", nil))
	}
	if app == nil {
		r.oracle.proof = "mode readonly makes no clients, and the credentials have no app to prove one with"
	}
	return app
}

// App is the client of the credentials, which a run reads and never changes; nil
// where there is none.
func (s *Session) App() *Client {
	app := s.run.options.Credentials.App
	if app.Client == "" {
		return nil
	}
	id := app.ClientID
	if id == "" {
		id = app.Client
	}
	s.run.book.Pair(id, app.Secret)
	return &Client{
		Name: app.Client, session: s, made: new(made), Secret: Secret{Value: app.Secret},
		Values: profile.Values{"client": app.Client, "client_id": id},
	}
}
