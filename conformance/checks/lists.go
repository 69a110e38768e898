package checks

import (
	"fmt"
	"maps"
	"slices"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

var lists = []conformance.Check{
	{ID: "LST-001", Run: listsShowEveryWrite},
	{ID: "LST-002", Run: listedIDsHold},
	{ID: "LST-003", Run: listsShowNoSecret},
	{ID: "LST-005", Run: pagesAreTheWholeList},
	{ID: "LST-008", Run: filtersTakeData},
	{ID: "LST-009", Run: listAgreesWithDetail},
	{ID: "LST-012", Run: unknownClientHasNoList},
}

func listsShowEveryWrite(s *conformance.Session) {
	if s.Profile().Binds("list") {
		clientWritesShow(s)
	}
	if s.Profile().Binds("list_secrets") {
		secretWritesShow(s)
	}
}

// clientWritesShow makes a client, gives it another name and deletes it.
func clientWritesShow(s *conformance.Session) {
	c := s.NewClient()
	named := s.Profile().Operations["list"].Take["name"] != ""
	shows := func(what, name string, bound func(profile.Values) bool) {
		var item profile.Values
		var reply *conformance.Reply
		if s.Within(s.Policy().Accept, conformance.Agreeing, func(options ...conformance.CallOption) bool {
			item, reply = clientInList(s, c, options...)
			return bound(item)
		}) {
			return
		}
		if item == nil {
			s.FailOn(reply, "the client", "%s, and the list does not have the client within %s", what, s.Policy().Accept)
			return
		}
		s.FailOn(reply, asJSON(name), "%s, and the list shows it as %s within %s", what, asJSON(item["name"]), s.Policy().Accept)
	}
	has := func(name string) func(profile.Values) bool {
		return func(item profile.Values) bool { return item != nil && (!named || item["name"] == name) }
	}
	shows("a client was created", c.Name, has(c.Name))
	if named && s.Profile().Operations["update"].Put["name"] != "" {
		name := c.Name + "-renamed"
		s.Must(c.Call("update", conformance.With("name", name)))
		shows("a client was given another name", name, has(name))
	}
	if s.Profile().Binds("delete") {
		s.Must(c.Delete())
		shows("a client was deleted", "none", func(item profile.Values) bool { return item == nil || gone(item) })
	}
}

// secretWritesShow adds a secret and deletes it. Its client is new, so that all that its
// list has to have is known: of another an earlier secret could show in place of the new.
func secretWritesShow(s *conformance.Session) {
	c := unusedClient(s)
	var reply *conformance.Reply
	var before map[string]profile.Values
	if !s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		reply, before = secretEntries(c, options...)
		return len(before) > 0 || c.Secret.Value == ""
	}) {
		s.FailOn(reply, "the client's secret", "a client with a secret was created, and the list of its secrets is empty after %s", s.Policy().Accept)
	}
	rotated := s.Must(second(c.TryRotate()))
	var fresh []string
	if !s.Within(s.Policy().Accept, conformance.Agreeing, func(options ...conformance.CallOption) bool {
		var after map[string]profile.Values
		reply, after = secretEntries(c, options...)
		maps.DeleteFunc(after, func(id string, entry profile.Values) bool {
			return before[id] != nil || gone(entry)
		})
		fresh = slices.Sorted(maps.Keys(after))
		return len(fresh) == 1
	}) {
		if len(fresh) > 1 {
			s.Incompletef("the addition of exchange %d made %d entries, and which is the secret's is not known", rotated.Number, len(fresh))
		}
		s.FailOn(reply, "one more live secret", "a secret was made in exchange %d, and the list has %d more within %s", rotated.Number, len(fresh), s.Policy().Accept)
		return
	}
	if !s.Profile().Binds("delete_secret") || s.Policy().DeleteSecret == "none" || len(fresh) == 0 {
		return
	}
	s.Must(c.DeleteSecret(conformance.Secret{ID: fresh[0], Value: c.Secret.Value}))
	if !s.Within(s.Policy().Refuse, conformance.Agreeing, func(options ...conformance.CallOption) bool {
		var after map[string]profile.Values
		reply, after = secretEntries(c, options...)
		entry, listed := after[fresh[0]]
		return !listed || gone(entry)
	}) {
		s.FailOn(reply, "no live entry", "a secret was deleted, and the list shows it as live after %s", s.Policy().Refuse)
	}
	c.Rotate()
}

func second(_ conformance.Secret, reply *conformance.Reply) *conformance.Reply { return reply }

