package checks

import (
	"slices"

	"github.com/keyturn/keyturn/conformance"
)

// unusedClient makes a client that no check had before.
func unusedClient(s *conformance.Session) *conformance.Client {
	c, created := s.TryNewClient()
	if c == nil {
		s.Incompletef("no client could be made for this check: create answered %s", created)
	}
	return c
}

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
	var live []string
	listed := func(settled func(int) bool) func(...conformance.CallOption) bool {
		return func(options ...conformance.CallOption) bool {
			live = liveSecrets(s, c, options...)
			return settled(len(live))
		}
	}
	most := s.Policy().MaxLive
	there := min(most, c.Acknowledged())
	s.Within(s.Policy().Accept, 1, listed(func(n int) bool { return n >= there }))
	excess := len(live) - most + 1
	if excess <= 0 {
		return
	}
	may := slices.DeleteFunc(live, func(id string) bool { return slices.Contains(stay, id) })
	for _, id := range may[:min(excess, len(may))] {
		s.Must(c.DeleteSecret(conformance.Secret{ID: id}))
	}
	s.Within(s.Policy().Refuse, 1, listed(func(n int) bool { return n < most }))
}

// renew rotates once more, however many secrets there are.
func renew(s *conformance.Session, c *conformance.Client) conformance.Secret {
	makeRoom(s, c)
	return c.Rotate()
}

// fresh is renew for a secret whose value counts, with the reply to the rotation.
func fresh(s *conformance.Session, c *conformance.Client) (conformance.Secret, *conformance.Reply) {
	makeRoom(s, c)
	secret, reply := c.TryRotate()
	if s.Must(reply); secret.Value == "" {
		s.Incompletef("a rotation succeeded and showed no secret")
	}
	return secret, reply
}

// generatedSecrets lists secrets that the service made, of as few clients as its
// bound on live secrets allows, and the exchanges that made them.
func generatedSecrets(s *conformance.Session, count int) (values []string, made []int) {
	each := max(1, rotations(s, count))
	for len(values) < count {
		c := s.NewClient()
		for range min(each, count-len(values)) {
			secret, reply := fresh(s, c)
			values, made = append(values, secret.Value), append(made, reply.Number)
		}
	}
	return values, made
}
