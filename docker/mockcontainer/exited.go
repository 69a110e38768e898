package mockcontainer

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
)

// ExitedError says that the stand-in is not running any more.
type ExitedError struct {
	// ContainerID is the engine's, in its short form.
	ContainerID string
	// Code is what the process ended with: 2 for a mistake in how it was called, or
	// 128 and the number of the signal that ended it.
	Code int
	// OutOfMemory is set when the kernel ended it for what it had taken.
	OutOfMemory bool
	// Said is why, in the stand-in's own words, or else its last lines. It is empty when
	// a signal ended it.
	Said []string
}

// firstSignal is what the engine adds to the number of a signal.
const firstSignal = 128

// Error has everything on one line.
func (e *ExitedError) Error() string {
	text := fmt.Sprintf("the stand-in in container %s ended with exit code %d", e.ContainerID, e.Code)
	switch {
	case e.OutOfMemory:
		text = fmt.Sprintf("the stand-in in container %s was killed for want of memory", e.ContainerID)
	case e.Code > firstSignal:
		text = fmt.Sprintf("the stand-in in container %s was killed by signal %d", e.ContainerID, e.Code-firstSignal)
	}
	if len(e.Said) == 0 {
		return text
	}
	return text + ": " + strings.Join(e.Said, "; ")
}

// lookFor bounds the look at what became of a container.
const lookFor = 5 * time.Second

// explain puts an ExitedError before an error that came of the container's end. It
// leaves the error alone while the container runs, or when the engine has no answer.
func (c *Container) explain(ctx context.Context, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookFor)
	defer cancel()
	state, err := c.State(ctx)
	if err != nil || state.Status != container.StateExited && state.Status != container.StateDead {
		return cause
	}
	exited := &ExitedError{ContainerID: c.GetContainerID()[:12], Code: state.ExitCode, OutOfMemory: state.OOMKilled}
	if exited.Code <= firstSignal {
		exited.Said = c.lastWords(ctx)
	}
	return fmt.Errorf("%w (%w)", exited, cause)
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
			own = append(own, words)
		} else if line != "" {
			last = append(last, line)
		}
	}
	if len(own) > 0 {
		return own
	}
	return last[max(0, len(last)-lines):]
}
