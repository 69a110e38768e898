package exchange_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance/exchange"
)

// drops answers GET and closes the connection of anything else without a word.
func drops(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		panic(http.ErrAbortHandler)
	}
}

func TestKeptConnectionThatWasClosed(t *testing.T) {
	t.Parallel()
	client, at := start(t, drops, nil)
	for range 20 { // more than make a target count as gone
		if e := get(t, client, at); e.Err != nil {
			t.Fatal(e.Err)
		}
		e := client.Do(t.Context(), new(exchange.Recorder), exchange.Request{Method: http.MethodPost, URL: at, Body: []byte("{}")})
		if !errors.Is(e.Err, exchange.ErrClosed) || e.Response != nil {
			t.Fatalf("got %+v, %v, want ErrClosed", e.Response, e.Err)
		}
		if !strings.Contains(e.Err.Error(), "EOF") && !strings.Contains(e.Err.Error(), "reset") {
			t.Errorf("error is %v, want the transport's words in it", e.Err)
		}
	}
}

func TestNewConnectionThatWasClosed(t *testing.T) {
	t.Parallel()
	client, at := start(t, drops, nil)
	for _, fresh := range []bool{true, false} { // the first without Fresh has no other to use
		e := client.Do(t.Context(), new(exchange.Recorder), exchange.Request{Method: http.MethodPost, URL: at, Fresh: fresh})
		if e.Err == nil || errors.Is(e.Err, exchange.ErrClosed) {
			t.Errorf("fresh %t: error is %v, want one that is not ErrClosed", fresh, e.Err)
		}
	}
}

// Half an answer is not none.
func TestKeptConnectionThatBrokeOff(t *testing.T) {
	t.Parallel()
	client, at := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.Header().Set("Content-Length", "10")
			_, _ = w.Write([]byte("half"))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	}, nil)
	get(t, client, at)
	e := client.Do(t.Context(), new(exchange.Recorder), exchange.Request{Method: http.MethodPost, URL: at})
	if e.Err == nil || errors.Is(e.Err, exchange.ErrClosed) || !strings.Contains(e.Err.Error(), "broke off after 4 bytes") {
		t.Errorf("error is %v, want that it broke off", e.Err)
	}
}

func TestSlowAnswerOverAKeptConnection(t *testing.T) {
	t.Parallel()
	client, at := start(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			<-r.Context().Done()
		}
	}, func(o *exchange.Options) { o.Timeout = 200 * time.Millisecond })
	get(t, client, at)
	e := client.Do(t.Context(), new(exchange.Recorder), exchange.Request{Method: http.MethodPost, URL: at})
	if e.Err == nil || errors.Is(e.Err, exchange.ErrClosed) {
		t.Errorf("error is %v, want that it took too long", e.Err)
	}
}

func TestIdleConnectionsAreNotKeptForLong(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	from := map[string]bool{}
	client, at := start(t, func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		from[r.RemoteAddr] = true
	}, nil)
	for _, idle := range []time.Duration{0, 10 * time.Millisecond, 1500 * time.Millisecond} {
		time.Sleep(idle)
		get(t, client, at)
	}
	if len(from) != 2 {
		t.Errorf("3 requests came over %d connections, want 2: the last after 1.5 idle seconds", len(from))
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	var size atomic.Int64
	size.Store(1 << 20)
	client, at := start(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write(make([]byte, size.Load()))
	}, nil)
	for i := range 63 {
		if e := get(t, client, at); e.Err != nil {
			t.Fatalf("answer %d: %v", i, e.Err)
		}
	}
	get(t, client, at) // with its headers it is more than is left
	for range 2 {
		e := get(t, client, at)
		if !errors.Is(e.Err, exchange.ErrBudget) || e.Response != nil || !strings.Contains(e.Err.Error(), "the answers are too large: more than 64 MiB were kept") {
			t.Errorf("got %v, %v, want ErrBudget", e.Response != nil, e.Err)
		}
	}
	if asked.Load() != 64 {
		t.Errorf("%d requests arrived, want none after the budget was used up", asked.Load())
	}
	client.Lift()
	if e := get(t, client, at); e.Err != nil {
		t.Errorf("with the budget lifted: %v", e.Err)
	}
	size.Store(1<<20 + 1)
	if e := get(t, client, at); e.Err == nil || !strings.Contains(e.Err.Error(), "longer than 1048576 bytes") {
		t.Errorf("error is %v, want that the answer is too long", e.Err)
	}
}
