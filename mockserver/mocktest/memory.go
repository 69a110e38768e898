package mocktest

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
)

// memoryHost is where a stand-in without a port answers. Names under .test are nobody's
// (RFC 6761 section 6.2), so a client that does not know the way cannot end elsewhere.
const memoryHost = "keyturn.test"

func (s *settings) listenInMemory(context.Context) (host, error) {
	m := &memory{scheme: s.scheme, accepted: make(chan net.Conn), closed: make(chan struct{})}
	return host{Listener: m, name: memoryHost, dial: m.dial}, nil
}

// memory is a listener whose connections are pipes.
type memory struct {
	scheme   string
	accepted chan net.Conn
	closed   chan struct{}
	closing  sync.Once
}

// ports are where a URL without a port leads.
var ports = map[string]string{"http": "80", "https": "443"}

func (m *memory) dial(ctx context.Context, network, address string) (net.Conn, error) {
	name, port, err := net.SplitHostPort(address)
	if err != nil || port != ports[m.scheme] || name != memoryHost && !strings.HasSuffix(name, "."+memoryHost) {
		return nil, &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf(
			"nothing was sent to %s: this client reaches the test's own stand-in alone, at %s://%s", address, m.scheme, memoryHost)}
	}
	client, server := net.Pipe()
	select {
	case m.accepted <- server:
		return client, nil
	case <-m.closed:
		err = net.ErrClosed
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	return nil, &net.OpError{Op: "dial", Net: network, Err: err}
}

// Accept implements net.Listener.
func (m *memory) Accept() (net.Conn, error) {
	select {
	case connection := <-m.accepted:
		return connection, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (m *memory) Close() error {
	m.closing.Do(func() { close(m.closed) })
	return nil
}

// Addr implements net.Listener.
func (*memory) Addr() net.Addr { return address(memoryHost) }

type address string

// Network implements net.Addr.
func (address) Network() string { return "memory" }

// String implements net.Addr.
func (a address) String() string { return string(a) }
