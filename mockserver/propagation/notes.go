package propagation

import (
	"slices"
	"sync"
	"time"

	"github.com/tidwall/btree"

	"github.com/keyturn/keyturn/mockserver/client"
)

// Bounds of what is remembered. Past them the oldest note is taken for heard: of a
// client, because each judgement goes through all of its notes, and of all together,
// because a clock that stands still lets nothing become old.
const (
	maxNotes       = 100_000
	maxClientNotes = 1_000
)

// kind is what happened to a secret.
type kind uint8

const (
	issued kind = iota
	retired
	kinds
)

// value is what tells one secret from another. A hash of the provider's own has no
// digest and stands for itself, so that the same secret hashed again is another one.
type value struct {
	digest client.Digest
	hash   client.Value
}

func valueOf(s client.Secret) value {
	if s.Digest != (client.Digest{}) {
		return value{digest: s.Digest}
	}
	return value{hash: s.Stored}
}

// note is one change that a replica hears of when its delay has passed.
type note struct {
	kind kind
	at   time.Time
	of   client.Key
	// serial is zero until a client that is being made has its own.
	serial uint64
	value  value
	// secret is as it was before it was retired.
	secret client.Secret

	// number orders the notes, zero for one that is not kept.
	number uint64
}

// notes are kept twice: by the client, and by their kind, in which they become old in
// the order in which they came as long as time goes forward.
type notes struct {
	delays [kinds]time.Duration

	mu       sync.Mutex
	last     uint64
	byClient map[client.Key][]*note
	byKind   [kinds]btree.Map[uint64, *note]
}

func (n *notes) init(delays [kinds]time.Duration) {
	n.delays, n.byClient = delays, map[client.Key][]*note{}
}

// aside is by how much the times of requests that overlap can differ.
const aside = time.Second

// heard reports whether the note's delay has passed. A note from further in the future
// than its delay was made before the clock went back, and counts as heard: the clock
// may not come there again for years.
func (n *notes) heard(one *note, now time.Time) bool {
	elapsed, delay := now.Sub(one.at), n.delays[one.kind]
	return elapsed >= delay || elapsed <= -max(delay, aside)
}

// add keeps notes, oldest first. Those of a kind that is not delayed are not needed.
func (n *notes) add(all []*note, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sweep(now)
	for _, one := range all {
		if n.delays[one.kind] == 0 {
			continue
		}
		n.last++
		one.number = n.last
		n.byKind[one.kind].Set(one.number, one)
		n.byClient[one.of] = append(n.byClient[one.of], one)
		if own := n.byClient[one.of]; len(own) > maxClientNotes {
			n.forget(own[0])
		}
		if n.count() > maxNotes {
			n.forget(n.oldest())
		}
	}
}

// withdraw takes back notes of what did not come to be.
func (n *notes) withdraw(all []*note) {
	if len(all) == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, one := range all {
		n.drop(one.of, func(other *note) bool { return other == one })
	}
}

// entitle gives the notes of a new client its serial.
func (n *notes) entitle(all []*note, serial uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, one := range all {
		one.serial = serial
	}
}

// unheard returns, for each value that the replica is late with, the first note of it
// that it has not heard since the last one that it has: what that note ended is what
// the replica knows. What it has heard is forgotten.
func (n *notes) unheard(c client.Client, now time.Time) map[value]*note {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sweep(now)
	var heard []*note
	for _, one := range n.byClient[c.Key] {
		if n.heard(one, now) {
			heard = append(heard, one)
		}
	}
	for _, one := range heard {
		n.forget(one)
	}
	own := n.byClient[c.Key]
	if len(own) == 0 {
		return nil
	}
	first := make(map[value]*note, len(own))
	for _, one := range own {
		ours := one.serial == c.Serial || one.serial == 0
		if ours && first[one.value] == nil {
			first[one.value] = one
		}
	}
	return first
}

// sweep forgets what has become old.
func (n *notes) sweep(now time.Time) {
	for k := range n.byKind {
		for {
			_, oldest, some := n.byKind[k].Min()
			if !some || !n.heard(oldest, now) {
				break
			}
			n.forget(oldest)
		}
	}
}

// forget drops the note, and with it the earlier ones of its value, which whoever has
// heard this one does not wait for.
func (n *notes) forget(one *note) {
	if one.number == 0 {
		return
	}
	last, serial := one.number, one.serial
	n.drop(one.of, func(other *note) bool {
		return other.value == one.value && other.serial == serial && other.number <= last
	})
}

// drop removes the client's notes that are chosen.
func (n *notes) drop(of client.Key, chosen func(*note) bool) {
	left := slices.DeleteFunc(n.byClient[of], func(one *note) bool {
		if !chosen(one) {
			return false
		}
		n.byKind[one.kind].Delete(one.number)
		one.number = 0
		return true
	})
	if len(left) == 0 {
		delete(n.byClient, of)
		return
	}
	n.byClient[of] = left
}

func (n *notes) count() int { return n.byKind[issued].Len() + n.byKind[retired].Len() }

// oldest returns the note that came first. There is one.
func (n *notes) oldest() *note {
	var first *note
	for k := range n.byKind {
		if _, one, some := n.byKind[k].Min(); some && (first == nil || one.number < first.number) {
			first = one
		}
	}
	return first
}
