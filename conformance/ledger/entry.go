package ledger

import (
	"fmt"
	"maps"
	"time"
)

// Schema names the form of the file. A change of meaning takes the next number.
const Schema = "keyturn.conformance.ledger/1"

// Head says whose journal it is. It is the first line of the file.
type Head struct {
	Schema   string    `json:"schema"` // Create fills it in
	Run      string    `json:"run"`
	Provider string    `json:"provider"`
	Target   string    `json:"target"`            // base URL
	Profile  string    `json:"profile,omitempty"` // path of its file; empty for the provider's own
	Started  time.Time `json:"started"`
}

// Kind is what was made.
type Kind string

// The kinds.
const (
	Client Kind = "client"
	Secret Kind = "secret"
)

// State is how far an entry came.
type State string

// The states. Of what is Intended nobody knows whether the service made it.
const (
	Intended State = "intended"
	Made     State = "made"
	Gone     State = "gone" // removed, or known never to have been made
	Kept     State = "kept" // there for good: the API has no way to remove it
)

// Entry is one thing that the run made or tried to make.
type Entry struct {
	Seq   int // from 1
	Kind  Kind
	Name  string            // what the run called it, unique in a ledger
	IDs   map[string]string // as the service named it; empty until acknowledged
	Owner string            // a secret's client, by name; the client need not be an entry
	State State
	Note  string // why it is Kept
}

// event is a line after the first.
type event struct {
	State State             `json:"state"` // which the entry is in from here on
	Seq   int               `json:"seq"`
	Kind  Kind              `json:"kind,omitempty"`
	Name  string            `json:"name,omitempty"`
	Owner string            `json:"owner,omitempty"`
	IDs   map[string]string `json:"ids,omitempty"`
	Note  string            `json:"note,omitempty"`
}

// entries are in the order of their numbers.
type entries []Entry

// check says why an event cannot come next, which in a file means damage.
func (es entries) check(e event) error {
	if e.State == Intended {
		return es.checkNew(e)
	}
	if e.Seq < 1 || e.Seq > len(es) {
		return fmt.Errorf("there is no entry %d, want 1 to %d", e.Seq, len(es))
	}
	switch e.State {
	case Made, Gone:
		// Made even where it was Gone: an answer may come late, and then it is there.
		return nil
	case Kept:
		if es[e.Seq-1].State == Gone {
			return fmt.Errorf("entry %d is gone and cannot be kept", e.Seq)
		}
		return nil
	}
	return fmt.Errorf("state %q, want intended, made, gone or kept", e.State)
}

func (es entries) checkNew(e event) error {
	switch {
	case e.Seq != len(es)+1:
		return fmt.Errorf("entry %d, want %d next", e.Seq, len(es)+1)
	case e.Kind != Client && e.Kind != Secret:
		return fmt.Errorf("kind %q, want client or secret", e.Kind)
	case e.Name == "":
		return fmt.Errorf("a %s without a name", e.Kind)
	case (e.Kind == Secret) != (e.Owner != ""):
		return fmt.Errorf("%s %q with the owner %q, want one for a secret and none for a client", e.Kind, e.Name, e.Owner)
	}
	for i := range es {
		if es[i].Name == e.Name {
			return fmt.Errorf("the name %q is that of entry %d already", e.Name, es[i].Seq)
		}
	}
	return nil
}

// apply is for events that check lets pass.
func (es *entries) apply(e event) {
	if e.State == Intended {
		*es = append(*es, Entry{Seq: e.Seq, Kind: e.Kind, Name: e.Name, Owner: e.Owner, State: Intended})
		return
	}
	entry := &(*es)[e.Seq-1]
	entry.State = e.State
	switch e.State {
	case Made:
		ids := maps.Clone(entry.IDs)
		if ids == nil {
			ids = map[string]string{}
		}
		maps.Copy(ids, e.IDs)
		entry.IDs = ids
	case Kept:
		entry.Note = e.Note
	}
}
