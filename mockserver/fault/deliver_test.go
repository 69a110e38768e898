package fault_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/wire"
)

const answer = `{"secret":"0123456789"}`

// deliver serves every request by the delivery.
func deliver(d fault.Delivery, status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		if d.Write(w, r, status, []byte(answer)) {
			panic(http.ErrAbortHandler)
		}
	})
}

// protocols are the ways in which a server can be asked.
var protocols = map[string]func(*httptest.Server){
	"HTTP/1.1":          (*httptest.Server).Start,
	"HTTP/1.1 over TLS": (*httptest.Server).StartTLS,
	"HTTP/2": func(s *httptest.Server) {
		s.EnableHTTP2 = true
		s.StartTLS()
	},
}

// everywhere runs a test over each protocol.
func everywhere(t *testing.T, d fault.Delivery, status int, check func(t *testing.T, s *httptest.Server, http2 bool)) {
	t.Helper()
	for name, start := range protocols {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewUnstartedServer(deliver(d, status))
			start(s)
			t.Cleanup(s.Close)
			check(t, s, name == "HTTP/2")
		})
	}
}

func post(t *testing.T, s *httptest.Server) (*http.Response, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	return s.Client().Do(request)
}

// read sends a request and reads what comes of it.
func read(t *testing.T, s *httptest.Server) (*http.Response, string, error) {
	t.Helper()
	response, err := post(t, s)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response, string(text), err
}

func TestDeliverPlain(t *testing.T) {
	t.Parallel()
	if !(fault.Delivery{}).Plain() || (fault.Delivery{Empty: true}).Plain() {
		t.Error("plain is told wrongly")
	}
	everywhere(t, fault.Delivery{}, 503, func(t *testing.T, s *httptest.Server, _ bool) {
		response, text, err := read(t, s)
		if err != nil || response.StatusCode != 503 || text != answer || response.ContentLength != int64(len(answer)) {
			t.Errorf("got %d %q of %d bytes, %v", response.StatusCode, text, response.ContentLength, err)
		}
	})
}

func TestDeliverReset(t *testing.T) {
	t.Parallel()
	everywhere(t, fault.Delivery{Reset: true}, 200, func(t *testing.T, s *httptest.Server, http2 bool) {
		response, err := post(t, s)
		if err == nil {
			response.Body.Close()
			t.Fatalf("got status %d, want no answer", response.StatusCode)
		}
		if http2 {
			if !strings.Contains(err.Error(), "INTERNAL_ERROR") {
				t.Errorf("got %v, want that the stream was reset", err)
			}
			return
		}
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v, want ECONNRESET", err)
		}
	})
}

func TestDeliverTruncated(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 10, len(answer) - 1} {
		everywhere(t, fault.Delivery{Truncate: &n}, 200, func(t *testing.T, s *httptest.Server, http2 bool) {
			response, text, err := read(t, s)
			if text != answer[:n] || response.ContentLength != int64(len(answer)) || response.StatusCode != 200 {
				t.Errorf("got %d %q of %d bytes, want the first %d", response.StatusCode, text, response.ContentLength, n)
			}
			switch {
			case err == nil:
				t.Error("the end was taken for an orderly one")
			case !http2 && !errors.Is(err, io.ErrUnexpectedEOF):
				t.Errorf("got %v, want an unexpected end", err)
			}
		})
	}
}

func TestDeliverTruncatedAboveTheEnd(t *testing.T) {
	t.Parallel()
	whole := len(answer)
	everywhere(t, fault.Delivery{Truncate: &whole}, 200, func(t *testing.T, s *httptest.Server, _ bool) {
		if _, text, err := read(t, s); text != answer || err != nil {
			t.Errorf("got %q, %v, want the whole", text, err)
		}
	})
}

func TestDeliverEmpty(t *testing.T) {
	t.Parallel()
	everywhere(t, fault.Delivery{Empty: true}, 201, func(t *testing.T, s *httptest.Server, _ bool) {
		response, text, err := read(t, s)
		if err != nil || text != "" || response.StatusCode != 201 || response.ContentLength != 0 ||
			response.Header.Get("Content-Type") != "application/json" {
			t.Errorf("got %d %q of %d bytes, %v, want the header alone", response.StatusCode, text, response.ContentLength, err)
		}
	})
}

func TestDeliverWithoutABody(t *testing.T) {
	t.Parallel()
	one := 1
	for _, d := range []fault.Delivery{{}, {Truncate: &one}, {Drip: &fault.Drip{Bytes: 1, Every: wire.Duration(time.Minute)}}} {
		everywhere(t, d, 204, func(t *testing.T, s *httptest.Server, _ bool) {
			response, text, err := read(t, s)
			if err != nil || text != "" || response.StatusCode != 204 || response.Header.Get("Content-Length") != "" {
				t.Errorf("got %d %q %v, %v", response.StatusCode, text, response.Header, err)
			}
		})
		s := httptest.NewServer(deliver(d, 200))
		response, err := http.Head(s.URL)
		if err != nil || response.ContentLength != int64(len(answer)) {
			t.Errorf("HEAD: got %+v, %v", response, err)
		}
		s.Close()
	}
}

