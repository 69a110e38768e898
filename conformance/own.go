package conformance

import (
	"fmt"
	"maps"

	"github.com/keyturn/keyturn/conformance/ledger"
)

// name makes a name that no other run uses. It is how a client whose creation got no
// answer is found again.
func (r *run) name() string { return fmt.Sprintf("keyturn-%s-%d", r.id, r.names.Add(1)) }

// intend writes down that a client is about to be made. Where the journal cannot be
// written nothing is made.
func (r *run) intend(s *Session, name string) int {
	if r.journal == nil {
		return 0
	}
	seq, err := r.journal.Intend(ledger.Client, name, "")
	if err != nil {
		s.Incompletef("nothing is made that the journal does not hold: %v", err)
	}
	return seq
}

// gone writes down that nothing is there any more, or never was.
func (r *run) gone(seq int) {
	if r.journal != nil {
		if err := r.journal.Gone(seq); err != nil {
			r.options.Logger.Error("journal", "error", err)
		}
	}
}

// keep remembers a client that was made.
func (r *run) keep(seq int, c *Client, by *Principal) *made {
	kept := &made{seq: seq, name: c.Name, values: maps.Clone(c.Values), secret: c.Secret, by: by}
	if r.journal != nil {
		ids := map[string]string{}
		for name, value := range c.Values {
			ids[name] = fmt.Sprint(value)
		}
		r.acknowledge(seq, ids)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clients = append(r.clients, kept)
	return kept
}

// acknowledge writes the ids of a new client into the journal, but for one that is a
// credential: the client's name, which is there already, will do.
func (r *run) acknowledge(seq int, ids map[string]string) {
	if len(r.book.Hider().Find([]byte(fmt.Sprint(ids)))) > 0 {
		return
	}
	if err := r.journal.Made(seq, ids); err != nil {
		r.options.Logger.Error("journal", "error", err)
	}
}

// removed notes that a check deleted a client of its own. The journal strikes it out
// only once the cleaning has looked.
func (r *run) removed(m *made) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m.deleted = true
}

// spare takes a client that a finished check has left, nil where there is none.
func (r *run) spare() *made {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.spares) == 0 {
		return nil
	}
	last := r.spares[len(r.spares)-1]
	r.spares = r.spares[:len(r.spares)-1]
	return last
}

// acknowledges counts a secret that a creation or a rotation has made.
func (r *run) acknowledges(m *made, value string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.had == nil {
		m.had = map[string]int{}
	}
	m.acknowledged++
	m.had[value]++
}

// hadBefore reports that the secret of the latest rotation is not its alone.
func (c *Client) hadBefore(value string) bool {
	r := c.session.run
	r.mu.Lock()
	defer r.mu.Unlock()
	return value != "" && !r.dry && c.made.had[value] > 1
}

// release hands the clients of a finished check over to the next. Those that something
// broken was found with would have it found once more, by checks of something else.
func (r *run) release(s *Session) {
	if r.bound.Policy.DeleteClient != "none" || s.Failed() {
		return
	}
	s.mu.Lock()
	owned := s.owned
	s.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range owned {
		if !m.deleted && !m.spoilt && m.by == nil {
			r.spares = append(r.spares, m)
		}
	}
}

// retire remembers a secret that was refused, to be asked about again at the end.
func (r *run) retire(s *Session, c *Client, secret Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.retired = append(r.retired, Retired{Check: s.entry.ID, Secret: secret, client: c.made})
}
