package conformance

import (
	"maps"
	"net/http"

	"github.com/keyturn/keyturn/conformance/profile"
)

// Principal is in whose name a call is made.
type Principal struct {
	Name   string // admin, reader, foreign, or nobody
	token  string
	values map[string]string
}

// Nobody sends no credentials.
var Nobody = &Principal{Name: "nobody"}

// Stranger sends a token of one's choice.
func Stranger(token string) *Principal { return &Principal{Name: "stranger", token: token} }

func (p *Principal) authorize(how profile.Authorization, header http.Header) {
	if p.token != "" {
		header.Set(how.Header, how.Prefix+p.token)
	}
}

// Value is one of the principal's own values, such as the name of its tenant.
func (p *Principal) Value(name string) string { return p.values[name] }

// Admin administers the tenant under test.
func (s *Session) Admin() *Principal { return s.run.principals["admin"] }

// Reader may only read there; nil where the run has no such credentials.
func (s *Session) Reader() *Principal { return s.run.principals["reader"] }

// Foreign administers another tenant; nil where the run has no such credentials.
func (s *Session) Foreign() *Principal { return s.run.principals["foreign"] }

// values are what a principal's calls carry: the common ones, and its own in their
// place. Who is nobody acts where the admin does.
func (r *run) values(p *Principal) profile.Values {
	values := profile.Values{}
	from := p.values
	if from == nil {
		from = r.principals["admin"].values
	}
	for name, value := range from {
		values[name] = value
	}
	return values
}

// enter makes the principals of the credentials, logging in where they have a key.
func (r *run) enter() {
	given := r.options.Credentials
	for name, principal := range map[string]profile.Principal{"admin": given.Admin, "reader": given.Reader, "foreign": given.Foreign} {
		if !principal.Given() && (name != "admin" || r.bound.TellsApart(name)) {
			continue
		}
		values := maps.Clone(given.Values)
		if values == nil {
			values = map[string]string{}
		}
		maps.Copy(values, principal.Values)
		r.principals[name] = &Principal{Name: name, token: principal.Token, values: values}
	}
}
