package main

import (
	"fmt"
	"slices"
)

// step is a request that was sent and not answered.
type step string

const (
	none     step = ""
	creating step = "create"
	rotating step = "rotate"
	removing step = "remove"
	revoking step = "revoke"
)

// single is a client with one secret.
type single struct {
	*tongue

	name, id string
	// turns is how often it is rotated, and mortal says that it is deleted in the end.
	turns  int
	mortal bool
	// present and secret are what was acknowledged; a secret nobody was shown is empty.
	present bool
	secret  string
	// old are secrets that must not work any more, the last one last.
	old []string
	// pending may have been done, with the wish for a secret.
	pending step
	wish    string
	// token was issued, and revoked is what was acknowledged of it.
	token   string
	revoked bool
}

func (s *single) identity() string { return s.clientID(s.name, s.id) }

func (s *single) live(w *worker) {
	s.pending = creating
	a, ok := w.ask(s.create(s.name))
	if !ok {
		return
	}
	s.pending, s.present = none, true
	s.id, s.secret = s.created(s.name, a)
	for n := range s.turns {
		if s.secret == "" && !s.learn(w) || !s.use(w) || !s.replace(w, n) {
			return
		}
	}
	if s.secret == "" && !s.learn(w) || !s.use(w) {
		return
	}
	if s.mortal {
		s.pending = removing
		if _, ok = w.ask(s.remove(s.id, s.identity())); ok {
			s.pending, s.present = none, false
		}
		return
	}
	s.pending = revoking
	if _, ok = w.ask(s.revoke(s.identity(), s.secret, s.token)); ok {
		s.pending, s.revoked = none, true
	}
}

func (s *single) undone() { s.pending = none }

// learn is shown the secret.
func (s *single) learn(w *worker) bool {
	a, ok := w.ask(s.read(s.id))
	if !ok {
		return false
	}
	s.secret = s.show(a)
	if s.secret == "" || slices.Contains(s.old, s.secret) {
		w.t.Errorf("%s %s: after an acknowledged rotation the secret %q is shown, of before it", s.vendor, s.id, s.secret)
	}
	return true
}

// use gets a token.
func (s *single) use(w *worker) bool {
	a, ok := w.ask(s.tongue.ask(s.identity(), s.secret))
	if ok {
		s.token, s.revoked = a.textAt("access_token"), false
	}
	return ok
}

func (s *single) replace(w *worker, n int) bool {
	s.pending, s.wish = rotating, ""
	if s.wishes {
		s.wish = fmt.Sprintf("secret-%d-of-%s", n, s.name)
	}
	a, ok := w.ask(s.rotate(s.id, s.wish))
	if !ok {
		return false
	}
	s.pending = none
	s.old = append(s.old, s.secret)
	if s.secret = s.wish; !s.wishes {
		s.secret = s.rotated(a)
	}
	return true
}

func (s *single) verify(v *verifier) {
	seen, listed := v.lists[s.vendor][s.name]
	if s.id == "" {
		if s.id = seen.id; !listed { // it was not created, or nobody was told its id
			s.absent(v)
			return
		}
	}
	a := v.ask(s.read(s.id))
	switch there := a.done(); {
	case there != listed:
		v.errorf("%s %s: listed %t, readable %t: %s", s.vendor, s.id, listed, there, a.text)
	case there:
		s.here(v, s.show(a), seen.secret)
	default:
		s.absent(v)
	}
}

func (s *single) absent(v *verifier) {
	if s.present && s.pending != removing {
		v.errorf("%s %s, which was acknowledged, is gone", s.vendor, s.name)
	}
	if s.id != "" && s.secret != "" {
		s.works(v, s.secret, false)
	}
	s.present, s.pending = false, none
}

// here is a client that there is, with the secret that is shown for it and listed for it.
func (s *single) here(v *verifier, shown, listed string) {
	if !s.present && s.pending != creating {
		v.errorf("%s %s is there, and its deletion was acknowledged", s.vendor, s.name)
	}
	if listed != "" && listed != shown {
		v.errorf("%s %s: the list shows the secret %q, its own page %q", s.vendor, s.id, listed, shown)
	}
	rotated := s.pending == rotating && shown != s.secret
	switch {
	case shown == "", slices.Contains(s.old, shown):
		v.errorf("%s %s: its secret is %q, of before an acknowledged rotation", s.vendor, s.id, shown)
	case rotated && s.wishes && shown != s.wish, !rotated && s.secret != "" && shown != s.secret:
		v.errorf("%s %s: its secret is %q, acknowledged %q, sent %q", s.vendor, s.id, shown, s.secret, s.wish)
	}
	if rotated && s.secret != "" {
		s.old = append(s.old, s.secret)
	} else if s.pending == rotating && s.wishes {
		s.works(v, s.wish, false)
	}
	for _, value := range s.old[max(0, len(s.old)-3):] {
		s.works(v, value, false)
	}
	fresh := s.works(v, shown, true)
	if s.token != "" {
		a := v.ask(s.inspect(s.identity(), shown, s.token))
		if active, is := a.at("active").(bool); !is || s.pending != revoking && active == s.revoked {
			v.errorf("%s %s: a token of before introspects as %s, revoked %t", s.vendor, s.id, a.text, s.revoked)
		}
	}
	s.token, s.revoked = fresh, false
	s.present, s.secret, s.pending = true, shown, none
}

// works wants the secret to get a token, or not to, and returns the token.
func (s *single) works(v *verifier, secret string, want bool) string {
	return v.works(s.tongue, s.identity(), secret, want)
}
