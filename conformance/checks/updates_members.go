package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// immutableStays sends one member at a time, since a refusal of one hides what would
// become of the others. After the updates it looks at the client as a whole; a
// replacement changes more by right.
func immutableStays(s *conformance.Session) {
	c := s.NewClient()
	c.Read()
	before := settled(s, c)
	updates := immutableIn(s, c, "update", before)
	if len(updates) > 0 {
		differences := before.Diff(s.Snapshot(c), mayMove(s, before))
		if len(differences) > 0 {
			updatesKeepTheRest(s)
		}
		changedBy(s, differences, "updating what is immutable", updates...)
	}
	if len(updates)+len(immutableIn(s, c, "replace", before, replacing(s, c)...)) == 0 {
		s.Incompletef("the profile has no immutable member that could be sent with another value and read")
	}
	noneIsDiverted(s, c)
}

// noneIsDiverted sends the id of another client beside what says which client is meant:
// the write is refused or made there, and reaches the other in no case.
func noneIsDiverted(s *conformance.Session, c *conformance.Client) {
	taken := s.Profile().Operations["read"].Take
	for _, member := range s.Profile().Immutable {
		for _, name := range []string{"client", "client_id"} {
			if member.Read == "" || member.Read != taken[name] || !s.Profile().Binds(member.Operation) {
				continue
			}
			other := s.NewClient()
			before := settled(s, other)
			options := append(replacing(s, c), conformance.Member(member.Write, other.Values[name]))
			if attributes := s.Profile().Attributes; len(attributes) > 0 {
				options = append(options, setting(attributes[:1], 1)...)
			}
			reply := c.Call(member.Operation, options...)
			changedBy(s, before.Diff(s.Snapshot(other), nil), fmt.Sprintf("the %s of one client with the id of another in %s", member.Operation, member.Write), reply.Number)
			break
		}
	}
}

// immutableIn sends the members of one operation and lists the exchanges.
func immutableIn(s *conformance.Session, c *conformance.Client, operation string, before conformance.State, options ...conformance.CallOption) (tried []int) {
	for _, member := range s.Profile().Immutable {
		if member.Operation != operation || !s.Profile().Binds(operation) || member.Read == "" {
			continue
		}
		was, shown := before.Leaves["read "+member.Read]
		if shown && profile.Equal(was, member.Value) {
			s.Step("%s is %s already: nothing to try", member.Read, asJSON(was))
			continue
		}
		reply := c.Call(operation, append(slices.Clip(options), conformance.Member(member.Write, member.Value))...)
		tried = append(tried, reply.Number)
		if !reply.OK && reply.Status >= 500 {
			canWrite(s, operation)
			s.FailOn(reply, "refused or ignored", "%s with another %s: %s", operation, member.Write, reply)
		}
		stays(s, c, member, was)
	}
	return tried
}

// stays expects a read to show a member as it was.
func stays(s *conformance.Session, c *conformance.Client, member profile.Member, was any) {
	reply := c.Call("read")
	if !reply.OK {
		s.FailOn(reply, "the client", "after the %s with %s the client cannot be read", member.Operation, member.Write)
		s.Stop()
	}
	if is, _ := profile.At(reply.JSON(), member.Read); !profile.Equal(is, was) {
		s.FailOn(reply, asJSON(was), "the %s with %s %s changed it from %s to %s", member.Operation, member.Write, asJSON(member.Value), asJSON(was), asJSON(is))
	}
}

// readOnlyHasNoEffect sends one member at a time with an update or a rotation that
// means nothing by it.
func readOnlyHasNoEffect(s *conformance.Session) {
	c := s.NewClient()
	tried, rotated := 0, false
	for _, member := range s.Profile().ReadOnly {
		if !s.Profile().Binds(member.Operation) {
			continue
		}
		tried++
		s.Step("%s with %s %s", member.Operation, member.Write, asJSON(member.Value))
		var was any
		if member.Read != "" {
			was, _ = profile.At(c.Read().JSON(), member.Read)
		}
		switch member.Operation {
		case "rotate":
			rotated = true
			rotatedWith(s, c, member)
		case "replace":
			c.Call("replace", append(replacing(s, c), conformance.Member(member.Write, member.Value))...)
		default:
			c.Call(member.Operation, conformance.Member(member.Write, member.Value))
		}
		if member.Read != "" {
			stays(s, c, member, was)
		}
		value, text := member.Value.(string)
		if text && strings.Contains(strings.ToLower(member.Write), "secret") {
			if answer, reply := s.ProbeReply(c, value); answer == conformance.Accepted {
				s.FailOn(reply, "refused", "the %s with %s made a secret that the caller chose work", member.Operation, member.Write)
			}
		}
	}
	if tried == 0 {
		s.Incompletef("the profile has no read-only member of an operation that is bound")
	}
	if !rotated && c.Secret.Value != "" && s.HasOracle() {
		s.BecomesAccepted(c, c.Secret, "the secret of the client afterwards", updatesKeepTheRest)
	}
}

// rotatedWith rotates with a member that is not the caller's to set, and expects the
// new secret to be like any other: it works, and its entry has nothing of the value.
func rotatedWith(s *conformance.Session, c *conformance.Client, member profile.Member) {
	makeRoom(s, c)
	listed := s.Profile().Binds("list_secrets")
	var before map[string]profile.Values
	if listed {
		_, before = secretEntries(c)
	}
	fresh, reply := c.TryRotate(conformance.Member(member.Write, member.Value))
	if !reply.OK {
		return // refused: no effect either
	}
	s.BecomesAccepted(c, fresh, "the secret of a rotation with "+member.Write, newSecretsWork)
	if !listed {
		return
	}
	reply, _ = secretEntries(c)
	items, _ := profile.At(reply.JSON(), *reply.Route.Binding.Items)
	entries, _ := items.([]any)
	for i, values := range s.Items(reply) {
		if _, old := before[fmt.Sprint(values["secret_id"])]; old || i >= len(entries) {
			continue
		}
		if is, there := profile.At(entries[i], member.Write); there && profile.Equal(is, member.Value) {
			s.FailOn(reply, "what the service sets", "a rotation with %s %s made a secret that has it", member.Write, asJSON(member.Value))
		}
	}
}
