package propagation

import (
	"context"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
	"github.com/keyturn/keyturn/mockserver/wire"
)

var (
	start = time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	key   = client.Key{Realm: "realm", ID: "id"}
)

// late accepts new secrets after 20 seconds and refuses old ones after 30.
var late = Settings{AcceptNewAfter: seconds(20), RefuseOldAfter: seconds(30)}

func seconds(n int) wire.Duration { return wire.Duration(time.Duration(n) * time.Second) }

// world is a store, a clock and what is switched on.
type world struct {
	*testing.T

	inner store.Store
	state *State
	now   time.Time
}

func newWorld(t *testing.T, state *State) *world {
	t.Helper()
	return &world{T: t, inner: memory.New(), state: state, now: start}
}

func (w *world) store() store.Store {
	if w.state == nil {
		return w.inner
	}
	return w.state.Begin(w.now).Store(w.inner)
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) create(secrets ...client.Secret) {
	w.Helper()
	_, err := w.store().Create(context.Background(), client.Client{Key: key, ClientID: key.ID, Enabled: true, Secrets: secrets})
	w.must(err)
}

func (w *world) update(change func(*client.Client) error) {
	w.Helper()
	_, err := w.store().Update(context.Background(), key, change)
	w.must(err)
}

// accepted reports what one request is told of the secret.
func (w *world) accepted(plain string) bool {
	w.Helper()
	c, err := w.inner.Find(context.Background(), key.Realm, key.ID)
	if client.KindOf(err) == client.NotFound {
		return false
	}
	if w.state == nil {
		return c.Accepts(plain, w.now)
	}
	return w.state.Begin(w.now).Judge(c, plain)
}

// secret is one whose id is its value.
func secret(w *world, plain string) client.Secret { return client.NewSecret(plain, plain, w.now) }

func sealed(w *world, plain string) client.Secret { return secret(w, plain).Sealed() }

// hashed is a secret that the provider keeps as bcrypt.
func hashed(w *world, plain string) client.Secret {
	hash, err := bcrypt.GenerateFromPassword([]byte(plain), bcrypt.MinCost)
	w.must(err)
	made, err := client.EncodedSecret(plain, "{bcrypt}"+string(hash), w.now)
	w.must(err)
	return made
}

// step is something that happens so many seconds after the start.
type step struct {
	at int
	do func(*world)
}

func create(form func(*world, string) client.Secret, plain string) func(*world) {
	return func(w *world) { w.create(form(w, plain)) }
}

func replace(form func(*world, string) client.Secret, plain string) func(*world) {
	return func(w *world) {
		w.update(func(c *client.Client) error {
			c.Replace(form(w, plain), w.now)
			return nil
		})
	}
}

// add gives another secret, which expires after some seconds or with zero never.
func add(plain string, expires int) func(*world) {
	return func(w *world) {
		made := sealed(w, plain)
		if expires != 0 {
			made.ExpiresAt = w.now.Add(time.Duration(expires) * time.Second)
		}
		w.update(func(c *client.Client) error { return c.Add(made, client.Policy{}, w.now) })
	}
}

func softDelete(id string) func(*world) {
	return func(w *world) {
		w.update(func(c *client.Client) error { return c.SoftDelete(id, client.Policy{}, w.now) })
	}
}

func remove(w *world) { w.must(w.store().Delete(context.Background(), key)) }

// swap puts a world in the place of this one, whose client has these secrets.
func swap(secrets ...string) func(*world) {
	return func(w *world) {
		c := client.Client{Key: key, ClientID: key.ID, Enabled: true}
		for _, plain := range secrets {
			c.Secrets = append(c.Secrets, secret(w, plain))
		}
		w.must(w.store().Replace(context.Background(), []client.Client{c}))
	}
}

func enable(enabled bool) func(*world) {
	return func(w *world) {
		w.update(func(c *client.Client) error {
			c.Enabled = enabled
			return nil
		})
	}
}

func switchOn(settings Settings) func(*world) {
	return func(w *world) { w.state = New(settings) }
}

// works and fails say what each of the next requests hears of its secret.
func works(secrets ...string) func(*world) { return judged(true, secrets) }

func fails(secrets ...string) func(*world) { return judged(false, secrets) }

func judged(want bool, secrets []string) func(*world) {
	return func(w *world) {
		w.Helper()
		for _, plain := range secrets {
			if got := w.accepted(plain); got != want {
				w.Errorf("after %v the secret %s is accepted: %t, want %t", w.now.Sub(start), plain, got, want)
			}
		}
	}
}