// listsShowNoSecret looks for the secrets of one client, in whatever form, at what
// the lists say about it. Where privileged callers may read secrets, a reader asks.
func listsShowNoSecret(s *conformance.Session) {
	c := s.App()
	if s.Mode() != conformance.ReadOnly {
		c = s.NewClient()
	}
	if c == nil || c.Secret.Value == "" {
		s.Incompletef("there is no client whose secret is known: add app with its secret to the credentials")
	}
	callers := []*conformance.Principal{s.Reader()}
	if s.Policy().Readback == "never" {
		callers = append(callers, s.Admin())
	}
	looked := 0
	for _, caller := range callers {
		if caller == nil {
			continue
		}
		if s.Profile().Binds("list_secrets") {
			if reply := c.Call("list_secrets", conformance.As(caller)); reply.OK {
				looked++
				holdsNone(s, reply, caller, string(reply.Response.Body), c.Secret)
				hashless(s, reply, caller, string(reply.Response.Body))
			}
		}
		if !s.Profile().Binds("list") || !s.Call("list", nil, conformance.As(caller)).OK {
			continue
		}
		walkList(s, largestPage(s), func(reply *conformance.Reply, items []profile.Values) bool {
			holdsNone(s, reply, caller, string(reply.Response.Body), c.Secret)
			i := slices.IndexFunc(items, func(item profile.Values) bool { return isOf(c.Values, item) })
			if i < 0 {
				return false
			}
			looked++
			raw, _ := profile.At(reply.JSON(), fmt.Sprint(*reply.Route.Binding.Items, "/", i))
			hashless(s, reply, caller, asJSON(raw)) // others may have names that look like one
			return true
		}, conformance.As(caller))
	}
	if looked == 0 {
		s.Incompletef("no list that a caller without the right to secrets may read has the client; that takes the credentials of a reader where admins may read them")
	}
}

func holdsNone(s *conformance.Session, reply *conformance.Reply, caller *conformance.Principal, text string, secret conformance.Secret) {
	for _, form := range formsOf(s, text, secret) {
		s.FailOn(reply, "no secret", "%s shows %s a secret (%s)", reply.Route.Name, caller.Name, form)
	}
}

func hashless(s *conformance.Session, reply *conformance.Reply, caller *conformance.Principal, text string) {
	for _, form := range hashesIn(text) {
		s.FailOn(reply, "no hash of a secret", "%s shows %s what looks like the hash of a secret (%s)", reply.Route.Name, caller.Name, form)
	}
}

// maxPages bounds a walk.
const maxPages = 60

// walkList calls the list page by page, where it has pages, until a page is the last
// or enough says so.
func walkList(s *conformance.Session, size int, enough func(*conformance.Reply, []profile.Values) bool, options ...conformance.CallOption) {
	binding := s.Profile().Operations["list"]
	var reply *conformance.Reply
	for number := range maxPages {
		values := profile.Values{}
		if binding.Page != nil {
			var more bool
			if values, more = s.TurnTo("list", number, size, reply); !more {
				return
			}
		}
		reply = s.Call("list", values, options...)
		items := s.Items(reply)
		if enough(reply, items) || binding.Page == nil || len(items) == 0 || s.Mode() == conformance.Plan {
			return
		}
		if binding.Page.Next != "" {
			continue // the reply says whether there is more
		}
		total, told := totalOf(s, reply)
		if told && (number+1)*size >= total || !told && len(items) < size {
			return
		}
	}
	s.Incompletef("the list goes on after %d pages of %d", maxPages, size)
}

// totalOf is the number of items in all pages, where the list tells.
func totalOf(s *conformance.Session, reply *conformance.Reply) (total int, told bool) {
	pointer := s.Profile().Operations["list"].Total
	if pointer == "" {
		return 0, false
	}
	value, _ := profile.At(reply.JSON(), pointer)
	count, ok := value.(float64)
	return int(max(0, min(count, 1e9))), ok
}

// largestPage is the size to look something up with.
func largestPage(s *conformance.Session) int {
	page := s.Profile().Operations["list"].Page
	switch {
	case page == nil:
		return 0
	case page.Max > 0:
		return page.Max
	}
	return 50
}

// clientInList is what the list says about a client, nil where it does not have it, and
// the page that was looked at last.
func clientInList(s *conformance.Session, c *conformance.Client, options ...conformance.CallOption) (found profile.Values, last *conformance.Reply) {
	walkList(s, largestPage(s), func(reply *conformance.Reply, items []profile.Values) bool {
		last = reply
		if i := slices.IndexFunc(items, func(item profile.Values) bool { return isOf(c.Values, item) }); i >= 0 {
			found = items[i]
		}
		return found != nil
	}, options...)
	return found, last
}
