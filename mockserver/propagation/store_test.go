package propagation

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/memory"
	"github.com/keyturn/keyturn/mockserver/store/storetest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(testing.TB) store.Store { return New(late).Begin(start).Store(memory.New()) })
}

// repeating is a store that runs a change again before it keeps its result, as one that
// writes optimistically does.
type repeating struct{ store.Store }

func (s repeating) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	return s.Store.Update(ctx, key, func(c *client.Client) error {
		first := c.Clone()
		if err := change(&first); err != nil {
			return err
		}
		return change(c)
	})
}

func TestOnlyTheLastRunCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.create(secret(w, "A"))
	w.state, w.inner = New(late), repeating{w.inner}
	tries := []string{"B", "C"}
	w.update(func(c *client.Client) error {
		c.Replace(secret(w, tries[0]), w.now)
		tries = tries[1:]
		return nil
	})
	if got := w.state.notes.count(); got != 2 {
		t.Errorf("%d notes, want one of A and one of C", got)
	}
	works("A")(w)
	fails("B", "C")(w)
	w.now = start.Add(20 * time.Second)
	works("C")(w)
	fails("B")(w)
}

// TestNothingIsNotedOf lists writes that leave no note.
func TestNothingIsNotedOf(t *testing.T) {
	t.Parallel()
	refusal := errors.New("refused")
	for name, write := range map[string]func(ctx context.Context, w *world, s store.Store) error{
		"a change that refuses": func(ctx context.Context, w *world, s store.Store) error {
			_, err := s.Update(ctx, key, func(c *client.Client) error {
				c.Replace(secret(w, "B"), w.now)
				return refusal
			})
			return err
		},
		"a change that is not kept": func(ctx context.Context, w *world, s store.Store) error {
			_, err := s.Update(ctx, key, func(c *client.Client) error {
				c.Replace(secret(w, "B"), w.now)
				c.ClientID = "taken"
				return nil
			})
			return err
		},
		"a change of a client that is not there": func(ctx context.Context, _ *world, s store.Store) error {
			_, err := s.Update(ctx, client.Key{Realm: key.Realm, ID: "nobody"}, func(*client.Client) error { return nil })
			return err
		},
		"a client that is there already": func(ctx context.Context, w *world, s store.Store) error {
			_, err := s.Create(ctx, client.Client{Key: key, ClientID: "new", Secrets: []client.Secret{secret(w, "B")}})
			return err
		},
		"a client whose client id is taken": func(ctx context.Context, w *world, s store.Store) error {
			_, err := s.Create(ctx, client.Client{Key: client.Key{Realm: key.Realm, ID: "new"}, ClientID: "taken", Secrets: []client.Secret{secret(w, "B")}})
			return err
		},
	} {
		w := newWorld(t, nil)
		w.create(secret(w, "A"))
		_, err := w.inner.Create(context.Background(), client.Client{Key: client.Key{Realm: key.Realm, ID: "other"}, ClientID: "taken"})
		w.must(err)
		w.state = New(late)
		if err := write(context.Background(), w, w.store()); err == nil {
			t.Errorf("%s: no error", name)
		}
		if got := w.state.notes.count(); got != 0 || len(w.state.notes.byClient) != 0 {
			t.Errorf("%s: %d notes", name, got)
		}
	}
}

// TestNeedlessNotes lists changes of which only some is worth a note.
func TestNeedlessNotes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		settings Settings
		change   func(*world)
		want     int
	}{
		"both kinds":                   {late, replace(secret, "B"), 2},
		"old ones are not late":        {Settings{AcceptNewAfter: seconds(20)}, replace(secret, "B"), 1},
		"new ones are not late":        {Settings{RefuseOldAfter: seconds(30)}, replace(secret, "B"), 1},
		"two replicas without a delay": {Settings{Replicas: 2}, replace(secret, "B"), 0},
		"the same value":               {late, replace(secret, "A"), 0},
		"one that nothing can match": {late, func(w *world) {
			w.update(func(c *client.Client) error { return c.Add(client.Secret{ID: "B"}, client.Policy{}, w.now) })
		}, 0},
	} {
		w := newWorld(t, nil)
		w.create(secret(w, "A"))
		w.state = New(test.settings)
		test.change(w)
		if got := w.state.notes.count(); got != test.want {
			t.Errorf("%s: %d notes, want %d", name, got, test.want)
		}
	}
}

// TestPanicLeavesNothing has a change fail after a run that was noted.
func TestPanicLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.create(secret(w, "A"))
	w.state, w.inner = New(late), repeating{w.inner}
	runs := 0
	func() {
		defer func() { _ = recover() }()
		w.update(func(c *client.Client) error {
			if runs++; runs == 2 {
				panic("second run")
			}
			c.Replace(secret(w, "B"), w.now)
			return nil
		})
	}()
	if got := w.state.notes.count(); got != 0 || runs != 2 {
		t.Errorf("%d notes after %d runs, want none after 2", got, runs)
	}
}

// committed is a store that calls when a write can be seen, before whoever wrote hears.
type committed struct {
	store.Store

	call func()
}

func (s committed) Create(ctx context.Context, c client.Client) (client.Client, error) {
	created, err := s.Store.Create(ctx, c)
	s.call()
	return created, err
}

func (s committed) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	updated, err := s.Store.Update(ctx, key, change)
	s.call()
	return updated, err
}

func TestNotedBeforeSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, New(late))
	seen := 0
	look := func(judge func(*world)) func() {
		return func() { seen++; judge(w) }
	}
	plain := w.inner
	w.inner = committed{plain, look(fails("A"))}
	w.create(secret(w, "A"))
	w.now = start.Add(time.Minute)
	w.inner = committed{plain, look(func(w *world) { works("A")(w); fails("B")(w) })}
	replace(secret, "B")(w)
	if seen != 2 {
		t.Errorf("looked %d times, want 2", seen)
	}
}

// TestRefusedCreate has a client asked for while another is refused in its place.
func TestRefusedCreate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.create(secret(w, "A"))
	w.state = New(late)
	w.inner = committed{w.inner, func() { works("A")(w) }}
	_, err := w.store().Create(context.Background(), client.Client{Key: key, Secrets: []client.Secret{secret(w, "A")}})
	if client.KindOf(err) != client.Conflict {
		t.Errorf("error %v, want a conflict", err)
	}
}

// TestNewsIsNeverEarly asks for a secret while it is being made: no request may see it
// before its note is there.
func TestNewsIsNeverEarly(t *testing.T) {
	t.Parallel()
	const rotations = 300
	w := newWorld(t, New(late))
	w.create(secret(w, "0"))
	w.now = start.Add(time.Hour)
	var group sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		group.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				c, err := w.inner.Get(context.Background(), key)
				if err != nil {
					t.Error(err)
					return
				}
				replica, present := w.state.Begin(w.now), c.Secrets[0].ID
				if present != "0" && replica.Judge(c, present) {
					t.Errorf("the new secret %s was accepted at once", present)
					return
				}
				if !replica.Judge(c, "0") {
					t.Errorf("the first secret was refused beside %s", present)
					return
				}
			}
		})
	}
	for i := 1; i <= rotations; i++ {
		plain := time.Duration(i).String()
		if i%7 == 0 {
			plain = "0" // there and back
		}
		replace(secret, plain)(w)
	}
	close(done)
	group.Wait()
}
