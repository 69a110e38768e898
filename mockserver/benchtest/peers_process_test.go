package benchtest

import (
	"bufio"
	"bytes"
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
	"syscall"
	"time"
)

// served is a server with whatever it starts itself: a process group of its own, which
// is measured and ended as a whole.
type served struct {
	addr    string
	started time.Time
	command *exec.Cmd
	log     bytes.Buffer
	ended   chan struct{}
}

// launch starts a command, which listens at ADDR, 127.0.0.1 and PORT among its words. Its
// folder and home are the one that is given.
func launch(ctx context.Context, folder string, words []string) (*served, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &served{addr: listener.Addr().String(), ended: make(chan struct{})}
	if err := listener.Close(); err != nil {
		return nil, err
	}
	_, port, _ := strings.Cut(s.addr, ":")
	words = slices.Clone(words)
	for i := range words {
		words[i] = strings.ReplaceAll(strings.ReplaceAll(words[i], "ADDR", s.addr), "PORT", port)
	}
	s.command = exec.CommandContext(ctx, words[0], words[1:]...)
	s.command.Dir = folder
	s.command.Env = append(os.Environ(), "HOME="+folder)
	s.command.Stderr = &s.log
	s.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	s.command.Cancel = s.kill
	s.command.WaitDelay = time.Second
	s.started = time.Now()
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = s.command.Wait()
		close(s.ended)
	}()
	return s, nil
}

func (s *served) kill() error {
	err := syscall.Kill(-s.command.Process.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

// stop ends the group that was started, and nothing else.
func (s *served) stop() error {
	err := s.kill()
	<-s.ended
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

var errEnded = errors.New("it ended by itself")

// firstAnswer waits for the right answer and says how long after the start it came. The
// pause between two questions grows with the wait: one that is slow to start shares the
// processor with whoever asks.
func (s *served) firstAnswer(question []byte, w want) (time.Duration, error) {
	const (
		patience = 30 * time.Second
		shortest = 50 * time.Microsecond
		share    = 100 // of the wait so far, which is as exact as it has to be
	)
	var err error
	for waited := time.Duration(0); waited < patience; waited = time.Since(s.started) {
		select {
		case <-s.ended:
			return 0, fmt.Errorf("%w: %s", errEnded, lastLine(s.log.Bytes()))
		case <-time.After(max(shortest, waited/share)):
		}
		var c *conn
		if c, err = dialAside(s.addr); err != nil {
			continue
		}
		_, err = c.exchange(question, w)
		_ = c.socket.Close()
		if err == nil {
			return time.Since(s.started), nil
		}
	}
	return 0, fmt.Errorf("no right answer within %v: %w", patience, err)
}

// dialAside dials from another address than the server's: a port that nobody listens on yet
// may be drawn for the near end too, which would connect to itself and take the port away.
func dialAside(addr string) (*conn, error) {
	aside := net.Dialer{Timeout: time.Second, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	socket, err := aside.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &conn{socket: socket, in: bufio.NewReader(socket)}, nil
}

// usage is the memory that the group holds, in MiB, and the processor time that it has used,
// that of members which have ended included.
func (s *served) usage() (resident float64, processor time.Duration, err error) {
	const (
		group, rss      = 2, 21 // fields of stat after the name
		user, childrens = 11, 14
		perSecond       = 100 // as Linux counts
		perMiB          = 1 << 20
	)
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, 0, err
	}
	own := strconv.Itoa(s.command.Process.Pid)
	var ticks, pages int64
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		_, rest, _ := strings.Cut(string(text), ") ") // the name may hold spaces
		fields := strings.Fields(rest)
		if len(fields) <= rss || fields[group] != own {
			continue
		}
		for field := user; field <= childrens; field++ {
			n, err := strconv.ParseInt(fields[field], 10, 64)
			if err != nil {
				return 0, 0, err
			}
			ticks += n
		}
		n, err := strconv.ParseInt(fields[rss], 10, 64)
		if err != nil {
			return 0, 0, err
		}
		pages += n
	}
	if pages == 0 {
		return 0, 0, errors.New("the server is gone")
	}
	return float64(pages*int64(os.Getpagesize())) / perMiB, time.Duration(ticks * int64(time.Second) / perSecond), nil
}
