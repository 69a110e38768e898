package mocktest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/certs"
)

// ways are how a handler can be reached.
func ways(t *testing.T) map[string]func() settings {
	t.Helper()
	authority, err := certs.New(time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	inMemory := func(set settings) settings {
		set.listen = set.listenInMemory
		return set
	}
	return map[string]func() settings{
		"port":            func() settings { return settings{listen: listen, scheme: "http"} },
		"port with TLS":   func() settings { return settings{listen: listen, scheme: "https", authority: authority} },
		"memory":          func() settings { return inMemory(settings{scheme: "http"}) },
		"memory with TLS": func() settings { return inMemory(settings{scheme: "https", authority: authority}) },
	}
}

// exchanges is a handler of everything that a reply can be.
func exchanges() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s %d %v %q %v", r.Method, r.RequestURI, r.Header.Get("X-Sent"), r.ContentLength, r.Trailer, body, err)
	})
	mux.HandleFunc("/nothing", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { w.Write(bytes.Repeat([]byte("large "), 1<<20)) })
	mux.HandleFunc("/trailer", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Behind")
		w.Write([]byte("before"))
		w.Header().Set("X-Behind", "behind")
	})
	return mux
}

// TestExchangesAreTheSame sends what is hard to imitate by every way.
func TestExchangesAreTheSame(t *testing.T) {
	t.Parallel()
	type outcome struct {
		Status  int
		Length  int64
		Header  http.Header
		Body    string
		Trailer http.Header
	}
	requests := []struct{ method, path, body string }{
		{"GET", "/echo?a=%20&b", ""},
		{"GET", "/echo%2f", ""},
		{"POST", "/echo", "short"},
		{"POST", "/echo", strings.Repeat("long ", 1<<18)},
		{"POST", "/echo", "chunked"},
		{"HEAD", "/echo", ""},
		{"HEAD", "/large", ""},
		{"DELETE", "/nothing", ""},
		{"GET", "/large", ""},
		{"GET", "/trailer", ""},
	}
	var want []outcome
	for _, name := range []string{"port", "memory", "port with TLS", "memory with TLS"} {
		base, transport, err := serve(t, exchanges(), ways(t)[name]())
		if err != nil {
			t.Fatal(err)
		}
		var got []outcome
		for _, send := range requests {
			request, err := http.NewRequestWithContext(t.Context(), send.method, base+send.path, strings.NewReader(send.body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("X-Sent", "yes")
			if send.body == "chunked" {
				request.ContentLength = -1
			}
			response, err := transport.RoundTrip(request)
			if err != nil {
				t.Fatalf("%s: %s %s: %v", name, send.method, send.path, err)
			}
			body, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err != nil {
				t.Errorf("%s: %s %s: %v", name, send.method, send.path, err)
			}
			response.Header.Del("Date")
			got = append(got, outcome{response.StatusCode, response.ContentLength, response.Header, string(body), response.Trailer})
		}
		if name == "port with TLS" {
			want = nil // HTTP/2 has no chunks, and names other lengths
		}
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-port +%s)\n%s", name, diff)
		}
	}
}

func TestRepliesThatBreakOff(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/at-once", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/later", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("half"))
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	for _, name := range []string{"port", "memory"} {
		base, transport, err := serve(t, mux, ways(t)[name]())
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Transport: transport}
		if _, err := client.Post(base+"/at-once", "", nil); !errors.Is(err, io.EOF) {
			t.Errorf("%s: got %v, want %v", name, err, io.EOF)
		}
		response, err := client.Get(base + "/later")
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(response.Body); string(body) != "half" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: got %q, %v, want the half and %v", name, body, err, io.ErrUnexpectedEOF)
		}
		response.Body.Close()
	}
}

// TestRepliesStream reads the beginning of a reply before there is an end, and leaves.
func TestRepliesStream(t *testing.T) {
	t.Parallel()
	for name, set := range ways(t) {
		gone := make(chan struct{})
		base, transport, err := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte("begin"))
			http.NewResponseController(w).Flush()
			<-r.Context().Done()
			close(gone)
		}), set())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, base, nil)
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		begin := make([]byte, len("begin"))
		if _, err := io.ReadFull(response.Body, begin); err != nil || string(begin) != "begin" {
			t.Errorf("%s: got %q, %v", name, begin, err)
		}
		cancel()
		if _, err := io.ReadAll(response.Body); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want %v", name, err, context.Canceled)
		}
		response.Body.Close()
		<-gone
	}
}

