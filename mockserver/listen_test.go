package mockserver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
)

// patience is much longer than any limit below, and much shorter than a default.
const patience = 4 * time.Second

var short = mockserver.Limits{
	ReadHeader: 200 * time.Millisecond, Read: 400 * time.Millisecond, Write: 600 * time.Millisecond,
	Idle: 300 * time.Millisecond, Drain: 500 * time.Millisecond, HeaderBytes: 4 << 10,
}

// serve runs Serve with short limits until the test ends.
func serve(t *testing.T, handler http.Handler) (address string, stop context.CancelFunc, stopped <-chan error) {
	t.Helper()
	return serveWith(t, handler, short)
}

// serveWith runs Serve with these limits until the test ends.
func serveWith(t *testing.T, handler http.Handler, limits mockserver.Limits) (address string, stop context.CancelFunc, stopped <-chan error) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	result, ended := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		result <- mockserver.Serve(ctx, listener, handler, limits, slog.New(slog.DiscardHandler))
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return listener.Addr().String(), cancel, result
}

func standIn(t *testing.T) http.Handler {
	t.Helper()
	server, err := mockserver.New(t.Context(), mockserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return connection
}

// trickle writes the text again and again until the other side has had enough.
func trickle(connection net.Conn, text string, pause time.Duration) {
	for {
		if _, err := io.WriteString(connection, text); err != nil {
			return
		}
		time.Sleep(pause)
	}
}

// wantCutOff reads to the end of the connection, which must come soon, while
// another client is served.
func wantCutOff(t *testing.T, address string, connection net.Conn) {
	t.Helper()
	other, err := http.Get("http://" + address + "/__admin/health")
	if err != nil {
		t.Fatalf("another client is not served: %v", err)
	}
	other.Body.Close()
	if other.StatusCode != http.StatusOK {
		t.Errorf("another client got %s", other.Status)
	}
	if err := connection.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, connection)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		t.Errorf("the connection was still open after %s", patience)
	}
}

func TestTrickledHeaderIsCutOff(t *testing.T) {
	address, _, _ := serve(t, standIn(t))
	connection := dial(t, address)
	fmt.Fprint(connection, "GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n")
	go trickle(connection, "X: y\r\n", 20*time.Millisecond)
	wantCutOff(t, address, connection)
}

func TestTrickledBodyIsCutOff(t *testing.T) {
	address, _, _ := serve(t, standIn(t))
	connection := dial(t, address)
	fmt.Fprint(connection, "PUT /__admin/world HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
	go trickle(connection, " ", 20*time.Millisecond)
	wantCutOff(t, address, connection)
}

func TestEndlessBodyIsCutOff(t *testing.T) {
	address, _, _ := serve(t, standIn(t))
	connection := dial(t, address)
	fmt.Fprint(connection, "PUT /__admin/world HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
	go trickle(connection, "1000\r\n"+strings.Repeat(" ", 0x1000)+"\r\n", 0)
	wantCutOff(t, address, connection)
}

func TestIdleConnectionIsClosed(t *testing.T) {
	address, _, _ := serve(t, standIn(t))
	connection := dial(t, address)
	fmt.Fprint(connection, "GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
	wantCutOff(t, address, connection)
}

func TestClientThatNeverReadsIsCutOff(t *testing.T) {
	gaveUp := make(chan error, 1)
	address, _, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/endless" {
			return
		}
		block := make([]byte, 1<<20)
		for {
			if _, err := w.Write(block); err != nil {
				gaveUp <- err
				return
			}
		}
	}))
	connection := dial(t, address)
	fmt.Fprint(connection, "GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
	select {
	case <-gaveUp:
	case <-time.After(patience):
		t.Errorf("the reply was still being written after %s", patience)
	}
	wantCutOff(t, address, connection)
}

func TestLargeHeaderIsRefused(t *testing.T) {
	address, _, _ := serve(t, standIn(t))
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/__admin/health", nil)
	request.Header.Set("X-Large", strings.Repeat("x", 64<<10))
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("got %s", response.Status)
	}
}

func TestServeDrains(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	address, stop, stopped := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(started)
		<-release
	}))
	connection := dial(t, address)
	fmt.Fprint(connection, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	<-started
	stop()
	for {
		late, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			break // it takes no more connections
		}
		late.Close()
	}
	close(release)
	if reply, err := http.ReadResponse(bufio.NewReader(connection), nil); err != nil || reply.StatusCode != http.StatusOK {
		t.Errorf("the request under way got %v, %v", reply, err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("got %v", err)
	}
}

func TestServeCutsOffWhatDoesNotDrain(t *testing.T) {
	started := make(chan struct{})
	var cancelled atomic.Bool
	address, stop, stopped := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(started)
		<-r.Context().Done()
		cancelled.Store(true)
	}))
	connection := dial(t, address)
	fmt.Fprint(connection, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	<-started
	stop()
	select {
	case err := <-stopped:
		if err != nil {
			t.Errorf("got %v", err)
		}
	case <-time.After(patience):
		t.Fatal("it did not stop")
	}
	wantEnd := time.Now().Add(patience)
	for !cancelled.Load() && time.Now().Before(wantEnd) {
		time.Sleep(time.Millisecond)
	}
	if !cancelled.Load() {
		t.Error("the request was not told")
	}
}

func TestServeReportsABrokenListener(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if err := mockserver.Serve(t.Context(), listener, standIn(t), short, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("got no error")
	}
}
