package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

var repeats = []conformance.Check{
	{ID: "IDM-001", Run: lostRotationCanBeRepeated},
	{ID: "IDM-002", Run: repeatedRotationRotatesAgain},
	{ID: "IDM-004", Run: refusedRotationChangesNothing},
}

// unanswered is a rotation whose answer was not read, and what there was before it.
type unanswered struct {
	old    conformance.Secret
	reply  *conformance.Reply
	chosen string // where the caller chooses the secret
	listed int    // entries of the list, where there is one
	shown  string // where the secret can be read
}

// lostRotationCanBeRepeated hangs up on several rotations in a row and recovers from
// each by one that is answered.
func lostRotationCanBeRepeated(s *conformance.Session) {
	const tries = 3
	c := clientWithSecret(s)
	left := 0
	for i := range tries {
		if i > 0 && full(s) {
			c = clientWithSecret(s) // each try leaves up to two secrets
		}
		s.Given(c, c.Secret)
		one := unanswered{old: c.Secret, shown: revealed(s, c)}
		if s.Profile().Binds("list_secrets") {
			one.listed, _ = listLength(c)
		}
		s.Step("rotate and hang up before the answer")
		c.Spoil() // how many secrets it has from here on nobody knows
		options := []conformance.CallOption{conformance.Leave()}
		if s.Policy().SecretSource == "caller" {
			one.chosen = s.ChooseSecret()
			options = append(options, conformance.With("secret", one.chosen))
		}
		if one.reply = c.Call("rotate", options...); one.reply.Lost() {
			left++
		}
		awaitLost(s, c, one)
		settleLost(s, c, one)
		recoverFrom(s, c, one)
		if s.Failed() {
			return
		}
	}
	if left == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("the answer was always there before we could hang up")
	}
}

// awaitLost waits until a rotation without an answer has an effect. It may also have
// come to nothing, so that no longer than a moment is it waited for.
func awaitLost(s *conformance.Session, c *conformance.Client, one unanswered) {
	moment := time.Second / 2
	if grace := s.Policy().Grace; grace > 0 {
		moment = min(moment, grace/2)
	}
	grown := func() bool {
		now, _ := listLength(c)
		return now != one.listed
	}
	s.Within(moment, 1, func(...conformance.CallOption) bool {
		return s.Probe(c, one.old.Value) == conformance.Refused ||
			one.chosen != "" && s.Probe(c, one.chosen) == conformance.Accepted ||
			one.listed > 0 && grown() ||
			one.shown != "" && revealed(s, c) != one.shown
	})
}

// settleLost expects a rotation without an answer to have been made whole or not at
// all, as far as that can be seen.
func settleLost(s *conformance.Session, c *conformance.Client, one unanswered) {
	bound := max(s.Policy().Accept, s.Policy().Refuse)
	var reply *conformance.Reply // of the last question
	works := func(value string) bool {
		var answer conformance.Answer
		answer, reply = s.ProbeReply(c, value)
		return answer == conformance.Accepted
	}
	switch {
	case s.Policy().Rotation == "grace":
		answer, reply := s.ProbeReply(c, one.old.Value)
		switch worked := reply.End - one.reply.Start; {
		case answer == conformance.Refused && worked < s.Policy().Grace:
			s.FailOn(reply, fmt.Sprintf("accepted for %s", s.Policy().Grace), "the older secret is refused %s after a rotation without an answer", worked)
		case answer == conformance.Unclear:
			s.Incompletef("the oracle does not tell whether the older secret works: %s", reply)
		case answer == conformance.Refused:
			s.Step("the grace of %s was over before it was known that the rotation was made", s.Policy().Grace)
		}
	case s.Policy().Rotation == "add":
		s.BecomesAccepted(c, one.old, "the older secret, after a rotation without an answer,")
		if one.listed == 0 {
			return
		}
		if now, reply := listLength(c); now != one.listed && now != one.listed+1 {
			addsOne(s)
			s.FailOn(reply, "one entry more, or none", "one rotation without an answer took the list of secrets from %d entries to %d", one.listed, now)
		}
	case one.chosen != "":
		whole := s.Within(bound, 1, func(...conformance.CallOption) bool { return works(one.old.Value) != works(one.chosen) })
		if !whole {
			newSecretsWork(s)
			s.FailOn(reply, "one of the two works", "after a rotation without an answer the old and the new secret both work or neither does")
		}
	case one.shown != "":
		whole := s.Within(bound, 1, func(...conformance.CallOption) bool {
			shown := revealed(s, c)
			return works(shown) && (shown == one.old.Value || !works(one.old.Value))
		})
		if !whole {
			newSecretsWork(s)
			s.FailOn(reply, "the secret that is shown works, and no other", "after a rotation without an answer the secret that is shown is not the one that works")
		}
	}
}

