package checks

import (
	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// What follows is asked once something special came to nothing, and before what was
// special is blamed: whether the same without it succeeds, for a client that nothing was
// done with yet. Where that comes to nothing too, the check is incomplete.

// canRotate has a rotation with nothing special about it succeed.
func canRotate(s *conformance.Session) { renew(s, s.NewClient()) }

// newSecretsWork has the secret of such a rotation work too.
func newSecretsWork(s *conformance.Session) {
	c := s.NewClient()
	s.Given(c, renew(s, c))
}

// addsOne has it add one entry to the list of secrets.
func addsOne(s *conformance.Session) {
	c := s.NewClient()
	makeRoom(s, c)
	before := len(c.WholeList())
	c.Rotate()
	if after, reply := listLength(c); after > before+1 {
		s.Incompletef("any addition takes the list of secrets from %d entries to %d: %s", before, after, reply)
	}
}

// canWrite has an update of an ordinary member succeed, or a replacement.
func canWrite(s *conformance.Session, operation string) {
	c := s.NewClient()
	if operation == "replace" {
		s.Must(c.Call(operation, replacing(s, c)...))
		return
	}
	s.Must(updateAnotherMember(s, c, 0))
}

// updatesKeepTheRest has updates of one member after the other change nothing else.
// Without an update there is nothing to ask.
func updatesKeepTheRest(s *conformance.Session) {
	if !s.Profile().Binds("update") {
		return
	}
	c := s.NewClient()
	before := settled(s, c)
	for _, attribute := range s.Profile().Attributes {
		if len(attribute.Values) == 0 {
			continue
		}
		s.Must(c.Call("update", setting([]profile.Attribute{attribute}, 0)...))
		after := s.Snapshot(c)
		for _, difference := range before.Diff(after, append(mayMove(s, before), attribute.Read)) {
			s.Incompletef("an update of %s alone changes something else too: %s", attribute.Name, difference)
		}
		before = after
	}
}

// authenticates has an endpoint of the token side refuse a secret that never was.
func authenticates(s *conformance.Session, c *conformance.Client, endpoint string, way profile.ClientAuth) {
	wrong := conformance.ProvingBy(way, c.ID(), s.ChooseSecret())
	if reply := s.Call(endpoint, profile.Values{"token": noToken}, wrong); reply.OK {
		giveBack(s, reply, wrong)
		s.Incompletef("%s takes any secret, so that it tells none apart: %s", endpoint, reply)
	}
}

// saysNo reports that a reply is a refusal. A fault of the server is none, nor is a
// success on the wire whose body denies it.
func saysNo(reply *conformance.Reply) bool {
	return !reply.OK && reply.Status >= 400 && reply.Status < 500
}

// known has the secret of a client be the right one, where the run can tell: what was
// shown need not be.
func known(s *conformance.Session, c *conformance.Client) {
	if s.HasOracle() {
		s.Given(c, c.Secret)
	}
}
