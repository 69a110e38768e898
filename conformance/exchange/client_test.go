package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance/exchange"
)

// start serves a handler and makes a client for it; change may tighten its bounds.
func start(t *testing.T, handler http.HandlerFunc, change func(*exchange.Options)) (*exchange.Client, string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	options := exchange.Options{Hosts: []string{at.Host}, Timeout: 5 * time.Second, Patience: time.Second, Agent: "test/1", Now: time.Now}
	if change != nil {
		change(&options)
	}
	client := exchange.New(options)
	t.Cleanup(client.Close)
	return client, server.URL
}

func get(t *testing.T, client *exchange.Client, at string) *exchange.Exchange {
	t.Helper()
	return client.Do(t.Context(), new(exchange.Recorder), exchange.Request{Label: "read", Method: http.MethodGet, URL: at})
}

func TestAnswerIsKeptWhole(t *testing.T) {
	t.Parallel()
	client, at := start(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", r.Header.Get("User-Agent"))
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s", r.Method, body)
	}, nil)
	recorder := new(exchange.Recorder)
	first := client.Do(t.Context(), recorder, exchange.Request{Method: http.MethodPut, URL: at, Body: []byte("hello")})
	second := client.Do(t.Context(), recorder, exchange.Request{Method: http.MethodGet, URL: at, Fresh: true})
	if first.Err != nil || first.Response.Status != http.StatusTeapot || string(first.Response.Body) != "PUT hello" || first.Response.Header.Get("X-Seen") != "test/1" {
		t.Errorf("first exchange is %+v, %v", first.Response, first.Err)
	}
	if first.Number != 1 || second.Number != 2 || len(recorder.All()) != 2 {
		t.Errorf("numbers are %d and %d of %d", first.Number, second.Number, len(recorder.All()))
	}
	if first.End < first.Start || client.Sent() != 2 {
		t.Errorf("took %s, %d sent", first.Took(), client.Sent())
	}
}

func TestRedirectsAreAnswers(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	client, at := start(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.Redirect(w, r, "/again", http.StatusFound)
	}, nil)
	if e := get(t, client, at); e.Err != nil || e.Response.Status != http.StatusFound || asked.Load() != 1 {
		t.Errorf("got %v, %v after %d requests, want one answer of 302", e.Response, e.Err, asked.Load())
	}
}

func TestOtherHostsAreRefused(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(other.Close)
	client, _ := start(t, func(http.ResponseWriter, *http.Request) {}, nil)
	if e := get(t, client, other.URL); !errors.Is(e.Err, exchange.ErrHost) || asked.Load() != 0 {
		t.Errorf("error is %v and %d requests arrived", e.Err, asked.Load())
	}
}

func TestThrottlingIsWaitedOut(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	client, at := start(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) < 3 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}, nil)
	e := get(t, client, at)
	if e.Err != nil || e.Response.Status != http.StatusOK || e.Waits != 2 || client.Throttled() != 2 {
		t.Errorf("got %+v, %v after %d waits", e.Response, e.Err, e.Waits)
	}
}

func TestThrottlingBeyondPatience(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{"seconds": "3600", "date": time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)} {
		client, at := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", value)
			w.WriteHeader(http.StatusTooManyRequests)
		}, nil)
		if e := get(t, client, at); !errors.Is(e.Err, exchange.ErrThrottled) {
			t.Errorf("%s: error is %v, want ErrThrottled", name, e.Err)
		}
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	client, at := start(t, func(http.ResponseWriter, *http.Request) {}, func(o *exchange.Options) { o.Requests = 2 })
	for range 2 {
		if e := get(t, client, at); e.Err != nil {
			t.Fatal(e.Err)
		}
	}
	if e := get(t, client, at); !errors.Is(e.Err, exchange.ErrBudget) || client.Sent() != 2 {
		t.Errorf("error is %v after %d requests, want ErrBudget after 2", e.Err, client.Sent())
	}
	client.Lift()
	if e := get(t, client, at); e.Err != nil {
		t.Errorf("with the budget lifted: %v", e.Err)
	}
}

func TestRateOfOneOperation(t *testing.T) {
	t.Parallel()
	client, at := start(t, func(http.ResponseWriter, *http.Request) {}, func(o *exchange.Options) { o.PerOperation = map[string]float64{"create": 1} })
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	do := func(label string) error {
		return client.Do(ctx, new(exchange.Recorder), exchange.Request{Label: label, Method: http.MethodGet, URL: at}).Err
	}
	if err := do("create"); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := do("read"); err != nil {
			t.Fatalf("an operation without a rate waits: %v", err)
		}
	}
	if err := do("create"); err == nil {
		t.Error("the second create of a second went out within a third of one")
	}
}

func TestFailuresAreNamed(t *testing.T) {
	t.Parallel()
	hijack := func(answer string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				io.WriteString(connection, answer)
				connection.Close()
			}
		}
	}
	tests := map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"hangs":           {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "no whole answer within 200ms"},
		"breaks off":      {hijack("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), "broke off after 4 bytes"},
		"closes":          {hijack(""), "EOF"},
		"talks otherwise": {hijack("SSH-2.0-OpenSSH_9.2\r\n"), "malformed HTTP"},
		"never ends": {func(w http.ResponseWriter, _ *http.Request) {
			for chunk := make([]byte, 1<<20); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, "longer than"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, at := start(t, test.handler, func(o *exchange.Options) {
				if name == "hangs" {
					o.Timeout = 200 * time.Millisecond
				}
			})
			e := client.Do(t.Context(), new(exchange.Recorder), exchange.Request{Method: http.MethodPost, URL: at, Fresh: true})
			if e.Err == nil || !strings.Contains(e.Err.Error(), test.want) {
				t.Errorf("error is %v, want one with %q", e.Err, test.want)
			}
			if e.Response != nil {
				t.Errorf("there is an answer: %+v", e.Response)
			}
		})
	}
}

func TestTargetThatIsGone(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	client, at := start(t, func(http.ResponseWriter, *http.Request) { asked.Add(1); panic(http.ErrAbortHandler) }, nil)
	var last error
	for range 20 {
		last = client.Do(t.Context(), new(exchange.Recorder), exchange.Request{Method: http.MethodPost, URL: at, Fresh: true}).Err
	}
	if !errors.Is(last, exchange.ErrBroken) || asked.Load() > 10 {
		t.Errorf("error is %v after %d requests, want ErrBroken and no more than 10", last, asked.Load())
	}
}

func TestLeave(t *testing.T) {
	t.Parallel()
	arrived := make(chan string, 1)
	client, at := start(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		arrived <- string(body)
		w.WriteHeader(http.StatusOK)
	}, nil)
	e := client.Do(t.Context(), new(exchange.Recorder), exchange.Request{Method: http.MethodPost, URL: at, Body: []byte("rotate"), Leave: true})
	if !errors.Is(e.Err, exchange.ErrLeft) || e.Response != nil {
		t.Errorf("got %v, %v, want to have hung up", e.Response, e.Err)
	}
	select {
	case body := <-arrived:
		if body != "rotate" {
			t.Errorf("the target read %q", body)
		}
	case <-time.After(5 * time.Second):
		t.Error("the request never arrived")
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	client, at := start(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	e := client.Do(ctx, new(exchange.Recorder), exchange.Request{Method: http.MethodPost, URL: at})
	if !errors.Is(e.Err, context.DeadlineExceeded) {
		t.Errorf("error is %v, want the context's", e.Err)
	}
}
