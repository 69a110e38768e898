package timeline

import (
	"slices"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/journal"
)

// lanes tell secrets apart by their digests, as one id is enough for some vendors. A
// secret of which only a slow hash is kept has none, and goes by its id.
type lanes struct {
	all []*Lane
	// foreign is what matched no secret, nil for nothing.
	foreign *Lane
}

func newLanes(past Past) *lanes {
	ls := &lanes{}
	mine := func(realm, id string) bool { return realm == past.Key.Realm && id == past.Key.ID }
	for i := range past.Entries {
		for _, c := range past.Entries[i].Changes {
			if mine(c.Realm, c.Client) {
				ls.change(c, &past.Entries[i])
			}
		}
	}
	for i := range past.Secrets {
		ls.present(&past.Secrets[i])
	}
	for i := range past.Entries {
		for _, u := range past.Entries[i].Uses {
			if mine(u.Realm, u.Client) {
				ls.use(u, &past.Entries[i])
			}
		}
	}
	return ls
}

// ends says what a secret is after a change, and which mark shows it.
var ends = map[string]struct {
	state State
	kind  Kind
}{
	journal.ChangeSuperseded: {IsSuperseded, Superseded},
	journal.ChangeDeleted:    {IsDeleted, Deleted},
	journal.ChangeRemoved:    {IsRemoved, Removed},
}

func (ls *lanes) change(c journal.Change, e *journal.Entry) {
	lane := ls.open(c.Secret, c.Digest)
	if c.Kind == journal.ChangeIssued {
		if lane == nil {
			lane = ls.add(&Lane{ID: c.Secret, Digest: c.Digest, From: e.At, Until: c.ExpiresAt})
			lane.mark(Mark{Kind: Issued, At: e.At, Entry: e.ID})
		}
		return
	}
	end, known := ends[c.Kind]
	if !known {
		return
	}
	if lane == nil {
		// It was issued before the journal began. Whether it has an entry of its own
		// already, as when a deleted one is removed, its digest tells.
		if lane = ls.last(c.Digest); lane == nil {
			lane = ls.add(&Lane{ID: c.Secret, Digest: c.Digest})
		}
	}
	if c.Kind != journal.ChangeDeleted && expiredBefore(lane, e.At) {
		lane.mark(Mark{Kind: Expired, At: lane.Until})
	} else if !lane.ended {
		lane.Until = e.At
	}
	lane.State, lane.ended = end.state, true
	lane.mark(Mark{Kind: end.kind, At: e.At, Entry: e.ID})
}

func expiredBefore(l *Lane, at time.Time) bool {
	return !l.ended && !l.Until.IsZero() && l.Until.Before(at)
}

// present takes in what the client has now.
func (ls *lanes) present(s *client.Secret) {
	lane := ls.open(s.ID, s.Digest)
	if lane == nil {
		lane = ls.deleted(s)
	}
	if lane == nil {
		lane = ls.add(&Lane{ID: s.ID, Digest: s.Digest, From: s.CreatedAt})
		lane.mark(Mark{Kind: Issued, At: s.CreatedAt})
	}
	if lane.From.IsZero() {
		lane.From = s.CreatedAt
		lane.mark(Mark{Kind: Issued, At: s.CreatedAt})
	}
	lane.present = true
	switch {
	case lane.ended:
	case s.Deleted() && s.Expired(s.DeletedAt):
		lane.Until, lane.State, lane.ended = s.ExpiresAt, IsDeleted, true
		lane.mark(Mark{Kind: Expired, At: s.ExpiresAt})
		lane.mark(Mark{Kind: Deleted, At: s.DeletedAt})
	case s.Deleted():
		lane.Until, lane.State, lane.ended = s.DeletedAt, IsDeleted, true
		lane.mark(Mark{Kind: Deleted, At: s.DeletedAt})
	default:
		lane.Until = s.ExpiresAt
	}
}

// deleted finds the lane of a secret that is still listed though its life is over.
func (ls *lanes) deleted(s *client.Secret) *Lane {
	for _, lane := range ls.all {
		if s.Deleted() && lane.State == IsDeleted && same(lane, s.ID, s.Digest) {
			return lane
		}
	}
	return nil
}

func (ls *lanes) use(u journal.Use, e *journal.Entry) {
	lane := ls.presented(u, e.At)
	if lane == nil {
		if ls.foreign == nil {
			ls.foreign = &Lane{State: IsNone}
		}
		lane = ls.foreign
	}
	if u.Outcome == journal.UseAccepted {
		lane.mark(Mark{Kind: Accepted, At: e.At, Entry: e.ID})
		return
	}
	lane.mark(Mark{Kind: Refused, At: e.At, Entry: e.ID, Why: u.Outcome})
}

// presented finds the secret that was meant, also one that was dead by then.
func (ls *lanes) presented(u journal.Use, at time.Time) *Lane {
	if lane := ls.last(u.Digest); lane != nil {
		return lane
	}
	if u.Secret == "" {
		return nil
	}
	for _, lane := range slices.Backward(ls.all) {
		if lane.ID == u.Secret && lane.Digest == (client.Digest{}) && !lane.From.After(at) {
			return lane
		}
	}
	return nil
}

// last is the latest lane of the digest.
func (ls *lanes) last(digest client.Digest) *Lane {
	for _, lane := range slices.Backward(ls.all) {
		if digest != (client.Digest{}) && lane.Digest == digest {
			return lane
		}
	}
	return nil
}

// open is the latest lane of the secret whose life no change has ended.
func (ls *lanes) open(id string, digest client.Digest) *Lane {
	for _, lane := range slices.Backward(ls.all) {
		if !lane.ended && same(lane, id, digest) {
			return lane
		}
	}
	return nil
}

func same(lane *Lane, id string, digest client.Digest) bool {
	return lane.ID == id && lane.Digest == digest
}

func (ls *lanes) add(lane *Lane) *Lane {
	ls.all = append(ls.all, lane)
	return lane
}
