package checks

import (
	"fmt"
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// lookedAt is a client to look at: one of the check's own, or in mode readonly the one
// that the credentials name.
func lookedAt(s *conformance.Session) *conformance.Client {
	if s.Mode() != conformance.ReadOnly {
		return s.NewClient()
	}
	c := s.App()
	if c == nil {
		s.Incompletef("there is no client to look at: add app to the credentials")
	}
	return c
}

// listedIDsHold rotates first where secrets stand side by side: only of two can one
// have the other's id.
func listedIDsHold(s *conformance.Session) {
	c := lookedAt(s)
	ofSecrets := s.Profile().Operations["list_secrets"].Take["secret_id"] != ""
	take := s.Profile().Operations["list"].Take
	ofClients := take["client"] != "" || take["client_id"] != ""
	if !ofSecrets && !ofClients {
		s.Incompletef("the profile takes no ids from a list")
	}
	if ofSecrets {
		if s.Mode() != conformance.ReadOnly && s.Policy().Rotation != "replace" && s.Policy().MaxLive != 1 {
			c.Rotate()
		}
		secretIDsHold(s, c)
	}
	if ofClients {
		clientIDsDiffer(s)
		clientKeepsItsIDs(s, c)
	}
}

// secretIDsHold looks until several looks in a row agree. What a replica has not seen
// yet is missing for a while; ids that are made up for each reply never settle.
func secretIDsHold(s *conformance.Session, c *conformance.Client) {
	var before []string
	var reply *conformance.Reply
	var wrong string
	settled := s.Within(s.Policy().Accept, conformance.Agreeing, func(options ...conformance.CallOption) bool {
		var items []profile.Values
		items, reply = c.ListSecrets(options...)
		now := idsOf(items, "secret_id")
		wrong = repeatedID(now)
		if wrong == "" && before != nil && !slices.Equal(before, now) {
			wrong = fmt.Sprintf("the ids in the list were %v, and a moment later they are %v", before, now)
		}
		before = now
		return wrong == "" && len(now) > 0
	})
	switch {
	case settled:
	case wrong == "":
		s.Incompletef("the list of the client's secrets is empty")
	default:
		s.FailOn(reply, "the same ids in each reply, each of them once", "the list of secrets: %s", wrong)
	}
}

// idsOf are the ids of a list, in order. One that is missing is "".
func idsOf(items []profile.Values, name string) []string {
	ids := make([]string, 0, len(items))
	for _, item := range items {
		id, _ := item[name].(string)
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// repeatedID says what is wrong with sorted ids, "" where each is there once.
func repeatedID(ids []string) string {
	for i, id := range ids {
		switch {
		case id == "":
			return "an entry has no id"
		case i > 0 && id == ids[i-1]:
			return fmt.Sprintf("two entries have the id %q", id)
		}
	}
	return ""
}

// clientIDsDiffer walks again before it finds otherwise: what others make and delete
// meanwhile moves items over the edge of a page.
func clientIDsDiffer(s *conformance.Session) {
	var last *conformance.Reply
	var wrong string
	if s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		var all []profile.Values
		walkList(s, largestPage(s), func(reply *conformance.Reply, items []profile.Values) bool {
			last, all = reply, append(all, items...)
			return false
		}, options...)
		wrong = repeatedID(idsOf(all, "client"))
		return wrong == ""
	}) {
		return
	}
	s.FailOn(last, "an id for each entry, and no id twice", "the list of clients: %s", wrong)
}

// clientKeepsItsIDs finds the client by any of its ids or by its name, so that an id
// which is another each time shows.
func clientKeepsItsIDs(s *conformance.Session, c *conformance.Client) {
	var last *conformance.Reply
	var found profile.Values
	var wrong string
	if s.Within(s.Policy().Accept, conformance.Agreeing, func(options ...conformance.CallOption) bool {
		found, wrong = nil, ""
		walkList(s, largestPage(s), func(reply *conformance.Reply, items []profile.Values) bool {
			last = reply
			if i := slices.IndexFunc(items, func(item profile.Values) bool { return isOf(c.Values, item) || item["name"] == c.Name }); i >= 0 {
				found = items[i]
			}
			return found != nil
		}, options...)
		for _, name := range []string{"client", "client_id"} {
			taken := s.Profile().Operations["list"].Take[name] != ""
			if taken && found != nil && !profile.Equal(found[name], c.Values[name]) {
				wrong = fmt.Sprintf("the list shows %v as the %s of a client that was made with %v", found[name], name, c.Values[name])
			}
		}
		return found != nil && wrong == ""
	}) || s.Mode() == conformance.Plan {
		return
	}
	if found == nil {
		s.Incompletef("the list does not have the client")
	}
	s.FailOn(last, "the ids that the client was made with", "%s", wrong)
}
