package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// additionAddsExactlyOne compares the list over two additions, the second beside a
// secret with an expiry that was deleted, where the provider has either. Its client is
// new, so that no earlier secret has yet to be listed.
func additionAddsExactlyOne(s *conformance.Session) {
	c := unusedClient(s)
	var expiring []conformance.CallOption
	if s.Profile().Operations["rotate"].Put["expires"] != "" {
		expiring = append(expiring, conformance.With("expires", s.ServerNow().Add(time.Hour).Truncate(time.Second)))
	}
	var list []profile.Values
	s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		list, _ = c.ListSecrets(options...)
		return len(list) > 0 || c.Secret.Value == ""
	})
	c.Rotate(expiring...)
	added, list := holdAddition(s, c, list)
	if added == "" && s.Mode() != conformance.Plan {
		return // which of them to delete next is not known
	}
	if s.Profile().Binds("delete_secret") {
		s.Must(c.DeleteSecret(conformance.Secret{ID: added, Value: c.Secret.Value}))
		s.Within(s.Policy().Refuse, 1, func(options ...conformance.CallOption) bool {
			list, _ = c.ListSecrets(options...)
			return !slices.ContainsFunc(list, func(item profile.Values) bool { return item["secret_id"] == added && !gone(item) })
		})
	}
	if s.Policy().MaxLive == 2 && !s.Profile().Binds("delete_secret") {
		return // the bound is reached
	}
	c.Rotate()
	holdAddition(s, c, list)
}

// holdAddition expects the list to come to one entry more within the declared bound.
func holdAddition(s *conformance.Session, c *conformance.Client, before []profile.Values) (added string, after []profile.Values) {
	var wrong []string
	var reply *conformance.Reply
	s.Within(s.Policy().Accept, 1, func(options ...conformance.CallOption) bool {
		after, reply = c.ListSecrets(options...)
		added, wrong = addition(before, after)
		return len(wrong) == 0
	})
	for _, message := range wrong[:min(len(wrong), 5)] {
		s.FailOn(reply, "one more entry, the others as they were", "%s", message)
	}
	return added, after
}

// addition compares the list of secrets before an addition with that after it. It
// returns the id of the one that is new, "" unless there is exactly one, and whatever
// else is different.
func addition(before, after []profile.Values) (added string, wrong []string) {
	known := map[string]profile.Values{}
	for _, item := range before {
		known[fmt.Sprint(item["secret_id"])] = item
	}
	seen := map[string]bool{}
	var fresh []string
	for i, item := range after {
		id, _ := item["secret_id"].(string)
		old, had := known[id]
		switch {
		case id == "":
			wrong = append(wrong, fmt.Sprintf("entry %d of the list has no id", i+1))
		case seen[id]:
			wrong = append(wrong, fmt.Sprintf("the id %s is in the list twice", id))
		case !had:
			fresh = append(fresh, id)
		default:
			wrong = append(wrong, altered(id, old, item)...)
		}
		seen[id] = true
	}
	for _, item := range before {
		if id := fmt.Sprint(item["secret_id"]); !seen[id] {
			wrong = append(wrong, fmt.Sprintf("the addition took the secret %s off the list", id))
		}
	}
	if len(fresh) != 1 {
		return "", append(wrong, fmt.Sprintf("the addition made %d new entries in the list, want 1", len(fresh)))
	}
	return fresh[0], wrong
}

// altered names the members of an entry that an addition changed.
func altered(id string, old, item profile.Values) (wrong []string) {
	for _, name := range []string{"expires", "deleted"} {
		if !profile.Equal(old[name], item[name]) {
			wrong = append(wrong, fmt.Sprintf("the addition changed %s of the secret %s from %v to %v", name, id, old[name], item[name]))
		}
	}
	return wrong
}

func liveSecretsWorkTogether(s *conformance.Session) {
	const enough = 4
	count := enough
	if most := s.Policy().MaxLive; most > 0 {
		count = min(count, most)
	}
	if count < 2 {
		s.Incompletef("the profile allows one live secret, and the check is about several")
	}
	c := clientWithSecret(s)
	live := []conformance.Secret{c.Secret}
	for len(live) < count {
		s.Given(c, c.Secret)
		fresh := c.Rotate()
		if slices.ContainsFunc(live, func(one conformance.Secret) bool { return one.Value == fresh.Value }) && s.Mode() != conformance.Plan {
			s.Incompletef("an addition gave a secret that was there before, so there are not several to try")
		}
		live = append(live, fresh)
	}
	for i, secret := range live {
		s.BecomesAccepted(c, secret, fmt.Sprintf("secret %d of %d that are live", i+1, count))
	}
	s.BecomesAccepted(c, live[0], "the oldest secret, after the others were used")
}

// deletionEndsTheSecretOfItsID adds as many secrets as the bound allows, up to three,
// and deletes one that is neither the newest nor, where there are three, the oldest.
func deletionEndsTheSecretOfItsID(s *conformance.Session) {
	count := 3
	if most := s.Policy().MaxLive; most > 0 {
		count = min(count, most)
	}
	if count < 2 {
		s.Incompletef("the profile allows one live secret, and the check is about several")
	}
	c := s.NewClient()
	soon := s.ServerNow().Add(time.Hour).Truncate(time.Second)
	var added []conformance.Secret
	var ids []string
	var asked []time.Time
	for i := range count {
		makeRoom(s, c, ids...)
		asked = append(asked, soon.Add(time.Duration(i)*time.Hour))
		secret := c.Add(conformance.With("expires", asked[i])) // without effect where there is no expiry
		added, ids = append(added, secret), append(ids, secret.ID)
	}
	list, reply := c.ListSecrets()
	for _, message := range crossed(list, ids, asked) {
		s.FailOn(reply, "each id beside the expiry that was asked for with it", "%s", message)
	}
	for _, secret := range added {
		s.Given(c, secret)
	}
	victim := (count - 1) / 2
	s.Must(c.DeleteSecret(added[victim]))
	for i, secret := range added {
		if i == victim {
			s.BecomesRefused(c, secret, fmt.Sprintf("the secret whose id was deleted, which was added as number %d", i+1))
		} else {
			s.BecomesAccepted(c, secret, fmt.Sprintf("the secret added as number %d, after that of number %d was deleted,", i+1, victim+1))
		}
	}
}

// crossed finds ids that stand beside the expiry of another secret. ids and asked are
// in the order of the additions. An expiry that the service set otherwise tells nothing.
func crossed(list []profile.Values, ids []string, asked []time.Time) (wrong []string) {
	at := func(item profile.Values) int {
		expires, _ := item["expires"].(time.Time)
		return slices.IndexFunc(asked, expires.Equal)
	}
	for _, item := range list {
		id, _ := item["secret_id"].(string)
		appeared, expires := slices.Index(ids, id), at(item)
		if appeared >= 0 && expires >= 0 && appeared != expires {
			wrong = append(wrong, fmt.Sprintf("the id that appeared with secret %d stands beside the expiry of secret %d", appeared+1, expires+1))
		}
	}
	return wrong
}
