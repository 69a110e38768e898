package checks

import (
	"fmt"

	"github.com/keyturn/keyturn/conformance"
)

var strength = []conformance.Check{
	{ID: "ENT-001", Run: secretsHaveRoom},
	{ID: "ENT-003", Run: noSecretComesTwice},
	{ID: "ENT-004", Run: clientsShareNoSecret},
	{ID: "ENT-009", Run: secretWorksInBasic},
	{ID: "ENT-010", Run: onlyTheExactSecretWorks},
}

// samples is how many secrets are drawn. With 32, a position of a hexadecimal secret
// is the same in all of them by chance once in 10^37.
const samples = 32

func secretsHaveRoom(s *conformance.Session) {
	const least = 128 // bits: RFC 6749 section 10.10
	room := measure(generatedSecrets(s, samples))
	s.Step("%d secrets have room for %.1f bits: %s", samples, room.Bits, room)
	if room.Bits < least {
		s.Failf("generated secrets have room for %.1f bits at most, which is less than %d: %s", room.Bits, least, room)
	}
}

// noSecretComesTwice begins with the secret that the client was made with.
func noSecretComesTwice(s *conformance.Session) {
	const worth = 5 // findings that say the same
	c := s.NewClient()
	first := map[string]string{}
	if c.Secret.Value != "" {
		first[c.Secret.Value] = "the creation"
	}
	twice := 0
	for i := range max(1, rotations(s, samples)) {
		fresh := renew(s, c)
		if fresh.Value == "" {
			s.Incompletef("a rotation succeeded and showed no secret")
		}
		now := fmt.Sprintf("rotation %d", i+1)
		if before, known := first[fresh.Value]; known {
			if twice++; twice <= worth {
				s.Failf("%s and %s gave the same secret", before, now)
			}
			continue
		}
		first[fresh.Value] = now
	}
}

// clientsShareNoSecret rotates two clients in turn.
func clientsShareNoSecret(s *conformance.Session) {
	const rounds = 6
	clients := []*conformance.Client{s.NewClient(), s.NewClient()}
	owner := map[string]int{}
	note := func(i int, value, when string) {
		if other, known := owner[value]; known && other != i && value != "" {
			s.Failf("%s gave client %d a secret that client %d has or had", when, i+1, other+1)
		}
		owner[value] = i
	}
	for i, c := range clients {
		note(i, c.Secret.Value, "the creation")
	}
	for range max(1, rotations(s, rounds)) {
		for i, c := range clients {
			fresh := renew(s, c)
			if fresh.Value == "" {
				s.Incompletef("a rotation succeeded and showed no secret")
			}
			note(i, fresh.Value, "a rotation")
			if s.Failed() {
				return
			}
		}
	}
}
