package timeline

import (
	"slices"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/journal"
)

// Past is what is known of a client.
type Past struct {
	// Key names the client.
	Key client.Key
	// Secrets are those that it has now, and none when it is gone.
	Secrets []client.Secret
	// Entries are the journal's, the oldest first, those of other clients included.
	Entries []journal.Entry
	// Evicted counts the entries that the journal forgot.
	Evicted uint64
	// Now is what the namespace's clock shows.
	Now time.Time
}

// Timeline is a client's past and, as far as expiry decides it, its future.
type Timeline struct {
	// Lanes are in the order in which the secrets came to be. What was presented and
	// never was a secret has the last one to itself.
	Lanes []Lane
	// Omitted counts the oldest lanes, which were left out.
	Omitted int
	Now     time.Time
	Axis    Axis
	// Since is the oldest entry that is still there when the journal forgot some:
	// what came before is not known to be complete. Zero when nothing is missing.
	Since time.Time
}

// Kind says what a mark stands for.
type Kind string

// The kinds of marks.
const (
	Issued     Kind = "issued"
	Accepted   Kind = "accepted"
	Refused    Kind = "refused"
	Superseded Kind = "superseded"
	Deleted    Kind = "deleted"
	Removed    Kind = "removed"
	Expired    Kind = "expired"
	// WillExpire is an expiry that the clock has not reached.
	WillExpire Kind = "will expire"
)

// State is what a secret is at the present.
type State string

// The states. Gone is a secret that is not there any more for a reason that the
// journal does not hold, and None what never was a secret of the client.
const (
	IsLive       State = "live"
	IsExpired    State = "expired"
	IsSuperseded State = "superseded"
	IsDeleted    State = "deleted"
	IsRemoved    State = "removed"
	IsGone       State = "gone"
	IsNone       State = "unknown"
)

// Lane is the life of one secret.
type Lane struct {
	// Number counts the secrets of the client from 1, and is 0 for the lane of what
	// never was one. ID is the vendor's, which can be the same for all of them.
	Number int
	ID     string
	// Digest is of the secret, zero where only a slow hash is kept.
	Digest client.Digest
	State  State
	// From is where the life begins, zero when it began before anything is known.
	From time.Time
	// Until is where it ended or will end, zero for a secret that has no end.
	Until time.Time
	Marks []Mark

	present bool
	ended   bool // by a change, so that an expiry no longer counts
}

// Mark is one thing that happened to a secret, or several of a kind that happened in
// a row.
type Mark struct {
	Kind     Kind
	At, Last time.Time
	Count    int
	// Why is the outcome of a use that was refused.
	Why string
	// Entry is the first one's id in the journal, and 0 when the journal has it not.
	Entry uint64
}

// maxLanes bounds a drawing. Rotating for days leaves more behind than anybody reads.
const maxLanes = 40

// Of lays the past out.
func Of(past Past) Timeline {
	t := Timeline{Now: past.Now}
	if past.Evicted > 0 && len(past.Entries) > 0 {
		t.Since = past.Entries[0].At
	}
	found := newLanes(past)
	lanes := found.all
	slices.SortStableFunc(lanes, func(a, b *Lane) int { return a.From.Compare(b.From) })
	for i, lane := range lanes {
		lane.Number = i + 1
		lane.settle(past.Now)
	}
	if found.foreign != nil {
		lanes = append(lanes, found.foreign)
	}
	if t.Omitted = max(0, len(lanes)-maxLanes); t.Omitted > 0 {
		lanes = lanes[t.Omitted:]
	}
	t.Axis = newAxis(landmarks(lanes, t))
	for _, lane := range lanes {
		lane.Marks = merge(lane.Marks, t.Axis)
		t.Lanes = append(t.Lanes, *lane)
	}
	return t
}

// settle derives from the end of a life what the secret is now.
func (l *Lane) settle(now time.Time) {
	switch {
	case l.ended:
	case !l.present:
		l.State, l.Until = IsGone, now
	case !l.Until.IsZero() && !now.Before(l.Until):
		l.State = IsExpired
		l.mark(Mark{Kind: Expired, At: l.Until})
	default:
		l.State = IsLive
		if !l.Until.IsZero() {
			l.mark(Mark{Kind: WillExpire, At: l.Until})
		}
	}
	slices.SortStableFunc(l.Marks, func(a, b Mark) int { return a.At.Compare(b.At) })
}

func (l *Lane) mark(m Mark) {
	m.Count, m.Last = 1, m.At
	l.Marks = append(l.Marks, m)
}

// landmarks are the times that must stay apart on the axis: where lives begin and end,
// and the first and the last of each kind of use.
func landmarks(lanes []*Lane, t Timeline) []time.Time {
	times := []time.Time{t.Now}
	if !t.Since.IsZero() {
		times = append(times, t.Since)
	}
	for _, lane := range lanes {
		seen := map[Kind]int{}
		for i, m := range lane.Marks {
			if _, again := seen[m.Kind]; !again {
				times = append(times, m.At)
			}
			seen[m.Kind] = i
		}
		for _, i := range seen {
			times = append(times, lane.Marks[i].At)
		}
	}
	return times
}
