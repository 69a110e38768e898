package store

import (
	"context"
	"time"
)

// Backend makes contents. The clients of each namespace are one, and so are those that
// its resets and snapshots go back to.
type Backend interface {
	// New returns an empty content.
	New(ctx context.Context) (Content, error)
}

// Content is a Store that can be copied as a whole.
//
// A serial is an epoch, in its upper half, and a place. Places count the clients that the
// content was ever given, from 1 on; the epoch is that of the content when the client was
// created. Limit is the error of Create when there are no places left.
//
// An epoch is larger than any that was given before, and below 1<<31. A new content has
// the epoch zero.
type Content interface {
	Store

	// ID is what the content is opened by, empty where nothing outlives the process.
	ID() string

	// Fork returns an independent content with the same clients. Those created in it
	// later have the epoch.
	Fork(ctx context.Context, epoch uint64) (Content, error)

	// Renew returns an independent content with a copy of each client that is a new one:
	// all of them have the epoch, in the same places.
	Renew(ctx context.Context, epoch uint64) (Content, error)

	// Drop forgets the content, which must not be used any more. What others have in
	// common with it stays.
	Drop(ctx context.Context) error
}

// Durable is a Backend whose contents outlive the process, with what else a namespace is.
//
// Its errors are of the kind Unavailable when what keeps it does not answer, cannot be
// written or is full. What was acknowledged before is there again afterwards.
type Durable interface {
	Backend

	// Open returns the content with this ID. Errors: NotFound.
	Open(ctx context.Context, id string) (Content, error)

	// Prune drops the contents that are not to be kept. It leaves alone those that are so
	// new that somebody else may be about to record them.
	Prune(ctx context.Context, keep []string) error

	// Next returns a number above zero that is larger than any before. Numbers may be left
	// out.
	Next(ctx context.Context) (uint64, error)

	// Secret returns the bytes that are kept under the name. The first to ask has them
	// made; create may be called for nothing when two are the first.
	Secret(ctx context.Context, name string, create func() ([]byte, error)) ([]byte, error)

	// Record returns what is kept of the namespace. Its Data is nil when the version is
	// the one that is known. Errors: NotFound.
	Record(ctx context.Context, name string, known uint64) (Record, error)

	// Put keeps the data in place of the known version, zero for none, and returns the new
	// version, which is larger than any of this or another namespace. Errors: Conflict when
	// another version is there.
	Put(ctx context.Context, name string, data []byte, known uint64) (version uint64, err error)

	// Remove forgets the record of the known version, and the Shared journal. Errors:
	// NotFound; Conflict when another version is there.
	Remove(ctx context.Context, name string, known uint64) error

	// Names lists the namespaces that have a record, in order.
	Names(ctx context.Context) ([]string, error)

	// Close lets what is under way finish and lets go of what keeps it. Afterwards all
	// methods, those of contents too, return errors of the kind Unavailable.
	Close() error
}

// Record is what a namespace is besides its clients, written by whoever keeps it here.
type Record struct {
	Version uint64
	Data    []byte
}

// Shared is a Durable that several servers use at the same time. What one of them has
// been told is done, all others see.
type Shared interface {
	Durable

	// Uses notes when namespaces were last used here, and returns when each that has a
	// record was last used anywhere, as far as anybody has noted.
	Uses(ctx context.Context, here map[string]time.Time) (anywhere map[string]time.Time, err error)

	// Once reports whether nobody has used the token since, and notes its use. Tokens that
	// were last noted a day ago or more, by the time of the machine, may be forgotten. It is
	// for what may be sent only once.
	Once(ctx context.Context, token string, at, since time.Time) (first bool, err error)

	// Append adds a batch of count entries to the namespace's journal. A batch without
	// entries says that it was cleared. Batches may be forgotten when those after them have
	// more than keep entries.
	Append(ctx context.Context, name string, batch Batch, keep int) error

	// Batches returns those after the sequence number, in order, some megabytes of them at
	// most.
	Batches(ctx context.Context, name string, after uint64) ([]Batch, error)

	// Watch has wake called, from a goroutine of the backend's own, soon after any server
	// appended to the namespace's journal, until stop is called. Wake must not block, and
	// may be called for nothing.
	Watch(name string, wake func()) (stop func())
}

// Batch is consecutive entries of a journal.
type Batch struct {
	// Sequence numbers the batches of a namespace from 1 on, and Last is how many entries
	// its journal has ever had with this batch. Append gives both, in one order for all.
	Sequence, Last uint64
	Count          int
	Data           []byte
}
