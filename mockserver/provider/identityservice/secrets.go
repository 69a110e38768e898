package identityservice

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func addSecret(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	secret, value, err := newSecret(call)
	if err != nil {
		return provider.Reply{}, err
	}
	changed, err := change(ctx, call, func(c *client.Client) error {
		expiry, err := expiryOf(call.Object()["expirationDate"], call.Now)
		if err != nil {
			return err
		}
		added := secret
		added.ExpiresAt = expiry
		return c.Add(added, policyOf(call), call.Now)
	})
	if err != nil {
		return provider.Reply{}, err
	}
	return provider.OK(shown(changed, value)), nil
}

func listSecrets(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	found, err := find(ctx, call)
	if err != nil {
		return provider.Reply{}, err
	}
	list := make(wire.Array, 0, len(found.Secrets))
	for _, secret := range found.Secrets {
		list = append(list, wire.Object{
			"clientSecretId":             secret.ID,
			"clientSecretExpirationDate": instant(secret.ExpiresAt),
			"deleted":                    secret.Deleted(),
		})
	}
	return provider.OK(list), nil
}

func deleteSecret(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	asked := call.Params.Text("id")
	changed, err := change(ctx, call, func(c *client.Client) error {
		id := asked
		// A uuid names the same thing in either case (RFC 9562 section 4).
		if i := slices.IndexFunc(c.Secrets, func(s client.Secret) bool { return strings.EqualFold(s.ID, asked) }); i >= 0 {
			id = c.Secrets[i].ID
		}
		return c.SoftDelete(id, policyOf(call), call.Now)
	})
	if err != nil {
		return provider.Reply{}, err
	}
	return provider.OK(shown(changed, "")), nil
}

// expiryOf reads an expirationDate. It is zero when none is asked for, and only
// then: the year 1, which is also the zero time, is a date in the past.
func expiryOf(asked any, now time.Time) (time.Time, error) {
	if asked == nil {
		return time.Time{}, nil
	}
	text, _ := asked.(string)
	expiry, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, invalidExpiry("want an RFC 3339 date-time with an offset")
	}
	expiry = expiry.UTC()
	if !expiry.After(now) {
		return time.Time{}, invalidExpiry("the expiry must be in the future")
	}
	const lastYear = 9999 // RFC 3339 has no fifth digit to show it with
	if expiry.Year() > lastYear {
		return time.Time{}, invalidExpiry("the expiry is past the year 9999 in UTC")
	}
	return expiry, nil
}

func invalidExpiry(message string) error {
	return client.Errorf(client.Invalid, "%s", message).At("/expirationDate")
}

// instant writes a time in full, so that what is listed is what is enforced.
func instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339Nano)
}
