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
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
)

// sighting is one list of a client's secrets: when it was asked for and there, and
// whether each secret in it was marked as deleted.
type sighting struct {
	seen     conformance.Seen
	where    string // the check and the exchange
	client   string
	from, to time.Duration
	deleted  map[string]bool
	partial  bool // one page of several, on which a secret need not be
}

// marksOfDeletionStay reads all lists of the run again, in the order of time, and
// asks for one more of each client that has a mark. One deletion it makes itself.
func marksOfDeletionStay(s *conformance.Session) {
	c := unusedClient(s) // of another the lists may be broken already, by what this check is to find
	victim := secretToDelete(s, c)
	s.Must(c.DeleteSecret(victim))
	var seen []sighting
	for _, one := range s.Exchanges() {
		if items, ok := secretsIn(s, one.Reply); ok {
			seen = append(seen, sighted(s, one, items, s.Profile().Operations["list_secrets"].Page != nil))
		}
	}
	look := func(client *conformance.Client) {
		items, reply := client.ListSecrets()
		seen = append(seen, sighted(s, conformance.Seen{Check: "this check", Reply: reply}, items, false))
	}
	look(c)
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
			look(client)
		}
	}
	if len(marked) == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no list of the run has a secret that is marked as deleted")
	}
	for _, back := range cameBack(seen) {
		s.Show(report.Finding{
			Verdict: report.Fail, Message: back.String(), Expected: "listed and marked as deleted, as before", Observed: back.state(),
		}, back.in.seen)
	}
}

// secretsIn reads a list of secrets, and nothing else.
func secretsIn(s *conformance.Session, reply *conformance.Reply) ([]profile.Values, bool) {
	route := s.Profile().Route("list_secrets")
	if reply.Route == nil || reply.Route.Name != route.Name || reply.Request.Method != route.Method || !reply.OK {
		return nil, false
	}
	return s.Profile().Items(route.Name, reply.JSON())
}

// sighted notes what a reply has. Which page was asked for is no part of the client.
func sighted(s *conformance.Session, seen conformance.Seen, items []profile.Values, partial bool) sighting {
	client := seen.Request.URL
	if at, err := url.Parse(client); err == nil && s.Profile().Operations["list_secrets"].Page != nil {
		binding, query := s.Profile().Operations["list_secrets"], at.Query()
		for _, value := range []string{binding.Page.Number, binding.Page.Size} {
			query.Del(strings.TrimPrefix(binding.Put[value], "/query/"))
		}
		at.RawQuery = query.Encode()
		client = at.String()
	} else {
		client += " " + string(seen.Request.Body)
	}
	one := sighting{
		seen: seen, where: fmt.Sprintf("exchange %d of %s", seen.Number, seen.Check), client: client,
		from: seen.Start, to: seen.End, deleted: map[string]bool{}, partial: partial,
	}
	for _, item := range items {
		one.deleted[fmt.Sprint(item["secret_id"])] = gone(item)
	}
	return one
}

// back is a secret that was deleted and is so no more.
type back struct {
	id     string
	in     sighting
	listed bool
}

func (b back) String() string {
	return fmt.Sprintf("the secret %s was listed as deleted, and is %s in a later list: %s", b.id, b.state(), b.in.where)
}

func (b back) state() string {
	if b.listed {
		return "live"
	}
	return "missing"
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
	for _, k := range slices.SortedStableFunc(maps.Keys(since), func(a, b key) int { return cmp.Or(cmp.Compare(a.client, b.client), cmp.Compare(a.id, b.id)) }) {
		for _, one := range seen {
			deleted, listed := one.deleted[k.id]
			if one.client != k.client || one.from < since[k] || deleted || one.partial && !listed {
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
