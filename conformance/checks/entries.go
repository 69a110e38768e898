package checks

import (
	"fmt"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// secretEntries lists a client's secrets by id. The check is incomplete where that
// does not succeed.
func secretEntries(c *conformance.Client, options ...conformance.CallOption) (*conformance.Reply, map[string]profile.Values) {
	items, reply := c.ListSecrets(options...)
	entries := map[string]profile.Values{}
	for _, item := range items {
		entries[fmt.Sprint(item["secret_id"])] = item
	}
	return reply, entries
}

// gone reports whether a listed secret is marked as deleted.
func gone(item profile.Values) bool { return item["deleted"] == true }

// liveSecrets lists the ids of those that are neither deleted nor expired, in the order
// of the list.
func liveSecrets(s *conformance.Session, c *conformance.Client, options ...conformance.CallOption) (live []string) {
	items, _ := c.ListSecrets(options...)
	for _, item := range items {
		expires, ends := item["expires"].(time.Time)
		if !gone(item) && (!ends || expires.After(s.ServerNow())) {
			live = append(live, fmt.Sprint(item["secret_id"]))
		}
	}
	return live
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

// withID is the client's secret, and where secrets are deleted by id another one whose
// id is known, if anything tells it.
func withID(s *conformance.Session, c *conformance.Client) conformance.Secret {
	tells := s.Profile().Binds("list_secrets") || s.Profile().Operations["rotate"].Take["secret_id"] != ""
	if tells && s.Profile().Binds("delete_secret") {
		return addSecret(s, c)
	}
	return c.Secret
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

// isOf reports whether an item of a list is about the client with these ids.
func isOf(ids, item profile.Values) bool {
	for _, name := range []string{"client", "client_id"} {
		if item[name] != nil && profile.Equal(item[name], ids[name]) {
			return true
		}
	}
	return false
}

// strangers are the ids of a client and of a secret that do not exist, beside a secret
// for where the caller chooses one.
func strangers(s *conformance.Session) profile.Values {
	none := s.NoClient()
	return profile.Values{
		"client": none, "client_id": none, "name": none, "secret": s.ChooseSecret(),
		"secret_id": "3f0c6b1e-8a52-4d7f-9c36-5b1e0a7d2c48",
	}
}
