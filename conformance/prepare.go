package conformance

import (
	"context"
	"fmt"
	"net/http"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/redact"
)

// canary is a client that nothing touches: proof for the oracle at the start, and
// at the end proof that the run troubled nobody.
type canary struct {
	client *Client
	before State
}

// prepare finds out whether the target can be tested at all, and says why not. Its
// own session belongs to no check.
func (r *run) prepare(ctx context.Context) (reason string) {
	s := r.session(ctx, catalogue.Check{ID: "prepare"})
	crash := s.guard(func(s *Session) {
		if reason = r.login(s); reason != "" {
			return
		}
		client := r.firstClient(s)
		if client == nil {
			return
		}
		r.oracle = s.proveOracle(client)
		if r.options.Mode != ReadOnly {
			r.canary = &canary{client: client, before: s.Snapshot(client)}
		}
	})
	switch {
	case crash != nil:
		return crash.Error()
	case s.incomplete != "":
		return r.diagnose(s)
	}
	return reason
}

// reach logs in, for a cleanup.
func (r *run) reach(ctx context.Context) (reason string) {
	s := r.session(ctx, catalogue.Check{ID: "prepare"})
	crash := s.guard(func(s *Session) { reason = r.login(s) })
	switch {
	case crash != nil:
		return crash.Error()
	case s.incomplete != "":
		return r.diagnose(s)
	}
	return reason
}

// login turns keys into tokens.
func (r *run) login(s *Session) string {
	given := r.options.Credentials
	for _, one := range []struct {
		name string
		from profile.Principal
	}{{"admin", given.Admin}, {"reader", given.Reader}, {"foreign", given.Foreign}} {
		principal := r.principals[one.name]
		if principal == nil || principal.token != "" {
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

// diagnose says in words why the first calls came to nothing.
func (r *run) diagnose(s *Session) string {
	exchanges := s.recorder.All()
	if len(exchanges) == 0 {
		return s.incomplete
	}
	last := exchanges[len(exchanges)-1]
	if last.Response == nil {
		return fmt.Sprintf("%s did not answer: %v", r.options.URL, last.Err)
	}
	return fmt.Sprintf("%s: %s", r.options.URL, explain(last, s.incomplete))
}

func explain(last *exchange.Exchange, otherwise string) string {
	status, header := last.Response.Status, last.Response.Header
	at := last.Request.Method + " " + last.Request.URL
	switch {
	case status >= 300 && status < 400:
		return fmt.Sprintf("%s is redirected to %s (HTTP %d); redirects are not followed, so give the address that answers", at, header.Get("Location"), status)
	case status == http.StatusUnauthorized:
		return fmt.Sprintf("%s answers HTTP 401: the credentials of admin are not taken", at)
	case len(last.Response.Body) > 0:
		if _, err := profile.Decode(last.Response.Body); err != nil {
			return fmt.Sprintf("%s answers HTTP %d with %q that is no JSON: is this the base address of the API?", at, status, header.Get("Content-Type"))
		}
	}
	return otherwise
}
