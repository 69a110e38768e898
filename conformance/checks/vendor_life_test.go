package checks_test

import (
	"maps"
	"time"
)

// outdated is how a secret is refused that was good once, nil where that makes no
// difference.
func (l *locksmith) outdated(key, presented string) *lockReply {
	for _, client := range l.clients {
		for _, secret := range client.secrets {
			if client.Key != key || secret.Value != presented || !secret.gone(time.Now()) {
				continue
			}
			switch l.fault {
			case "a retired secret is another error":
				return oauthError(401, "secret_retired")
			case "a retired secret is a 400":
				return oauthError(400, "invalid_client")
			}
		}
	}
	return nil
}

// midway is what a rotation does to the client on the way.
func (l *locksmith) midway(client *lockClient, secret *lockSecret) {
	switch l.fault {
	case "a rotation locks the client for a moment":
		client.locked = true
		l.pause()
		client.locked = false
	case "a rotation ends the older secrets before the new one works":
		for _, older := range client.secrets {
			older.Gone = time.Now()
		}
		secret.Created = time.Now().Add(lag)
	}
}

// endTokens ends the tokens of a client, where what has happened to it does.
func (l *locksmith) endTokens(client *lockClient, happens bool) {
	if happens {
		maps.DeleteFunc(l.tokens, func(_, key string) bool { return key == client.Key })
	}
}

// retokened is a rotation, or the deletion that completes one.
func (l *locksmith) retokened(client *lockClient) {
	ends := l.terms.revokes && !l.has("tokens outlive their secret")
	l.endTokens(client, ends || l.has("tokens end with their secret"))
}

// clockFace is when a date is where its offset is not looked at.
func (l *locksmith) clockFace(at time.Time) time.Time {
	if !l.has("an expiry is read without its offset") {
		return at
	}
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
}

// allExpired reports that one secret of the client has, where that counts for all.
func (l *locksmith) allExpired(client *lockClient, now time.Time) bool {
	if !l.has("an expiry ends all secrets") {
		return false
	}
	for _, secret := range client.secrets {
		if !secret.Expires.IsZero() && !now.Before(secret.Expires) {
			return true
		}
	}
	return false
}

// renumber gives an id to a new secret that another had.
func (l *locksmith) renumber(client *lockClient, secret *lockSecret) {
	if !l.has("the id of a deleted secret comes again") {
		return
	}
	for _, older := range client.secrets {
		if older.gone(time.Now()) {
			secret.ID = older.ID
		}
	}
}

// bury remembers a deleted client.
func (l *locksmith) bury(client *lockClient) {
	l.beside["buried "+client.ID] = client
	l.beside["buried as "+client.Key] = client
	l.beside["buried last"] = client
}

// exhume brings a deleted client back, or its id alone.
func (l *locksmith) exhume(fault, which string) *lockClient {
	if !l.has(fault) {
		return nil
	}
	client, _ := l.beside["buried "+which].(*lockClient)
	return client
}

// inherit gives a new client what one of its key had that was deleted.
func (l *locksmith) inherit(client *lockClient) {
	which := "as " + client.Key
	if earlier := l.exhume("a key that was deleted brings its secret along", which); earlier != nil {
		client.secrets = append(earlier.secrets, client.secrets...)
	}
	if earlier := l.exhume("a key that was deleted brings its contact along", which); earlier != nil {
		client.Contact = earlier.Contact
	}
}
