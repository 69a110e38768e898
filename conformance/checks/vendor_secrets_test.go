package checks_test

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"
	"time"
)

// gone reports whether a secret is deleted at an instant, or past its grace.
func (s *lockSecret) gone(at time.Time) bool { return !s.Gone.IsZero() && !at.Before(s.Gone) }

// live reports whether a secret is good at an instant.
func (s *lockSecret) live(at time.Time) bool {
	return !s.gone(at) && (s.Expires.IsZero() || at.Before(s.Expires))
}

func (c *lockClient) alive() []*lockSecret {
	now := time.Now()
	var alive []*lockSecret
	for _, secret := range c.secrets {
		if secret.live(now) {
			alive = append(alive, secret)
		}
	}
	return alive
}

func (l *locksmith) showSecret(s *lockSecret) map[string]any {
	shown := map[string]any{"id": s.ID, "created_at": l.instant(s.Created), "expires_at": l.instant(s.Expires)}
	if s.gone(time.Now()) {
		shown["withdrawn"] = true
	}
	return shown
}

func (l *locksmith) findSecrets(c *lockCall) *lockReply {
	list, at := []any{}, time.Now()
	if l.has("the list of secrets lags behind") { // within the declared bounds
		at = at.Add(-lag)
	}
	for _, secret := range c.client.secrets {
		if secret.Created.After(at) {
			continue
		}
		gone := secret.gone(at)
		expired := l.has("an expired secret is not listed") && !secret.Expires.IsZero() && secret.Expires.Before(at)
		if (l.terms.soft || !gone) && !expired {
			list = append(list, l.listed(c.client, secret))
		}
	}
	return &lockReply{status: 200, body: map[string]any{"secrets": l.misread(c, list)}}
}

// expiry reads what a new secret is asked to expire at; zero is never.
func (l *locksmith) expiry(object map[string]any) (time.Time, error) {
	value, there := object["expires_at"]
	if !there {
		return time.Time{}, nil
	}
	given, ok := value.(string)
	at, err := time.Parse(time.RFC3339, given)
	at = l.clockFace(at)
	if err != nil && l.has("an expiry needs no offset") {
		at, err = time.Parse("2006-01-02T15:04:05", given)
	}
	if !ok || err != nil {
		if l.has("an expiry that is no date is taken") {
			return time.Time{}, nil
		}
		return time.Time{}, errors.New("expires_at is no RFC 3339 date")
	}
	if !at.After(time.Now()) && l.has("a dead secret is alive") {
		return time.Time{}, nil
	}
	if !at.After(time.Now()) && (!l.terms.deadPast || l.has("a dead secret is refused")) {
		if l.has("an expiry in the past is never") {
			return time.Time{}, nil
		}
		return time.Time{}, errors.New("expires_at is in the past")
	}
	return l.skewed(at), nil
}

func (l *locksmith) cutSecret(c *lockCall) *lockReply {
	object := map[string]any{}
	if len(c.body) > 0 {
		read, err := c.object()
		if err != nil {
			return l.malformed(c, err)
		}
		object = read
	}
	if _, own := object["secret"]; own && l.has("unknown members are refused") {
		return problem(422, "secret is no member")
	}
	expires, err := l.expiry(object)
	if err != nil {
		return l.late(c, problem(422, err.Error()))
	}
	client := c.client
	if refusal := l.room(client); refusal != nil {
		return refusal
	}
	if refusal := l.interrupted(c); refusal != nil {
		return refusal
	}
	if before := l.remembered(c); before != nil {
		return l.handOut(client, before)
	}
	read := slices.Clone(client.secrets)
	secret := &lockSecret{ID: "s" + hexes(12), Value: l.cut(client), Created: time.Now(), Expires: expires}
	l.warp(c, object, secret)
	secret.Value = l.meet(client, secret.Value)
	l.renumber(client, secret)
	l.midway(client, secret)
	if !l.has("additions that meet lose one") {
		read = client.secrets
	}
	client.secrets = slices.Concat(read, []*lockSecret{secret})
	client.Updated = secret.Created
	for _, older := range read {
		if l.terms.grace > 0 && older.live(secret.Created) {
			older.Gone = l.graceful(older, secret.Created)
		}
	}
	l.unsettle(client)
	l.remember(c, secret)
	return l.handOut(client, secret)
}

// handOut answers a rotation.
func (l *locksmith) handOut(client *lockClient, secret *lockSecret) *lockReply {
	shown := l.showSecret(secret)
	shown["secret"] = l.reveal(client, secret)
	return &lockReply{status: 201, body: shown}
}

