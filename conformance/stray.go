package conformance

import (
	"slices"

	"github.com/keyturn/keyturn/conformance/profile"
)

// tried is a creation that was refused.
type tried struct {
	seq  int // in the journal
	name string
}

func (s *Session) refused(seq int, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried = append(s.tried, tried{seq, name})
}

// Strays looks for clients that the service made though it refused this check's
// creations of them, by the names that only these creations used. What is found is
// removed with all else. It reports false where the API has no way to look.
func (s *Session) Strays() (strays []*Client, looked bool) {
	s.mu.Lock()
	refused := slices.Clone(s.tried)
	s.mu.Unlock()
	bound := s.run.bound
	named, shows := bound.Operations["create"].Put["client_id"] != "", bound.Operations["list"].Take
	switch {
	case bound.Binds("list") && (shows["name"] != "" || named && shows["client_id"] != ""):
		for _, item := range s.Walk("list", 0) {
			for _, one := range refused {
				if item["name"] == one.name || named && item["client_id"] == one.name {
					strays = append(strays, s.takeOver(one, item))
				}
			}
		}
	case bound.Binds("read") && named:
		for _, one := range refused {
			values := profile.Values{"client": one.name, "client_id": one.name}
			if s.Call("read", values).OK && !s.run.dry {
				strays = append(strays, s.takeOver(one, values))
			}
		}
	default:
		return nil, false
	}
	return strays, true
}

// takeOver makes a stray a client of the run, so that the cleaning removes it.
func (s *Session) takeOver(one tried, values profile.Values) *Client {
	c := &Client{Name: one.name, session: s, Values: profile.Values{}}
	for _, id := range []string{"client", "client_id"} {
		if values[id] != nil {
			c.Values[id] = values[id]
		}
	}
	c.made = s.run.keep(one.seq, c, nil)
	c.made.spoilt = true
	return c
}
