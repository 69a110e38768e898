package checks

import (
	"slices"

	"github.com/keyturn/keyturn/conformance"
)

// clientWithSecret makes a client whose secret is known; where its creation does not
// show it, a rotation does.
func clientWithSecret(s *conformance.Session) *conformance.Client {
	c := s.NewClient()
	if c.Secret.Value == "" {
		c.Rotate()
	}
	return c
}

// full reports whether the service refuses one secret more than its bound.
func full(s *conformance.Session) bool {
	policy := s.Policy()
	return policy.MaxLive > 0 && policy.Rotation != "replace" && policy.Overflow != "evict"
}

func canDeleteSecrets(s *conformance.Session) bool {
	return s.Profile().Binds("list_secrets") && s.Profile().Binds("delete_secret")
}

// rotations is how many of the rotations that a check wants the service has to take
// for one new client.
func rotations(s *conformance.Session, want int) int {
	if full(s) && !canDeleteSecrets(s) {
		return min(want, s.Policy().MaxLive-1)
	}
	return want
}

// makeRoom deletes as many secrets as it takes for one more to be taken, the oldest
// first, and none of those that are to stay. Where there is room anyway it does
// nothing.
func makeRoom(s *conformance.Session, c *conformance.Client, stay ...string) {
	if !full(s) || !canDeleteSecrets(s) || s.Mode() == conformance.Plan {
		return
	}
	live := slices.DeleteFunc(listed(s, c), gone)
	excess := len(live) - s.Policy().MaxLive + 1
	for _, item := range live {
		id, _ := item["secret_id"].(string)
		if excess > 0 && !slices.Contains(stay, id) {
			s.Must(c.Call("delete_secret", conformance.With("secret_id", id)))
			excess--
		}
	}
}

// renew rotates once more, however many secrets there are.
func renew(s *conformance.Session, c *conformance.Client) conformance.Secret {
	makeRoom(s, c)
	return c.Rotate()
}

// generatedSecrets lists secrets that the service made, of as few clients as its
// bound on live secrets allows.
func generatedSecrets(s *conformance.Session, count int) []string {
	each := max(1, rotations(s, count))
	var values []string
	for len(values) < count {
		c := s.NewClient()
		for range min(each, count-len(values)) {
			fresh := renew(s, c)
			if fresh.Value == "" {
				s.Incompletef("a rotation succeeded and showed no secret")
			}
			values = append(values, fresh.Value)
		}
	}
	return values
}
