package probe

import (
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// tokens rotates while a token is in use.
func (sc *scout) tokens(s *conformance.Session) {
	if !sc.given.Binds("token") || !sc.given.Binds("introspect") {
		s.Incompletef("it takes both token and introspect to see it")
	}
	c := sc.anyClient(s)
	issued := s.Must(s.Call("token", nil, s.Proving(c.ID(), c.Secret.Value)))
	token := issued.Text("token")
	active := func(secret string) bool {
		reply := s.Must(s.Call("introspect", profile.Values{"token": token}, s.Proving(c.ID(), secret)))
		return reply.Values["active"] == true
	}
	if !active(c.Secret.Value) && !sc.dry {
		s.Incompletef("a token that was just issued is not active")
	}
	fresh, _ := sc.rotate(s, c)
	s.Given(c, fresh)
	if s.Within(sc.enough("refuse"), conformance.Agreeing, func(...conformance.CallOption) bool { return !active(fresh.Value) }) {
		sc.found("token_effect", "revoke", "a token was not active any more after a rotation")
		return
	}
	sc.found("token_effect", "keep", "a token was still active %s after a rotation", sc.enough("refuse"))
	if sc.given.Binds("revoke") {
		s.Call("revoke", profile.Values{"token": token}, s.Proving(c.ID(), fresh.Value))
	}
}

// enough is how long to wait for an effect of a kind that was timed: the bound that one
// would declare, but never longer than the patience.
func (sc *scout) enough(window string) time.Duration {
	longest := time.Duration(0)
	for _, took := range sc.took[window] {
		longest = max(longest, took)
	}
	if longest == 0 {
		return sc.patience
	}
	return min(sc.patience, sensible(longest))
}

// proofs sends the right secret in the header and in the form.
func (sc *scout) proofs(s *conformance.Session) {
	if !sc.given.Binds("token") {
		s.Incompletef("token is not bound")
	}
	c := sc.anyClient(s)
	right := s.Proving(c.ID(), c.Secret.Value)
	reply := s.Call("token", nil, conformance.ProvingBy(profile.Basic, c.ID(), c.Secret.Value),
		conformance.Member("/client_id", c.ID()), conformance.Member("/client_secret", c.Secret.Value))
	for _, one := range []*conformance.Reply{reply, s.Must(s.Call("token", nil, right))} {
		if token := one.Text("token"); token != "" && sc.given.Binds("revoke") {
			s.Call("revoke", profile.Values{"token": token}, right)
		}
	}
	if reply.OK {
		sc.found("two_proofs", "agreeing", "the same secret in the header and in the form was taken")
		return
	}
	code, _ := profile.At(reply.JSON(), "/error")
	sc.found("two_proofs", "refuse", "the same secret in the header and in the form was refused with %s and the error %v", reply, code)
}

// expiry asks for a secret that is dead already, and looks when one ends that asks for
// nothing.
func (sc *scout) expiry(s *conformance.Session) {
	c := sc.anyClient(s)
	sc.endsBySelf(s, c)
	if sc.given.Operations["rotate"].Put["expires"] == "" {
		sc.structural("past_expiry", "none", "the profile binds no expiry to a rotation")
		return
	}
	c = sc.anyClient(s)
	c.Spoil()
	dead, reply := c.TryRotate(conformance.With("expires", s.ServerNow().Add(-time.Hour)))
	switch {
	case !reply.OK && reply.Status >= 400 && reply.Status < 500:
		sc.found("past_expiry", "refuse", "an expiry of an hour ago was refused with %s", reply)
	case !reply.OK:
		s.Incompletef("a rotation with an expiry of an hour ago ended in %s", reply)
	case dead.Value == "":
		s.Incompletef("a rotation with an expiry of an hour ago showed no secret")
	case sc.watch(s, c, dead.Value, conformance.Accepted, reply.End, sc.enough("accept")).over:
		sc.ruled("past_expiry", "", false, "a secret whose expiry was an hour ago works, for which there is no word")
	default:
		sc.found("past_expiry", "dead", "an expiry of an hour ago was taken, and the secret did not work")
	}
}

// endsBySelf looks for the expiry of a secret that asked for none.
func (sc *scout) endsBySelf(s *conformance.Session, c *conformance.Client) {
	place := ""
	for _, operation := range []string{"rotate", "list_secrets", "read"} {
		if sc.given.Operations[operation].Take["expires"] != "" {
			place = operation
			break
		}
	}
	if place == "" {
		sc.unknown("default_expiry", "no reply that is bound shows when a secret ends")
		return
	}
	fresh, reply := sc.added(s, c)
	expires := reply.Values["expires"]
	switch place {
	case "read":
		expires = c.Read().Values["expires"]
	case "list_secrets":
		items, _ := c.ListSecrets()
		for _, item := range items {
			if item["secret_id"] == fresh.ID {
				expires = item["expires"]
			}
		}
	}
	at, ends := expires.(time.Time)
	if !ends {
		sc.found("default_expiry", "0s", "%s shows no end of a secret that asked for none", place)
		return
	}
	const slack = time.Minute
	life := at.Sub(s.ServerNow()).Round(slack)
	declared := sc.given.Policy.DefaultExpiry
	sc.ruled("default_expiry", life.String(), (life-declared).Abs() <= slack, "%s shows that a secret that asked for none ends after %s", place, life)
}

// replacement replaces a client by what has no secret.
func (sc *scout) replacement(s *conformance.Session) {
	if !sc.given.Binds("replace") {
		sc.structural("replace_secret", "none", "the profile binds no replacement")
		return
	}
	c := sc.anyClient(s)
	c.Spoil()
	reply := c.Call("replace", conformance.With("name", c.Name))
	switch {
	case !reply.OK && reply.Status >= 400 && reply.Status < 500:
		sc.found("replace_secret", "refuse", "a replacement without a secret was refused with %s", reply)
	case !reply.OK:
		s.Incompletef("a replacement without a secret ended in %s", reply)
	case sc.watch(s, c, c.Secret.Value, conformance.Refused, reply.End, sc.enough("refuse")).over:
		sc.found("replace_secret", "clear", "the secret was refused after a replacement without one")
	default:
		sc.found("replace_secret", "keep", "the secret still worked %s after a replacement without one", sc.enough("refuse"))
	}
}
