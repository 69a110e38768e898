package benchtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// process is a server that runs as a program of its own, as the stand-in does for
// its users.
type process struct {
	addr    string
	started time.Time
	command *exec.Cmd
	log     *said
}

// program is a binary and what its environment has besides the benchmark's own.
type program struct {
	binary string
	env    []string
}

// build compiles a package of this module into the folder, as it is shipped.
func build(ctx context.Context, folder, pkg string) (string, error) {
	binary := filepath.Join(folder, filepath.Base(pkg))
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, pkg)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", pkg, err, output)
	}
	return binary, nil
}

// launch starts the program, which listens where "ADDR" stands among its arguments.
func (from program) launch(ctx context.Context, args ...string) (*process, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &process{addr: listener.Addr().String(), log: newSaid()}
	if err := listener.Close(); err != nil {
		return nil, err
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "ADDR", p.addr)
	}
	p.command = exec.CommandContext(ctx, from.binary, args...)
	p.command.Env = slices.Concat(from.env, os.Environ())
	p.command.Stderr = p.log
	p.started = time.Now()
	return p, p.command.Start()
}

// answered waits for the first 200 and says how long after the start it came. It
// asks in a loop, and leaves the processor between two questions to the server.
func (p *process) answered(r request) (time.Duration, error) {
	const patience, pause = 10 * time.Second, 50 * time.Microsecond
	question := []byte(r.text())
	var err error
	for time.Since(p.started) < patience {
		var c *conn
		if c, err = dial(p.addr); err == nil {
			_, err = c.exchange(question, want{status: 200})
			_ = c.socket.Close()
		}
		if err == nil {
			return time.Since(p.started), nil
		}
		time.Sleep(pause)
	}
	_ = p.stop()
	return 0, fmt.Errorf("%s does not answer: %w\n%s", p.command.Path, err, p.log)
}

// stop ends the process that was started, and no other.
func (p *process) stop() error {
	if err := p.command.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	_ = p.command.Wait()
	return nil
}

// resident is how much memory the process holds, in MiB.
func (p *process) resident() (float64, error) {
	const perMiB = 1024
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if size, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(size)[0], 64)
			return kib / perMiB, err
		}
	}
	return 0, errors.New("VmRSS is missing")
}

// processor is how much processor time the process has used, to the nanosecond where the
// system counts it so. Threads of Go do not end, so that none is missing from the sum.
func (p *process) processor() (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.command.Process.Pid))
	if err != nil || len(threads) == 0 {
		return p.ticks()
	}
	var sum int64
	for _, thread := range threads {
		text, err := os.ReadFile(thread)
		if err != nil {
			return 0, err
		}
		ran, _, _ := strings.Cut(string(text), " ")
		n, err := strconv.ParseInt(ran, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return time.Duration(sum), nil
}

// ticks is the same in hundredths of a second.
func (p *process) ticks() (time.Duration, error) {
	const user, system, perSecond = 11, 12, 100 // fields, and Linux counts in hundredths
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name may hold spaces
	fields := strings.Fields(rest)
	var ticks int64
	for _, field := range []int{user, system} {
		n, err := strconv.ParseInt(fields[field], 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks * int64(time.Second) / perSecond), nil
}
