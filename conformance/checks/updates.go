package checks

import (
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

var updates = []conformance.Check{
	{ID: "UPD-001", Run: replacementEmptiesTheRest},
	{ID: "UPD-002", Run: updateChangesItsMembersOnly},
	{ID: "UPD-003", Run: emptyUpdateChangesNothing},
	{ID: "UPD-005", Run: updateIsWholeOrNothing},
	{ID: "UPD-006", Run: immutableStays},
	{ID: "UPD-007", Run: readOnlyHasNoEffect},
	{ID: "UPD-010", Run: unknownClientIsNotWritten},
	{ID: "UPD-011", Run: takenIDIsRefused},
	{ID: "UPD-014", Run: disabledClientIsRefused},
	{ID: "UPD-017", Run: readShowsWhatWasWritten},
}

// replacing are the options that a replacement of a client needs: its name, and its
// secret where one without would be refused or nobody knows what it does.
func replacing(s *conformance.Session, c *conformance.Client) []conformance.CallOption {
	options := []conformance.CallOption{conformance.With("name", c.Name)}
	if how := s.Policy().ReplaceSecret; how == "refuse" || how == "none" {
		options = append(options, conformance.With("secret", c.Secret.Value))
	}
	return options
}

// setting writes attributes: the i-th value of each.
func setting(attributes []profile.Attribute, i int) []conformance.CallOption {
	var options []conformance.CallOption
	for _, attribute := range attributes {
		if i < len(attribute.Values) {
			options = append(options, conformance.Member(attribute.Write, attribute.Values[i]))
		}
	}
	return options
}

// replacementEmptiesTheRest sets every attribute first, so that there is something to
// empty.
func replacementEmptiesTheRest(s *conformance.Session) {
	c := s.NewClient()
	attributes := s.Profile().Attributes
	if s.Profile().Binds("update") {
		s.Must(c.Call("update", setting(attributes, 0)...))
	} else {
		s.Must(c.Call("replace", append(replacing(s, c), setting(attributes, 0)...)...))
	}
	full := c.Read()
	for _, attribute := range attributes {
		if value, _ := profile.At(full.JSON(), attribute.Read); empty(value) && s.Mode() != conformance.Plan {
			s.Incompletef("%s could not be set: a read shows %s", attribute.Name, asJSON(value))
		}
	}
	s.Step("replace with what is required alone")
	if reply := c.Call("replace", replacing(s, c)...); !reply.OK {
		if !saysNo(reply) {
			s.Must(reply)
		}
		s.FailOn(reply, "replaced", "a replacement with what is required alone did not succeed")
		return
	}
	for _, attribute := range attributes {
		var reply *conformance.Reply
		var value any
		if !s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
			reply = c.Call("read", options...)
			value, _ = profile.At(reply.JSON(), attribute.Read)
			return reply.OK && (empty(value) || profile.Equal(value, attribute.Default))
		}) {
			s.FailOn(reply, "empty or "+asJSON(attribute.Default), "a replacement without %s leaves it: a read shows %s", attribute.Name, asJSON(value))
		}
	}
}

// empty reports whether a member has nothing in it, or is not there.
func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// updateChangesItsMembersOnly updates one attribute after the other and then each
// once more, so that what was set before stands beside what is set.
func updateChangesItsMembersOnly(s *conformance.Session) {
	c := s.NewClient()
	c.Read()
	before := settled(s, c)
	tried := 0
	for i := range 2 {
		for _, attribute := range s.Profile().Attributes {
			if i >= len(attribute.Values) {
				continue
			}
			tried++
			reply := c.Call("update", setting([]profile.Attribute{attribute}, i)...)
			if !reply.OK {
				canWrite(s, "update")
				s.FailOn(reply, "updated", "the update of %s alone did not succeed", attribute.Name)
				return
			}
			expectAttribute(s, c, attribute, attribute.Values[i])
			after := s.Snapshot(c)
			for _, difference := range before.Diff(after, append(mayMove(s, before), attribute.Read)) {
				s.FailOn(reply, "nothing else changes", "the update of %s alone changed something else: %s", attribute.Name, difference)
			}
			before = after
		}
	}
	if tried == 0 {
		s.Incompletef("the profile has no values to set")
	}
}

// expectAttribute expects a read to show what was set.
func expectAttribute(s *conformance.Session, c *conformance.Client, attribute profile.Attribute, want any) {
	var reply *conformance.Reply
	if !s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		reply = c.Call("read", options...)
		got, _ := profile.At(reply.JSON(), attribute.Read)
		return profile.Equal(got, want)
	}) {
		s.Must(reply)
		got, _ := profile.At(reply.JSON(), attribute.Read)
		s.FailOn(reply, asJSON(want), "%s was set to %s, and a read shows %s", attribute.Name, asJSON(want), asJSON(got))
	}
}

// mayMove are the pointers into a read that any write may change, such as the date of
// the last one: those of a rotation but for the secret itself.
func mayMove(s *conformance.Session, state conformance.State) []string {
	var may []string
	shown := s.Profile().Operations["read"].Take["secret"]
	for _, pointer := range s.Profile().Changes {
		leaf, _ := state.Leaves["read "+pointer].(string)
		name := pointer[strings.LastIndexByte(pointer, '/')+1:]
		if pointer != shown && !strings.Contains(strings.ToLower(name), "secret") && len(s.Leaks([]byte(leaf))) == 0 {
			may = append(may, pointer)
		}
	}
	return may
}

// updateIsWholeOrNothing sends valid attributes beside each member that is declared
// invalid. In a body they stand before it and behind.
func updateIsWholeOrNothing(s *conformance.Session) {
	c := s.NewClient()
	before := settled(s, c)
	tried := 0
	for _, invalid := range s.Profile().Invalid {
		var valid []profile.Attribute
		for _, attribute := range s.Profile().Attributes {
			if attribute.Write != invalid.Write {
				valid = append(valid, attribute)
			}
		}
		if invalid.Operation != "update" || len(valid) == 0 {
			continue
		}
		tried++
		options := append(setting(valid, 0), conformance.Member(invalid.Write, invalid.Value))
		what := "an update with " + invalid.Write + " " + asJSON(invalid.Value) + " beside valid members"
		s.Refused(c.Call("update", options...), s.Profile().Statuses.Invalid, what)
		if !s.Unchanged(c, before, what) {
			before = s.Snapshot(c)
		}
	}
	if tried == 0 {
		s.Incompletef("the profile has no invalid member to send beside a valid one")
	}
}
