package checks

import (
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// deletedIDsAreNotReused deletes the newest each time: an id that is one more than the
// largest, or the next free one, comes again only then.
func deletedIDsAreNotReused(s *conformance.Session) {
	create := s.Profile().Operations["create"]
	made := slices.DeleteFunc(slices.Clone(clientNames), func(name string) bool {
		return create.Put[name] != "" || create.Take[name] == ""
	})
	if s.Profile().Binds("delete_secret") {
		secretIDsAreNotReused(s)
	} else if len(made) == 0 {
		s.Incompletef("the service makes up no id: the caller chooses those of clients, and secrets are not deleted")
	}
	if s.Profile().Binds("delete") && len(made) > 0 {
		clientIDsAreNotReused(s, made)
	}
}

func secretIDsAreNotReused(s *conformance.Session) {
	const times = 3
	c := s.NewClient()
	makeRoom(s, c)
	var ever []string
	if s.Profile().Binds("list_secrets") {
		for _, item := range listedSecrets(c) {
			ever = append(ever, idOf(item))
		}
	}
	for range times {
		id, reply := newID(s, c)
		if slices.Contains(ever, id) && s.Mode() != conformance.Plan {
			s.FailOn(reply, "an id that nothing had", "a new secret has the id %s, which a deleted one had", id)
			return
		}
		ever = append(ever, id)
		s.Must(c.DeleteSecret(conformance.Secret{ID: id, Value: c.Secret.Value}))
		s.Within(s.Policy().Refuse, 1, func(options ...conformance.CallOption) bool {
			return !s.Profile().Binds("list_secrets") || !slices.Contains(liveSecrets(s, c, options...), id)
		})
	}
}

// newID makes a secret and finds its id: that of the one entry which is live and was
// not, whatever deleted ones there are beside it, or the one in the reply.
func newID(s *conformance.Session, c *conformance.Client) (string, *conformance.Reply) {
	if !s.Profile().Binds("list_secrets") {
		_, reply := c.TryRotate()
		id := s.Must(reply).Text("secret_id")
		if id == "" {
			s.Incompletef("nothing tells the id of a new secret")
		}
		return id, reply
	}
	before := liveSecrets(s, c)
	_, reply := c.TryRotate()
	s.Must(reply)
	var fresh []string
	s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		fresh = slices.DeleteFunc(liveSecrets(s, c, options...), func(id string) bool { return slices.Contains(before, id) })
		return len(fresh) > 0
	})
	if s.Mode() == conformance.Plan {
		return "{secret id}", reply
	}
	if len(fresh) != 1 {
		s.Incompletef("adding one secret made %d live entries in the list, want 1", len(fresh))
	}
	return fresh[0], reply
}

func listedSecrets(c *conformance.Client) []profile.Values {
	items, _ := c.ListSecrets()
	return items
}

func idOf(item profile.Values) string {
	id, _ := item["secret_id"].(string)
	return id
}

// clientIDsAreNotReused compares the ids that the service makes up.
func clientIDsAreNotReused(s *conformance.Session, made []string) {
	const times = 2
	deleted := map[string][]string{}
	for range times {
		c, reply := s.TryNewClient()
		if c == nil {
			s.Incompletef("no client could be made for this check: create answered %s", reply)
		}
		for _, name := range made {
			id, _ := c.Values[name].(string)
			if slices.Contains(deleted[name], id) && s.Mode() != conformance.Plan {
				s.FailOn(reply, "an id that nothing had", "a new client has the %s %s, which a deleted one had", name, id)
				return
			}
			deleted[name] = append(deleted[name], id)
		}
		s.Must(c.Delete())
		isGone(s, c, "after its deletion")
	}
}
