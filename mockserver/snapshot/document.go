package snapshot

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/clock"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/propagation"
	"github.com/keyturn/keyturn/mockserver/wire"
)

const (
	// Format is the member "format" of every document.
	Format = "keyturn-snapshot"
	// Version is the member "version" of the documents that are written and read here.
	Version = 1
)

// Document is the state of a namespace.
type Document struct {
	// Name is empty for the present state, which has none.
	Name string
	// TakenAt is when it was saved, by the clock of the namespace.
	TakenAt time.Time
	// Namespace is where it was saved. It can be imported anywhere.
	Namespace string

	Clock       clock.State
	World       fixtures.World
	Faults      []fault.Fault
	Defects     []string
	Propagation propagation.Settings
	// Randomness is the state of a seeded generator, as rand.ChaCha8 writes it, empty
	// for the system's.
	Randomness []byte
}

// document is a Document with the names and in the order that it is written in.
type document struct {
	Format      string               `json:"format"`
	Version     int                  `json:"version"`
	Name        string               `json:"name"`
	TakenAt     time.Time            `json:"taken_at"`
	Namespace   string               `json:"namespace"`
	Clock       clockState           `json:"clock"`
	World       jsontext.Value       `json:"world"`
	Faults      []fault.Fault        `json:"faults"`
	Defects     []string             `json:"defects"`
	Propagation propagation.Settings `json:"propagation"`
	Randomness  []byte               `json:"randomness"`
}

// clockState has a time where the clock stands, and an offset where it runs.
type clockState struct {
	Offset wire.Duration `json:"offset"`
	Frozen time.Time     `json:"frozen,omitzero"`
}

// Encode writes the document as JSON, over many lines, so that two can be compared.
// Errors: what the document holds that JSON cannot, such as a number that is none.
func Encode(d Document) ([]byte, error) {
	tree, err := World(d.World)
	if err != nil {
		return nil, err
	}
	world, err := wire.Append(nil, tree)
	if err != nil {
		return nil, fmt.Errorf("write the world: %w", err)
	}
	written := document{
		Format: Format, Version: Version, Name: d.Name, TakenAt: d.TakenAt.UTC(), Namespace: d.Namespace,
		Clock: clockState{Offset: wire.Duration(d.Clock.Offset), Frozen: d.Clock.Frozen.UTC()},
		World: world, Faults: d.Faults, Defects: d.Defects, Propagation: d.Propagation, Randomness: d.Randomness,
	}
	if !d.Clock.Frozen.IsZero() {
		written.Clock.Offset = 0
	}
	written.Propagation.Replicas = max(1, d.Propagation.Replicas) // zero means one
	text, err := json.Marshal(written, jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("write the snapshot: %w", err)
	}
	return append(text, '\n'), nil
}

// Tree is what Encode writes, as a JSON tree.
func Tree(d Document) (wire.Object, error) {
	text, err := Encode(d)
	if err != nil {
		return nil, err
	}
	tree, err := wire.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("read the snapshot: %w", err)
	}
	return tree.(wire.Object), nil
}
