package benchtest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// said is what a process writes to its standard error, and when each line was complete.
type said struct {
	mu        sync.Mutex
	text      bytes.Buffer
	begun     int // where the line begins that is not complete
	lines     []spoken
	listening chan time.Time
}

type spoken struct {
	text string
	at   time.Time
}

func newSaid() *said { return &said{listening: make(chan time.Time, 1)} }

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.text.Write(p)
	for {
		line, _, complete := bytes.Cut(s.text.Bytes()[s.begun:], []byte("\n"))
		if !complete {
			return len(p), nil
		}
		s.begun += len(line) + 1
		s.lines = append(s.lines, spoken{string(line), now})
		if bytes.Contains(line, []byte("msg=listening ")) {
			select {
			case s.listening <- now:
			default: // it was said before
			}
		}
	}
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// all may be called once the process has ended.
func (s *said) all() []spoken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lines
}

// ready waits until the server listens and has said so, and says when that was.
func (p *process) ready() (time.Time, error) {
	const patience = 10 * time.Second
	select {
	case at := <-p.log.listening:
		return at, nil
	case <-time.After(patience):
		err := errors.New(p.command.Path + " does not say that it listens")
		return time.Time{}, fmt.Errorf("%w\n%s", errors.Join(err, p.stop()), p.log)
	}
}

// TestSaid: a line counts when it is complete, however it was cut, and only the first
// that says so tells of listening.
func TestSaid(t *testing.T) {
	t.Parallel()
	s := newSaid()
	for _, piece := range []string{"init a @0.1", " ms\nlevel=INFO msg=listen", "ing url=http://127.0.0.1:1\nmsg=listening url\nhalf"} {
		if n, err := s.Write([]byte(piece)); n != len(piece) || err != nil {
			t.Fatalf("%d of %d written, error %v", n, len(piece), err)
		}
	}
	var lines []string
	for _, one := range s.all() {
		lines = append(lines, one.text)
	}
	if got, want := strings.Join(lines, "|"), "init a @0.1 ms|level=INFO msg=listening url=http://127.0.0.1:1|msg=listening url"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if at := <-s.listening; !at.Equal(s.all()[1].at) || len(s.listening) > 0 {
		t.Errorf("listening at %v and %d more, want %v", at, len(s.listening), s.all()[1].at)
	}
}
