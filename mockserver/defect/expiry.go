package defect

import (
	"context"
	"slices"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// expiry lists what goes wrong with the end of a secret's time.
func expiry() []Defect {
	dated := []string{angus, identity}
	return []Defect{
		{
			ID: "expiry-off-by-the-zone", About: "An expiry is kept as local time eight hours ahead and shown as UTC.",
			Providers: dated, hooks: plain(moved(func(t time.Time, _ time.Time) time.Time { return t.Add(8 * time.Hour) })),
		},
		{
			ID: "expiry-cut-to-the-day", About: "An expiry is kept without its time of day.",
			Providers: dated, hooks: plain(moved(func(t, _ time.Time) time.Time { return t.Truncate(24 * time.Hour).Add(24 * time.Hour) })),
		},
		{
			ID: "expiry-is-forgotten", About: "An expiry is taken and not kept.",
			Providers: dated, hooks: plain(moved(func(time.Time, time.Time) time.Time { return time.Time{} })),
		},
		{
			ID: "expiry-is-not-enforced", About: "An expired secret goes on working.",
			Providers: dated, hooks: plain(regarding(forgetTheEnd)),
		},
		{
			ID: "expiry-comes-3s-late", About: "A secret works for three seconds longer than it was made for.",
			Providers: dated, hooks: plain(judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
				return accepted || c.Accepts(presented, call.Now.Add(-3*time.Second))
			})),
		},
		{
			ID: "past-expiry-is-never", About: "A secret that is given an expiry in the past never expires.",
			Providers: []string{angus}, hooks: plain(moved(func(t, now time.Time) time.Time {
				if t.After(now) {
					return t
				}
				return time.Time{}
			})),
		},
		{
			ID: "past-expiry-is-taken", About: "An expiry in the past is taken, and the secret works.",
			Providers: []string{identity}, hooks: plain(withoutExpiry(readable)),
		},
		{
			ID: "unreadable-expiry-is-never", About: "An expiry that is no date is taken for none.",
			Providers: dated, hooks: plain(
				Hooks{Unchecked: func(call *provider.Call) bool { return unreadable(wire.Text(sent(call), expiryMember(call))) }},
				withoutExpiry(unreadable),
			),
		},
		{
			ID: "expiry-is-not-shown", About: "An expiry is kept and enforced, and read as the day of making.",
			Providers: []string{angus}, hooks: plain(replying(showAsTheDayOfMaking, read)),
		},
		{
			ID: "update-forgets-the-expiry", About: "An update with an expiry keeps the one there was.",
			Providers: []string{angus}, hooks: plain(changed(keepTheExpiry, update, replace)),
		},
		{
			ID: "expiry-loses-its-offset", About: "An expiry is kept and shown as it is, and compared with the clock without its offset.",
			Providers: []string{identity}, hooks: losesItsOffset,
		},
		{
			ID: "expiry-ends-the-siblings", About: "For a second after one secret of a client has expired, none works.",
			Providers: []string{identity}, hooks: plain(judging(func(call *provider.Call, c client.Client, _ string, accepted bool) bool {
				return accepted && !slices.ContainsFunc(c.Secrets, func(s client.Secret) bool {
					return !s.Deleted() && s.Expired(call.Now) && call.Now.Sub(s.ExpiresAt) < time.Second
				})
			})),
		},
		{
			ID: "expired-is-shown-as-deleted", About: "A secret that has expired is listed as deleted.",
			Providers: []string{identity}, hooks: plain(listed(markTheExpired, listSecrets)),
		},
	}
}

func forgetTheEnd(_ *provider.Call, secret *client.Secret) {
	// One that was given a date in the past is another matter.
	if secret.ExpiresAt.After(secret.CreatedAt) {
		secret.ExpiresAt = time.Time{}
	}
}

func showAsTheDayOfMaking(_ *provider.Call, reply *provider.Reply) {
	if date := at(reply, "/data/clientSecretExpiresAt"); date != nil {
		put(reply, "/data/clientIdIssuedAt", date)
		put(reply, "/data/clientSecretExpiresAt", nil)
	}
}

func keepTheExpiry(_ *provider.Call, before client.Client, after *client.Client) {
	for i := range after.Secrets {
		if len(before.Secrets) > 0 {
			after.Secrets[i].ExpiresAt = before.Secrets[0].ExpiresAt
		}
	}
}

// losesItsOffset enforces the hour that was written and not the instant that was meant.
func losesItsOffset() []Hooks {
	written := noting[client.Digest, time.Time]()
	keep := changed(func(call *provider.Call, before client.Client, after *client.Client) {
		at, err := time.Parse(time.RFC3339Nano, wire.Text(call.Object(), "expirationDate"))
		if err != nil || len(before.Secrets) == len(after.Secrets) {
			return
		}
		hour := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
		written.put(after.Key, newest(after).Digest, hour)
	})
	judge := judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
		digest := client.DigestOf(presented)
		hour := written.get(c.Key, digest)
		if hour.IsZero() {
			return accepted
		}
		return call.Now.Before(hour) && slices.ContainsFunc(c.Secrets, func(s client.Secret) bool { return s.Digest == digest && !s.Deleted() })
	})
	return []Hooks{keep, judge}
}

func markTheExpired(call *provider.Call, item wire.Object) {
	expires, err := time.Parse(time.RFC3339Nano, wire.Text(item, "clientSecretExpirationDate"))
	if err == nil && !call.Now.Before(expires) {
		item["deleted"] = true
	}
}

// moved changes the expiry that an update gives to a secret. Unchanged ones stay.
func moved(move func(t, now time.Time) time.Time) Hooks {
	return changed(func(call *provider.Call, before client.Client, after *client.Client) {
		for i := range after.Secrets {
			expires := after.Secrets[i].ExpiresAt
			kept := slices.ContainsFunc(before.Secrets, func(s client.Secret) bool {
				return s.Digest == after.Secrets[i].Digest && s.ExpiresAt.Equal(expires)
			})
			if !expires.IsZero() && !kept {
				after.Secrets[i].ExpiresAt = move(expires, call.Now)
			}
		}
	})
}

func expiryMember(call *provider.Call) string {
	if call.Realm.Kind.Name == angus {
		return "clientSecretExpiresAt"
	}
	return "expirationDate"
}

// unreadable reports a text that is no date.
func unreadable(text string) bool { return text != "" && !readable(text) }

func readable(text string) bool {
	for _, layout := range []string{time.RFC3339Nano, time.DateTime} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}

// withoutExpiry tries a request that is refused because of an expiry of this kind as if
// it had asked for none.
func withoutExpiry(kind func(text string) bool) Hooks {
	return Hooks{Around: func(next provider.Handler) provider.Handler {
		return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
			reply, err := next(ctx, call)
			body, member := sent(call), expiryMember(call)
			if err == nil || client.AsError(err).Field != "/"+member || !kind(wire.Text(body, member)) {
				return reply, err
			}
			delete(body, member)
			raw, encoding := wire.Append(nil, body)
			if encoding != nil {
				return reply, err
			}
			call.Raw, call.Body = raw, nil
			return next(ctx, call)
		}
	}}
}
