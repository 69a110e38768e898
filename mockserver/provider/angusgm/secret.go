package angusgm

import (
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/wire"
)

const (
	// secretID names the one secret that a client has.
	secretID = "1"
	// expiryMember is the name on the wire, and of the attribute that keeps the
	// expiry of a client for as long as it has no secret.
	expiryMember = "clientSecretExpiresAt"
)

// credential is what a request says about the secret and its expiry.
type credential struct {
	// stored is empty when the present secret stays.
	stored string
	// expiry counts when setsExpiry; zero then means never.
	expiry     time.Time
	setsExpiry bool
}

func readCredential(body wire.Object) (credential, error) {
	expiry, err := readDate(body, expiryMember)
	return credential{stored: wire.Text(body, "clientSecret"), expiry: expiry, setsExpiry: !expiry.IsZero()}, err
}

// applyTo changes the client. The expiry belongs to the client and not to one
// secret, so a new secret inherits it unless the request sets another. An expiry
// in the past is taken as it is and ends the secret. Errors: Invalid.
func (cr credential) applyTo(c *client.Client, now time.Time) error {
	expiry := secretExpiry(*c)
	if cr.setsExpiry {
		expiry = cr.expiry
	}
	secret, exists := currentSecret(*c)
	if cr.stored != "" {
		var err error
		if secret, err = client.EncodedSecret(secretID, cr.stored, now); err != nil {
			return client.AsError(err).At("/clientSecret")
		}
		exists = true
	}
	if !exists {
		c.Attributes = c.Attributes.With(wire.Object{expiryMember: dateOrNull(expiry)})
		return nil
	}
	secret.ExpiresAt = expiry
	c.Replace(secret, now)
	c.Attributes = c.Attributes.With(wire.Object{expiryMember: nil})
	return nil
}

// currentSecret is the secret of the client, expired or not.
func currentSecret(c client.Client) (client.Secret, bool) {
	if len(c.Secrets) == 0 {
		return client.Secret{}, false
	}
	return c.Secrets[len(c.Secrets)-1], true
}

func secretExpiry(c client.Client) time.Time {
	if secret, exists := currentSecret(c); exists {
		return secret.ExpiresAt
	}
	kept, err := parseDate(c.Attributes.Text(expiryMember))
	if err != nil {
		return time.Time{}
	}
	return kept
}

// shownSecret is the secret as it was sent; null when there is none to show.
func shownSecret(c client.Client) any {
	secret, exists := currentSecret(c)
	if !exists || secret.Stored == "" {
		return nil
	}
	return secret.Stored.Reveal()
}