func TestDeliverDrip(t *testing.T) {
	t.Parallel()
	const every = 10 * time.Millisecond
	everywhere(t, fault.Delivery{Drip: &fault.Drip{Bytes: 5, Every: wire.Duration(every)}}, 200, func(t *testing.T, s *httptest.Server, _ bool) {
		start := time.Now()
		response, err := post(t, s)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		first := make([]byte, len(answer))
		n, err := response.Body.Read(first)
		if n > 5 || err != nil {
			t.Errorf("got %d bytes at first, %v, want 5 at most", n, err)
		}
		rest, err := io.ReadAll(response.Body)
		if got := string(first[:n]) + string(rest); got != answer || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		if took := time.Since(start); took < 4*every {
			t.Errorf("23 bytes by 5 took %s, want 4 pauses of %s", took, every)
		}
	})
}

func TestDeliverTruncatedDrip(t *testing.T) {
	t.Parallel()
	seven := 7
	d := fault.Delivery{Truncate: &seven, Drip: &fault.Drip{Bytes: 3, Every: wire.Duration(time.Millisecond)}}
	everywhere(t, d, 200, func(t *testing.T, s *httptest.Server, _ bool) {
		if _, text, err := read(t, s); text != answer[:7] || err == nil {
			t.Errorf("got %q, %v, want the first 7 bytes and a failure", text, err)
		}
	})
}

// TestDeliverOutlivesTheWriteLimit holds replies up for longer than the server gives a
// reply, in each of the places where one is held up.
func TestDeliverOutlivesTheWriteLimit(t *testing.T) {
	t.Parallel()
	const limit = 200 * time.Millisecond
	deliveries := map[string]fault.Delivery{
		"latency": {Wait: 2 * limit},
		"drip":    {Drip: &fault.Drip{Bytes: 4, Every: wire.Duration(limit / 2)}},
	}
	for name, start := range protocols {
		for what, d := range deliveries {
			t.Run(name+", "+what, func(t *testing.T) {
				t.Parallel()
				s := httptest.NewUnstartedServer(deliver(d, 200))
				s.Config.WriteTimeout, s.Config.ReadTimeout = limit, limit
				start(s)
				t.Cleanup(s.Close)
				began := time.Now()
				if _, text, err := read(t, s); text != answer || err != nil || time.Since(began) < 2*limit {
					t.Errorf("got %q after %s, %v", text, time.Since(began), err)
				}
			})
		}
	}
}

// TestDeliverEndsWithTheClient has a client that goes away in the middle.
func TestDeliverEndsWithTheClient(t *testing.T) {
	t.Parallel()
	for what, d := range map[string]fault.Delivery{
		"latency": {Wait: time.Minute},
		"drip":    {Drip: &fault.Drip{Bytes: 1, Every: wire.Duration(time.Minute)}},
	} {
		for name, start := range protocols {
			t.Run(name+", "+what, func(t *testing.T) {
				t.Parallel()
				entered, left := make(chan struct{}), make(chan bool, 1)
				s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					close(entered)
					left <- d.Write(w, r, 200, []byte(answer))
				}))
				start(s)
				t.Cleanup(s.Close)
				ctx, cancel := context.WithCancel(t.Context())
				go func() {
					<-entered
					cancel()
				}()
				request, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
				if response, err := s.Client().Do(request); err == nil {
					_, _ = io.Copy(io.Discard, response.Body)
					response.Body.Close()
				}
				select {
				case cut := <-left:
					if !cut {
						t.Error("the delivery says that it was whole")
					}
				case <-time.After(10 * time.Second):
					t.Fatal("the delivery goes on without a client")
				}
			})
		}
	}
}

// TestResetWithoutTCP has a pipe beneath, which can be closed and not reset.
func TestResetWithoutTCP(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	listener := &once{conn: far, done: make(chan struct{})}
	server := &http.Server{Handler: deliver(fault.Delivery{Reset: true}, 200), ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	if _, err := io.WriteString(near, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if response, err := http.ReadResponse(bufio.NewReader(near), nil); err == nil {
		t.Errorf("got status %d, want no answer", response.StatusCode)
	}
}

// once is a listener for one connection.
type once struct {
	conn  net.Conn
	taken atomic.Bool
	done  chan struct{}
}

func (o *once) Accept() (net.Conn, error) {
	if o.taken.CompareAndSwap(false, true) {
		return o.conn, nil
	}
	<-o.done
	return nil, net.ErrClosed
}

func (o *once) Close() error {
	close(o.done)
	return nil
}

func (o *once) Addr() net.Addr { return o.conn.LocalAddr() }

// TestResetLeavesTheServerAlive asks again after each reset.
func TestResetLeavesTheServerAlive(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d := fault.Delivery{Reset: asked.Add(1)%2 == 1}
		if d.Write(w, r, 200, []byte(answer)) {
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(s.Close)
	for i := range 20 {
		// A POST is not sent again by the client itself.
		response, err := post(t, s)
		if (err != nil) != (i%2 == 0) {
			t.Fatalf("request %d: got %v", i, err)
		}
		if err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	if err := fault.Wait(w, r, 0); err != nil {
		t.Error(err)
	}
	start := time.Now()
	if err := fault.Wait(w, r, 5*time.Millisecond); err != nil || time.Since(start) < 5*time.Millisecond {
		t.Errorf("got %v after %s", err, time.Since(start))
	}
	cause := fmt.Errorf("drained")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if err := fault.Wait(w, r.WithContext(ctx), time.Hour); !errors.Is(err, cause) {
		t.Errorf("got %v, want the cause", err)
	}
}
