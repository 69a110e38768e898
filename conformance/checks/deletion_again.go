package checks

import (
	"math/rand/v2"
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

func deletingTwiceIsDeletingOnce(s *conformance.Session) {
	if s.Profile().Binds("delete_secret") {
		c := s.NewClient()
		victim := secretToDelete(s, c)
		s.Must(c.DeleteSecret(victim))
		before := settled(s, c)
		answered(s, c.Call("delete_secret", conformance.With("secret_id", victim.ID)), s.Profile().Statuses.RepeatDelete, "deleting a secret again")
		s.Unchanged(c, before, "deleting a secret again")
	}
	if s.Profile().Binds("delete") {
		c := s.NewClient()
		s.Must(c.Delete())
		answered(s, c.Call("delete"), s.Profile().Statuses.RepeatDelete, "deleting a client again")
		isGone(s, c, "after a second deletion")
	}
}

// deletingNothingChangesNothing also looks at what is there: a condition that matches
// nothing must not become one that matches all.
func deletingNothingChangesNothing(s *conformance.Session) {
	c := s.NewClient()
	statuses := s.Profile().Statuses.Unknown
	if s.Profile().Binds("delete_secret") {
		known := addSecret(s, c)
		before := settled(s, c)
		unknown := unlike(s.Rand(), known.ID)
		answered(s, c.Call("delete_secret", conformance.With("secret_id", unknown)), statuses, "deleting a secret that does not exist")
		s.Unchanged(c, before, "deleting a secret that does not exist")
	}
	if s.Profile().Binds("delete") {
		before := settled(s, c)
		unknown := profile.Values{"client": s.NoClient(), "client_id": s.NoClient()}
		answered(s, s.Call("delete", unknown), statuses, "deleting a client that does not exist")
		s.Unchanged(c, before, "deleting a client that does not exist")
	}
}

// answered holds a reply to the statuses that are declared for it, of success too.
func answered(s *conformance.Session, reply *conformance.Reply, statuses []int, what string) {
	if !slices.Contains(statuses, reply.Status) {
		s.FailOn(reply, "HTTP "+statusWords(statuses), "%s: %s", what, reply)
	}
}

// unlike makes an id that nothing has out of one that something has: the last digits
// and letters become others of their kind. The first ones stay, since they may have a
// meaning.
func unlike(random *rand.Rand, id string) string {
	made := []byte(id)
	left := 10
	for i := len(made) - 1; i >= 0 && left > 0; i-- {
		switch c := made[i]; {
		case c >= '0' && c <= '9':
			made[i] = '0' + (c-'0'+byte(1+random.IntN(9)))%10
		case c >= 'a' && c <= 'f':
			made[i] = 'a' + (c-'a'+byte(1+random.IntN(5)))%6
		case c >= 'A' && c <= 'F':
			made[i] = 'A' + (c-'A'+byte(1+random.IntN(5)))%6
		default:
			continue
		}
		left--
	}
	return string(made)
}
