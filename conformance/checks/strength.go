package checks

import (
	"fmt"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/report"
)

var strength = []conformance.Check{
	{ID: "ENT-001", Run: secretsHaveRoom},
	{ID: "ENT-003", Run: noSecretComesTwice},
	{ID: "ENT-004", Run: clientsShareNoSecret},
	{ID: "ENT-005", Run: secretsHaveNoStructure},
	{ID: "ENT-008", Run: secretsArePrintable},
	{ID: "ENT-009", Run: secretWorksInBasic},
	{ID: "ENT-010", Run: onlyTheExactSecretWorks},
	{ID: "ENT-011", Run: longSecretsCountWhole},
}

// samples is how many secrets are drawn. With 32, a position of a hexadecimal secret
// is the same in all of them by chance once in 10^37.
const samples = 32

func secretsHaveRoom(s *conformance.Session) {
	const least = 128 // bits: RFC 6749 section 10.10
	values, shown := generatedSecrets(s, samples)
	room := measure(values)
	s.Step("%d secrets have room for %.1f bits: %s", samples, room.Bits, room)
	if room.Bits < least {
		s.Find(report.Finding{
			Verdict: report.Fail, Message: fmt.Sprintf("generated secrets have room for %.1f bits at most, which is less than %d: %s", room.Bits, least, room),
			Expected: fmt.Sprintf("%d bits or more", least), Observed: fmt.Sprintf("%.1f bits", room.Bits), Exchanges: shown,
		})
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
		secret, reply := fresh(s, c)
		now := fmt.Sprintf("rotation %d", i+1)
		if before, known := first[secret.Value]; known {
			if twice++; twice <= worth {
				s.FailOn(reply, "another secret", "%s and %s gave the same secret", before, now)
			}
			continue
		}
		first[secret.Value] = now
	}
}

// clientsShareNoSecret rotates two clients in turn.
func clientsShareNoSecret(s *conformance.Session) {
	const rounds = 6
	clients := []*conformance.Client{s.NewClient(), s.NewClient()}
	owner := map[string]int{}
	for i, c := range clients {
		if other, known := owner[c.Secret.Value]; known && c.Secret.Value != "" {
			s.Find(report.Finding{
				Verdict: report.Fail, Message: fmt.Sprintf("client %d was made with the secret that client %d was made with", i+1, other+1),
				Expected: "a secret that is nobody else's", Observed: s.Hide(c.Secret.Value),
			})
		}
		owner[c.Secret.Value] = i
	}
	for range max(1, rotations(s, rounds)) {
		for i, c := range clients {
			secret, reply := fresh(s, c)
			if other, known := owner[secret.Value]; known && other != i {
				s.FailOn(reply, "a secret that is nobody else's", "a rotation gave client %d a secret that client %d has or had", i+1, other+1)
			}
			owner[secret.Value] = i
			if s.Failed() {
				return
			}
		}
	}
}
