package checks

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/keyturn/keyturn/conformance"
)

// sighting is one list of a client's secrets: when it was asked for and there, and
// whether each secret in it was marked as deleted.
type sighting struct {
	where    string // the check and the exchange
	client   string
	from, to time.Duration
	deleted  map[string]bool
}

// marksOfDeletionStay reads all lists of the run again, in the order of time, and
// asks for one more of each client that has a mark. One deletion it makes itself.
func marksOfDeletionStay(s *conformance.Session) {
	c := s.NewClient()
	victim := secretToDelete(s, c)
	s.Must(c.DeleteSecret(victim))
	var seen []sighting
	look := func(check string, reply *conformance.Reply) {
		if one, ok := sighted(s, reply); ok {
			one.where = fmt.Sprintf("exchange %d of %s", reply.Number, check)
			seen = append(seen, one)
		}
	}
	for _, one := range s.Exchanges() {
		look(one.Check, one.Reply)
	}
	look("this check", c.Call("list_secrets"))
	c.Rotate()
	marked := map[string]bool{}
	for _, one := range seen {
		if slices.Contains(slices.Collect(maps.Values(one.deleted)), true) {
			marked[one.client] = true
		}
	}
	for _, client := range s.Clients() {
		id := url.PathEscape(fmt.Sprint(client.Values["client"]))
		if slices.ContainsFunc(slices.Collect(maps.Keys(marked)), func(place string) bool { return strings.Contains(place, id) }) {
			look("this check", client.Call("list_secrets"))
		}
	}
	if len(marked) == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no list of the run has a secret that is marked as deleted")
	}
	for _, back := range cameBack(seen) {
		s.Failf("%s", back)
	}
}

// sighted reads a list of secrets, and nothing else.
func sighted(s *conformance.Session, reply *conformance.Reply) (sighting, bool) {
	route := s.Profile().Route("list_secrets")
	if reply.Route == nil || reply.Route.Name != route.Name || reply.Request.Method != route.Method || !reply.OK {
		return sighting{}, false
	}
	items, ok := s.Profile().Items(route.Name, reply.JSON)
	if !ok {
		return sighting{}, false
	}
	one := sighting{
		client: reply.Request.URL + " " + string(reply.Request.Body),
		from:   reply.Start, to: reply.End, deleted: map[string]bool{},
	}
	for _, item := range items {
		one.deleted[fmt.Sprint(item["secret_id"])] = item["deleted"] == true
	}
	return one, true
}

// back is a secret that was deleted and is so no more.
type back struct {
	id     string
	in     sighting
	listed bool
}

func (b back) String() string {
	if b.listed {
		return fmt.Sprintf("the secret %s was listed as deleted, and is live in a later list: %s", b.id, b.in.where)
	}
	return fmt.Sprintf("the secret %s was listed as deleted, and is missing in a later list: %s", b.id, b.in.where)
}

// maxBack bounds what one check finds.
const maxBack = 10

// cameBack finds the secrets that some list has as deleted and a later one does not.
// Later is what was asked for once the other was there: lists that crossed tell nothing.
func cameBack(seen []sighting) []back {
	type key struct{ client, id string }
	since := map[key]time.Duration{}
	for _, one := range seen {
		for id, deleted := range one.deleted {
			k := key{one.client, id}
			if first, known := since[k]; deleted && (!known || one.to < first) {
				since[k] = one.to
			}
		}
	}
	slices.SortStableFunc(seen, func(a, b sighting) int { return cmp.Compare(a.from, b.from) })
	var found []back
	for _, k := range slices.SortedFunc(maps.Keys(since), func(a, b key) int { return cmp.Or(cmp.Compare(a.client, b.client), cmp.Compare(a.id, b.id)) }) {
		for _, one := range seen {
			deleted, listed := one.deleted[k.id]
			if one.client != k.client || one.from < since[k] || deleted {
				continue
			}
			found = append(found, back{id: k.id, in: one, listed: listed})
			break
		}
		if len(found) == maxBack {
			break
		}
	}
	return found
}
