package checks

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/redact"
	"github.com/keyturn/keyturn/conformance/report"
)

// secretsShowWhereDeclared follows every credential of the run through the bodies of
// all replies.
func secretsShowWhereDeclared(s *conformance.Session) {
	run := byEnd(s.Exchanges())
	needCredentials(s, run)
	places := &places{readback: s.Policy().Readback, given: map[string]bool{}, owner: map[string]string{}}
	told := map[string]bool{}
	for _, one := range run {
		sight := look(s, one)
		places.learn(sight)
		for _, name := range slices.Sorted(maps.Keys(sight.shown)) {
			complaint := places.judge(sight, name)
			key := sight.operation + " " + sight.caller + " " + complaint
			if complaint == "" || told[key] || len(told) >= most {
				continue
			}
			told[key] = true
			s.Show(report.Finding{
				Verdict:  report.Fail,
				Message:  fmt.Sprintf("a reply to %s in the name of %s, sent in %s, %s", sight.operation, sight.caller, one.Check, complaint),
				Expected: "credentials in the replies that give them out, and where the profile says that they are read back",
				Observed: fmt.Sprintf("%s in the form %s", name, sight.shown[name].Form),
			}, one)
		}
	}
}

// sight is what one exchange tells about credentials.
type sight struct {
	operation string
	caller    string // as Caller has it
	ok        bool
	declared  bool                  // the profile takes a secret from the operation's reply
	sets      bool                  // and puts one into its request
	sent      map[string]redact.Hit // in the request
	shown     map[string]redact.Hit // in the reply's body
}

func look(s *conformance.Session, one conformance.Seen) sight {
	request := one.Request.Method + " " + one.Request.URL + "\n" + string(one.Request.Body)
	operation := asked(s.Profile(), one)
	return sight{
		operation: operation, caller: s.Caller(one.Reply), ok: one.OK,
		declared: s.Profile().Operations[operation].Take["secret"] != "", sets: s.Profile().Operations[operation].Put["secret"] != "",
		sent: credentials(s.Leaks([]byte(request))), shown: credentials(s.Leaks(one.Response.Body)),
	}
}

// asked names the neutral operation that a request really was: a check may call one by
// another method or at another path.
func asked(bound *profile.Bound, one conformance.Seen) string {
	if one.Route != nil && isFor(one.Route, one.Request) {
		return one.Route.Name
	}
	for _, route := range bound.Routes() {
		if isFor(route, one.Request) {
			return route.Name
		}
	}
	return one.Request.Method + " at the path of " + one.Request.Label
}

// isFor reports whether a request is the route's, by its method and the end of its path.
func isFor(route *profile.Route, request exchange.Request) bool {
	at, err := url.Parse(request.URL)
	if err != nil || request.Method != route.Method {
		return false
	}
	path, template := strings.Split(at.EscapedPath(), "/"), strings.Split(strings.TrimPrefix(route.Path, "/"), "/")
	if len(path) < len(template) {
		return false
	}
	path = path[len(path)-len(template):]
	for i, segment := range template {
		if segment != path[i] && !strings.HasPrefix(segment, "{") {
			return false
		}
	}
	return true
}

// places is what the run has learnt about credentials up to some exchange.
type places struct {
	readback string
	given    map[string]bool   // secrets that a reply has given out
	owner    map[string]string // secret → in whose tenant it was seen first: admin or foreign
}

// learn notes whose the secrets are that a successful call has sent or got.
func (p *places) learn(sight sight) {
	if !sight.ok || !slices.Contains([]string{"admin", "reader", "foreign"}, sight.caller) {
		return
	}
	for _, names := range []map[string]redact.Hit{sight.sent, sight.shown} {
		for name := range names {
			if p.owner[name] == "" {
				p.owner[name] = tenantOf(sight.caller)
			}
		}
	}
}

// judge says what is wrong with a credential in a reply, "" where nothing is. It has
// to see the exchanges in order.
func (p *places) judge(sight sight, name string) string {
	switch redact.Kind(name[0]) {
	case redact.Token:
		if sight.ok && (sight.operation == "token" || sight.operation == "login") {
			return ""
		}
		return "shows a token"
	case redact.Key:
		return "shows the secret of an access key"
	}
	makes := sight.ok && (sight.operation == "create" || sight.operation == "rotate")
	_, chosen := sight.sent[name]
	if makes && !chosen && !p.given[name] {
		p.given[name] = true
		return ""
	}
	switch {
	case !sight.ok:
		return "is a refusal and shows a client's secret"
	case !sight.declared:
		return "shows a client's secret, which the profile does not say of the operation"
	case !p.mayRead(sight.caller) && (!chosen || !sight.sets): // who sets one has it, and may be shown it
		return fmt.Sprintf("shows a client's secret again, and the profile declares readback %s", p.readback)
	case p.owner[name] != "" && p.owner[name] != tenantOf(sight.caller):
		return "shows the secret of another tenant's client"
	}
	return ""
}

func (p *places) mayRead(caller string) bool {
	switch p.readback {
	case "privileged":
		return caller == "admin" || caller == "foreign"
	case "always":
		return caller == "admin" || caller == "foreign" || caller == "reader"
	}
	return false
}

// tenantOf is where a principal is at home.
func tenantOf(caller string) string {
	if caller == "foreign" {
		return "foreign"
	}
	return "admin"
}
