package file

import (
	"errors"
	"io/fs"
	"strings"
	"sync"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"

	"github.com/keyturn/keyturn/mockserver/client"
)

var errDamaged = errors.New("what is kept of a client or a content is cut off or damaged")

// condition is whether the file takes what is written.
type condition struct {
	mu sync.Mutex
	// reason is why the last batch was not written, empty when it was.
	reason string
	// final says that nothing may be written any more before the file is opened again.
	final bool
	// err is what calls are told.
	err error
}

// refusal is the error of all calls that write when nothing may be written any more.
func (c *condition) refusal() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.final {
		return c.err
	}
	return nil
}

// failed notes that a batch was not written, and returns what its calls are told.
func (b *Backend) failed(cause error) error {
	why, safe := reason(cause)
	text := "the state file " + b.path + " cannot be written: " + why
	if !safe {
		text += "; it takes nothing more until it is opened again"
	}
	c := &b.condition
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.final {
		return c.err
	}
	if c.reason != why || !safe {
		b.logger.Error("the state file cannot be written", "file", b.path, "reason", why, "again", safe, "error", cause)
	}
	c.reason, c.final, c.err = why, !safe, client.Wrap(client.Unavailable, cause, text)
	return c.err
}

// recovered notes that a batch was written.
func (b *Backend) recovered() {
	c := &b.condition
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reason != "" {
		b.logger.Info("the state file can be written again", "file", b.path)
	}
	c.reason, c.err = "", nil
}

// reasons are what a file system says, in words for those who have to do something.
var reasons = []struct {
	errno syscall.Errno
	text  string
}{
	{syscall.ENOSPC, "the disk is full"},
	{syscall.EDQUOT, "the quota of disk space is used up"},
	{syscall.EFBIG, "it has reached the largest size that a file may have here"},
	{syscall.EROFS, "the file system is read-only"},
	{syscall.EACCES, "this user may not write it"},
	{syscall.EPERM, "it was made unchangeable"},
	{syscall.EIO, "the device reports an error"},
}

// reason puts a failed commit in words, and says whether it is safe to write again. It is
// when a page could not be handed to the system: the engine forgets the transaction, and
// the file holds the one before. It is not when a synchronisation failed, for nobody knows
// then which pages the disk has, and a second one that succeeds does not say that it has
// them all.
func reason(err error) (text string, safe bool) {
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		return "it has grown to all the room that was set aside in memory when it was opened", false
	}
	if errors.Is(err, errCrash) {
		return "the engine has failed", false
	}
	written, ok := errors.AsType[*fs.PathError](err)
	// The engine gives the error of a file that does not grow as a text.
	safe = ok && written.Op == "write" || strings.HasPrefix(err.Error(), "file resize error")
	for _, known := range reasons {
		if errors.Is(err, known.errno) || strings.HasSuffix(err.Error(), known.errno.Error()) {
			return known.text, safe
		}
	}
	return "the system refuses", safe
}

// damaged is the error of a read that found what nobody has written.
func (b *Backend) damaged(cause error) error {
	return client.Wrap(client.Unavailable, cause, "the state file "+b.path+" is damaged")
}

// gone is the error of all methods after Close.
func (b *Backend) gone() error {
	return client.Errorf(client.Unavailable, "the state file %s was closed", b.path)
}
