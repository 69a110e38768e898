package checks

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// withReserved makes the secret that a caller may choose, so that encoding it makes
// a difference: RFC 6749 appendix A.2 allows every printable character. Where the
// service does not take it, one with fewer of them is chosen.
func withReserved(s *conformance.Session, c *conformance.Client) conformance.Secret {
	for _, reserved := range []string{" %+:&=/?#", "%+:&=/", "+/="} {
		chosen := s.ChooseSecret()
		secret, reply := c.TryRotateTo(chosen[:len(chosen)/2] + reserved + chosen[len(chosen)/2:])
		if reply.OK {
			return secret
		}
		s.Infof("a secret with %q in it is not taken: %s", reserved, reply)
	}
	return c.Rotate()
}

// secretWorksInBasic asks by itself and not by way of the oracle, since a service that
// does not decode may well have no oracle that works.
func secretWorksInBasic(s *conformance.Session) {
	c := clientWithSecret(s)
	if s.Policy().SecretSource == "caller" {
		withReserved(s, c)
	}
	id, secret := c.ID(), c.Secret.Value
	if url.QueryEscape(id) == id && url.QueryEscape(secret) == secret {
		s.Step("neither the id nor the secret has a character that form encoding changes, so that nothing shows whether the service decodes them")
	}
	if slices.Contains(s.Profile().ClientAuth, profile.Post) {
		if reply, works := comesToProve(s, conformance.ProvingBy(profile.Post, id, secret)); !works {
			s.Incompletef("the secret does not work in the form either: %s", reply)
		}
	}
	encoded := conformance.ProvingBy(profile.Basic, id, secret)
	reply, works := comesToProve(s, encoded)
	if !works {
		raw := "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
		code, _ := profile.At(reply.JSON(), "/error")
		switch _, works := proves(s, encoded, conformance.Header("Authorization", raw)); {
		case works:
			s.FailOn(reply, "accepted with id and secret form-encoded", "the secret works in HTTP Basic only when it is not form-encoded")
		case code == "invalid_client":
			s.FailOn(reply, "accepted with id and secret form-encoded", "the secret does not work in HTTP Basic, form-encoded or not")
		default:
			s.Incompletef("the token side does not tell whether the secret works: %s", reply)
		}
		return
	}
	wrong := s.Conceal(secret + "x")
	if reply, works := proves(s, conformance.ProvingBy(profile.Basic, id, wrong)); works && s.Mode() != conformance.Plan {
		s.Incompletef("the token side takes a wrong secret too, so that nothing can be told: %s", reply)
	}
}

// proves presents a client's secret to the operations that the profile has for it,
// until one succeeds.
func proves(s *conformance.Session, options ...conformance.CallOption) (reply *conformance.Reply, works bool) {
	operations := s.Profile().Oracle
	if len(operations) == 0 {
		s.Incompletef("the profile names no operation to try a secret with")
	}
	options = slices.Concat([]conformance.CallOption{conformance.With("token", "keyturn-no-such-token")}, options)
	for _, operation := range operations {
		if reply = s.Call(operation, nil, options...); reply.OK {
			return reply, true
		}
	}
	return reply, false
}

// comesToProve is proves before the declared bound is over.
func comesToProve(s *conformance.Session, options ...conformance.CallOption) (reply *conformance.Reply, works bool) {
	works = s.Within(s.Policy().Accept, 1, func(...conformance.CallOption) bool {
		var now bool
		reply, now = proves(s, options...)
		return now
	})
	return reply, works
}

// variant is a value near a secret.
type variant struct{ what, value string }

// variants are what careless comparisons take for the secret. None is the secret.
func variants(secret string) []variant {
	last := byte('x')
	if strings.HasSuffix(secret, "x") {
		last = 'y'
	}
	near := []variant{
		{"with the other case of its letters", swapCase(secret)},
		{"one character shorter", secret[:max(0, len(secret)-1)]},
		{"without its first character", secret[min(1, len(secret)):]},
		{"one character longer", secret + "x"},
		{"with another last character", secret[:max(0, len(secret)-1)] + string(last)},
		{"with a blank before it", " " + secret},
		{"with a blank after it", secret + " "},
		{"with a line break after it", secret + "\n"},
		{"twice in a row", secret + secret},
	}
	for _, part := range []struct {
		length int
		what   string
	}{{8, "the first 8 characters of it"}, {16, "the first 16 characters of it"}} {
		if len(secret) > part.length {
			near = append(near, variant{part.what, secret[:part.length]})
		}
	}
	return slices.DeleteFunc(near, func(v variant) bool { return v.value == secret || v.value == "" })
}

func swapCase(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, text)
}

func onlyTheExactSecretWorks(s *conformance.Session) {
	c := clientWithSecret(s)
	s.Given(c, c.Secret)
	for _, near := range variants(c.Secret.Value) {
		value := s.Conceal(near.value)
		for _, way := range s.Profile().ClientAuth {
			answer, reply := s.ProbeReply(c, value, conformance.ProvingBy(way, c.ID(), value))
			switch {
			case answer == conformance.Accepted:
				s.FailOn(reply, "refused", "the secret %s is accepted (by %s)", near.what, way)
			case answer == conformance.Unclear && reply.HTTP() >= 500:
				s.Incompletef("the oracle does not tell about the secret %s: %s", near.what, reply)
			}
		}
	}
	s.BecomesAccepted(c, c.Secret, "the secret itself, after all that is near it")
}
