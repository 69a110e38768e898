package model

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Rotation is what a rotation does to the secrets that are there.
type Rotation string

// The ways, in the words of profiles.
const (
	Replace Rotation = "replace" // ends them at once
	Add     Rotation = "add"     // lets them be
	Grace   Rotation = "grace"   // ends them after a while
)

// Rules are what a profile declares, as far as it decides which secrets work.
type Rules struct {
	Rotation Rotation
	Grace    time.Duration // where that is what a rotation gives
	Life     time.Duration // of a secret that asks for no expiry; 0 is for ever
	Most     int           // secrets that work at once; 0 is no bound
	Evicts   bool          // one more than that ends the oldest; otherwise it is refused
	Deletion Deletion
}

// Breach is where what was seen and the model part.
type Breach struct {
	Rule     string // a word for the rule that is broken, to tell one failure from another
	Message  string
	Expected string
}

// Client follows one client through operations that do not overlap, whose outcomes are
// known. Its secrets are those that the client was made with, number 1, and those of
// the rotations since; whatever else the first list shows belongs to somebody else's
// past and has to stay as it is.
type Client struct {
	rules      Rules
	secrets    []*secret       // in the order of their making
	others     map[string]bool // id → deleted
	attributes map[string]string
}

// secret ends somewhere between two times, both Never while nothing has ended it.
type secret struct {
	number  int
	id      string // "" until a list has shown it
	may     time.Duration
	must    time.Duration
	reason  string // what ends it
	deleted bool
}

// NewClient begins with a client as it is: what its list shows, nil where there is none.
func NewClient(rules Rules, list []Entry) *Client {
	c := &Client{rules: rules, others: map[string]bool{}, attributes: map[string]string{}}
	first := &secret{number: 1, may: Never, must: Never}
	c.secrets = []*secret{first}
	var live []string
	for _, entry := range list {
		c.others[entry.ID] = entry.Deleted
		if !entry.Deleted {
			live = append(live, entry.ID)
		}
	}
	if len(live) == 1 { // a client has one that works, so this is it
		first.id = live[0]
		delete(c.others, first.id)
	}
	return c
}

// ID is the id of a secret, "" where it is not known.
func (c *Client) ID(number int) string {
	if s := c.find(number); s != nil {
		return s.id
	}
	return ""
}

// Step judges an operation by the model, and takes its effect over where it agrees.
func (c *Client) Step(o Operation) *Breach {
	if o.By != "" && o.Outcome == OK {
		return &Breach{"rights", fmt.Sprintf("%s %s succeeded", o.Kind, o.By), "a refusal"}
	}
	switch {
	case o.Outcome != OK && o.Kind == Delete && o.Output.Gone && o.By == "":
		return c.missed(o)
	case o.Outcome != OK:
		return nil
	}
	switch o.Kind {
	case Rotate:
		return c.rotated(o)
	case Delete:
		if s := c.find(o.Secret); s != nil {
			s.deleted = true
			s.end(o.Call, o.Return, "it was deleted")
		}
	case Probe:
		return c.probed(o)
	case List:
		return c.listed(o)
	case Read:
		return c.read(o)
	case Update:
		c.attributes[o.Attribute] = o.Value
	}
	return nil
}

func (c *Client) find(number int) *secret {
	i := slices.IndexFunc(c.secrets, func(s *secret) bool { return s.number == number })
	if i < 0 {
		return nil
	}
	return c.secrets[i]
}

// end notes that a secret ends not before the one time and not after the other. What
// ended before stays ended.
func (s *secret) end(may, must time.Duration, reason string) {
	if must < s.must || may < s.may && s.must == Never {
		s.reason = reason
	}
	s.may, s.must = min(s.may, may), min(s.must, must)
}

// alive counts the secrets that surely work at a time.
func (c *Client) alive(at time.Duration) int {
	alive := 0
	for _, s := range c.secrets {
		if s.may > at {
			alive++
		}
	}
	return alive
}

func (c *Client) missed(o Operation) *Breach {
	if s := c.find(o.Secret); s != nil && !s.deleted && s.may > o.Return {
		return &Breach{"gone", fmt.Sprintf("deleting secret %d answers that there is none", s.number), "the secret is deleted"}
	}
	return nil
}

func (c *Client) rotated(o Operation) *Breach {
	if o.Output.Again != 0 {
		return &Breach{"again", fmt.Sprintf("the rotation gave secret %d once more", o.Output.Again), "a secret that was never there"}
	}
	if alive := c.alive(o.Return); c.rules.Rotation != Replace && c.rules.Most > 0 && !c.rules.Evicts && alive >= c.rules.Most {
		return &Breach{"bound", fmt.Sprintf("%d secrets work already, and one more was made", alive), fmt.Sprintf("a refusal: at most %d work at once", c.rules.Most)}
	}
	for _, s := range c.secrets {
		switch c.rules.Rotation {
		case Replace:
			s.end(o.Call, o.Return, fmt.Sprintf("secret %d replaced it", o.Secret))
		case Grace:
			s.end(later(o.Call, c.rules.Grace), later(o.Return, c.rules.Grace), fmt.Sprintf("its grace after secret %d is over", o.Secret))
		case Add:
		}
	}
	made := &secret{number: o.Secret, id: o.Output.ID, may: Never, must: Never}
	if c.rules.Life > 0 {
		made.end(later(o.Call, c.rules.Life), later(o.Return, c.rules.Life), "it expired")
	}
	c.secrets = append(c.secrets, made)
	c.evict(o)
	return nil
}

// evict ends the secrets that as many newer ones as may work at once have followed.
// Where it is not sure that those work, it is not sure that this one has ended.
func (c *Client) evict(o Operation) {
	if c.rules.Rotation == Replace || c.rules.Most == 0 || !c.rules.Evicts {
		return
	}
	reason := fmt.Sprintf("at most %d work at once, and secret %d was one more", c.rules.Most, o.Secret)
	surely, maybe := 0, 0 // of the newer ones
	for _, s := range slices.Backward(c.secrets) {
		lives, may := s.may > o.Return, s.must > o.Return
		switch {
		case surely >= c.rules.Most:
			s.end(o.Call, o.Return, reason)
		case maybe >= c.rules.Most:
			s.end(o.Call, Never, reason)
		}
		if lives {
			surely++
		}
		if may {
			maybe++
		}
	}
}

func later(at, by time.Duration) time.Duration {
	if at >= Never-by {
		return Never
	}
	return at + by
}

func (c *Client) probed(o Operation) *Breach {
	s := c.find(o.Secret)
	switch {
	case s == nil && o.Secret != 0:
		return nil // it was never made: its rotation was refused
	case s == nil && o.Output.Works:
		return &Breach{"made-up", "a secret that nobody made works", "refused"}
	case s == nil:
		return nil
	case o.Output.Works && s.must <= o.Call:
		return &Breach{"dead works", fmt.Sprintf("secret %d works", s.number), "refused: " + s.reason}
	case !o.Output.Works && s.may > o.Return:
		return &Breach{"live refused", fmt.Sprintf("secret %d is refused", s.number), "accepted: nothing has ended it"}
	}
	return nil
}

func (c *Client) read(o Operation) *Breach {
	for _, name := range slices.Sorted(maps.Keys(o.Output.Attributes)) {
		is := o.Output.Attributes[name]
		if was, known := c.attributes[name]; known && was != is {
			return &Breach{"attribute", fmt.Sprintf("%s is %s", name, is), was}
		}
	}
	maps.Copy(c.attributes, o.Output.Attributes)
	return nil
}
