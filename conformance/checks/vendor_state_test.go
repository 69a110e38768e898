package checks_test

import (
	"slices"
	"strings"
	"time"
)

// same compares a secret with the one that was presented.
func (l *locksmith) same(secret, presented string) bool {
	switch l.fault {
	case "secrets are compared without case":
		return strings.EqualFold(secret, presented)
	case "a beginning will do":
		return presented != "" && strings.HasPrefix(secret, presented) && len(presented) > len(secret)/2
	case "what follows a secret is not looked at":
		return strings.HasPrefix(presented, secret)
	case "a secret counts up to its 72nd character":
		return secret[:min(len(secret), 72)] == presented[:min(len(presented), 72)]
	case "a secret is stored up to its 72nd character":
		return secret[:min(len(secret), 72)] == presented
	case "blanks around a secret are cut off":
		return secret == strings.TrimSpace(presented)
	}
	return secret == presented
}

// honoured says whether a secret that is the one presented counts.
func (l *locksmith) honoured(c *lockCall, client *lockClient, secret *lockSecret, now time.Time) bool {
	first, newest := client.secrets[0], client.secrets[len(client.secrets)-1]
	gone := secret.gone(now)
	if l.allExpired(client, now) {
		return false
	}
	switch l.fault {
	case "the token side lags behind": // within the declared bounds
		return now.Sub(secret.Created) >= lag && secret.live(now) || gone && now.Sub(secret.Gone) < lag
	case "a new secret works too late":
		if secret != first && now.Sub(secret.Created) < beyond {
			return false
		}
	case "a new secret works now and then":
		if secret != first {
			l.beside["turn"], _ = l.beside["turn"].(int)
			l.beside["turn"] = l.beside["turn"].(int) + 1
			return l.beside["turn"].(int)%2 == 0
		}
	case "a new secret stops after its first uses":
		uses, _ := l.beside["uses "+secret.ID].(int)
		l.beside["uses "+secret.ID] = uses + 1
		return secret.live(now) && (secret == first || uses < 3)
	case "a new secret never works":
		return secret == first
	case "a deleted secret works too long":
		return secret.live(now) || gone && now.Sub(secret.Gone) < beyond
	case "a deleted secret works for good":
		return secret.live(now) || gone
	case "a deleted secret works on where it was in use":
		return secret.live(now) || gone && secret.primed && now.Sub(secret.Gone) < beyond
	case "only the newest secret works":
		return secret == newest && secret.live(now)
	case "only the two newest secrets work":
		return secret.live(now) && slices.Index(client.secrets, secret) >= len(client.secrets)-2
	case "an expiry is not looked at":
		return !gone
	case "a rotation ends the older secrets before the new one works":
		return secret.live(now) && !now.Before(secret.Created)
	}
	return secret.live(now)
}

// skewed is the expiry that is kept.
func (l *locksmith) skewed(at time.Time) time.Time {
	switch l.fault {
	case "an expiry is an hour off":
		return at.Add(time.Hour)
	case "an expiry is forgotten":
		return time.Time{}
	case "an expiry is cut to the day":
		return at.Truncate(24 * time.Hour).Add(24 * time.Hour)
	}
	return at
}

// warp is between the reading of the store and the writing of a new secret.
func (l *locksmith) warp(c *lockCall, object map[string]any, secret *lockSecret) {
	client := c.client
	switch l.fault {
	case "the caller's secret is taken":
		if value, ok := object["secret"].(string); ok {
			secret.Value = value
		}
	case "the caller's secret works beside":
		if value, ok := object["secret"].(string); ok {
			l.add(client)
			client.secrets[len(client.secrets)-1].Value = value
		}
	case "the caller's id is taken":
		if value, ok := object["id"].(string); ok {
			secret.ID = value
		}
	case "an addition makes two":
		l.add(client)
	case "an id comes again":
		secret.ID = client.secrets[0].ID
	case "a rotation keeps the secret":
		secret.Value = client.secrets[len(client.secrets)-1].Value
	case "rotations that meet pass the cap", "additions that meet lose one":
		l.pause()
	case "additions that meet get the same id":
		secret.ID = "s" + digits(client.Updated.UnixNano())
		l.pause()
	}
}

