package benchtest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// connections is how many requests are under way at once.
const connections = 16

// conn is a keep-alive connection on which bytes go out and just enough of HTTP/1.1
// is read back. net/http's client would cost more than the servers it is to measure.
type conn struct {
	socket net.Conn
	in     *bufio.Reader
	out    []byte
	body   []byte
}

func dial(addr string) (*conn, error) {
	socket, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return nil, err
	}
	const size = 16 << 10
	return &conn{socket: socket, in: bufio.NewReaderSize(socket, size)}, nil
}

// want is what tells a reply from a refusal.
type want struct {
	status int
	text   string
}

// exchange sends one request and returns the body of the reply, which is valid until
// the next one.
func (c *conn) exchange(request []byte, w want) ([]byte, error) {
	const patience = 20 * time.Second
	if err := c.socket.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	if _, err := c.socket.Write(request); err != nil {
		return nil, err
	}
	status, err := c.read()
	if err != nil {
		return nil, err
	}
	if status != w.status || !bytes.Contains(c.body, []byte(w.text)) {
		return nil, fmt.Errorf("HTTP %d %s, want %d with %q", status, c.body, w.status, w.text)
	}
	return c.body, nil
}

var (
	lengthName = []byte("content-length:")
	noBody     = map[int]bool{204: true, 304: true}
)

func (c *conn) read() (status int, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	const from, to = len("HTTP/1.1 "), len("HTTP/1.1 200")
	if len(line) < to {
		return 0, fmt.Errorf("%q is no status line", line)
	}
	if status, err = strconv.Atoi(string(line[from:to])); err != nil {
		return 0, err
	}
	length := -1
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
		if len(line) > len(lengthName) && bytes.EqualFold(line[:len(lengthName)], lengthName) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(line[len(lengthName):]))); err != nil {
				return 0, err
			}
		}
	}
	c.body = c.body[:0]
	switch {
	case noBody[status]:
		return status, nil
	case length < 0:
		return 0, errors.New("the reply has no Content-Length")
	case cap(c.body) < length:
		c.body = make([]byte, length)
	}
	c.body = c.body[:length]
	_, err = io.ReadFull(c.in, c.body)
	return status, err
}

// load is a set of connections to one server.
type load struct{ conns []*conn }

func newLoad(addr string) (*load, error) { return connect(addr, connections) }

// connect opens so many connections.
func connect(addr string, count int) (*load, error) {
	l := &load{}
	for range count {
		c, err := dial(addr)
		if err != nil {
			l.close()
			return nil, err
		}
		l.conns = append(l.conns, c)
	}
	return l, nil
}

func (l *load) close() {
	for _, c := range l.conns {
		_ = c.socket.Close()
	}
}

// traffic is the requests of one run, numbered from 0.
type traffic struct {
	want want
	// write appends request i.
	write func(dst []byte, i int) []byte
	// seen, when it is set, is shown the reply to request i, by several callers
	// at once.
	seen func(i int, body []byte)
}

// run sends requests on every connection until so many were sent or so much time has
// passed, whichever comes first.
func (l *load) run(count int, limit time.Duration, t traffic) (sent int, took time.Duration, err error) {
	var (
		next, done atomic.Int64
		group      sync.WaitGroup
		errs       = make([]error, len(l.conns))
		start      = time.Now()
	)
	for k, c := range l.conns {
		group.Go(func() {
			for time.Since(start) < limit {
				i := int(next.Add(1)) - 1
				if i >= count {
					return
				}
				c.out = t.write(c.out[:0], i)
				body, err := c.exchange(c.out, t.want)
				if err != nil {
					errs[k] = err
					return
				}
				done.Add(1)
				if t.seen != nil {
					t.seen(i, body)
				}
			}
		})
	}
	group.Wait()
	return int(done.Load()), time.Since(start), errors.Join(errs...)
}