// TestTheEndWaitsForNobody leaves a reply unread that fits into no buffer.
func TestTheEndWaitsForNobody(t *testing.T) {
	t.Parallel()
	for name, set := range ways(t) {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			t.Run("", func(t *testing.T) {
				base, transport, err := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Write(make([]byte, 64<<20))
				}), set())
				if err != nil {
					t.Fatal(err)
				}
				if _, err := (&http.Client{Transport: transport}).Get(base); err != nil {
					t.Fatal(err)
				}
			})
			if took := time.Since(start); took > 4*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestMemoryOpensNoSocket is not parallel, as other tests open sockets.
func TestMemoryOpensNoSocket(t *testing.T) {
	before := sockets(t)
	for _, name := range []string{"memory", "memory with TLS"} {
		base, transport, err := serve(t, exchanges(), ways(t)[name]())
		if err != nil {
			t.Fatal(err)
		}
		used := ""
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			GotConn: func(info httptrace.GotConnInfo) { used = info.Conn.LocalAddr().Network() },
		})
		request, _ := http.NewRequestWithContext(ctx, http.MethodPost, base+"/echo", strings.NewReader("body"))
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		for socket := range sockets(t) {
			if !before[socket] {
				t.Errorf("%s: %s was opened", name, socket)
			}
		}
		response.Body.Close()
		if used != "pipe" {
			t.Errorf("%s: the connection is over %q, want a pipe", name, used)
		}
	}
}

// sockets are those of the process, as far as the system tells.
func sockets(t *testing.T) map[string]bool {
	t.Helper()
	open := map[string]bool{}
	descriptors, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, descriptor := range descriptors {
		if target, err := os.Readlink(descriptor); err == nil && strings.HasPrefix(target, "socket:") {
			open[target] = true
		}
	}
	return open
}

func TestMemoryReachesNothingElse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ way, url, want string }{
		"other host":   {"memory", "http://id.example/path", "nothing was sent to id.example:80: this client reaches the test's own stand-in alone, at http://keyturn.test"},
		"loopback":     {"memory", "http://127.0.0.1:7070", "nothing was sent to 127.0.0.1:7070"},
		"other port":   {"memory", "http://keyturn.test:8080", "nothing was sent to keyturn.test:8080"},
		"other scheme": {"memory", "https://keyturn.test", "nothing was sent to keyturn.test:443"},
		"without TLS":  {"memory with TLS", "http://keyturn.test", "at https://keyturn.test"},
		"name behind":  {"memory", "http://notkeyturn.test", "nothing was sent to notkeyturn.test:80"},
		"itself":       {"memory", "http://keyturn.test/echo", ""},
		"below":        {"memory with TLS", "https://acme.keyturn.test/echo", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, transport, err := serve(t, exchanges(), ways(t)[test.way]())
			if err != nil {
				t.Fatal(err)
			}
			response, err := (&http.Client{Transport: transport}).Get(test.url)
			if err == nil {
				response.Body.Close()
			}
			var dial *net.OpError
			if (err == nil) != (test.want == "") || err != nil && (!errors.As(err, &dial) || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// TestNothingIsLeftBehind is not parallel, as it counts goroutines.
func TestNothingIsLeftBehind(t *testing.T) {
	all := ways(t)
	before := runtime.NumGoroutine()
	for i := range 13 { // 52 starts
		for name, set := range all {
			t.Run(fmt.Sprint(name, i), func(t *testing.T) {
				base, transport, err := serve(t, exchanges(), set())
				if err != nil {
					t.Fatal(err)
				}
				for _, path := range []string{"/echo", "/large"} { // whose replies nobody reads
					request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
					if _, err := transport.RoundTrip(request); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	left := runtime.NumGoroutine()
	for deadline := time.Now().Add(5 * time.Second); left > before && time.Now().Before(deadline); left = runtime.NumGoroutine() {
		time.Sleep(5 * time.Millisecond)
	}
	if left > before {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines before and %d after:\n%s", before, left, stacks[:runtime.Stack(stacks, true)])
	}
}
