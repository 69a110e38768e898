package checks_test

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// live lists the secrets that work for good, the oldest first.
func (c *tillClient) live() []*tillSecret {
	return slices.DeleteFunc(slices.Clone(c.secrets), func(s *tillSecret) bool { return !s.ended.IsZero() })
}

func (s *tillSecret) end() {
	if s.ended.IsZero() {
		s.ended = time.Now()
	}
}

func (l *till) add(c *tillClient) *tillSecret {
	l.next++
	secret := &tillSecret{ID: fmt.Sprintf("s%d", l.next), value: "till-secret-" + hexes(24), made: time.Now()}
	c.secrets = append(c.secrets, secret)
	return secret
}

// turn makes a secret and does to the others what is declared, or what the fault has.
func (l *till) turn(c *tillClient, met bool) string {
	others := c.live()
	if l.fault == "rotations write what they have read" {
		l.turns++ // those that meet do not end together
		gap := narrow * time.Duration(1+l.turns%3)
		l.mu.Unlock()
		time.Sleep(gap)
		l.mu.Lock()
	}
	made := l.add(c)
	switch {
	case met && l.fault == "rotations that meet end each other":
		made.end()
	case met && l.fault == "rotations that meet leave two":
		others = c.secrets[:1]
	case met && l.fault == "rotations that meet are forgotten":
		c.secrets = c.secrets[:len(c.secrets)-1]
		return made.value
	case met && l.fault == "additions that meet are one":
		if last := others[len(others)-1]; len(others) > 1 {
			c.secrets = c.secrets[:len(c.secrets)-1]
			return last.value
		}
	case met && l.fault == "additions that meet are made twice":
		l.add(c)
	}
	switch {
	case l.policy.Rotation == "replace":
		for _, other := range others {
			other.end()
		}
	case l.policy.Rotation == "grace":
		for _, other := range others {
			other.ended = time.Now().Add(l.policy.Grace)
		}
		if l.fault == "there is no grace" {
			others[0].ended = time.Now()
		}
	case l.policy.Overflow == "evict":
		keep := l.policy.MaxLive
		if l.fault == "one too few is kept" {
			keep--
		}
		for _, other := range others[:max(0, len(others)+1-keep)] {
			other.end()
		}
	}
	return made.value
}

func (l *till) list(c *tillClient) []tillSecret {
	c.shown++
	shown := []tillSecret{}
	for _, secret := range c.secrets {
		one := *secret
		one.Deleted = one.Deleted && (l.fault != "a mark flips back" || c.shown%2 != 0)
		if l.policy.DeleteSecret == "soft" || !secret.Deleted {
			shown = append(shown, one)
		}
	}
	switch {
	case l.fault == "a list misses the newest" && c.shown > 1 && len(shown) > 1:
		return shown[:len(shown)-1]
	case l.fault == "a list shows more than there is" && c.shown%3 == 0:
		return append(shown, tillSecret{ID: fmt.Sprintf("s0%d", c.shown)})
	}
	return shown
}

func (l *till) remove(w http.ResponseWriter, c *tillClient, id string, met bool) {
	i := slices.IndexFunc(c.secrets, func(s *tillSecret) bool { return s.ID == id })
	if i < 0 || c.secrets[i].Deleted && l.policy.DeleteSecret == "hard" {
		answer(w, http.StatusNotFound, nil)
		return
	}
	if met && l.fault == "deletions that meet are forgotten" {
		answer(w, http.StatusNoContent, nil)
		return
	}
	c.secrets[i].Deleted = true
	c.secrets[i].end()
	if l.fault == "a deletion ends the next one too" && i+1 < len(c.secrets) {
		c.secrets[i+1].end()
	}
	answer(w, http.StatusNoContent, nil)
}
