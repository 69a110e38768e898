package checks

import (
	"fmt"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// secretEntries lists a client's secrets by id. The check is incomplete where that
// does not succeed.
func secretEntries(s *conformance.Session, c *conformance.Client, options ...conformance.CallOption) (*conformance.Reply, map[string]profile.Values) {
	reply := c.Call("list_secrets", options...)
	entries := map[string]profile.Values{}
	for _, item := range s.Items(reply) {
		entries[fmt.Sprint(item["secret_id"])] = item
	}
	return reply, entries
}

// addSecret makes another secret whose id is known: from the list, or from the reply
// where there is none.
func addSecret(s *conformance.Session, c *conformance.Client) conformance.Secret {
	if s.Profile().Binds("list_secrets") {
		return c.Add()
	}
	secret, reply := c.TryRotate()
	s.Must(reply)
	if secret.ID = reply.Text("secret_id"); secret.ID == "" {
		s.Incompletef("nothing tells the id of a new secret")
	}
	c.Adopt(secret)
	return secret
}

// secretToDelete makes one, and has the client go on with the secret before it where
// that still works, or with the one after it where there is a grace.
func secretToDelete(s *conformance.Session, c *conformance.Client) conformance.Secret {
	keep := c.Secret
	victim := addSecret(s, c)
	switch {
	case s.Policy().Rotation == "add" && s.Policy().MaxLive != 1:
		c.Adopt(keep)
	case s.Policy().Rotation == "grace" && s.Policy().MaxLive != 1:
		c.Rotate() // the victim has its grace
	}
	return victim
}

// isClient reports whether an item of a list is about a client.
func isClient(item profile.Values, c *conformance.Client) bool {
	for _, name := range []string{"client", "client_id"} {
		if item[name] != nil && profile.Equal(item[name], c.Values[name]) {
			return true
		}
	}
	return false
}
