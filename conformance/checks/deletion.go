package checks

import (
	"maps"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

var deletion = []conformance.Check{
	{ID: "DEL-001", Run: deletedSecretStaysListed},
	{ID: "DEL-002", Run: deletedSecretIsRefused},
	{ID: "DEL-003", Run: otherSecretsGoOnWorking},
	{ID: "DEL-004", Run: deletingTwiceIsDeletingOnce},
	{ID: "DEL-005", Run: deletingNothingChangesNothing},
	{ID: "DEL-007", Run: marksOfDeletionStay},
	{ID: "DEL-009", Run: deletionShowsNoSecret},
	{ID: "DEL-010", Run: lastSecretGoesAsDeclared},
	{ID: "DEL-012", Run: deletedIDsAreNotReused},
	{ID: "DEL-013", Run: deletedClientIsGone},
	{ID: "DEL-014", Run: tokensEndWithTheirClient},
	{ID: "DEL-015", Run: takenIDStartsClean},
}

func deletedSecretStaysListed(s *conformance.Session) {
	c := s.NewClient()
	victim := secretToDelete(s, c)
	_, before := secretEntries(c)
	if gone(before[victim.ID]) {
		s.Incompletef("a secret that was just made is listed as deleted")
	}
	deleted := s.Must(c.DeleteSecret(victim))
	var reply *conformance.Reply
	var after map[string]profile.Values
	if s.Within(s.Policy().Refuse, conformance.Agreeing, func(options ...conformance.CallOption) bool {
		reply, after = secretEntries(c, options...)
		return gone(after[victim.ID])
	}) {
		return
	}
	if entry, listed := after[victim.ID]; listed {
		s.FailOn(reply, "deleted true", "a deleted secret is listed with deleted %v", entry["deleted"])
		return
	}
	s.FailOn(reply, "listed under its id, and marked", "a deleted secret is not in the list any more (deleted in exchange %d)", deleted.Number)
}

func deletedSecretIsRefused(s *conformance.Session) {
	c := s.NewClient()
	victim := secretToDelete(s, c)
	s.Given(c, victim)
	if reply := c.DeleteSecret(victim); !reply.OK {
		s.FailOn(reply, "deleted", "the deletion of a live secret did not succeed")
		return
	}
	s.BecomesRefused(c, victim, "the deleted secret")
}

// otherSecretsGoOnWorking deletes neither the oldest nor the newest where the client
// may have three. The one before a rotation counts only where it has no time to end.
func otherSecretsGoOnWorking(s *conformance.Session) {
	atOnce := s.Policy().MaxLive
	if atOnce == 1 {
		s.Incompletef("a client has but one secret at a time")
	}
	c := s.NewClient()
	var others []conformance.Secret
	if s.Policy().Rotation == "add" {
		others = append(others, c.Secret)
	}
	victim := addSecret(s, c)
	if atOnce != 2 || len(others) == 0 {
		others = append(others, addSecret(s, c))
	}
	for _, other := range others {
		s.Given(c, other)
	}
	s.Given(c, victim)
	listed := s.Profile().Binds("list_secrets")
	var before, after map[string]profile.Values
	if listed {
		_, before = secretEntries(c)
	}
	reply := s.Must(c.DeleteSecret(victim))
	for _, other := range others {
		if s.Probe(c, other.Value) == conformance.Refused {
			s.FailOn(reply, "still accepted", "the deletion of one secret ended another")
			continue
		}
		s.BecomesAccepted(c, other, "another secret of the client")
	}
	if !listed {
		return
	}
	reply, after = secretEntries(c)
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if is, there := after[id]; id != victim.ID && (!there || !profile.Equal(before[id], is)) {
			s.FailOn(reply, "as it was", "the deletion of one secret changed the entry of another from %v to %v", before[id], is)
		}
	}
}

// deletionShowsNoSecret deletes one secret of two, and a client, and searches the
// replies for the values of both.
func deletionShowsNoSecret(s *conformance.Session) {
	if s.Profile().Binds("delete_secret") {
		c := s.NewClient()
		keep := c.Secret
		victim := secretToDelete(s, c)
		reply := c.DeleteSecret(victim)
		showsNone(s, reply, keep, victim)
		if value := reply.Text("secret"); reply.OK && strings.Trim(value, "*•") != "" {
			s.FailOn(reply, "no value", "the reply to the deletion of a secret has a value where a secret would be")
		}
		s.Must(reply)
	}
	if s.Profile().Binds("delete") {
		c := s.NewClient()
		reply := c.Delete()
		showsNone(s, reply, c.Secret)
		s.Must(reply)
	}
}

// showsNone expects a reply to hold none of some secrets in any form.
func showsNone(s *conformance.Session, reply *conformance.Reply, secrets ...conformance.Secret) {
	if reply.Lost() {
		return
	}
	for _, form := range formsOf(s, string(reply.Response.Body), secrets...) {
		s.FailOn(reply, "no secret", "the reply to a deletion has a secret of the client (%s)", form)
	}
}

// formsOf names the forms in which a text has any of some secrets, hashes included.
func formsOf(s *conformance.Session, text string, secrets ...conformance.Secret) []string {
	names := map[string]bool{}
	var values []string
	for _, secret := range secrets {
		if secret.Value != "" {
			names[s.Hide(secret.Value)] = true
			values = append(values, secret.Value)
		}
	}
	var forms []string
	for _, hit := range s.Leaks([]byte(text)) {
		if names[hit.Name] {
			forms = append(forms, hit.Form)
		}
	}
	return append(forms, digestsIn(text, values)...)
}

// lastSecretGoesAsDeclared makes a client of its own, so that there are few others to
// delete before the last.
func lastSecretGoesAsDeclared(s *conformance.Session) {
	c := unusedClient(s)
	if !s.Profile().Binds("list_secrets") {
		s.Incompletef("without a list nothing tells which secret is the last")
	}
	last := c.Add()
	for _, id := range liveSecrets(s, c) {
		if id != last.ID {
			s.Must(c.DeleteSecret(conformance.Secret{ID: id}))
		}
	}
	s.Given(c, last)
	reply := c.DeleteSecret(last)
	switch {
	case s.Policy().DeleteLast == "allow" && !reply.OK:
		s.FailOn(reply, "deleted, as the profile declares", "the deletion of the last live secret: %s", reply)
	case s.Policy().DeleteLast == "allow":
		s.BecomesRefused(c, last, "the last secret after its deletion")
		if left := liveSecrets(s, c); len(left) > 0 && s.Mode() != conformance.Plan {
			s.FailOn(reply, "no live secret", "after the deletion of the last secret %d are listed as live", len(left))
		}
		c.Rotate() // a client without a secret is of no use to those that follow
	case reply.OK:
		s.FailOn(reply, "refused, as the profile declares", "the last live secret was deleted")
	default:
		if reply.Status >= 500 {
			s.FailOn(reply, "refused with a status of 4xx", "the deletion of the last live secret: %s", reply)
		}
		s.BecomesAccepted(c, last, "the last secret after the refusal to delete it")
	}
}
