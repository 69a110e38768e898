package checks

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHashesIn(t *testing.T) {
	bcrypted := "$2a$10$" + strings.Repeat("Ab./0", 10) + "abc"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"none":              {`{"id":"1","secret":null,"price":"$2a","name":"{x}"}`, nil},
		"bcrypt":            {`{"clientSecret":"` + bcrypted + `"}`, []string{"bcrypt"}},
		"encoded bcrypt":    {`["{bcrypt}` + bcrypted + `"]`, []string{"bcrypt", "an encoded secret"}},
		"plain and encoded": {`{"clientSecret":"{noop}x"}`, []string{"an encoded secret"}},
		"Argon2":            {`"$argon2id$v=19$m=65536$c2FsdA$aGFzaA"`, []string{"Argon2"}},
		"PBKDF2":            {`"pbkdf2_sha256$260000$c2FsdA$aGFzaA="`, []string{"PBKDF2"}},
		"crypt":             {`"$6$saltsalt$` + strings.Repeat("a", 86) + `"`, []string{"crypt"}},
		"hex":               {`{"secret_hash": "` + strings.Repeat("a0", 32) + `"}`, []string{"a digest in secret_hash"}},
		"hex of an id":      {`{"secretId":"` + strings.Repeat("a0", 32) + `"}`, nil},
		"hex of no secret":  {`{"etag":"` + strings.Repeat("a0", 32) + `"}`, nil},
		"short hex":         {`{"secret_hash":"` + strings.Repeat("a0", 8) + `"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, hashesIn(c.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDigestsIn(t *testing.T) {
	const secret = "hunter-two-and-three"
	sum := sha256.Sum256([]byte(secret))
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"none":       {`{"secret":"` + secret + `"}`, nil},
		"hex":        {hex.EncodeToString(sum[:]), []string{"its SHA-256"}},
		"upper case": {strings.ToUpper(hex.EncodeToString(sum[:])), []string{"its SHA-256"}},
		"base64":     {base64.StdEncoding.EncodeToString(sum[:]), []string{"its SHA-256"}},
		"base64url":  {base64.URLEncoding.EncodeToString(sum[:]), []string{"its SHA-256"}},
		"another's":  {hex.EncodeToString(make([]byte, 32)), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, digestsIn(c.text, []string{secret})); diff != "" {
				t.Error(diff)
			}
		})
	}
}
