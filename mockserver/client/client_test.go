package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/keyturn/keyturn/mockserver/client"
)

var now = time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)

func holder(secrets ...client.Secret) client.Client {
	return client.Client{Key: client.Key{Realm: "realm", ID: "id"}, Enabled: true, Secrets: secrets}
}

func wantKind(t *testing.T, err error, want client.Kind) {
	t.Helper()
	if err == nil || client.KindOf(err) != want {
		t.Fatalf("error %v, want kind %s", err, want)
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	c := holder(client.NewSecret("1", "old", now))
	c.Replace(client.NewSecret("2", "new", now), now)
	if c.Accepts("old", now) || !c.Accepts("new", now) || c.UpdatedAt != now {
		t.Fatalf("old works: %t, new works: %t, updated %v", c.Accepts("old", now), c.Accepts("new", now), c.UpdatedAt)
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	c := holder(client.NewSecret("1", "first", now))
	before := c.Clone()
	second := client.NewSecret("2", "second", now)
	second.ExpiresAt = now.Add(time.Hour)
	if err := c.Add(second, client.Policy{MaxLive: 2}, now); err != nil {
		t.Fatal(err)
	}
	if !c.Accepts("first", now) || !c.Accepts("second", now) || c.LiveSecrets(now) != 2 {
		t.Fatal("both secrets should work")
	}
	if len(before.Secrets) != 1 {
		t.Fatal("the clone grew too")
	}
	wantKind(t, c.Add(client.NewSecret("3", "third", now), client.Policy{MaxLive: 2}, now), client.Limit)
	if c.Accepts("third", now) {
		t.Fatal("a refused secret works")
	}
	if err := c.Add(client.NewSecret("3", "third", now), client.Policy{MaxLive: 2}, now.Add(time.Hour)); err != nil {
		t.Fatalf("an expired secret still counts: %v", err)
	}
	past := client.NewSecret("4", "fourth", now)
	past.ExpiresAt = now
	wantKind(t, c.Add(past, client.Policy{}, now), client.Invalid)
}

func TestDefaultLifetime(t *testing.T) {
	t.Parallel()
	c := holder()
	if err := c.Add(client.NewSecret("1", "a", now), client.Policy{DefaultLifetime: time.Minute}, now); err != nil {
		t.Fatal(err)
	}
	if !c.Accepts("a", now.Add(time.Minute-1)) || c.Accepts("a", now.Add(time.Minute)) {
		t.Fatal("the secret should end exactly a minute later")
	}
}

func TestSoftDelete(t *testing.T) {
	t.Parallel()
	c := holder(client.NewSecret("1", "first", now), client.NewSecret("2", "second", now))
	if err := c.SoftDelete("1", client.Policy{KeepLast: true}, now); err != nil {
		t.Fatal(err)
	}
	if c.Accepts("first", now) || !c.Accepts("second", now) || len(c.Secrets) != 2 {
		t.Fatal("exactly the named secret should be dead, and listed")
	}
	if err := c.SoftDelete("1", client.Policy{KeepLast: true}, now.Add(time.Hour)); err != nil || c.Secrets[0].DeletedAt != now {
		t.Fatalf("deleting again: %v, deleted at %v", err, c.Secrets[0].DeletedAt)
	}
	wantKind(t, c.SoftDelete("2", client.Policy{KeepLast: true}, now), client.Conflict)
	wantKind(t, c.SoftDelete("3", client.Policy{}, now), client.NotFound)
	if err := c.SoftDelete("2", client.Policy{}, now); err != nil || c.LiveSecrets(now) != 0 {
		t.Fatalf("the last secret: %v, %d live", err, c.LiveSecrets(now))
	}
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	hash, err := bcrypt.GenerateFromPassword([]byte("hashed"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, stored, presented string
		want                    bool
	}{
		{"plain", "secret", "secret", true},
		{"a prefix", "secret", "secre", false},
		{"longer", "secret", "secrets", false},
		{"another case", "secret", "Secret", false},
		{"nothing", "secret", "", false},
		{"noop", "{noop}secret", "secret", true},
		{"noop, the stored form", "{noop}secret", "{noop}secret", false},
		{"bcrypt", "{bcrypt}" + string(hash), "hashed", true},
		{"bcrypt, wrong", "{bcrypt}" + string(hash), "other", false},
		{"bcrypt, the stored form", "{bcrypt}" + string(hash), "{bcrypt}" + string(hash), false},
	} {
		secret, err := client.EncodedSecret("1", test.stored, now)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		c := holder(secret)
		if got := c.Accepts(test.presented, now); got != test.want {
			t.Errorf("%s: accepted is %t, want %t", test.name, got, test.want)
		}
		c.Enabled = false
		if c.Accepts(test.presented, now) {
			t.Errorf("%s: a disabled client was accepted", test.name)
		}
	}
	for _, stored := range []string{"{pbkdf2}x", "{bcrypt}x", "{bcrypt}$2a$31$" + strings.Repeat("a", 53)} {
		_, err := client.EncodedSecret("1", stored, now)
		wantKind(t, err, client.Invalid)
	}
}

func TestRevocations(t *testing.T) {
	t.Parallel()
	none := client.Revocations{}
	one := none.With("a", now.Add(time.Minute), now)
	if again := one.With("a", now.Add(time.Hour), now); !again.Has("a") || again.Has("b") || again.Len() != 1 || none.Has("a") {
		t.Fatalf("revoked %v, before %v", again, none)
	}
	if two := one.With("b", now.Add(time.Hour), now.Add(time.Minute)); two.Has("a") || !two.Has("b") {
		t.Fatalf("an expired token is still remembered: %v", two)
	}
}

// TestValuesDoNotPrint puts a secret through everything that prints.
func TestValuesDoNotPrint(t *testing.T) {
	t.Parallel()
	const plain = "do-not-print"
	secret := client.NewSecret("1", plain, now)
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "secret", secret, "value", secret.Stored)
	encoded, err := json.Marshal(holder(secret))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"%v": fmt.Sprintf("%v", secret), "%+v": fmt.Sprintf("%+v", holder(secret)), "%#v": fmt.Sprintf("%#v", secret),
		"%s": fmt.Sprintf("%s", secret.Stored), "%q": fmt.Sprintf("%q", secret.Stored), "slog": logged.String(), "json": string(encoded),
	} {
		if strings.Contains(text, plain) {
			t.Errorf("%s prints the secret: %s", name, text)
		}
	}
	if secret.Stored.Reveal() != plain {
		t.Error("Reveal does not")
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	err := fmt.Errorf("wrapped: %w", client.Wrap(client.Conflict, cause, "taken").At("/name").WithCode("42"))
	got := client.AsError(err)
	if got.Kind != client.Conflict || got.Field != "/name" || got.Code != "42" || !errors.Is(err, cause) {
		t.Fatalf("%+v", got)
	}
	if client.KindOf(cause) != client.Internal {
		t.Error("an unclassified error should be internal")
	}
	for _, kind := range client.Kinds() {
		if strings.HasPrefix(kind.String(), "kind(") || kind.String() == "" {
			t.Errorf("kind %d has no name", kind)
		}
	}
}

func TestNearestKind(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]client.Kind{
		400: client.Invalid, 401: client.InvalidCredentials, 403: client.Forbidden, 404: client.NotFound, 405: client.WrongMethod,
		409: client.Conflict, 413: client.TooLarge, 415: client.WrongMedia, 418: client.Invalid, 429: client.Throttled,
		500: client.Internal, 502: client.Internal, 503: client.Unavailable, 504: client.Internal, 599: client.Internal,
	} {
		if got := client.NearestKind(status); got != want {
			t.Errorf("%d: got %s, want %s", status, got, want)
		}
	}
	err := client.Errorf(client.Throttled, "why")
	if asked := err.WithStatus(430); asked.Status != 430 || err.Status != 0 || asked.Kind != client.Throttled {
		t.Errorf("got %+v from %+v", asked, err)
	}
}