// room makes place for one more secret or refuses it.
func (l *locksmith) room(client *lockClient) *lockReply {
	alive := client.alive()
	switch {
	case l.terms.most == 0 || len(alive) < l.terms.most || l.has("the cap is not kept"):
		return nil
	case l.has("past the cap the newest goes"):
		alive[len(alive)-1].Gone = time.Now()
		return nil
	case l.terms.evict || l.has("past the cap the oldest goes"):
		alive[0].Gone = time.Now()
		return nil
	case l.has("past the cap is refused and the oldest goes"):
		alive[0].Gone = time.Now()
	}
	return problem(409, "the client has as many secrets as it may have")
}

// graceful is when an older secret ends after a rotation.
func (l *locksmith) graceful(older *lockSecret, now time.Time) time.Time {
	if end := now.Add(l.terms.grace); older.Gone.IsZero() || end.Before(older.Gone) {
		return end
	}
	return older.Gone
}

// amendSecret sets the one secret of a client and its expiry, where there is but one.
func (l *locksmith) amendSecret(client *lockClient, object map[string]any) *lockReply {
	value, sets := object["secret"]
	_, dates := object["expires_at"]
	switch {
	case !sets && !dates:
		return nil
	case l.terms.most != 1:
		return problem(422, "the secret and its expiry are not the client's")
	case sets && !text(20, 200)(value):
		return problem(422, "secret is too short or too long")
	}
	expires, err := l.expiry(object)
	if err != nil {
		return problem(422, err.Error())
	}
	if sets {
		l.replaceSecret(client, value.(string))
	}
	if newest := client.secrets[len(client.secrets)-1]; dates && !l.has("an update forgets the expiry") {
		newest.Expires = expires
	}
	if dates && l.has("an update's expiry moves the day of making") {
		client.Created = expires
	}
	return nil
}

// clientExpires is when the one secret of a client ends.
func (l *locksmith) clientExpires(client *lockClient) any {
	if l.terms.most != 1 {
		return nil
	}
	return l.instant(client.secrets[len(client.secrets)-1].Expires)
}

// replaceSecret is the rotation of the terms with one secret.
func (l *locksmith) replaceSecret(client *lockClient, value string) {
	now := time.Now()
	replaced := slices.Clone(client.secrets)
	if l.has("replacements that meet leave two") {
		l.pause()
	}
	value = l.meet(client, value)
	l.retokened(client)
	if l.has("a rotation enables the client") {
		client.Suspended = false
	}
	if !l.has("the replaced secret lives on") {
		for _, secret := range replaced {
			secret.Gone = now
		}
	}
	client.secrets = append(client.secrets, &lockSecret{ID: "s" + hexes(12), Value: value, Created: now})
}

func (l *locksmith) dropSecret(c *lockCall) *lockReply {
	i := slices.IndexFunc(c.client.secrets, func(s *lockSecret) bool { return s.ID == c.path[4] && (!s.gone(time.Now()) || l.terms.soft) })
	if i < 0 {
		return l.noSecret(c)
	}
	secret := c.client.secrets[i]
	if secret.gone(time.Now()) {
		return l.droppedAgain(c, secret)
	}
	if alive := c.client.alive(); (l.terms.keepLast || l.has("the last secret stays")) && len(alive) == 1 && alive[0] == secret && !l.has("the last secret goes") {
		return problem(409, "it is the last one")
	}
	if refusal := l.meetDeletion(c.client, secret); refusal != nil {
		return refusal
	}
	l.withdraw(c.client, secret)
	l.retokened(c.client)
	c.client.Updated = time.Now()
	return l.droppedSecret(c, secret)
}

// droppedSecret answers a deletion: where it is soft with what is left of the secret.
func (l *locksmith) droppedSecret(c *lockCall, secret *lockSecret) *lockReply {
	if !l.terms.soft {
		return l.dropped(c)
	}
	shown := l.showSecret(secret)
	if l.has("a deletion shows the secret") {
		shown["was"] = secret.Value
	}
	return &lockReply{status: 200, body: shown}
}

// cut makes the value of a secret: 256 bits in base64, whose plus, slash and equals
// signs have to survive the form-encoding of RFC 6749 section 2.3.1.
func (l *locksmith) cut(client *lockClient) string {
	var bytes [32]byte
	rand.Read(bytes[:])
	return l.weaken(client, base64.StdEncoding.EncodeToString(bytes[:]))
}
