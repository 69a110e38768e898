package checks

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/profile"
)

// dated are profiles by the form of their dates.
func dated(t *testing.T) map[string]*profile.Bound {
	t.Helper()
	bound := map[string]*profile.Bound{}
	for name, provider := range map[string]string{"with an offset": "identity-service", "without": "angusgm"} {
		one, err := profile.Builtin(provider)
		if err != nil {
			t.Fatal(err)
		}
		bound[name] = one
	}
	return bound
}

func TestExpiryForms(t *testing.T) {
	now := time.Date(2026, 1, 15, 10, 0, 0, 700, time.UTC)
	want := map[string][]string{
		"with an offset": {
			"2026-02-15T10:00:00Z", "2026-08-15T10:00:00Z", "2040-02-29T23:59:59Z",
			"2026-02-15T15:30:00.25+05:30", "2026-02-15T02:00:00.25-08:00",
		},
		"without": {"2026-02-15 18:00:00", "2026-08-15 18:00:00", "2040-03-01 07:59:59"}, // eight hours ahead
	}
	for name, bound := range dated(t) {
		var got []string
		for _, form := range expiryForms(bound, now) {
			got = append(got, form.text)
			if read, err := bound.Instant(form.text); err != nil || !read.Equal(form.at) {
				t.Errorf("%s: %s is %v (%v), want %v", name, form.text, read, err, form.at)
			}
		}
		if diff := cmp.Diff(want[name], got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestExpiryFormsHold sees that an instant which a form cannot hold is cut to it.
func TestExpiryFormsHold(t *testing.T) {
	at := time.Date(2026, 1, 15, 10, 20, 30, 400, time.UTC)
	want := map[string]time.Time{"with an offset": at, "without": at.Truncate(time.Second)}
	for name, bound := range dated(t) {
		if text, got := written(bound, at); !got.Equal(want[name]) {
			t.Errorf("%s: %v is held as %s, which is %v, want %v", name, at, text, got, want[name])
		}
	}
}

func TestUnreadableDates(t *testing.T) {
	want := map[string][]any{
		"with an offset": {
			"abc", "2025-13-40T00:00:00Z", "1e99", "", "2098-13-22T05:06:07Z", "2098-11-31T05:06:07Z", "2098-11-22T05:06:07",
		},
		"without": {"abc", "2025-13-40T00:00:00Z", "1e99", "2098-13-22 13:06:07", "2098-11-31 13:06:07"},
	}
	for name, bound := range dated(t) {
		got := unreadableDates(bound)
		if diff := cmp.Diff(want[name], got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		for _, value := range got {
			if at, err := bound.Instant(value); err == nil {
				t.Errorf("%s: %v is the date %v", name, value, at)
			}
		}
	}
}

// TestNotations has dates ahead whose clock face is past, and the other way round.
func TestNotations(t *testing.T) {
	now := time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC)
	want := map[string][]string{
		"with an offset": {
			"2026-01-15T10:30:00Z", "2026-01-15T18:30:00+08:00", "2026-01-15T01:00:00-09:30",
			"2026-01-15T09:30:00Z", "2026-01-15T17:30:00+08:00", "2026-01-15T00:00:00-09:30",
		},
		"without": {"2026-01-15 18:30:00", "2026-01-15 17:30:00"},
	}
	for name, bound := range dated(t) {
		var got []string
		for _, at := range []time.Time{now.Add(nearby), now.Add(-nearby)} {
			texts := notations(bound, at)
			for _, text := range texts {
				if read, err := bound.Instant(text); err != nil || !read.Equal(at) {
					t.Errorf("%s: %s is %v (%v), want %v", name, text, read, err, at)
				}
			}
			got = append(got, texts...)
		}
		if diff := cmp.Diff(want[name], got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
