package main

import "sync"

// held is a secret of several. One whose answer did not come has no value.
type held struct {
	id, value string
	deleted   bool
}

// holder is an application of identity-service, which has several secrets.
type holder struct {
	name    string
	present bool
	secrets []held
	// pending may have been done; with removing it is the deletion of this one.
	pending step
	removed int
	token   string
}

func (s *holder) live(w *worker) {
	s.pending = creating
	a, ok := w.ask(register(s.name))
	if !ok {
		return
	}
	s.pending, s.present = none, true
	s.secrets = []held{{value: a.textAt("clientSecret")}}
	for range 3 {
		if !s.learn(w) || !s.use(w) || !s.add(w) || !s.learn(w) || !s.drop(w) {
			return
		}
	}
}

func (s *holder) add(w *worker) bool {
	s.pending = rotating
	a, ok := w.ask(addSecretTo(s.name))
	if ok {
		s.pending = none
		s.secrets = append(s.secrets, held{value: a.textAt("clientSecret")})
	}
	return ok
}

func (s *holder) undone() { s.pending = none }

// drop deletes the oldest that is left.
func (s *holder) drop(w *worker) bool {
	for i := range s.secrets {
		if s.secrets[i].deleted {
			continue
		}
		s.pending, s.removed = removing, i
		_, ok := w.ask(removeSecret(s.name, s.secrets[i].id))
		if ok {
			s.pending, s.secrets[i].deleted = none, true
		}
		return ok
	}
	return true
}

func (s *holder) use(w *worker) bool {
	a, ok := w.ask(identityTongue.ask(s.name, s.secrets[len(s.secrets)-1].value))
	if ok {
		s.token = a.textAt("access_token")
	}
	return ok
}

// learn is told the ids, which the answer to an addition does not have.
func (s *holder) learn(w *worker) bool {
	a, ok := w.ask(fetch(secretsOf(s.name)))
	if !ok {
		return false
	}
	listed := a.listAt()
	if len(listed) != len(s.secrets) {
		w.t.Errorf("identity-service %s: %d secrets are listed, %d were acknowledged", s.name, len(listed), len(s.secrets))
		return false
	}
	for i := range s.secrets {
		s.secrets[i].id = a.textAt(i, "clientSecretId")
	}
	return true
}

func (s *holder) verify(v *verifier) {
	own, list := v.ask(fetch(identityApps+"/"+s.name)), v.ask(fetch(secretsOf(s.name)))
	if own.done() != list.done() {
		v.errorf("identity-service %s: readable %t, with its secrets %t", s.name, own.done(), list.done())
	}
	switch {
	case !own.done() && s.present:
		v.errorf("identity-service %s, which was acknowledged, is gone: %s", s.name, own.text)
	case own.done() && !s.present && s.pending != creating:
		v.errorf("identity-service %s is there and was never asked for", s.name)
	}
	if s.present = own.done(); !s.present {
		return
	}
	if s.pending == creating {
		s.secrets = []held{{}}
	}
	listed := list.listAt()
	if added := len(listed) - len(s.secrets); added != 0 && (s.pending != rotating || added != 1) {
		v.errorf("identity-service %s: %d secrets are listed, %d were acknowledged, pending %q", s.name, len(listed), len(s.secrets), s.pending)
		return
	} else if added == 1 {
		s.secrets = append(s.secrets, held{})
	}
	for i := range s.secrets {
		s.one(v, i, list)
	}
	s.pending = none
	s.inspect(v)
}

func (s *holder) one(v *verifier, i int, list answer) {
	one := &s.secrets[i]
	id, deleted := list.textAt(i, "clientSecretId"), list.at(i, "deleted") == true
	if one.id != "" && one.id != id {
		v.errorf("identity-service %s: secret %d is %s, was %s", s.name, i, id, one.id)
	}
	if deleted != one.deleted && (s.pending != removing || s.removed != i || !deleted) {
		v.errorf("identity-service %s: secret %d is deleted: %t, acknowledged %t", s.name, i, deleted, one.deleted)
	}
	one.id, one.deleted = id, deleted
	if one.value != "" {
		v.works(&identityTongue, s.name, one.value, !deleted)
	}
}

func (s *holder) inspect(v *verifier) {
	for i := range s.secrets {
		if one := &s.secrets[i]; s.token != "" && !one.deleted && one.value != "" {
			if a := v.ask(identityTongue.inspect(s.name, one.value, s.token)); a.at("active") != true {
				v.errorf("identity-service %s: a token of before introspects as %s", s.name, a.text)
			}
			return
		}
	}
}

// crowd is an application that all add secrets to at the same time.
type crowd struct {
	name string

	mu      sync.Mutex
	present bool
	values  []string
	// maybe is how many additions were not answered.
	maybe int
}

// found registers it, and reports whether that was acknowledged.
func (c *crowd) found(w *worker) bool {
	a, ok := w.ask(register(c.name))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.present = ok; ok {
		c.values = []string{a.textAt("clientSecret")}
	}
	return ok
}

func (c *crowd) live(w *worker) { c.join(w) }

func (c *crowd) join(w *worker) {
	c.mu.Lock()
	many := len(c.values) >= 100
	c.mu.Unlock()
	if many { // lists and documents become long
		w.begun(&holder{name: w.name()})
		return
	}
	a, ok := w.ask(addSecretTo(c.name))
	c.mu.Lock()
	defer c.mu.Unlock()
	if ok {
		c.values = append(c.values, a.textAt("clientSecret"))
	} else if !w.lastRefused || !w.whole {
		c.maybe++
	}
}

func (c *crowd) undone() {} // join has seen to it

func (c *crowd) verify(v *verifier) {
	if !c.present {
		return
	}
	list := v.ask(fetch(secretsOf(c.name)))
	if n := len(list.listAt()); n < len(c.values) || n > len(c.values)+c.maybe {
		v.errorf("identity-service %s: %d secrets are listed, %d were acknowledged and %d sent", c.name, n, len(c.values), c.maybe)
	}
	for _, value := range c.values {
		v.works(&identityTongue, c.name, value, true)
	}
}
