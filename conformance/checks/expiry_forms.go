package checks

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// expiryForm is an instant and a way to write it.
type expiryForm struct {
	text    string
	at      time.Time
	distant bool // further away than a service need allow
}

// written is an instant in the form of the profile's dates, and the instant that this
// form holds of it.
func written(b *profile.Bound, at time.Time) (string, time.Time) {
	text := b.Date(at)
	held, err := b.Instant(text)
	if err != nil {
		return text, at
	}
	return text, held
}

// expiryForms are instants ahead: a month and half a year, so that a zone's summer
// time shows; and one beyond 2038 on a leap day. Where the form has an offset, other
// offsets and a fraction too, but no digits that a store may not have.
func expiryForms(b *profile.Bound, now time.Time) []expiryForm {
	soon := now.Truncate(time.Second).AddDate(0, 1, 0)
	var forms []expiryForm
	for _, at := range []time.Time{soon, soon.AddDate(0, 6, 0), time.Date(2040, 2, 29, 23, 59, 59, 0, time.UTC)} {
		text, held := written(b, at)
		forms = append(forms, expiryForm{text: text, at: held, distant: at.Year() == 2040})
	}
	if !hasOffset(b.Dates.Layout) {
		return forms
	}
	for _, zone := range []*time.Location{time.FixedZone("", 5*3600+1800), time.FixedZone("", -8*3600)} {
		text := soon.Add(250 * time.Millisecond).In(zone).Format(b.Dates.Layout)
		if held, err := b.Instant(text); err == nil {
			forms = append(forms, expiryForm{text: text, at: held})
		}
	}
	return forms
}

// hasOffset reports whether times of a layout say how far from UTC they are.
func hasOffset(layout string) bool {
	return strings.Contains(layout, "Z07") || strings.Contains(layout, "-07")
}

// unreadableDates are texts that no reading of a date makes an instant of: no dates,
// days that no calendar has, in a form with an offset one without, and an empty text
// unless the profile says that it means none.
func unreadableDates(b *profile.Bound) []any {
	values := []any{"abc", "2025-13-40T00:00:00Z", "1e99"}
	if b.Dates.Empty == "error" {
		values = append(values, "")
	}
	valid, _ := written(b, time.Date(2098, time.November, 22, 5, 6, 7, 0, time.UTC))
	candidates := []string{
		strings.Replace(valid, "11", "13", 1), // a thirteenth month
		strings.Replace(valid, "22", "31", 1), // the 31st of November
	}
	if hasOffset(b.Dates.Layout) {
		candidates = append(candidates, "2098-11-22T05:06:07")
	}
	for _, text := range candidates {
		if _, err := b.Instant(text); err != nil {
			values = append(values, text)
		}
	}
	return values
}

// expiryView is where the expiry of a client's latest secret shows: in the list of
// its secrets, or in a read of the client that has but one.
type expiryView struct {
	s        *conformance.Session
	bySecret bool
	before   map[string]profile.Values
}

func showsExpiry(s *conformance.Session) *expiryView {
	return &expiryView{s: s, bySecret: s.Profile().Operations["list_secrets"].Take["expires"] != ""}
}

// mark remembers the secrets there are, so that the next one is known.
func (v *expiryView) mark(c *conformance.Client) {
	switch {
	case v.bySecret:
		v.before = map[string]profile.Values{}
		for _, entry := range c.WholeList() {
			v.before[fmt.Sprint(entry["secret_id"])] = entry
		}
	case v.s.Profile().Operations["read"].Take["expires"] == "":
		v.s.Incompletef("the profile takes an expiry neither from a read nor from a list of secrets")
	}
}

// expect holds what is shown since the mark to an instant, and returns the id of the
// secret where secrets are listed.
func (v *expiryView) expect(c *conformance.Client, rotation *conformance.Reply, at time.Time, text string) (id string) {
	var reply *conformance.Reply
	var shown any
	fresh := 0
	look := func(...conformance.CallOption) bool {
		if !v.bySecret {
			reply = c.Call("read")
			shown, fresh = reply.Values["expires"], 1
			return sameInstant(shown, at)
		}
		var entries map[string]profile.Values
		reply, entries = secretEntries(c)
		fresh = 0
		for name, entry := range entries {
			if _, old := v.before[name]; !old {
				id, shown = name, entry["expires"]
				fresh++
			}
		}
		return fresh == 1 && sameInstant(shown, at)
	}
	switch {
	case v.s.Within(v.s.Policy().Accept, 1, look):
		return id
	case fresh != 1:
		v.s.Incompletef("the rotation of exchange %d added %d secrets to the list, so that which has the expiry %s is not known", rotation.Number, fresh, text)
	default:
		v.s.Must(reply)
		v.s.FailOn(reply, "expires "+instant(at), "a secret with the expiry %s is shown with %s", text, instant(shown))
	}
	return ""
}

// rotateWith rotates with an expiry as it stands. The secret that a caller chose is
// known also where the rotation was refused.
func rotateWith(s *conformance.Session, c *conformance.Client, expires any) (conformance.Secret, *conformance.Reply) {
	secret, reply := c.TryRotate(conformance.With("expires", expires))
	if secret.Value == "" {
		secret.Value = reply.Text("secret")
	}
	if pointer, ok := strings.CutPrefix(s.Profile().Operations["rotate"].Put["secret"], "/body"); ok && secret.Value == "" {
		body, _ := profile.Decode(reply.Request.Body)
		sent, _ := profile.At(body, pointer)
		text, _ := sent.(string)
		secret.Value = strings.TrimPrefix(text, s.Profile().Secret.Prefix)
	}
	return secret, reply
}

// sameInstant compares a value that a profile took with an instant.
func sameInstant(value any, at time.Time) bool {
	got, ok := value.(time.Time)
	return ok && got.Equal(at)
}

// instant writes a time, or what is in its place, for findings.
func instant(value any) string {
	switch v := value.(type) {
	case nil:
		return "no date"
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	return asJSON(value) + ", which is no date of the declared form"
}

func asJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}
