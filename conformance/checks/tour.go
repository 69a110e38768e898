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

// secrets are the ids that the list of secrets has.
func (t *traveller) secrets() map[string]bool {
	ids := map[string]bool{}
	reply := t.visit("list_secrets")
	if reply == nil {
		return ids
	}
	items, _ := t.session.Profile().Items("list_secrets", reply.JSON)
	for _, item := range items {
		if id, _ := item["secret_id"].(string); id != "" {
			ids[id] = true
		}
	}
	return ids
}

// deleteSecret deletes the one that the rotation added.
func (t *traveller) deleteSecret(before map[string]bool) {
	if !t.session.Profile().Binds("delete_secret") {
		return
	}
	added := conformance.Secret{}
	for id := range t.secrets() {
		if !before[id] || t.session.Mode() == conformance.Plan {
			added = conformance.Secret{ID: id, Value: t.client.Secret.Value}
		}
	}
	if added.ID == "" {
		t.session.Step("delete_secret is left out: the list shows no id that is new after the rotation")
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
	_, has := profile.At(reply.JSON, envelope.Member)
	return !has && !reply.OK
}
