package checks

import (
	"strings"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// tour asks each bound operation once for what it is for, on a client of its own, and
// lists the replies in order. It judges none. A login is left out: it needs a key,
// which a run may not have.
func tour(s *conformance.Session) []*conformance.Reply {
	c, created := s.TryNewClient()
	if c == nil {
		return []*conformance.Reply{created}
	}
	t := &traveller{session: s, client: c, replies: []*conformance.Reply{created}}
	for _, operation := range []string{"read", "list", "reveal"} {
		t.visit(operation)
	}
	t.tokens()
	before := t.secrets()
	t.rotate()
	t.deleteSecret(before)
	t.change()
	if s.Profile().Binds("delete") {
		t.replies = append(t.replies, c.Delete())
	}
	return t.replies
}

type traveller struct {
	session *conformance.Session
	client  *conformance.Client
	replies []*conformance.Reply
}

// visit calls an operation about the client, or returns nil where it is not bound.
func (t *traveller) visit(operation string, options ...conformance.CallOption) *conformance.Reply {
	if !t.session.Profile().Binds(operation) {
		return nil
	}
	reply := t.client.Call(operation, options...)
	t.replies = append(t.replies, reply)
	return reply
}

// tokens goes through the token side with the client's first secret. A secret may
// take until the declared bound to work, so only the last answer to a request for a
// token counts.
func (t *traveller) tokens() {
	s := t.session
	proof := s.Proving(t.client.ID(), t.client.Secret.Value)
	token := "keyturn-no-such-token"
	if first := t.visit("token", proof); first != nil {
		last, pause := first, 10*time.Millisecond
		for !last.OK && last.End-first.End < s.Policy().Accept && s.Mode() != conformance.Plan {
			s.Sleep(pause)
			pause = min(2*pause, 250*time.Millisecond)
			last = t.client.Call("token", proof)
		}
		t.replies[len(t.replies)-1] = last
		if issued := last.Text("token"); issued != "" {
			token = issued
		}
	}
	t.visit("introspect", conformance.With("token", token), proof)
	t.visit("revoke", conformance.With("token", token), proof)
}

func (t *traveller) rotate() {
	_, reply := t.client.TryRotate()
	t.replies = append(t.replies, reply)
}

// secrets are the client's by id, nil where no list has them in their place.
func (t *traveller) secrets() map[string]profile.Values {
	reply := t.visit("list_secrets")
	if reply == nil || !reply.OK {
		return nil
	}
	if _, ok := t.session.Profile().Items("list_secrets", reply.JSON()); !ok {
		return nil
	}
	_, entries := secretEntries(t.client)
	return entries
}

// deleteSecret deletes the one that the rotation added, once the list has it.
func (t *traveller) deleteSecret(before map[string]profile.Values) {
	s := t.session
	if !s.Profile().Binds("delete_secret") {
		return
	}
	added := conformance.Secret{Value: t.client.Secret.Value}
	s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		if before == nil {
			return true
		}
		_, after := secretEntries(t.client, options...)
		for id := range after {
			if before[id] == nil || s.Mode() == conformance.Plan {
				added.ID = id
			}
		}
		return added.ID != ""
	})
	if added.ID == "" {
		s.Step("delete_secret is left out: the list shows no id that is new after the rotation")
		return
	}
	t.replies = append(t.replies, t.client.DeleteSecret(added))
}

// change updates and replaces the client. The name stays: a cleanup may have to look
// for it.
func (t *traveller) change() {
	name := conformance.With("name", t.client.Name)
	options := []conformance.CallOption{name}
	for _, attribute := range t.session.Profile().Attributes {
		if len(attribute.Values) > 0 {
			options = append(options, conformance.Member(attribute.Write, attribute.Values[0]))
			break
		}
	}
	t.visit("update", options...)
	t.visit("replace", name, conformance.With("secret", t.client.Secret.Value))
}

// relied ends a check as incomplete where an operation of the tour did not succeed,
// or could not be called: then its reply could not be judged.
func relied(s *conformance.Session, replies []*conformance.Reply) {
	var missing []string
	for _, route := range s.Profile().Routes() {
		succeeded := route.Name == "login"
		for _, reply := range replies {
			succeeded = succeeded || reply.OK && reply.Route.Name == route.Name
		}
		if !succeeded {
			missing = append(missing, route.Name)
		}
	}
	if len(missing) > 0 {
		s.Incompletef("no success of %s could be looked at", strings.Join(missing, ", "))
	}
}

// unwrapped reports whether a 2xx of an enveloped API has no envelope: neither success
// nor failure by the API's own rules.
func unwrapped(s *conformance.Session, reply *conformance.Reply) bool {
	envelope := s.Profile().Envelope
	if envelope == nil || reply.Route.TokenSide() || reply.HTTP() < 200 || reply.HTTP() > 299 {
		return false
	}
	_, has := profile.At(reply.JSON(), envelope.Member)
	return !has && !reply.OK
}
