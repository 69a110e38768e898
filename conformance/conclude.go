package conformance

import (
	"slices"

	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/redact"
	"github.com/keyturn/keyturn/conformance/report"
)

// Seen is an exchange of the run with the check that it belongs to, for checks that
// judge the run as a whole. The check is "prepare" for those before the first.
type Seen struct {
	Check string
	*Reply
}

// Exchanges lists all that the run has sent and got so far, by check and in order.
// Calls that got no answer are left out.
func (s *Session) Exchanges() []Seen {
	s.run.mu.Lock()
	sessions := slices.Clone(s.run.sessions)
	s.run.mu.Unlock()
	var seen []Seen
	for _, session := range sessions {
		if session == s {
			continue
		}
		for _, e := range session.recorder.All() {
			if e.Response == nil {
				continue
			}
			seen = append(seen, Seen{session.entry.ID, s.reread(e)})
		}
	}
	return seen
}

// reread reads an answer once for all the checks that judge the run as a whole.
func (s *Session) reread(e *exchange.Exchange) *Reply {
	r := s.run
	r.mu.Lock()
	reply := r.reread[e]
	r.mu.Unlock()
	if reply != nil {
		return reply
	}
	reply = &Reply{Exchange: e}
	if route := r.bound.Route(e.Request.Label); route != nil {
		reply = s.read(e, route)
		reply.tree = nil // there are thousands, and each is looked at a few times
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reread == nil {
		r.reread = map[*exchange.Exchange]*Reply{}
	}
	r.reread[e] = reply
	return reply
}

// Retired lists the secrets that were seen to be refused for good, with a client to
// ask about each. Those of clients that are gone by now are left out.
func (s *Session) Retired() map[*Client][]Retired {
	s.run.mu.Lock()
	defer s.run.mu.Unlock()
	byClient := map[*made]*Client{}
	retired := map[*Client][]Retired{}
	for _, one := range s.run.retired {
		if one.client.deleted {
			continue
		}
		c := byClient[one.client]
		if c == nil {
			c = &Client{Name: one.client.name, Values: one.client.values, Secret: one.client.secret, session: s, made: one.client}
			byClient[one.client] = c
		}
		retired[c] = append(retired[c], one)
	}
	return retired
}

// Clients lists the clients that the run made and that are still there.
func (s *Session) Clients() []*Client {
	s.run.mu.Lock()
	defer s.run.mu.Unlock()
	var clients []*Client
	for _, m := range s.run.clients {
		if !m.deleted {
			clients = append(clients, &Client{Name: m.name, Values: m.values, Secret: m.secret, session: s, made: m})
		}
	}
	return clients
}

// Canary is the client that nothing touched, and how it was at the start; nil where
// the run made none.
func (s *Session) Canary() (*Client, State) {
	if s.run.canary == nil {
		return nil, State{}
	}
	c := s.run.canary.client
	return &Client{Name: c.Name, Values: c.Values, Secret: c.Secret, session: s, made: c.made}, s.run.canary.before
}

// Leaks searches a text for every credential that the run knows by now, in whatever
// form.
func (s *Session) Leaks(text []byte) []redact.Hit { return s.run.book.Hider().Find(text) }

// Hide replaces every credential in a text by its pseudonym.
func (s *Session) Hide(text string) string { return s.run.book.Hider().Text(text) }

// Show points a finding at exchanges of other checks, by quoting them.
func (s *Session) Show(finding report.Finding, seen ...Seen) {
	for _, one := range seen {
		s.Step("exchange %d of %s: %s %s, %s", one.Number, one.Check, one.Request.Method, one.Request.URL, one.Reply)
	}
	s.Find(finding)
}
