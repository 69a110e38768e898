package mockcontainer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
)

// ExitedError says that the stand-in is not running any more.
type ExitedError struct {
	// ContainerID is the engine's, in its short form.
	ContainerID string
	// Code is what the process ended with: 0 when it was told to stop, 2 for a mistake
	// in how it was called, or 128 and the number of the signal that ended it.
	Code int
	// OutOfMemory is set when the kernel ended it for what it had taken.
	OutOfMemory bool
	// Removed is set when there is no such container any more; nothing else is known.
	Removed bool
	// Said is why, in the stand-in's own words, or else its last lines. It is empty when
	// it was told to stop, and when a signal ended it.
	Said []string
}

// firstSignal is what the engine adds to the number of a signal.
const firstSignal = 128

// Error has everything on one line.
func (e *ExitedError) Error() string {
	text := "the stand-in in container " + e.ContainerID
	switch {
	case e.Removed:
		text += " is gone: the container was removed"
	case e.OutOfMemory:
		text += " was killed for want of memory"
	case e.Code > firstSignal:
		text += fmt.Sprintf(" was killed by signal %d", e.Code-firstSignal)
	case e.Code == 0:
		text += " was stopped"
	default:
		text += fmt.Sprintf(" ended with exit code %d", e.Code)
	}
	if len(e.Said) == 0 {
		return text
	}
	return text + ": " + strings.Join(e.Said, "; ")
}

const (
	// lookFor bounds the look at what became of a container.
	lookFor = 5 * time.Second
	// noticed is how long an engine may take to notice the end of a process. It was
	// seen to take a third of a second on a busy machine.
	noticed = 2 * time.Second
)

// explain puts an ExitedError before an error that came of the container's end. It
// leaves the error alone while the container runs, or when the engine has no answer.
func (c *Container) explain(ctx context.Context, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookFor)
	defer cancel()
	exited := c.exited(ctx)
	if exited == nil && lost(cause) && !c.answers(ctx) {
		for began := time.Now(); exited == nil && time.Since(began) < noticed; exited = c.exited(ctx) {
			time.Sleep(pollEvery)
		}
	}
	if exited == nil {
		return cause
	}
	return fmt.Errorf("%w (%w)", exited, cause)
}

// lost tells whether a connection ended as it does with the process behind it.
func lost(err error) bool {
	for _, sign := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.ECONNREFUSED, syscall.EPIPE} {
		if errors.Is(err, sign) {
			return true
		}
	}
	return false
}

// exited is nil while the container runs, and when the engine does not say.
func (c *Container) exited(ctx context.Context) *ExitedError {
	exited := &ExitedError{ContainerID: c.GetContainerID()[:12]}
	state, err := c.State(ctx)
	switch {
	case errdefs.IsNotFound(err):
		exited.Removed = true
		return exited
	case err != nil:
		return nil //nolint:nilerr // the engine does not say
	}
	switch state.Status {
	case container.StateExited, container.StateDead, container.StateRestarting, container.StateRemoving:
	default:
		return nil
	}
	exited.Code, exited.OutOfMemory = state.ExitCode, state.OOMKilled
	if exited.Code > 0 && exited.Code <= firstSignal {
		exited.Said = c.lastWords(ctx)
	}
	return exited
}

// ownWords begins each line in which the program says why it ends.
const ownWords = "keyturn: "

// lastWords are the program's own, or else its last three lines. A log that cannot be
// read leaves nothing to say.
func (c *Container) lastWords(ctx context.Context) []string {
	const lines, longest = 3, 1 << 20
	log, err := c.Logs(ctx)
	if err != nil {
		return nil
	}
	defer log.Close()
	var own, last []string
	scanner := bufio.NewScanner(io.LimitReader(log, longest))
	for scanner.Scan() {
		line := strings.TrimSpace(scanner.Text())
		if words, found := strings.CutPrefix(line, ownWords); found {
			if len(own) == 0 || own[len(own)-1] != words { // each restart says it again
				own = append(own, words)
			}
		} else if line != "" {
			last = append(last, line)
		}
	}
	if len(own) > 0 {
		return own
	}
	return last[max(0, len(last)-lines):]
}
