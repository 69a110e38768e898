package probe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// doors needs no request: what comes before the questions has tried all doors.
func (sc *scout) doors(s *conformance.Session) {
	doors := s.Doors()
	var operations []string
	var ways []profile.ClientAuth
	for _, door := range doors {
		if !slices.Contains(operations, door.Operation) {
			operations = append(operations, door.Operation)
		}
		if way := profile.ClientAuth(door.Way); !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
	}
	if len(doors) == 0 {
		s.NeedOracle()
		return
	}
	words := listed(operations) + " told a good secret from a made-up one"
	var silent []string
	for _, name := range sc.bound.Oracle {
		if !slices.Contains(operations, name) {
			silent = append(silent, name)
		}
	}
	if len(silent) > 0 {
		words += "; " + listed(silent) + " did not"
	}
	sc.ruled("oracle", flow(operations), within(sc.given.Oracle, operations), "%s", words)
	sc.ruled("client_auth", flow(ways), within(sc.given.ClientAuth, ways), "a good secret was accepted by %s, and a made-up one refused", listed(ways))
	if !sc.dry {
		sc.bound.Oracle, sc.bound.ClientAuth = operations, ways
	}
}

// within reports whether each of some values is among others.
func within[T comparable](some, all []T) bool {
	return !slices.ContainsFunc(some, func(one T) bool { return !slices.Contains(all, one) })
}

// source tries each way that the bindings allow until one yields a new secret that works.
func (sc *scout) source(s *conformance.Session) {
	sources := sc.bound.SecretSources()
	if i := slices.Index(sources, sc.given.Policy.SecretSource); i > 0 && !sc.open("secret_source") {
		sources = slices.Concat(sources[i:i+1], sources[:i], sources[i+1:])
	}
	var failures []string
	for _, source := range sources {
		sc.bound.Policy.SecretSource = source
		c := sc.unused(s)
		failure := sc.yields(s, c, source)
		if failure == "" {
			sc.found("secret_source", source, "%s", map[string]string{
				"reply":  "the reply to a rotation showed a new secret, which worked",
				"caller": "a secret of our choice worked once it was set",
				"reveal": "a new secret could be read after a rotation, and worked",
			}[source])
			return
		}
		failures = append(failures, source+": "+failure)
	}
	sc.bound.Policy.SecretSource = sources[0]
	s.Incompletef("no rotation yielded a new secret that works: %s", strings.Join(failures, "; "))
}

// yields says why a rotation gave no new secret that works, "" where it did.
func (sc *scout) yields(s *conformance.Session, c *conformance.Client, source string) string {
	first := c.Secret.Value
	fresh, reply := c.TryRotate()
	if !reply.OK {
		return "the rotation was refused with " + reply.String()
	}
	if source == "reveal" {
		s.Within(sc.patience, 1, func(options ...conformance.CallOption) bool {
			fresh.Value = c.Call("reveal", options...).Text("secret")
			return fresh.Value != first
		})
		c.Adopt(fresh)
	}
	switch {
	case fresh.Value == "":
		return "no secret was shown"
	case fresh.Value == first && !sc.dry:
		return "the secret was the one from before"
	case !sc.until(s, c, fresh.Value, conformance.Accepted, reply.End).over:
		return fmt.Sprintf("the secret did not work within %s", sc.patience)
	}
	return ""
}

// usual is the longest that an old secret may take to stop without that being called a
// grace: the bound that a profile declares by default.
const usual = 5 * time.Second

// rotation watches the secret before a rotation.
func (sc *scout) rotation(s *conformance.Session) {
	c := sc.unused(s)
	old := c.Secret
	endings := sc.endings(c)
	fresh, reply := sc.rotate(s, c)
	seen := sc.until(s, c, old.Value, conformance.Refused, reply.End)
	s.Given(c, fresh)
	switch policy := sc.given.Policy; {
	case sc.dry:
	case !seen.over:
		if left := sc.graceShown(s, c, endings); left > 0 {
			sc.isGrace(left, left-2*time.Second, left+2*time.Second, "the list of secrets shows that the old one ends then")
			return
		}
		if !sc.open("rotation") && policy.Rotation == "grace" && policy.Grace > sc.patience {
			sc.found("rotation", "grace", "the old secret still worked after %s, as the declared grace has it", sc.patience)
			sc.unknown("grace", "the old secret still worked after %s, and nobody waited longer", sc.patience)
			sc.bound.Policy.Rotation, sc.bound.Policy.Grace = "grace", policy.Grace
			return
		}
		sc.found("rotation", "add", "the old secret still worked %s after the new one was made; a longer grace looks the same", sc.patience)
		sc.found("grace", "0s", "the old secret has no end")
		sc.bound.Policy.Rotation = "add"
	case seen.before == 0:
		sc.isReplace("the old secret was refused %s after the new one was made", short(seen.took))
	default:
		sc.lagOrGrace(s, c, seen)
	}
}

func (sc *scout) isReplace(format string, args ...any) {
	sc.found("rotation", "replace", format, args...)
	sc.found("grace", "0s", "the old secret is meant to stop at once")
	sc.bound.Policy.Rotation = "replace"
}

// isGrace notes a grace that was seen to end between two instants.
func (sc *scout) isGrace(grace, low, high time.Duration, words string) {
	declared := sc.given.Policy.Grace
	sc.found("rotation", "grace", "%s", words)
	sc.ruled("grace", grace.String(), declared >= low && declared <= high, "%s", words)
	sc.bound.Policy.Rotation, sc.bound.Policy.Grace = "grace", grace
}

// lagOrGrace tells a secret that is meant to go on for a while from one that is slow to
// stop. A grace is the newest secrets': what is older stops when the next one comes. A
// slow one takes its time whatever comes.
func (sc *scout) lagOrGrace(s *conformance.Session, c *conformance.Client, seen spell) {
	older := c.Secret
	newer, _ := sc.rotate(s, c)
	_, reply := sc.rotate(s, c)
	again := sc.until(s, c, older.Value, conformance.Refused, reply.End)
	kept := s.Probe(c, newer.Value) == conformance.Accepted
	grace := rounded((seen.before + seen.took) / 2)
	const slack = 50 * time.Millisecond
	switch {
	case again.over && kept && again.took < seen.took/2:
		sc.isGrace(grace, seen.before-slack, seen.took+slack,
			fmt.Sprintf("the old secret worked for about %s more, and stopped at once when yet another came", grace))
	case seen.before > usual:
		sc.isGrace(grace, seen.before-slack, seen.took+slack, fmt.Sprintf("the old secret worked for about %s more", grace))
	default:
		sc.isReplace("the old secret was refused, though only after %s", short(seen.took))
	}
}

// rounded is a duration without more digits than could be measured.
func rounded(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}

// endings are the instants at which listed secrets end, by id; nil where no list says.
func (sc *scout) endings(c *conformance.Client) map[string]any {
	if !sc.given.Binds("list_secrets") || sc.given.Operations["list_secrets"].Take["expires"] == "" {
		return nil
	}
	endings := map[string]any{}
	items, _ := c.ListSecrets()
	for _, item := range items {
		endings[fmt.Sprint(item["secret_id"])] = item["expires"]
	}
	return endings
}

// graceShown is how long a secret has left that a rotation gave an end, 0 where none.
func (sc *scout) graceShown(s *conformance.Session, c *conformance.Client, before map[string]any) time.Duration {
	for id, end := range sc.endings(c) {
		at, ends := end.(time.Time)
		if was, listed := before[id]; listed && was == nil && ends {
			return rounded(at.Sub(s.ServerNow()) + sc.patience)
		}
	}
	return 0
}
