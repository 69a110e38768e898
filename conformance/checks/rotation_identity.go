package checks

import (
	"fmt"
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// retiredSecretIsInvalidClient retires a secret and shows it to every endpoint of the
// token side in every way that clients may authenticate. How a secret is refused that
// never was is another check's.
func retiredSecretIsInvalidClient(s *conformance.Session) {
	c, victim, end := doomed(s)
	s.Given(c, victim)
	end()
	for _, endpoint := range profile.TokenSide {
		if route := s.Profile().Route(endpoint); route == nil || !route.TokenSide() {
			continue
		}
		for _, way := range s.Profile().ClientAuth {
			proof := conformance.ProvingBy(way, c.ID(), victim.Value)
			var reply *conformance.Reply
			s.Within(s.Policy().Refuse, 1, func(options ...conformance.CallOption) bool {
				reply = s.Call(endpoint, profile.Values{"token": noToken}, append(options, proof)...)
				giveBack(s, reply, proof)
				return !reply.OK
			})
			if reply.OK {
				authenticates(s, c, endpoint, way)
			}
			invalidClient(s, reply, fmt.Sprintf("%s with a retired secret by %s", endpoint, way), way)
		}
	}
}

// idsSurviveTheRotation looks for the ids wherever one may show: in the reply, in a
// read, in the list and at the token side, where the new secret has to go with the old
// id. Where nothing shows another id and no client's new secret works, it is not the id.
func idsSurviveTheRotation(s *conformance.Session) {
	c := clientWithSecret(s)
	s.Given(c, c.Secret)
	reads := s.Profile().Binds("read")
	lists := slices.ContainsFunc(clientNames, func(name string) bool { return s.Profile().Operations["list"].Take[name] != "" })
	if reads {
		c.Read()
	}
	if lists {
		findListed(s, c)
	}
	makeRoom(s, c)
	fresh, rotated := c.TryRotate()
	s.Must(rotated)
	sameIDs(s, c, rotated, "the reply to a rotation")
	if reads {
		reply := c.Call("read")
		if notThere(s, reply) {
			s.FailOn(reply, "the client", "after a rotation the client is not found under its id: %s", reply)
			return
		}
		sameIDs(s, c, reply, "a read after a rotation")
	}
	s.BecomesAccepted(c, fresh, "the new secret with the id from before the rotation", func(s *conformance.Session) {
		if reads && !s.Failed() {
			newSecretsWork(s)
		}
	})
	if !lists {
		return // nothing tells which entry is the client's
	}
	item, reply := clientInList(s, c)
	if item == nil && s.Mode() != conformance.Plan {
		s.FailOn(reply, "the client under its ids", "after a rotation no entry of the list has an id of the client")
		return
	}
	heldIDs(s, c, item, reply, "the list after a rotation")
}

// findListed waits until the list has a client, and ends the check where it does not.
func findListed(s *conformance.Session, c *conformance.Client) {
	if !s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		item, _ := clientInList(s, c, options...)
		return item != nil
	}) {
		s.Incompletef("the list does not have a client that was just made")
	}
}

// clientNames are the values that name a client.
var clientNames = []string{"client", "client_id"}

// sameIDs holds what a reply has of the client's ids to those that it was made with.
func sameIDs(s *conformance.Session, c *conformance.Client, reply *conformance.Reply, where string) {
	heldIDs(s, c, reply.Values, reply, where)
}

// heldIDs leaves out an id that the profile does not take from such a reply: what stands
// in its place is the other one.
func heldIDs(s *conformance.Session, c *conformance.Client, shown profile.Values, reply *conformance.Reply, where string) {
	for _, name := range clientNames {
		id, there := shown[name]
		if there && reply.Route.Binding.Take[name] != "" && !profile.Equal(id, c.Values[name]) {
			s.FailOn(reply, fmt.Sprint(c.Values[name]), "%s has another %s than the client was made with: %v", where, name, id)
		}
	}
}

// rotationLeavesOthersAlone rotates one of two clients and then the other: a condition
// that is too wide may take what was made before, or after.
func rotationLeavesOthersAlone(s *conformance.Session) {
	pair := []*conformance.Client{clientWithSecret(s), clientWithSecret(s)}
	names := []string{"the client made first", "the client made last"}
	for i, c := range pair {
		other := pair[1-i]
		s.Given(other, other.Secret)
		before := settled(s, other)
		fresh := renew(s, c)
		s.Given(c, fresh) // so that what else the rotation did has had its time
		what := "a rotation of " + names[i]
		s.Unchanged(other, before, what+", which is not the one that is read,")
		if fresh.Value == other.Secret.Value && s.Mode() != conformance.Plan {
			s.Incompletef("a rotation gave a secret that another client has, so that whose it is does not show")
		}
		if answer, reply := s.ProbeReply(other, fresh.Value); answer == conformance.Accepted {
			s.FailOn(reply, "refused", "%s gave %s the new secret too", what, names[1-i])
		}
	}
}

// deletedClientIsNotRotated looks at the client afterwards whatever the reply says: a
// refusal that comes after the write has brought it back all the same.
func deletedClientIsNotRotated(s *conformance.Session) {
	const gone = 410 // RFC 9110 section 15.5.11
	c := clientWithSecret(s)
	s.Given(c, c.Secret)
	s.Must(c.Delete())
	if !refusedNow(s, c, c.Secret) {
		s.Incompletef("the secret of a deleted client goes on working, so that a rotation would not show to bring it back")
	}
	fresh, reply := c.AttemptRotate()
	if reply.Lost() {
		s.Incompletef("the rotation of a deleted client got no answer")
	}
	s.Refused(reply, append(slices.Clone(s.Profile().Statuses.Unknown), gone), "rotating a deleted client")
	isGone(s, c, "after a rotation of what was deleted")
	s.BecomesRefused(c, c.Secret, "the secret of a deleted client after its rotation")
	if fresh.Value != "" {
		s.BecomesRefused(c, fresh, "the secret that a rotation made for a deleted client")
	}
}
