package checks

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVariants(t *testing.T) {
	t.Parallel()
	values := func(secret string) []string {
		var all []string
		for _, near := range variants(secret) {
			all = append(all, near.value)
		}
		return all
	}
	want := []string{
		"AbCdEfGhIjKlMnOpQ7", "aBcDeFgHiJkLmNoPq", "BcDeFgHiJkLmNoPq7", "aBcDeFgHiJkLmNoPq7x", "aBcDeFgHiJkLmNoPqx",
		" aBcDeFgHiJkLmNoPq7", "aBcDeFgHiJkLmNoPq7 ", "aBcDeFgHiJkLmNoPq7\n", "aBcDeFgHiJkLmNoPq7aBcDeFgHiJkLmNoPq7", "aBcDeFgH", "aBcDeFgHiJkLmNoP",
	}
	if diff := cmp.Diff(want, values("aBcDeFgHiJkLmNoPq7")); diff != "" {
		t.Errorf("variants (-want +got):\n%s", diff)
	}
	for _, secret := range []string{"", "x", "7", "1234", "12345678", "ending in x", "0123456789abcdef"} {
		if got := values(secret); slices.Contains(got, secret) || slices.Contains(got, "") {
			t.Errorf("%q: got %q, want neither the secret nor nothing among them", secret, got)
		}
	}
}

func TestDisguise(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"********":   "a mask",
		"abcd...":    "a mask",
		"XXXXXXXXXX": "a mask",
		"$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy":     "an encoded hash",
		"{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqv": "an encoded hash",
		"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08": "what may be a digest",
		"<redacted>":                                  "a placeholder",
		"2b0f6a7c9d4e4f1e8a35c7d21b96e0f4":            "",
		"hQ7v2Zk0sXwB9rTnE4uYc1LpJ6mDfGa8oViK3NxR5Sg": "",
		"": "",
	}
	for text, want := range tests {
		if got := disguise(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
