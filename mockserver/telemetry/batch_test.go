package telemetry

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

// endSpans ends spans and returns how long the slowest took.
func endSpans(t *testing.T, tracing *Tracing, count int) time.Duration {
	t.Helper()
	slowest := time.Duration(0)
	for range count {
		began := time.Now()
		_, span := tracing.Start(t.Context(), http.Header{}, "request")
		span.End(&exchange)
		slowest = max(slowest, time.Since(began))
	}
	return slowest
}

func TestCollectorIsDown(t *testing.T) {
	t.Parallel()
	collector := newCollecting(t, nil)
	address := collector.URL
	collector.Close()
	var log logBuffer
	tracing := startTracing(t, &log, env{
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": strings.Replace(address, "://", "://user:"+secret+"@", 1) + "/?key=" + secret,
		"OTEL_EXPORTER_OTLP_TIMEOUT":         "200", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "10", "OTEL_EXPORTER_OTLP_HEADERS": "a=" + secret,
	})
	for want := uint64(10); want <= 50; want += 10 {
		if slowest := endSpans(t, tracing, 10); slowest > time.Second {
			t.Errorf("a span took %s", slowest)
		}
		eventually(t, "the batch is dropped", func() bool { return tracing.Dropped() == want })
	}
	if got := log.String(); strings.Count(got, "level=WARN") != 1 || !strings.Contains(got, "refused") || strings.Contains(got, secret) {
		t.Errorf("the log is\n%swant one warning with the cause and no credentials", got)
	}
	endSpans(t, tracing, 5)
	if err := tracing.Shutdown(t.Context()); err == nil || err.Error() != "5 spans were dropped at the end" {
		t.Errorf("got %v", err)
	}
	endSpans(t, tracing, 1)
	if got := tracing.Dropped(); got != 56 {
		t.Errorf("got %d dropped, want 56", got)
	}
}

func TestSlowCollector(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	collector := newCollecting(t, func(http.ResponseWriter, *http.Request, int) { <-release })
	var log logBuffer
	tracing := collector.start(t, &log, nil)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const count = 10_000
	if slowest := endSpans(t, tracing, count); slowest > time.Second {
		t.Errorf("a span took %s", slowest)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	// 2048 in the queue and 512 on the way, of some 1.5 kB; the room of other tests is
	// in the limit.
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 32<<20 {
		t.Errorf("the heap has grown by %d bytes", grown)
	}
	// The goroutine holds one batch that is on its way, or none yet.
	if got := tracing.Dropped(); got < count-2048-2*512 || got > count-2048 {
		t.Errorf("dropped %d of %d", got, count)
	}
	if got := log.String(); strings.Count(got, "they end faster than they can be exported") != 1 {
		t.Errorf("the log is %s", got)
	}
	close(release)
	if err := tracing.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := uint64(len(collector.spans())) + tracing.Dropped(); got != count {
		t.Errorf("%d spans arrived or were counted, want %d", got, count)
	}
}

func TestShutdownIsBounded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		variables env
		limit     time.Duration // of the context
	}{
		"by the context":  {env{}, 50 * time.Millisecond},
		"by the variable": {env{"OTEL_BSP_EXPORT_TIMEOUT": "50"}, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			release := make(chan struct{})
			collector := newCollecting(t, func(http.ResponseWriter, *http.Request, int) { <-release })
			defer close(release)
			tracing := collector.start(t, io.Discard, test.variables)
			endSpans(t, tracing, 2000)
			ctx, cancel := context.WithTimeout(t.Context(), test.limit)
			defer cancel()
			began := time.Now()
			err := tracing.Shutdown(ctx)
			if took := time.Since(began); err == nil || took > 3*time.Second {
				t.Errorf("got %v after %s", err, took)
			}
			if tracing.Dropped() != 2000 {
				t.Errorf("dropped %d, want 2000", tracing.Dropped())
			}
		})
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status   int
		after    string
		asked    int
		arrive   int
		mentions string
	}{
		"overloaded":        {http.StatusServiceUnavailable, "", 2, 3, ""},
		"throttled":         {http.StatusTooManyRequests, "1", 2, 3, ""},
		"asks for too long": {http.StatusServiceUnavailable, "3600", 1, 0, "503"},
		"refused":           {http.StatusBadRequest, "", 1, 0, "400"},
		"elsewhere":         {http.StatusTemporaryRedirect, "", 1, 0, "307"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			collector := newCollecting(t, func(w http.ResponseWriter, _ *http.Request, count int) {
				if count > 1 {
					return
				}
				if test.after != "" {
					w.Header().Set("Retry-After", test.after)
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(test.status)
			})
			var log logBuffer
			tracing := collector.start(t, &log, env{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "3"})
			endSpans(t, tracing, 3)
			eventually(t, "the batch arrives or is dropped", func() bool { return len(collector.spans()) == 3 || tracing.Dropped() == 3 })
			if collector.asked() != test.asked || len(collector.spans()) != test.arrive {
				t.Errorf("asked %d times, %d arrived, want %d and %d", collector.asked(), len(collector.spans()), test.asked, test.arrive)
			}
			if got := log.String(); (got == "") != (test.mentions == "") || !strings.Contains(got, test.mentions) {
				t.Errorf("the log is %q, want %q in it", got, test.mentions)
			}
		})
	}
}

func TestShutdownDoesNotWaitForRetries(t *testing.T) {
	t.Parallel()
	collector := newCollecting(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Retry-After", "9")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	tracing := collector.start(t, io.Discard, env{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1"})
	endSpans(t, tracing, 2)
	eventually(t, "the first try", func() bool { return collector.asked() == 1 })
	began := time.Now()
	if err := tracing.Shutdown(t.Context()); err == nil || time.Since(began) > 5*time.Second {
		t.Errorf("got %v after %s", err, time.Since(began))
	}
}

func TestCollectorComesBack(t *testing.T) {
	t.Parallel()
	collector := newCollecting(t, func(w http.ResponseWriter, _ *http.Request, count int) {
		if count <= 2 {
			w.WriteHeader(http.StatusForbidden)
		}
	})
	var log logBuffer
	tracing := collector.start(t, &log, env{"OTEL_BSP_SCHEDULE_DELAY": "1"})
	for range 4 {
		before := collector.asked()
		endSpans(t, tracing, 1)
		eventually(t, "the batch is sent", func() bool { return collector.asked() > before })
	}
	if err := tracing.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if got := log.String(); strings.Count(got, "level=WARN") != 1 || strings.Count(got, "takes spans again") != 1 {
		t.Errorf("the log is\n%swant one warning and one end of it", got)
	}
	if len(collector.spans()) != 2 || tracing.Dropped() != 2 {
		t.Errorf("%d arrived and %d were dropped, want 2 and 2", len(collector.spans()), tracing.Dropped())
	}
}

type failing struct{}

func (failing) export(context.Context, []*record) error { return errors.New("no") }

func (failing) hurry() {}

func TestTwoExporters(t *testing.T) {
	t.Parallel()
	var log logBuffer
	b := newBatcher(batchLimits{delay: time.Hour, timeout: time.Second, queue: 4, size: 2}, []exporter{failing{}, console{slog.New(slog.NewTextHandler(&log, nil))}}, silent())
	b.add(&record{Name: "one"})
	if err := b.shutdown(t.Context()); err == nil || !strings.Contains(log.String(), "name=one") {
		t.Errorf("got %v and %q: one exporter's failure is not the other's", err, log.String())
	}
	if err := b.shutdown(t.Context()); err != nil {
		t.Errorf("the second time: %v", err)
	}
}
