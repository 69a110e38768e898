package probe

import (
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// deletion deletes one secret of two, where there may be two.
func (sc *scout) deletion(s *conformance.Session) {
	if !sc.given.Binds("delete_secret") {
		sc.structural("delete_secret", "none", "the profile binds no deletion of a secret")
		return
	}
	if !sc.canDelete() {
		s.Incompletef("nothing that is bound lists the ids of secrets")
	}
	c := sc.unused(s)
	c.Spoil()
	victim := c.Secret
	if !sc.full(1) {
		victim, _ = sc.added(s, c)
	} else if ids := sc.ids(s, c); len(ids) == 1 {
		victim.ID = ids[0]
	}
	reply := s.Must(c.DeleteSecret(victim))
	if !sc.until(s, c, victim.Value, conformance.Refused, reply.End).over {
		s.Incompletef("a secret still worked %s after its deletion", sc.patience)
	}
	listed, marked, first := false, false, true
	s.Within(sc.patience, 1, func(...conformance.CallOption) bool {
		items, _ := c.ListSecrets()
		listed, marked = false, false
		for _, item := range items {
			if item["secret_id"] == victim.ID {
				listed, marked = true, item["deleted"] == true
			}
		}
		sc.sawAtOnce(&first, !listed || marked)
		return !listed || marked
	})
	switch {
	case marked:
		sc.found("delete_secret", "soft", "a deleted secret stopped working and stayed listed, marked as deleted")
	case listed:
		sc.found("delete_secret", "soft", "a deleted secret stopped working and stayed listed, without a mark")
	default:
		sc.found("delete_secret", "hard", "a deleted secret stopped working and was not listed any more")
	}
	sc.note("repeat_delete", "delete_secret", c.Call("delete_secret", conformance.With("secret_id", victim.ID)))
}

// last deletes secrets until there is none.
func (sc *scout) last(s *conformance.Session) {
	if !sc.given.Binds("delete_secret") {
		sc.structural("delete_last", "none", "the profile binds no deletion of a secret")
		return
	}
	if !sc.canDelete() {
		s.Incompletef("nothing that is bound lists the ids of secrets")
	}
	c := sc.unused(s)
	c.Spoil()
	ids := sc.ids(s, c)
	if len(ids) == 0 {
		fresh, _ := sc.added(s, c) // the first one is not listed
		ids = []string{fresh.ID}
	}
	for _, id := range ids[:len(ids)-1] {
		s.Must(c.DeleteSecret(conformance.Secret{ID: id}))
	}
	reply := c.DeleteSecret(conformance.Secret{ID: ids[len(ids)-1]})
	switch {
	case reply.OK:
		sc.found("delete_last", "allow", "the last live secret of a client could be deleted")
	case reply.Status >= 400 && reply.Status < 500:
		sc.found("delete_last", "refuse", "the deletion of the last live secret was refused with %s", reply)
	default:
		s.Incompletef("the deletion of the last live secret ended in %s", reply)
	}
}

// clients deletes a client and looks for it.
func (sc *scout) clients(s *conformance.Session) {
	if !sc.given.Binds("delete") {
		sc.structural("delete_client", "none", "the profile binds no deletion of a client")
		return
	}
	c := sc.unused(s)
	reply := s.Must(c.Delete())
	if !sc.until(s, c, c.Secret.Value, conformance.Refused, reply.End).over {
		s.Incompletef("the secret of a client still worked %s after its deletion", sc.patience)
	}
	there, first := true, true
	switch {
	case sc.given.Binds("read"):
		s.Within(sc.patience, 1, func(...conformance.CallOption) bool {
			there = c.Call("read").OK
			sc.sawAtOnce(&first, !there)
			return !there
		})
	case sc.given.Binds("list"):
		s.Within(sc.patience, 1, func(...conformance.CallOption) bool {
			there = slices.ContainsFunc(s.Walk("list", 0), func(item profile.Values) bool { return item["client"] == c.Values["client"] })
			sc.sawAtOnce(&first, !there)
			return !there
		})
	default:
		s.Incompletef("nothing that is bound shows whether a deleted client is still there")
	}
	if there && !sc.dry {
		sc.found("delete_client", "soft", "a deleted client's secret stopped working, and the client could still be read")
		sc.bound.Policy.DeleteClient = "soft"
	} else {
		sc.found("delete_client", "hard", "a deleted client's secret stopped working, and the client was not found any more")
	}
	sc.note("repeat_delete", "delete", c.Call("delete"))
}