// listLength is the number of secrets in the list.
func listLength(c *conformance.Client) (int, *conformance.Reply) {
	items, reply := c.ListSecrets()
	return len(items), reply
}

// recoverFrom expects a further rotation to succeed and to end what came before it.
func recoverFrom(s *conformance.Session, c *conformance.Client, one unanswered) {
	makeRoom(s, c)
	fresh, reply := c.TryRotate()
	if !reply.OK {
		canRotate(s)
		s.FailOn(reply, "a new secret", "the rotation after one without an answer did not succeed")
		return
	}
	s.BecomesAccepted(c, fresh, "the secret of the rotation after one without an answer", newSecretsWork)
	if s.Policy().Rotation != "replace" {
		if one.listed == 0 || full(s) {
			return
		}
		if now, reply := listLength(c); now > one.listed+2 {
			addsOne(s)
			s.FailOn(reply, "two entries more at most", "two rotations, one of them without an answer, took the list of secrets from %d entries to %d", one.listed, now)
		}
		return
	}
	if fresh.Value == one.old.Value && s.Mode() != conformance.Plan {
		s.Incompletef("the rotation after one without an answer left the secret as it was")
	}
	s.BecomesRefused(c, one.old, "the secret from before the rotation without an answer")
	if one.chosen != "" {
		s.BecomesRefused(c, conformance.Secret{Value: one.chosen}, "the secret of the rotation without an answer, after a further one,")
	}
}

// refusal is a rotation that the service has reason to refuse.
type refusal struct {
	what    string
	options []conformance.CallOption
}

// refusals are wrong in their credentials, their target or their body.
func refusals(s *conformance.Session) []refusal {
	wrong := []refusal{
		{"a rotation without credentials", []conformance.CallOption{conformance.As(conformance.Nobody)}},
		{"a rotation with an unknown token", []conformance.CallOption{conformance.As(conformance.Stranger("keyturn-no-such-token"))}},
		{"a rotation of another client, which does not exist,", []conformance.CallOption{conformance.With("client", s.NoClient())}},
	}
	if reader := s.Reader(); reader != nil {
		wrong = append(wrong, refusal{"a rotation by one who may only read", []conformance.CallOption{conformance.As(reader)}})
	}
	if foreign := s.Foreign(); foreign != nil {
		wrong = append(wrong, refusal{"a rotation by another tenant's administrator", []conformance.CallOption{conformance.As(foreign)}})
	}
	route := s.Profile().Route("rotate")
	if route.Media() == "" {
		return wrong
	}
	wrong = append(wrong,
		refusal{"a rotation with half a body", []conformance.CallOption{conformance.Body(route.Media(), []byte(`{"`))}},
		refusal{"a rotation with a body of another type", []conformance.CallOption{conformance.Body("text/plain", []byte("rotate"))}},
	)
	for _, name := range slices.Sorted(maps.Keys(route.Binding.Put)) {
		if member, inBody := strings.CutPrefix(route.Binding.Put[name], "/body"); inBody {
			wrong = append(wrong, refusal{"a rotation with a wrong type of " + name, []conformance.CallOption{conformance.Member(member, []any{profile.Values{"keyturn": 5}})}})
		}
	}
	return wrong
}

// refusedRotationChangesNothing tries every reason to refuse. A rotation that is taken
// all the same is for other checks to judge; this one goes on with the secret after it.
func refusedRotationChangesNothing(s *conformance.Session) {
	c := clientWithSecret(s)
	s.Given(c, c.Secret)
	before, chosen := s.Snapshot(c), s.ChooseSecret()
	refused := 0
	for _, one := range refusals(s) {
		s.Step("%s", one.what)
		options := one.options
		if s.Policy().SecretSource == "caller" {
			options = slices.Concat([]conformance.CallOption{conformance.With("secret", chosen)}, options)
		}
		if c.Call("rotate", options...).OK {
			renew(s, c)
			s.Given(c, c.Secret)
			before, chosen = s.Snapshot(c), s.ChooseSecret()
			continue
		}
		refused++
		if !s.Unchanged(c, before, one.what+", which was refused,") {
			break
		}
	}
	if refused == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no rotation was refused, whatever was wrong with it")
	}
	s.BecomesAccepted(c, c.Secret, "the secret from before the refused rotations")
	if s.Policy().SecretSource == "caller" {
		s.BecomesRefused(c, conformance.Secret{Value: chosen}, "the secret of the refused rotations")
	}
}
