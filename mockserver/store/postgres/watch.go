package postgres

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// polling is how often journals are looked at that somebody watches while nobody
	// notifies us; seldom is how often in case a notification was lost.
	polling = 100 * time.Millisecond
	seldom  = 2 * time.Second
	// notifying is the time between two notifications of this server's. One takes a lock
	// that all of the engine's have in common.
	notifying = 20 * time.Millisecond
)

// watchers are those who want to know when something is appended to a journal.
type watchers struct {
	mu     sync.Mutex
	byName map[string]map[*func()]bool
	// sequences are those that the watchers have heard of.
	sequences map[string]int64
	// mine are the journals that this server has appended to since it last notified.
	mine map[string]bool
	// changed has an element when there are some.
	changed chan struct{}
	// notified says that notifications arrive.
	notified atomic.Bool
	// listening is the statement that asks for them.
	listening string
}

func (w *watchers) init(listening string) {
	w.byName, w.sequences, w.mine = map[string]map[*func()]bool{}, map[string]int64{}, map[string]bool{}
	w.changed = make(chan struct{}, 1)
	w.listening = listening
}

// Watch implements store.Shared.
func (b *Backend) Watch(name string, wake func()) (stop func()) {
	w := &b.watchers
	w.mu.Lock()
	defer w.mu.Unlock()
	one := &wake
	if w.byName[name] == nil {
		w.byName[name] = map[*func()]bool{}
		w.sequences[name] = -1 // the first look wakes: something may have come before it
	}
	w.byName[name][one] = true
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if delete(w.byName[name], one); len(w.byName[name]) == 0 {
			delete(w.byName, name)
			delete(w.sequences, name)
		}
	}
}

// wake calls those who watch the journal, under the lock: afterwards stop means that they
// are not called any more.
func (w *watchers) wake(names ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range names {
		for wake := range w.byName[name] {
			(*wake)()
		}
	}
}

func (w *watchers) names() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := make([]string, 0, len(w.byName))
	for name := range w.byName {
		names = append(names, name)
	}
	return names
}

// heard notes the sequence and reports whether it is news.
func (w *watchers) heard(name string, sequence int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	last, watched := w.sequences[name]
	if watched {
		w.sequences[name] = sequence
	}
	return watched && last != sequence
}

// appended has the others notified.
func (w *watchers) appended(name string) {
	w.mu.Lock()
	w.mine[name] = true
	w.mu.Unlock()
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// poll looks at the journals that are watched now and then: it is what wakes reliably.
func (b *Backend) poll(ctx context.Context) {
	ticker := time.NewTicker(polling)
	defer ticker.Stop()
	waited := seldom
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if waited += polling; b.watchers.notified.Load() && waited < seldom {
			continue
		}
		waited = 0
		b.look(ctx)
	}
}

// look wakes those whose journals have another sequence than the last time.
func (b *Backend) look(ctx context.Context) {
	watched := b.watchers.names()
	if len(watched) == 0 {
		return
	}
	names := byteses(len(watched))
	for _, name := range watched {
		names.bytes(key(name))
	}
	var news []string
	err := b.journals.read(ctx, func(c *conn) error {
		_, err := c.run(journalHeads, func(r row) error {
			if name := watched[r.integer(0)-1]; b.watchers.heard(name, r.integer(1)) {
				news = append(news, name)
			}
			return nil
		}, names.sent())
		return err
	})
	if err == nil { // otherwise it is tried again soon
		b.watchers.wake(news...)
	}
}