func digits(n int64) string {
	const hex = "0123456789abcdef"
	out := make([]byte, 12)
	for i := range out {
		out[i] = hex[n&15]
		n >>= 4
	}
	return string(out)
}

// unsettle is what a rotation does beside.
func (l *locksmith) unsettle(client *lockClient) {
	switch l.fault {
	case "a deleted secret comes back at the next rotation":
		for _, secret := range client.secrets {
			secret.Gone = time.Time{}
		}
	case "a rotation renews the key":
		client.Key = "app." + hexes(12)
	case "the oldest secret stops":
		if len(client.secrets) > 2 {
			client.secrets[0].Gone = time.Now()
		}
	case "a rotation enables the client":
		client.Suspended = false
	case "a rotation resets the label":
		client.Label = "client"
	case "a rotation renews all ids":
		for _, secret := range client.secrets {
			secret.ID = "s" + hexes(12)
		}
	case "a rotation clears the expiry of the others":
		for _, secret := range client.secrets[:len(client.secrets)-1] {
			secret.Expires = time.Time{}
		}
	case "a rotation is of every client":
		for _, other := range l.clients {
			if other != client && len(other.secrets) == 1 {
				l.replaceSecret(other, l.cut(other))
			}
		}
	}
}

// listed is how a list shows a secret.
func (l *locksmith) listed(client *lockClient, secret *lockSecret) map[string]any {
	shown := l.showSecret(secret)
	switch l.fault {
	case "the list of secrets makes up its ids":
		shown["id"] = "s" + hexes(12)
	case "the list of secrets has their values":
		shown["value"] = secret.Value
	case "the list of secrets has their digests":
		shown["digest"] = digest(secret.Value)
	case "the ids in the list are crossed":
		n := len(client.secrets)
		shown["id"] = client.secrets[n-1-slices.Index(client.secrets, secret)].ID
	case "an expired secret is marked as deleted":
		if !secret.Expires.IsZero() && secret.Expires.Before(time.Now()) {
			shown["withdrawn"] = true
		}
	case "a deleted secret is not marked":
		delete(shown, "withdrawn")
	case "an expiry is shown as local time":
		if !secret.Expires.IsZero() {
			shown["expires_at"] = l.instant(secret.Expires.Add(8 * time.Hour))
		}
	}
	return shown
}

// misread is a list of secrets that is not the whole truth.
func (l *locksmith) misread(c *lockCall, list []any) []any {
	switch l.fault {
	case "the newest is listed first":
		slices.Reverse(list)
	case "the list of secrets misses the newest":
		return list[:max(0, len(list)-1)]
	case "the list of secrets is stale":
		before, _ := l.beside["list "+c.client.ID].([]any)
		l.beside["list "+c.client.ID] = list
		if before != nil {
			return before
		}
	case "a deleted secret's mark goes":
		marked := 0
		for _, one := range list {
			if object := one.(map[string]any); object["withdrawn"] == true {
				marked++
				seen, _ := l.beside[object["id"].(string)].(int)
				l.beside[object["id"].(string)] = seen + 1
				if seen > 0 {
					delete(object, "withdrawn")
				}
			}
		}
	case "a deleted secret is not listed":
		return slices.DeleteFunc(list, func(one any) bool { return one.(map[string]any)["withdrawn"] == true })
	}
	return list
}

// unproven refuses at the token side.
func (l *locksmith) unproven() *lockReply {
	switch l.fault {
	case "a wrong secret is another error":
		return oauthError(401, "access_denied")
	case "a wrong secret is a 403":
		return oauthError(403, "invalid_client")
	case "a wrong secret is refused without a challenge":
		reply := oauthError(401, "invalid_client")
		reply.header = nil
		return reply
	}
	return oauthError(401, "invalid_client")
}
