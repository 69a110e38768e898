package checks

import (
	"fmt"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// repliesNameTheirClient asks about one client while another that is newer exists, and
// about the newer one in between, so that a reply about the latest or about the one
// before shows.
func repliesNameTheirClient(s *conformance.Session) {
	c, other := s.NewClient(), s.NewClient()
	compared, told := 0, 0
	for _, operation := range []string{"read", "reveal", "update", "replace", "rotate", "delete_secret"} {
		route := s.Profile().Route(operation)
		if route == nil || !s.Profile().NamesClient(route) {
			continue
		}
		if s.Profile().Binds("read") {
			other.Read()
		}
		reply := s.Must(aboutIt(s, c, operation))
		for _, name := range s.Profile().Naming(route) {
			is, has := reply.Values[name]
			if !has || is == nil {
				continue
			}
			compared++
			if !profile.Equal(is, wanted(s, c, name)) && told < most {
				told++
				s.FailOn(reply, fmt.Sprintf("%s %q", name, wanted(s, c, name)), "%s of the client %q answered with the %s %s", operation, c.Name, name, asJSON(is))
			}
		}
	}
	if compared == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no reply says which client it is about")
	}
}

// wanted is what a reply about a client has to say of it by a neutral name.
func wanted(s *conformance.Session, c *conformance.Client, name string) any {
	if name == s.Profile().Scope {
		return s.Admin().Value(name)
	}
	return c.Values[name]
}

// aboutIt makes an ordinary call about a client.
func aboutIt(s *conformance.Session, c *conformance.Client, operation string) *conformance.Reply {
	switch operation {
	case "rotate":
		return second(c.TryRotate())
	case "delete_secret":
		return c.DeleteSecret(secretToDelete(s, c))
	}
	options := []conformance.CallOption{conformance.With("name", c.Name)}
	if operation == "replace" && s.Profile().Operations[operation].Put["secret"] != "" {
		options = append(options, conformance.With("secret", c.Secret.Value))
	}
	return c.Call(operation, options...)
}
