package exchange_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance/exchange"
)

func patient(o *exchange.Options) { o.Patience = 10 * time.Second }

// throttling answers the first requests with a status and a Retry-After.
func throttling(asked *atomic.Int32, first int32, status int, after string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) <= first {
			if after != "" {
				w.Header().Set("Retry-After", after)
			}
			w.WriteHeader(status)
		}
	}
}

func TestAnnouncedWindowBindsEveryRequest(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	client, at := start(t, throttling(&asked, 1, http.StatusTooManyRequests, "1"), patient)
	var wg sync.WaitGroup
	wg.Go(func() { get(t, client, at) })
	for client.Throttled() == 0 {
		time.Sleep(time.Millisecond)
	}
	before := time.Now()
	for range 20 {
		wg.Go(func() {
			if e := get(t, client, at); e.Err != nil || time.Since(before) < 800*time.Millisecond {
				t.Errorf("%v after %s of a window of a second", e.Err, time.Since(before))
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	if got := asked.Load(); got != 1 {
		t.Errorf("%d requests arrived inside the window, want the one that opened it", got)
	}
	wg.Wait()
}

func TestWindowBeyondPatienceBindsEveryRequest(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	client, at := start(t, throttling(&asked, 1, http.StatusTooManyRequests, "3600"), patient)
	for range 3 {
		e := get(t, client, at)
		if !errors.Is(e.Err, exchange.ErrThrottled) || e.Response != nil {
			t.Errorf("got %+v, %v, want no answer and ErrThrottled", e.Response, e.Err)
		}
		if throttle, ok := errors.AsType[*exchange.Throttle](e.Err); !ok || throttle.Status != http.StatusTooManyRequests || throttle.RetryAfter != "3600" || throttle.Left < 59*time.Minute {
			t.Errorf("got %+v, want what the answer said", throttle)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("%d requests arrived, want 1", asked.Load())
	}
}

func TestPatienceIsOverAllWaits(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	client, at := start(t, throttling(&asked, 1000, http.StatusTooManyRequests, "0"), func(o *exchange.Options) { o.Patience = 400 * time.Millisecond })
	before := time.Now()
	e := get(t, client, at)
	if !errors.Is(e.Err, exchange.ErrThrottled) || e.Response != nil {
		t.Errorf("got %+v, %v, want no answer and ErrThrottled", e.Response, e.Err)
	}
	if took := time.Since(before); asked.Load() > 4 || e.Waits != int(asked.Load()) || took > 2*time.Second {
		t.Errorf("%d requests and %d waits in %s, want 4 in 375ms", asked.Load(), e.Waits, took)
	}
}

func TestManyShortWaits(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	client, at := start(t, throttling(&asked, 12, http.StatusTooManyRequests, "0"), patient)
	if e := get(t, client, at); e.Err != nil || e.Response.Status != http.StatusOK || e.Waits != 12 {
		t.Errorf("got %+v, %v after %d waits, want 200 after 12", e.Response, e.Err, e.Waits)
	}
}

func TestUnavailable(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		after  string
		status int
		waits  int
	}{
		"says when":       {"0", http.StatusOK, 1},
		"does not say":    {"", http.StatusServiceUnavailable, 0},
		"says it wrongly": {"soon", http.StatusServiceUnavailable, 0},
	}
	for name, test := range tests {
		var asked atomic.Int32
		client, at := start(t, throttling(&asked, 1, http.StatusServiceUnavailable, test.after), patient)
		if e := get(t, client, at); e.Err != nil || e.Response.Status != test.status || e.Waits != test.waits {
			t.Errorf("%s: got %+v, %v after %d waits, want %d after %d", name, e.Response, e.Err, e.Waits, test.status, test.waits)
		}
	}
}

func TestHugeWaitsAreNotSpun(t *testing.T) {
	t.Parallel()
	for _, after := range []string{"9999999999", "9223372036854775807", "99999999999999999999", "86400"} {
		var asked atomic.Int32
		client, at := start(t, throttling(&asked, 1000, http.StatusTooManyRequests, after), patient)
		e := get(t, client, at)
		if !errors.Is(e.Err, exchange.ErrThrottled) || asked.Load() != 1 {
			t.Errorf("%s: %v after %d requests, want ErrThrottled after 1", after, e.Err, asked.Load())
		} else if !strings.Contains(e.Err.Error(), "HTTP 429 asks for a day or longer") {
			t.Errorf("%s: error is %v, want the length of the wait", after, e.Err)
		}
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	client, at := start(t, throttling(&asked, 1, http.StatusTooManyRequests, "5"), patient)
	for _, what := range []string{"its own window", "another's window"} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		before := time.Now()
		e := client.Do(ctx, new(exchange.Recorder), exchange.Request{Method: http.MethodGet, URL: at})
		if !errors.Is(e.Err, context.DeadlineExceeded) || e.Response != nil || time.Since(before) > 2*time.Second {
			t.Errorf("%s: got %+v, %v after %s", what, e.Response, e.Err, time.Since(before))
		}
		cancel()
	}
}
