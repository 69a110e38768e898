package checks

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/report"
)

// secretsArePrintable begins with the secret that the client was made with, which may
// be made elsewhere than those that follow.
func secretsArePrintable(s *conformance.Session) {
	const times = 4
	const want = "characters from space to tilde"
	c := s.NewClient()
	if what := unprintable(c.Secret.Value); what != "" {
		s.Find(report.Finding{Verdict: report.Fail, Message: "the secret that the client was made with has " + what, Expected: want, Observed: what})
	}
	for range max(1, rotations(s, times)) {
		secret, reply := fresh(s, c)
		if what := unprintable(secret.Value); what != "" {
			s.FailOn(reply, want, "the secret of a rotation has %s", what)
			return
		}
	}
}

// unprintable says what a secret has that is no VSCHAR (RFC 6749 appendix A), "" where
// there is nothing. It tells no other character.
func unprintable(secret string) string {
	at := 0
	for i, r := range secret {
		at++
		if r >= ' ' && r <= '~' {
			continue
		}
		what := fmt.Sprintf("%U", r)
		if _, width := utf8.DecodeRuneInString(secret[i:]); r == utf8.RuneError && width == 1 {
			what = "a byte that is no UTF-8"
		}
		return fmt.Sprintf("%s at character %d of %d", what, at, utf8.RuneCountInString(secret))
	}
	return ""
}

// longest are the lengths of secrets to try. bcrypt looks at 72 bytes, and a secret
// that is no longer shows nothing.
var longest = []int{200, 128, 96, 73}

// longSecretsCountWhole takes it for granted that a service may bound the length: what
// is refused is not cut.
func longSecretsCountWhole(s *conformance.Session) {
	c := s.NewClient()
	invalid := s.Profile().Statuses.Invalid
	for _, length := range longest {
		value := long(s, length)
		secret, reply := c.TryRotateTo(value)
		if !reply.OK {
			if !saysNo(reply) {
				canRotate(s)
			}
			if !s.Refused(reply, invalid, fmt.Sprintf("a secret of %d characters", length)) {
				return
			}
			continue
		}
		if !s.BecomesAccepted(c, secret, fmt.Sprintf("a secret of %d characters", length), newSecretsWork) {
			return
		}
		for _, near := range nearLong(value, long(s, length)) {
			answer, reply := s.ProbeReply(c, s.Conceal(near.value))
			switch {
			case answer == conformance.Accepted:
				s.FailOn(reply, "refused", "a secret of %d characters is accepted with %s", length, near.what)
			case answer == conformance.Unclear && reply.HTTP() >= 500:
				s.Incompletef("the oracle does not tell about the secret with %s: %s", near.what, reply)
			}
		}
		return
	}
	s.Step("no secret of %d characters or more is taken, so that none is cut", longest[len(longest)-1])
	s.BecomesAccepted(c, c.Secret, "the secret from before those that were refused")
}

// long makes a secret of a length.
func long(s *conformance.Session, length int) string {
	var value strings.Builder
	for value.Len() < length {
		value.WriteString(s.ChooseSecret())
	}
	return s.Conceal(value.String()[:length])
}

// nearLong are values that begin as a long secret does, up to where methods of storing
// secrets stop looking. other is as long as the secret and shares nothing with it.
func nearLong(secret, other string) []variant {
	var near []variant
	for _, stop := range []int{8, 64, 72, 128} {
		if stop < len(secret) && len(other) >= len(secret) {
			near = append(near, variant{fmt.Sprintf("everything after its first %d characters changed", stop), secret[:stop] + other[stop:len(secret)]})
		}
	}
	if len(secret) > 72 {
		near = append(near, variant{"only its first 72 characters", secret[:72]})
	}
	last := "x"
	if strings.HasSuffix(secret, last) {
		last = "y"
	}
	return append(near, variant{"its last character changed", secret[:max(0, len(secret)-1)] + last})
}
